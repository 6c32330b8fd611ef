"""What a distribution is computed from, read from the database: accounts and people as the rules see them."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    or_,
    select,
    text,
    true,
)
from sqlalchemy import type_coerce as taken_as
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.canonical import LARGEST_INTEGER
from service.domain.distribution.rulebook import Rulebook
from service.domain.distribution.snapshot import Account as AccountEntry
from service.domain.distribution.snapshot import Person as PersonEntry
from service.domain.distribution.snapshot import Snapshot
from service.domain.people import SALES_ROLES
from service.domain.states import StaffStatus, VersionState
from service.domain.tier_schemes import read_scheme
from service.errors import NoPublishedRulebook
from service.models import (
    Absence,
    Account,
    AccountMembership,
    AccountTier,
    Appeal,
    Assignment,
    Department,
    DistributionPlan,
    RoleGrant,
    Staff,
    TierScheme,
)
from service.models import Rulebook as RulebookRow
from service.models.appeals import OPEN_STATES

HELD_BACK = ("under_appeal", "missing_value", "missing_rate", "value_out_of_range", "unverified", "no_tier")
PLAN_DAYS = 90
TODAY = 1


@dataclass(frozen=True)
class Scope:
    """Whose accounts and people: the company's, one department's with all below it, or one person's.

    `account_id`: belongs to it in any case; where it stands alone, it is the only account, beside all people.
    """

    department_id: UUID | None = None
    staff_id: UUID | None = None
    account_id: UUID | None = None


@dataclass(frozen=True)
class Basis:
    """By which rules and on which grades a snapshot is made, for whom, and as of when.

    `as_of`: pins that end later count; `days`: availability is the part of so many days from `first_day` on which a
    person is not absent.
    """

    rulebook_id: UUID
    rulebook_number: int
    definition: dict[str, Any]
    scheme_code: str | None
    cycle: str
    as_of: datetime
    first_day: date
    days: int
    scope: Scope = field(default_factory=Scope)


async def present_basis(
    connection: AsyncConnection, timezone: str, cycle: str, scope: Scope, days: int = TODAY
) -> Basis:
    """The published rulebook and the scheme in use, as of now; NoPublishedRulebook without the former."""
    rulebook = await published_rulebook(connection)
    if rulebook is None:
        raise NoPublishedRulebook
    now = datetime.now(UTC)
    return Basis(
        rulebook_id=rulebook.id,
        rulebook_number=rulebook.number,
        definition=rulebook.definition,
        scheme_code=await scheme_in_use(connection),
        cycle=cycle,
        as_of=now,
        first_day=now.astimezone(ZoneInfo(timezone)).date(),
        days=days,
        scope=scope,
    )


async def published_rulebook(connection: AsyncConnection) -> Any:
    """Id, number and definition of the rulebook that counts now, the one published last; None without any."""
    statement = (
        select(RulebookRow.id, RulebookRow.number, RulebookRow.definition)
        .where(RulebookRow.state == VersionState.PUBLISHED)
        .order_by(RulebookRow.published_at.desc())
        .limit(1)
    )
    return (await connection.execute(statement)).one_or_none()


async def scheme_in_use(connection: AsyncConnection) -> str | None:
    """The scheme whose grades count between plans: that of the last applied plan, else the one published last."""
    planned = (
        select(DistributionPlan.scheme_code)
        .where(DistributionPlan.applied_at.is_not(None))
        .order_by(DistributionPlan.applied_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    published = (
        select(TierScheme.code)
        .where(TierScheme.state == VersionState.PUBLISHED)
        .order_by(TierScheme.published_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    code: str | None = await connection.scalar(select(func.coalesce(planned, published)))
    return code


async def read_snapshot(connection: AsyncConnection, basis: Basis) -> Snapshot:
    """The snapshot of a basis: three statements, however many accounts."""
    minutes = await tier_minutes(connection, basis.scheme_code)
    accounts = (await connection.execute(accounts_of(basis))).all()
    people = (await connection.execute(people_of(basis))).all()
    return Snapshot(
        accounts=tuple(account_entry(row, minutes) for row in accounts),
        people=tuple(person_entry(row, basis.days) for row in people),
        rulebook=Rulebook.from_mapping(basis.definition),
        rulebook_id=str(basis.rulebook_id),
        rulebook_version=basis.rulebook_number,
        cycle=basis.cycle,
    )


async def tier_minutes(connection: AsyncConnection, scheme_code: str | None) -> dict[str, int]:
    """Minutes a month that an account of each tier costs by the published version of a scheme."""
    definition = await connection.scalar(
        select(TierScheme.definition).where(TierScheme.code == scheme_code, TierScheme.state == VersionState.PUBLISHED)
    )
    tiers = read_scheme(definition).tiers if definition else ()
    return {tier.code: in_minutes(tier.entitlements.hours_per_month) for tier in tiers}


def in_minutes(hours: Decimal) -> int:
    """Hours as whole minutes, parts of a minute dropped."""
    return int(hours * 60)


def accounts_of(basis: Basis) -> Select[Any]:
    """The accounts of a basis with their grade, owner, pin and open appeals."""
    minor = Account.potential_value_base * 100
    appealed = exists().where(Appeal.account_id == Account.id, text(OPEN_STATES))
    columns: tuple[Any, ...] = (
        Account.id,
        Account.code,
        Account.region,
        Account.industry,
        Account.products,
        Account.intent,
        (Account.lifecycle == "prospect").label("is_new"),
        case((minor <= LARGEST_INTEGER, cast(minor, BigInteger))).label("value_minor"),
        Account.potential_value.is_not(None).label("has_value"),
        minor.is_not(None).label("has_rate"),
        Account.verified_at.is_not(None).label("verified"),
        AccountTier.tier,
        Assignment.staff_id.label("owner"),
        func.coalesce(Assignment.pinned_until > basis.as_of, False).label("pinned"),
        appealed.label("appealed"),
    )
    return (
        select(*columns)
        .outerjoin(
            AccountTier,
            and_(
                AccountTier.account_id == Account.id,
                AccountTier.scheme_code == basis.scheme_code,
                AccountTier.ended_at.is_(None),
            ),
        )
        .outerjoin(Assignment, and_(Assignment.account_id == Account.id, CURRENT_OWNER))
        .where(Account.deleted_at.is_(None), in_scope(basis.scope))
    )


def in_scope(scope: Scope) -> ColumnElement[bool]:
    """The accounts of a scope: those that its people own, and those without an owner whom its team sees."""
    if scope.staff_id:
        return or_(Assignment.staff_id == scope.staff_id, Account.id == scope.account_id)
    if not scope.department_id:
        return Account.id == scope.account_id if scope.account_id else true()
    departments = departments_under(scope.department_id)
    staff = select(Staff.id).where(Staff.department_id.in_(departments))
    seen = exists().where(
        AccountMembership.account_id == Account.id,
        AccountMembership.ended_at.is_(None),
        or_(AccountMembership.holder_id.in_(departments), AccountMembership.holder_id.in_(staff)),
    )
    unowned = and_(Assignment.id.is_(None), seen)
    return or_(Assignment.staff_id.in_(staff), unowned, Account.id == scope.account_id)


def departments_under(department_id: UUID) -> Select[UUID]:
    """A department and everything beneath it."""
    root = select(Department.id).where(Department.id == department_id).cte(recursive=True)
    return select(root.union(select(Department.id).where(Department.parent_id == root.c.id)).c.id)


def people_of(basis: Basis) -> Select[Any]:
    """Active staff in a sales role with what they cover, and the days of the basis on which they are absent."""
    last_day = basis.first_day + timedelta(days=basis.days - 1)
    overlap = func.least(Absence.ends_on, last_day) - func.greatest(Absence.starts_on, basis.first_day)
    absent = select(func.coalesce(func.sum(taken_as(overlap, Integer) + 1), 0)).where(
        Absence.staff_id == Staff.id,
        Absence.deleted_at.is_(None),
        Absence.starts_on <= last_day,
        Absence.ends_on >= basis.first_day,
    )
    sells = exists().where(
        RoleGrant.staff_id == Staff.id, RoleGrant.state == "effective", RoleGrant.role.in_(sorted(SALES_ROLES))
    )
    return select(
        Staff.id,
        Staff.code,
        Staff.regions,
        Staff.industries,
        Staff.products,
        Staff.experience_level,
        Staff.fte,
        Staff.max_accounts,
        Staff.max_workload_hours,
        absent.scalar_subquery().label("absent_days"),
    ).where(Staff.deleted_at.is_(None), Staff.status == StaffStatus.ACTIVE, sells, works_in(basis.scope))


def works_in(scope: Scope) -> ColumnElement[bool]:
    """The people of a scope."""
    if scope.staff_id:
        return Staff.id == scope.staff_id
    return Staff.department_id.in_(departments_under(scope.department_id)) if scope.department_id else true()


def account_entry(row: Any, minutes: dict[str, int]) -> AccountEntry:
    """An account as the rules see it."""
    return AccountEntry(
        id=str(row.id),
        code=row.code,
        region=row.region,
        industry=row.industry,
        products=tuple(row.products),
        tier=row.tier,
        intent=row.intent,
        is_new=row.is_new,
        value_minor=row.value_minor,
        workload_minutes=minutes.get(row.tier, 0),
        held_back=held_back(row, minutes),
        owner=str(row.owner) if row.owner else None,
        pinned=row.pinned,
    )


def held_back(row: Any, minutes: dict[str, int]) -> str | None:
    """Why an account takes no part in a distribution, the first reason that holds."""
    reasons = (
        row.appealed,
        not row.has_value,
        not row.has_rate,
        row.value_minor is None,
        not row.verified,
        row.tier not in minutes,
    )
    return next((name for name, holds in zip(HELD_BACK, reasons, strict=True) if holds), None)


def person_entry(row: Any, days: int) -> PersonEntry:
    """A candidate as the rules see them."""
    hours = row.max_workload_hours
    return PersonEntry(
        id=str(row.id),
        code=row.code,
        regions=tuple(row.regions),
        industries=tuple(row.industries),
        products=tuple(row.products),
        experience_level=row.experience_level,
        fte_permille=int(row.fte * 1000),
        availability_permille=1000 * (days - row.absent_days) // days,
        max_accounts=row.max_accounts,
        max_workload_minutes=None if hours is None else in_minutes(hours),
    )


CURRENT_OWNER = and_(Assignment.team_role == "owner", Assignment.ended_at.is_(None))
