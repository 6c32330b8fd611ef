"""What a distribution is computed from, read from the database: accounts and people as the rules see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy import type_coerce as taken_as
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased
from sqlalchemy.types import NULLTYPE

from service.domain.canonical import LARGEST_INTEGER
from service.domain.distribution.groups import Group, counted_as_one, with_namesakes
from service.domain.distribution.rulebook import Rulebook
from service.domain.distribution.snapshot import Account as AccountEntry
from service.domain.distribution.snapshot import Person as PersonEntry
from service.domain.distribution.snapshot import Snapshot
from service.domain.distribution.tasks import Mode, Task
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
    DistributionPlan,
    RoleGrant,
    Staff,
    TierScheme,
)
from service.models import Rulebook as RulebookRow
from service.models.appeals import OPEN_STATES
from service.policy.hierarchy import departments_under

HELD_BACK = ("under_appeal", "missing_value", "missing_rate", "value_out_of_range", "unverified", "stale", "no_tier")
COVERAGE = ("code", "regions", "industries", "products", "experience_level", "max_accounts")
OWNER, CO_OWNER = "owner", "co_owner"
SHARED = aliased(Assignment)
WORKING = (StaffStatus.ACTIVE, StaffStatus.ON_LEAVE)
AS_OF: Any = bindparam("as_of", type_=Account.verified_at.type)
NAMED: Any = bindparam("named", type_=ARRAY(Account.id.type))
MOST_KEPT = 50
PLAN_DAYS = 90
TODAY = 1


@dataclass(frozen=True)
class Scope:
    """Whose accounts and people: the company's, one department's with all below it, or those of some of its people.

    `staff_ids`: their accounts alone; `account_id`: belongs to it in any case; where it stands alone, it is the only
    account, beside all people, as those of `account_ids` are.
    """

    department_id: UUID | None = None
    staff_ids: tuple[UUID, ...] | None = None
    account_id: UUID | None = None
    account_ids: tuple[UUID, ...] | None = None

    @property
    def named(self) -> list[UUID] | None:
        """The accounts that are all there is; None where there are others."""
        if self.staff_ids is not None or self.department_id is not None:
            return None
        if self.account_ids is not None:
            return list(self.account_ids)
        return None if self.account_id is None else [self.account_id]


@dataclass(frozen=True)
class Basis:
    """By which rules and on which grades a snapshot is made, for whom, and as of when.

    `as_of`: pins that end later count; `days`: availability is the part of so many days from `first_day` on which a
    person is not absent; `minutes`: what the grades cost, where that was read already; `team_role`: the role that is
    shared, among salespeople for the owner, else among staff of that role.
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
    minutes: dict[str, int] | None = None
    team_role: str = OWNER
    task: Task = field(default_factory=Task)

    @cached_property
    def rules(self) -> Rulebook:
        """The rules of the role that is shared."""
        return Rulebook.from_mapping(self.definition).for_role(self.team_role)


async def present_basis(
    connection: AsyncConnection, timezone: str, cycle: str, scope: Scope, days: int = TODAY
) -> Basis:
    """The published rulebook and the scheme in use, as of now; NoPublishedRulebook without the former."""
    rulebook = await published_rulebook(connection)
    if rulebook is None:
        raise NoPublishedRulebook
    return await basis_by(connection, rulebook, timezone, cycle, scope, days)


async def basis_by(
    connection: AsyncConnection, rulebook: Any, timezone: str, cycle: str, scope: Scope, days: int = TODAY
) -> Basis:
    """A rulebook (its id, number and definition) and the scheme in use, as of now."""
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
    """The snapshot of a basis: a few statements, however many accounts."""
    accounts, groups = await read_units(connection, basis)
    return Snapshot(
        accounts=accounts,
        people=await read_people(connection, basis),
        rulebook=basis.rules,
        rulebook_id=str(basis.rulebook_id),
        rulebook_version=basis.rulebook_number,
        cycle=basis.cycle,
        task=basis.task,
        groups=groups,
    )


async def read_accounts(connection: AsyncConnection, basis: Basis) -> tuple[AccountEntry, ...]:
    """The accounts of a basis as the rules see them, those of one group as one."""
    return (await read_units(connection, basis))[0]


async def read_units(connection: AsyncConnection, basis: Basis) -> tuple[tuple[AccountEntry, ...], tuple[Group, ...]]:
    """The same, and which accounts are behind an entry."""
    (accounts, names), scope = await read_each(connection, basis), basis.scope
    if scope.named is not None or basis.team_role != OWNER:
        return accounts, ()
    roots = with_namesakes(await roots_of(connection, scope, list(names)), names)
    if not roots:
        return accounts, ()
    return counted_as_one(accounts, roots, str(scope.account_id) if scope.account_id else None)


