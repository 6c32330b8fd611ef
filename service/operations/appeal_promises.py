"""What verdicts promised is kept: an account at its date, the next account without an owner to whom it is due."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.states import OPEN_APPEALS
from service.journal import record
from service.models import Account, AccountTier, Appeal, AppealPromise, Assignment, Staff
from service.operations.appeal_reassignment import binding_rules, carry_out, decided, keep, lock
from service.operations.assignments import OWNER, Handover, hand_over
from service.policy import Actor, system_actor
from service.policy.hierarchy import departments_under
from service.queries.appeal_deadlines import stands
from service.queries.snapshots import Scope, present_basis, read_accounts

PROMISES = system_actor("appeal promises")
MOST_LOOKED_AT = 20


async def keep_dated(session: AsyncSession, actor: Actor, promise_id: UUID, timezone: str) -> bool:
    """Hands over an account whose date has come; it stays promised while a hard rule forbids it.

    Where the account has changed hands otherwise, the promise lapses.
    """
    found = await held(session, promise_id)
    if found is None:
        return False
    appeal, promise = found
    current = await session.get_one(Assignment, appeal.assignment_id)
    if current.ended_at is not None:
        await settle(session, actor, promise, appeal, None)
        return True
    await lock(session, appeal)
    if await binding_rules(session, appeal.account_id, promise.staff_id, timezone):
        return False
    made = await carry_out(session, actor, appeal, {appeal.account_id: promise.staff_id}, timezone)
    await settle(session, actor, promise, appeal, made[appeal.account_id])
    return True


async def compensate_waiting(session: AsyncSession, department_id: UUID | None, timezone: str) -> int:
    """Before accounts without an owner are shared, those promised come first; tells how many there were.

    Only people of the department, with all below it, are looked at; the caller holds its ledger.
    """
    kept = 0
    for promise_id in await open_promises(session, department_id):
        if found := await held(session, promise_id, skip_locked=True):
            for account_id in await session.scalars(waiting_for(found[1]).limit(MOST_LOOKED_AT)):
                if await given(session, *found, account_id, timezone):
                    kept += 1
                    break
    return kept


async def compensated(session: AsyncSession, account_id: UUID, department_id: UUID | None, timezone: str) -> bool:
    """Whether an account without an owner went to somebody to whom such a one was promised, the first in turn."""
    for promise_id in await open_promises(session, department_id):
        found = await held(session, promise_id, skip_locked=True)
        fits = found and await session.scalar(waiting_for(found[1]).where(Account.id == account_id))
        if found and fits and await given(session, *found, account_id, timezone):
            return True
    return False


async def given(session: AsyncSession, appeal: Appeal, promise: AppealPromise, account_id: UUID, timezone: str) -> bool:
    """Gives the account unless it is held back or a hard rule forbids it."""
    connection = await session.connection()
    basis = await present_basis(connection, timezone, "promise", Scope(account_id=account_id))
    held_back = any(one.held_back for one in await read_accounts(connection, basis))
    if held_back or await binding_rules(session, account_id, promise.staff_id, timezone):
        return False
    decision = (await decided(session, {account_id: promise.staff_id}))[account_id]
    handover = Handover(account_id, promise.staff_id, decision.id)
    made = await hand_over(session, PROMISES, [handover], "appeal", appeal_id=appeal.id)
    await keep(session, PROMISES, made[account_id], timezone)
    await settle(session, PROMISES, promise, appeal, made[account_id])
    return True


async def settle(
    session: AsyncSession, actor: Actor, promise: AppealPromise, appeal: Appeal, assignment_id: UUID | None
) -> None:
    """The promise is kept by an assignment, or has lapsed without one."""
    promise.state = "kept" if assignment_id else "lapsed"
    promise.assignment_id, promise.settled_at = assignment_id, datetime.now(UTC)
    appeal.version += 1
    happened = events.AppealRedeemed if assignment_id else events.AppealLapsed
    data = {"promise_id": promise.id, "kind": promise.kind, "new_assignment_id": assignment_id}
    await record(session, actor, happened(appeal.id, appeal.account_id, data))


async def held(
    session: AsyncSession, promise_id: UUID, *, skip_locked: bool = False
) -> tuple[Appeal, AppealPromise] | None:
    """An appeal and what it promised, locked in this order; None unless it is decided and the promise still open.

    `skip_locked`: for whoever holds a ledger already and may not wait for an appeal, as appeals are locked before
    ledgers; one that somebody is at work on keeps its promise another time.
    """
    promise = await session.get_one(AppealPromise, promise_id)
    lock = {"skip_locked": skip_locked}
    appeal = await session.get(Appeal, promise.appeal_id, with_for_update=lock, populate_existing=True)
    if appeal is None or appeal.state in OPEN_APPEALS:  # the second instance may decide otherwise
        return None
    promise = await session.get_one(AppealPromise, promise_id, with_for_update=True, populate_existing=True)
    return (appeal, promise) if promise.state == "open" else None


async def open_promises(session: AsyncSession, department_id: UUID | None) -> Sequence[UUID]:
    """The accounts promised to people of a department, of the company where none is named, in the promises' order."""
    statement = TO_DEPARTMENT if department_id else TO_ANYBODY
    return (await session.scalars(statement, {"department_id": department_id} if department_id else {})).all()


def waiting_for(promise: AppealPromise) -> Select[Any]:
    """The accounts without an owner that are worth as much as promised and graded as high, the oldest first."""
    owned = exists().where(
        Assignment.account_id == Account.id, Assignment.team_role == OWNER, Assignment.ended_at.is_(None)
    )
    graded = exists().where(
        AccountTier.account_id == Account.id,
        AccountTier.scheme_code == promise.scheme_code,
        AccountTier.ended_at.is_(None),
        AccountTier.tier.in_(promise.tiers),
    )
    good_enough: list[ColumnElement[bool]] = [graded] if promise.tiers else []
    if promise.least_value is not None:
        good_enough.append(Account.potential_value_base >= promise.least_value)
    return select(Account.id).where(Account.deleted_at.is_(None), ~owned, *good_enough).order_by(Account.id)


TO_ANYBODY = (
    select(AppealPromise.id)
    .where(AppealPromise.kind == "compensate", AppealPromise.state == "open", stands())
    .order_by(AppealPromise.id)
)
BELOW = departments_under(bindparam("department_id", type_=Staff.department_id.type))
TO_DEPARTMENT = TO_ANYBODY.where(AppealPromise.staff_id.in_(select(Staff.id).where(Staff.department_id.in_(BELOW))))
