"""How lending ends before its time (raised class, revoked delegation), and how its end by itself is noted.

What ended by itself ended at that instant: nothing that is noted later makes another end of it.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.states import LOAN_TRANSITIONS, READING_TRANSITIONS, LoanState, ReadingState
from service.journal import record
from service.models import Loan, ReadingSession
from service.operations.lending_approvals import Lent
from service.policy import Actor, system_actor
from service.queries.lending import clock

CLOCK = system_actor("lending")
KINDS: tuple[type[Any], ...] = (Loan, ReadingSession)

LOAN_EVENTS = {
    "refused": events.LoanRefused,
    "cancelled": events.LoanCancelled,
    "lapsed": events.LoanLapsed,
    "returned": events.LoanReturned,
    "expired": events.LoanExpired,
    "revoked": events.LoanRevoked,
    "lost": events.LoanLost,
}
READING_EVENTS = {
    "refused": events.ReadingSessionRefused,
    "cancelled": events.ReadingSessionCancelled,
    "lapsed": events.ReadingSessionLapsed,
    "ended": events.ReadingSessionEnded,
    "expired": events.ReadingSessionExpired,
    "revoked": events.ReadingSessionRevoked,
}
STOPPED = {"requested": "cancelled", "approved": "lapsed", "active": "revoked"}


async def end_lending(session: AsyncSession, actor: Actor, item_id: UUID, reason: str) -> int:
    """Stops whatever is open of an item, at once; tells how much that was."""
    return await stop(session, actor, lambda model: model.item_id == item_id, reason)


async def end_delegated(session: AsyncSession, actor: Actor, delegation_id: UUID, reason: str) -> int:
    """Stops whatever was approved on a delegation, at once."""
    return await stop(session, actor, lambda model: model.delegation_id == delegation_id, reason)


async def stop(session: AsyncSession, actor: Actor, which: Any, reason: str) -> int:
    """Cancels what is requested, lets lapse what is approved and revokes what is active."""
    stopped = 0
    for model in KINDS:
        for lent in await opened(session, model, which(model)):
            if not await settled(session, lent):
                await finish(session, actor, lent, STOPPED[lent.state], reason)
                stopped += 1
    return stopped


async def opened(session: AsyncSession, model: type[Any], which: ColumnElement[bool]) -> list[Any]:
    """Rows that are open, locked in the order of their ids."""
    statement = select(model).where(which, model.state.in_(STOPPED)).order_by(model.id).with_for_update()
    return list(await session.scalars(statement.execution_options(populate_existing=True)))


async def make_way(session: AsyncSession, model: type[Any], item_id: UUID, person: ColumnElement[bool]) -> None:
    """Notes the end of what ended by itself, so that it stands in nobody's way."""
    for lent in await opened(session, model, (model.item_id == item_id) & person):
        await settled(session, lent)


async def finish(session: AsyncSession, actor: Actor, lent: Lent, state: str, reason: str | None) -> None:
    """Moves a loan or reading session to a last state; IllegalTransition where that is not possible, or any more."""
    check_move(lent, state_at(lent, await clock(session)), state)
    await conclude(session, actor, lent, state, reason, func.clock_timestamp())


def state_at(lent: Lent, now: datetime) -> str:
    """The state that counts at an instant, whether somebody noted it or not."""
    if lent.state == "active" and lent.expires_at is not None and lent.expires_at <= now:
        return "expired"
    if lent.state == "approved" and lent.lapses_at is not None and lent.lapses_at <= now:
        return "lapsed"
    return lent.state


def check_move(lent: Lent, before: str, after: str) -> None:
    """Nothing, or IllegalTransition."""
    if isinstance(lent, Loan):
        LOAN_TRANSITIONS.check(LoanState(before), LoanState(after))
    else:
        READING_TRANSITIONS.check(ReadingState(before), ReadingState(after))


async def settled(session: AsyncSession, lent: Lent) -> bool:
    """Notes that a loan or reading session ended by itself, if it did; tells whether."""
    state = state_at(lent, await clock(session))
    if state == lent.state:
        return False
    check_move(lent, lent.state, state)
    await conclude(session, CLOCK, lent, state, None, lent.expires_at or lent.lapses_at)
    return True


async def conclude(session: AsyncSession, actor: Actor, lent: Lent, state: str, reason: str | None, at: Any) -> None:
    """Writes down how it ended, and when."""
    happened: Any = (LOAN_EVENTS if isinstance(lent, Loan) else READING_EVENTS)[state]
    lent.state, lent.end_reason, lent.ended_at = state, reason, at
    lent.version += 1
    await record(session, actor, happened(lent.id, data={"item_id": lent.item_id, "reason": reason}))


async def record_end(session: AsyncSession) -> bool:
    """Notes one that has come to its end by itself, passing by what others hold; tells whether there was one.

    Whoever reads is refused already, by the clock.
    """
    at = func.clock_timestamp()
    for model in KINDS:
        past = or_(
            (model.state == "active") & (model.expires_at <= at), (model.state == "approved") & (model.lapses_at <= at)
        )
        statement = select(model).where(past).order_by(model.id).limit(1).with_for_update(skip_locked=True)
        lent: Lent | None = (await session.scalars(statement)).one_or_none()
        if lent is not None:
            return await settled(session, lent)
    return False