async def roots_of(connection: AsyncConnection, scope: Scope, ids: list[str]) -> dict[str, str]:
    """The topmost account above each that belongs to a group, by id; of a part of the company only of these accounts.

    A route asks for one seller's: to climb through all groups of a company took it a hundred times as long.
    """
    whole = scope.staff_ids is None and scope.department_id is None
    rows = await connection.execute(ROOTS) if whole else await connection.execute(ROOTS_AMONG, {"ids": ids})
    below = {row.id: row.root for row in rows}
    return below | {root: root for root in below.values()}


async def read_each(connection: AsyncConnection, basis: Basis) -> tuple[tuple[AccountEntry, ...], dict[str, str]]:
    """Every account of a basis by itself; of a shared account its co-owner's part is an entry of its own.

    Such a part bears the id of the co-owner's assignment; like the owner's part it stays where it is. Beside them names
    without legal form, punctuation and case, by id, unless some accounts alone were asked for.
    """
    minutes = basis.minutes or await tier_minutes(connection, basis.scheme_code)
    if (named := basis.scope.named) is not None:
        asked = await connection.execute(named_accounts(basis, minutes), {"as_of": basis.as_of, "named": named})
        return tuple(AccountEntry(*row) for row in asked), {}
    rows = (await connection.execute(accounts_of(basis, minutes).add_columns(Account.name_match))).all()
    whole = tuple(AccountEntry(*row[:-1]) for row in rows)
    names = {entry.id: row.name_match for entry, row in zip(whole, rows, strict=True)}
    if basis.team_role != OWNER:
        return whole, names
    shared = await connection.execute(parts_of(basis, minutes))
    return (*whole, *(AccountEntry(*row) for row in shared)), names


async def read_people(connection: AsyncConnection, basis: Basis) -> tuple[PersonEntry, ...]:
    """The people of a basis as the rules see them."""
    return tuple(PersonEntry(*row) for row in await connection.execute(people_of(basis)))


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


def named_accounts(basis: Basis, minutes: Mapping[str, int]) -> Select[Any]:
    """The statement for some accounts by the rules of a basis, built once for whatever accounts and instant."""
    key = (basis.team_role, basis.scheme_code, basis.rules.freshness, tuple(minutes.items()))
    if key not in _KEPT:
        if len(_KEPT) >= MOST_KEPT:
            _KEPT.clear()
        _KEPT[key] = entries_of(replace(basis, as_of=AS_OF), minutes).where(Account.id == func.any(NAMED))
    return _KEPT[key]


def accounts_of(basis: Basis, minutes: Mapping[str, int]) -> Select[Any]:
    """The accounts of a basis as the rules see them, in the order of an account entry's fields."""
    return entries_of(basis, minutes).where(concerned(basis))


def entries_of(basis: Basis, minutes: Mapping[str, int]) -> Select[Any]:
    """All accounts as the rules of a basis see them."""
    stays = or_(Assignment.pinned_until > basis.as_of, SHARED.id.is_not(None))
    columns = columns_of(
        minutes,
        100 - func.coalesce(SHARED.share_percent, 0),
        id=cast(Account.id, Text),
        held_back=held_back(basis, minutes),
        owner=cast(Assignment.staff_id, Text),
        pinned=func.coalesce(and_(Assignment.id.is_not(None), stays), False),
    )
    return (
        select(*columns)
        .select_from(Account)
        .outerjoin(AccountTier, graded_by(basis))
        .outerjoin(Assignment, and_(Assignment.account_id == Account.id, holds(basis.team_role)))
        .outerjoin(SHARED, and_(SHARED.account_id == Account.id, shared_now(basis.team_role)))
        .where(Account.deleted_at.is_(None))
    )


def parts_of(basis: Basis, minutes: Mapping[str, int]) -> Select[Any]:
    """What counts for the co-owners of a scope, in the order of an account entry's fields."""
    columns = columns_of(
        minutes,
        SHARED.share_percent,
        id=cast(SHARED.id, Text),
        held_back=cast(null(), Text),
        owner=cast(SHARED.staff_id, Text),
        pinned=true(),
    )
    scope = basis.scope
    whose: ColumnElement[bool] = true()
    if scope.staff_ids is not None:
        whose = SHARED.staff_id == func.any(list(scope.staff_ids))
    elif scope.department_id is not None:
        whose = SHARED.staff_id.in_(
            select(Staff.id).where(Staff.department_id.in_(departments_under(scope.department_id)))
        )
    return (
        select(*columns)
        .select_from(SHARED)
        .join(Account, Account.id == SHARED.account_id)
        .outerjoin(AccountTier, graded_by(basis))
        .where(Account.deleted_at.is_(None), shared_now(OWNER), whose)
    )


