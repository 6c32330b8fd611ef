"""How lending ends before its time (raised class, revoked delegation), and how its end by itself is noted."""

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
from service.policy import Actor

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
    for model in (Loan, ReadingSession):
        for lent in await opened(session, model, which(model)):
            await finish(session, actor, lent, STOPPED[lent.state], reason)
            stopped += 1
    return stopped


async def opened(session: AsyncSession, model: type[Any], which: ColumnElement[bool]) -> list[Any]:
    """Rows that are open, locked in the order of their ids."""
    statement = select(model).where(which, model.state.in_(STOPPED)).order_by(model.id).with_for_update()
    return list(await session.scalars(statement.execution_options(populate_existing=True)))


async def finish(
    session: AsyncSession, actor: Actor, lent: Lent, state: str, reason: str | None, at: datetime | None = None
) -> None:
    """Moves a loan or reading session to a last state; IllegalTransition where that is not possible."""
    if isinstance(lent, Loan):
        LOAN_TRANSITIONS.check(LoanState(lent.state), LoanState(state))
        happened: Any = LOAN_EVENTS[state]
    else:
        READING_TRANSITIONS.check(ReadingState(lent.state), ReadingState(state))
        happened = READING_EVENTS[state]
    lent.state, lent.end_reason = state, reason
    lent.ended_at = at or func.clock_timestamp()
    lent.version += 1
    await record(session, actor, happened(lent.id, data={"item_id": lent.item_id, "reason": reason}))


async def record_ends(session: AsyncSession, actor: Actor) -> int:
    """Notes what has come to its end by itself; whoever reads is refused already, by the clock."""
    noted = 0
    at = func.clock_timestamp()
    for model in (Loan, ReadingSession):
        past = or_(
            (model.state == "active") & (model.expires_at <= at), (model.state == "approved") & (model.lapses_at <= at)
        )
        for lent in await opened(session, model, past):
            state = "expired" if lent.state == "active" else "lapsed"
            await finish(session, actor, lent, state, None, lent.expires_at or lent.lapses_at)
            noted += 1
    return noted
