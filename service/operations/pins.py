"""Keeping an assignment out of redistribution, and letting it take part again."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.errors import FieldError, InvalidInput, Sentence, StateConflict
from service.journal import record
from service.models import Assignment
from service.policy import Actor, fetch

ENDED = Sentence("The assignment has ended.", "该分配已结束。")


async def pin_assignment(
    session: AsyncSession, actor: Actor, assignment_id: UUID, until: datetime, reason: str
) -> Assignment:
    """A manager keeps an assignment out of redistribution until an instant."""
    assignment = await fetch_current(session, actor, assignment_id)
    if until <= datetime.now(UTC):
        sentence = Sentence("The instant is past.", "该时刻已过。")
        raise InvalidInput(errors=[FieldError("in_the_past", sentence, pointer="/pinned_until")])
    session.info["made"] = assignment
    await pin(session, actor, assignment, until, reason)
    return assignment


async def unpin_assignment(session: AsyncSession, actor: Actor, assignment_id: UUID, reason: str) -> Assignment:
    """Lets an assignment take part in redistribution again."""
    assignment = await fetch_current(session, actor, assignment_id)
    if assignment.pinned_until is None:
        raise StateConflict(Sentence("The assignment is not pinned.", "该分配未锁定。"))
    assignment.pinned_until = assignment.pin_reason = None
    assignment.version += 1
    session.info["made"] = assignment
    await record(session, actor, events.AssignmentUnpinned(assignment.id, assignment.account_id, {"reason": reason}))
    return assignment


async def fetch_current(session: AsyncSession, actor: Actor, assignment_id: UUID) -> Assignment:
    """An assignment that the actor may pin, and that has not ended."""
    assignment = await fetch(session, actor, "pin", Assignment, assignment_id)
    if assignment.ended_at is not None:
        raise StateConflict(ENDED)
    return assignment


async def pin(session: AsyncSession, actor: Actor, assignment: Assignment, until: datetime, reason: str) -> None:
    """Keeps an assignment out of redistribution until an instant."""
    assignment.pinned_until, assignment.pin_reason = until.astimezone(UTC), reason
    assignment.version += 1
    data = {"until": until, "reason": reason}
    await record(session, actor, events.AssignmentPinned(assignment.id, assignment.account_id, data))