def columns_of(minutes: Mapping[str, int], percent: Any, **owned: ColumnElement[Any]) -> list[Any]:
    """An account's columns in the order of an entry's fields, its loads as far as they count for one of its owners."""
    columns = {
        **{name: getattr(Account, name) for name in ("code", "region", "industry", "intent")},
        "products": PRODUCTS,
        "tier": AccountTier.tier,
        "is_new": Account.lifecycle == "prospect",
        **loads_of(minutes, percent),
        **owned,
    }
    return [columns[part.name] for part in fields(AccountEntry)]


def loads_of(minutes: Mapping[str, int], percent: Any) -> dict[str, ColumnElement[Any]]:
    """Value and hours of an account as far as they count for one of its owners."""
    hours = case(minutes, value=AccountTier.tier, else_=0) if minutes else literal(0)
    return {
        "value_minor": case((MINOR <= LARGEST_INTEGER, cast(func.floor(MINOR * percent / 100), BigInteger))),
        "workload_minutes": hours * percent // 100,
    }


def shared_now(team_role: str) -> ColumnElement[bool]:
    """The present co-owners' assignments; none where another role than the owner's is shared out."""
    return and_(SHARED.team_role == CO_OWNER, SHARED.ended_at.is_(None)) if team_role == OWNER else false()


def graded_by(basis: Basis) -> ColumnElement[bool]:
    """The account's present grade in the scheme that counts."""
    return and_(
        AccountTier.account_id == Account.id,
        AccountTier.scheme_code == basis.scheme_code,
        AccountTier.ended_at.is_(None),
    )


def held_back(basis: Basis, minutes: Mapping[str, int]) -> ColumnElement[Any]:
    """Why an account takes no part in a distribution, the first reason that holds; null when it does."""
    freshness = basis.rules.freshness
    oldest = basis.as_of - timedelta(days=freshness.most_days)
    conditions = (
        exists().where(Appeal.account_id == Account.id, text(OPEN_STATES), *by_others(basis)),
        Account.potential_value.is_(None),
        MINOR.is_(None),
        MINOR > LARGEST_INTEGER,
        Account.verified_at.is_(None) if freshness.verified else false(),
        Account.verified_at < oldest if freshness.most_days else false(),
        func.coalesce(AccountTier.tier.not_in(sorted(minutes)), True),
    )
    return case(*zip(conditions, HELD_BACK, strict=True), else_=None)


def by_others(basis: Basis) -> tuple[ColumnElement[bool], ...]:
    """Which appeals hold an account back: all, but those of a leaver, which end with the handover."""
    leaver = basis.task.person_id if basis.task.mode is Mode.LEAVER else None
    return (Appeal.appellant_id != UUID(leaver),) if leaver else ()


def concerned(basis: Basis) -> ColumnElement[bool]:
    """The accounts of a basis: those of its scope and, whoever takes over, those of a leaver."""
    if basis.task.mode is not Mode.LEAVER or basis.task.person_id is None:
        return in_scope(basis.scope)
    theirs = own_accounts(Scope(staff_ids=(UUID(basis.task.person_id),)))
    return or_(in_scope(basis.scope), Account.id.in_(theirs))


def in_scope(scope: Scope) -> ColumnElement[bool]:
    """The accounts of a scope: those that its people own, and those without an owner whom its team sees."""
    if scope.named is not None:
        return Account.id == func.any(scope.named)
    if scope.staff_ids is None and scope.department_id is None:
        return true()
    return Account.id.in_(ids_in(scope))


def ids_in(scope: Scope) -> CompoundSelect[Any]:
    """The ids of the accounts of a department or of some people; who is seen by several teams comes several times."""
    parts = [own_accounts(scope)] + ([] if scope.staff_ids is not None else [unowned_of(scope.department_id)])
    if scope.account_id:
        parts.append(select(Account.id).where(Account.id == scope.account_id))
    return union_all(*parts)


def own_accounts(scope: Scope) -> Select[Any]:
    """The ids of accounts that the people of a scope own."""
    own = aliased(Assignment)
    if scope.staff_ids is not None:
        whose = own.staff_id == func.any(list(scope.staff_ids))
    else:
        whose = own.staff_id.in_(
            select(Staff.id).where(Staff.department_id.in_(departments_under(scope.department_id)))
        )
    return select(own.account_id).where(whose, own.team_role == "owner", own.ended_at.is_(None))


