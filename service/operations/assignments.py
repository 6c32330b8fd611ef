"""Who is responsible for an account: started and ended here, by whatever decision."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.errors import AlreadyOwned
from service.journal import record
from service.models import Account, Assignment, new_id
from service.operations import memberships
from service.policy import Actor

OWNER = "owner"


@dataclass(frozen=True)
class Handover:
    """One account's new owner and where the decision came from; `None` leaves it unassigned."""

    account_id: UUID
    staff_id: UUID | None
    decision_id: UUID | None = None
    reason: str | None = None


async def hand_over(
    session: AsyncSession,
    actor: Actor,
    handovers: Iterable[Handover],
    origin: str,
    *,
    plan_id: UUID | None = None,
    appeal_id: UUID | None = None,
) -> dict[UUID, UUID]:
    """Ends the present owners' assignments and starts the new ones; unchanged owners stay as they are.

    Returns account id → id of the new assignment. Set-based: a few statements, however many accounts.
    """
    wanted = {handover.account_id: handover for handover in handovers}
    current = await current_assignments(session, list(wanted))
    moving = [one for one in wanted.values() if one.staff_id != owner_of(current.get(one.account_id))]
    leaving = [current[one.account_id] for one in moving if one.account_id in current]
    at = await session.scalar(select(func.clock_timestamp()))
    assert at is not None
    await end(session, actor, leaving, at)
    started = [row(one, origin, at, actor, plan_id, appeal_id) for one in moving if one.staff_id]
    if started:
        await session.execute(insert(Assignment), started)
        await memberships.join(session, [(new["account_id"], new["staff_id"]) for new in started], OWNER)
    touched = [one.account_id for one in moving]
    await memberships.refresh_line(session, touched)
    await session.execute(
        update(Account).where(Account.id.in_(touched)).values(version=Account.version + 1),
        execution_options={"synchronize_session": False},
    )
    facts = [
        events.AssignmentStarted(new["id"], new["account_id"], {"staff_id": new["staff_id"], "origin": origin})
        for new in started
    ]
    await record(session, actor, *facts)
    return {new["account_id"]: new["id"] for new in started}


def row(
    handover: Handover, origin: str, at: datetime, actor: Actor, plan_id: UUID | None, appeal_id: UUID | None
) -> dict[str, Any]:
    """A new assignment's columns."""
    return {
        "id": new_id(),
        "account_id": handover.account_id,
        "staff_id": handover.staff_id,
        "team_role": OWNER,
        "started_at": at,
        "origin": origin,
        "reason": handover.reason,
        "decision_id": handover.decision_id,
        "plan_id": plan_id,
        "appeal_id": appeal_id,
        "assigned_by": actor.id,
    }


def owner_of(assignment: Assignment | None) -> UUID | None:
    """The person of an assignment, or nobody."""
    return assignment.staff_id if assignment else None


async def current_assignments(session: AsyncSession, accounts: list[UUID]) -> dict[UUID, Assignment]:
    """The present owners' assignments by account, locked in the order of ids so that two batches cannot deadlock."""
    rows = await session.scalars(
        select(Assignment)
        .where(
            Assignment.account_id == func.any(accounts), Assignment.team_role == OWNER, Assignment.ended_at.is_(None)
        )
        .order_by(Assignment.id)
        .with_for_update()
    )
    return {assignment.account_id: assignment for assignment in rows}


async def end(session: AsyncSession, actor: Actor, leaving: list[Assignment], at: datetime) -> None:
    """Ends assignments and the memberships that came with them."""
    if not leaving:
        return
    ids = [assignment.id for assignment in leaving]
    statement = update(Assignment).where(Assignment.id.in_(ids), Assignment.ended_at.is_(None))
    ended = await session.scalars(
        statement.values(ended_at=at, version=Assignment.version + 1).returning(Assignment.id),
        execution_options={"synchronize_session": False},
    )
    if len(ended.all()) != len(ids):
        raise AlreadyOwned
    await memberships.leave(session, [assignment.account_id for assignment in leaving], OWNER)
    facts = [
        events.AssignmentEnded(assignment.id, assignment.account_id, {"staff_id": assignment.staff_id})
        for assignment in leaving
    ]
    await record(session, actor, *facts)


async def pin(session: AsyncSession, actor: Actor, assignment: Assignment, until: datetime, reason: str) -> None:
    """Keeps an assignment out of redistribution until an instant."""
    assignment.pinned_until, assignment.pin_reason = until.astimezone(UTC), reason
    assignment.version += 1
    data = {"until": until, "reason": reason}
    await record(session, actor, events.AssignmentPinned(assignment.id, assignment.account_id, data))
