"""Grades of accounts: begun and ended here, by an evaluation or by hand, with what they entitle to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.bulk_copy import copy_rows
from service.domain import events
from service.domain.calendar import BusinessCalendar
from service.domain.entitlements import Due, entitlement_schedule
from service.domain.states import VersionState
from service.domain.tier_schemes import Method, read_scheme
from service.errors import FieldError, InvalidInput, Sentence, StateConflict, WrongMethod
from service.journal import record
from service.models import Account, AccountTier, Entitlement, TierScheme, new_id
from service.policy import Actor, fetch
from service.queries.calendar import business_calendar
from service.queries.settings import setting
from service.schemas.account_tiers import AccountTierCreate

TIER_COLUMNS = (
    "id", "account_id", "scheme_code", "scheme_id", "evaluation_id", "tier", "reason", "started_at", "months_dated",
)  # fmt: skip
ENTITLEMENT_COLUMNS = ("id", "account_tier_id", "account_id", "kind", "name", "due_on")
NOT_BY_HAND = Sentence("The grades of this scheme come from evaluations.", "该方案的级别由评定得出。")
HELD_ALREADY = Sentence("The account holds this grade already.", "该客户已处于此级别。")
Duty = tuple[str, dict[str, str], date]  # kind, name in both languages, due date


@dataclass(frozen=True, slots=True)
class Change:
    """One account's grade before (with the row that holds it) and after; None is no grade."""

    account_id: UUID
    held_id: UUID | None
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Grading:
    """Where grades come from and when they begin, with the duties of each tier for some months from that day."""

    scheme: TierScheme
    at: datetime
    on: date
    months: int
    duties: Mapping[str, Sequence[Duty]]
    evaluation_id: UUID | None = None
    reason: str | None = None


async def grade_account(
    session: AsyncSession, actor: Actor, account_id: UUID, wanted: AccountTierCreate, timezone: str
) -> UUID:
    """Sets a grade of a manual scheme by hand; returns its id."""
    await fetch(session, actor, "grade", Account, account_id)
    scheme = await manual_scheme(session, wanted.scheme_code)
    if read_scheme(scheme.definition).tier(wanted.tier) is None:
        sentence = Sentence("The scheme has no such tier.", "该方案没有此级别。")
        raise InvalidInput(errors=[FieldError("not_found", sentence, pointer="/tier")])
    current = AccountTier.scheme_code == scheme.code, AccountTier.ended_at.is_(None)
    held = await session.scalar(select(AccountTier).where(AccountTier.account_id == account_id, *current))
    if held and (held.tier, held.scheme_id) == (wanted.tier, scheme.id):
        raise StateConflict(HELD_ALREADY)
    grading = await grading_of(session, scheme, timezone, reason=wanted.reason)
    change = Change(account_id, held.id if held else None, held.tier if held else None, wanted.tier)
    return (await change_grades(session, actor, grading, [change]))[account_id]


async def manual_scheme(session: AsyncSession, code: str) -> TierScheme:
    """The published version of a scheme that is graded by hand; it stays published until the grade is set."""
    statement = select(TierScheme).where(TierScheme.code == code, TierScheme.state == VersionState.PUBLISHED)
    scheme = await session.scalar(statement.with_for_update(read=True))
    if scheme is None:
        sentence = Sentence("There is no published tier scheme with this code.", "没有此代码的已发布分级方案。")
        raise InvalidInput(errors=[FieldError("not_found", sentence, pointer="/scheme_code")])
    if scheme.method != Method.MANUAL:
        raise WrongMethod(NOT_BY_HAND)
    return scheme


async def grading_of(
    session: AsyncSession,
    scheme: TierScheme,
    timezone: str,
    *,
    evaluation_id: UUID | None = None,
    reason: str | None = None,
) -> Grading:
    """A grading that begins now; duties are computed once a tier, by the business calendar as it stands."""
    connection = await session.connection()
    calendar: BusinessCalendar = await business_calendar(connection, timezone)
    months = await setting(connection, "entitlement_months")
    at: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    on = calendar.business_date(at)
    tiers = read_scheme(scheme.definition).tiers
    schedules = {tier.code: entitlement_schedule(tier, on, range(months), calendar) for tier in tiers}
    duties = {code: [duty(due) for due in schedule] for code, schedule in schedules.items()}
    return Grading(scheme, at, on, months, duties, evaluation_id, reason)


async def change_grades(
    session: AsyncSession, actor: Actor, grading: Grading, changes: Sequence[Change]
) -> dict[UUID, UUID]:
    """Ends the grades that were held and begins the new ones, each with its duties and its evidence.

    Set-based: a few statements, however many accounts. Returns account id → id of the new grade.
    """
    await end_grades(session, grading, [change.held_id for change in changes if change.held_id])
    begun = {change.account_id: new_id() for change in changes if change.after}
    source = (grading.scheme.code, grading.scheme.id, grading.evaluation_id)
    tiers = [(change.account_id, change.after) for change in changes if change.after]
    since = (grading.reason, grading.at, grading.months)
    grades = ((begun[account], account, *source, tier, *since) for account, tier in tiers)
    await copy_rows(session, AccountTier.__table__, TIER_COLUMNS, grades)
    duties = ((new_id(), begun[account], account, *duty) for account, tier in tiers for duty in grading.duties[tier])
    await copy_rows(session, Entitlement.__table__, ENTITLEMENT_COLUMNS, duties)
    facts = [fact(grading, change, begun.get(change.account_id) or change.held_id) for change in changes]
    await record(session, actor, *facts)
    return begun


async def end_grades(session: AsyncSession, grading: Grading, held: Sequence[UUID]) -> None:
    """Ends grades and what they still promised; what was due until that day stays as it was."""
    ended = update(AccountTier).where(AccountTier.id == func.any(list(held)), AccountTier.ended_at.is_(None))
    await session.execute(ended.values(ended_at=grading.at), execution_options={"synchronize_session": False})
    owed = update(Entitlement).where(
        Entitlement.account_tier_id == func.any(list(held)), Entitlement.due_on > grading.on
    )
    await session.execute(owed.values(ended_at=grading.at), execution_options={"synchronize_session": False})


def fact(grading: Grading, change: Change, grade_id: UUID | None) -> events.AccountTierChanged:
    """What the audit log says of one change."""
    scheme = grading.scheme
    data = {
        "scheme_code": scheme.code,
        "scheme_number": scheme.number,
        "from": change.before,
        "to": change.after,
        "evaluation_id": grading.evaluation_id,
        "reason": grading.reason,
    }
    return events.AccountTierChanged(grade_id, change.account_id, data)


def duty(due: Due) -> Duty:
    """What is kept of one duty."""
    return due.code, due.name._asdict(), due.due_on