def unowned_of(department_id: UUID | None) -> Select[Any]:
    """The ids of accounts without an owner that a department sees through their teams."""
    departments = departments_under(department_id)
    staff = select(Staff.id).where(Staff.department_id.in_(departments))
    owner = aliased(Assignment)
    owned = exists().where(
        owner.account_id == AccountMembership.account_id, owner.team_role == "owner", owner.ended_at.is_(None)
    )
    return select(AccountMembership.account_id).where(
        AccountMembership.ended_at.is_(None),
        or_(AccountMembership.holder_id.in_(departments), AccountMembership.holder_id.in_(staff)),
        ~owned,
    )


def people_of(basis: Basis) -> Select[Any]:
    """Staff who may hold the role that is shared, in the order of a person entry's fields; those on leave are absent.

    So whoever comes back finds what no plan was asked to move, and is given accounts as if they had never been away.
    Until then nobody counts on those whose place others have taken.
    """
    last_day = basis.first_day + timedelta(days=basis.days - 1)
    overlap = func.least(Absence.ends_on, last_day) - func.greatest(Absence.starts_on, basis.first_day)
    absent = select(func.coalesce(func.sum(taken_as(overlap, Integer) + 1), 0)).where(
        Absence.staff_id == Staff.id,
        Absence.deleted_at.is_(None),
        Absence.starts_on <= last_day,
        Absence.ends_on >= basis.first_day,
    )
    roles = sorted(SALES_ROLES) if basis.team_role == OWNER else [basis.team_role]
    may_hold = exists().where(RoleGrant.staff_id == Staff.id, RoleGrant.state == "effective", RoleGrant.role.in_(roles))
    stays = Staff.id != UUID(basis.task.person_id) if basis.task.mode is Mode.LEAVER else true()
    columns = {
        "id": cast(Staff.id, Text),
        **{name: getattr(Staff, name) for name in COVERAGE},
        "fte_permille": cast(Staff.fte * 1000, Integer),
        "availability_permille": case(
            (Staff.status == StaffStatus.ON_LEAVE, 0),
            else_=1000 * (basis.days - absent.scalar_subquery()) // basis.days,
        ),
        "max_workload_minutes": cast(func.trunc(Staff.max_workload_hours * 60), BigInteger),
    }
    people = select(*(columns[part.name] for part in fields(PersonEntry)))
    works_here = and_(Staff.deleted_at.is_(None), Staff.status.in_(WORKING), works_in(basis.scope))
    replaced = and_(Staff.status == StaffStatus.ON_LEAVE, Staff.handed_over_at.is_not(None))
    return people.where(works_here, ~replaced, may_hold, stays)


def works_in(scope: Scope) -> ColumnElement[bool]:
    """The people of a scope."""
    within = Staff.department_id.in_(departments_under(scope.department_id)) if scope.department_id else true()
    return within if scope.staff_ids is None else and_(within, Staff.id == func.any(list(scope.staff_ids)))


def holds(team_role: str) -> ColumnElement[bool]:
    """The present assignments in a team role."""
    return and_(Assignment.team_role == team_role, Assignment.ended_at.is_(None))


MINOR = Account.potential_value_base * 100
PRODUCTS = taken_as(Account.products, NULLTYPE)  # a list as the driver reads it, not copied 100,000 times
_KEPT: dict[Any, Select[Any]] = {}
CLIMB = """
    WITH RECURSIVE up (id, above) AS (
        SELECT id, parent_id FROM accounts WHERE parent_id IS NOT NULL {among}
        UNION ALL
        SELECT up.id, a.parent_id FROM up JOIN accounts a ON a.id = up.above WHERE a.parent_id IS NOT NULL
    )
    SELECT up.id::text, up.above::text AS root FROM up JOIN accounts a ON a.id = up.above WHERE a.parent_id IS NULL
    {tops}
"""
TOPS = """
    UNION ALL
    SELECT id::text, id::text FROM accounts top
    WHERE id = ANY(CAST(:ids AS uuid[])) AND parent_id IS NULL
      AND EXISTS (SELECT FROM accounts below WHERE below.parent_id = top.id)
"""
ROOTS = text(CLIMB.format(among="", tops=""))
ROOTS_AMONG = text(CLIMB.format(among="AND id = ANY(CAST(:ids AS uuid[]))", tops=TOPS))
"""The same of some accounts, and which of them are topmost themselves: the accounts below may not be among them."""
