"""What a user can do with reading sessions: ask, approve, refuse, cancel, grant at a place, end, revoke."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.archives import Confidentiality
from service.domain.lending import ApplicantFacts, check_duties, check_reading
from service.domain.states import READING_TRANSITIONS, ReadingState
from service.errors import SecondPersonNeeded, StateConflict
from service.journal import record
from service.models import ArchiveItem, ReadingSession
from service.operations.lending_approvals import expect_waiting, note_approval, right_of, take_up
from service.operations.lending_ends import finish, make_way
from service.policy import Actor, fetch
from service.queries.lending import borrower_facts, clock
from service.schemas.reading_sessions import ReadingGrant, ReadingSessionCreate

CONFIDENTIAL = Confidentiality.CONFIDENTIAL


async def request_reading_session(session: AsyncSession, actor: Actor, wanted: ReadingSessionCreate) -> ReadingSession:
    """Asks for a reading session for oneself, with every duty acknowledged."""
    item = await fetch(session, actor, "read", ArchiveItem, wanted.item_id)
    assert actor.id is not None
    check_reading(Confidentiality(item.confidentiality), borrower_facts(actor), ApplicantFacts(actor.id, False))
    check_duties(CONFIDENTIAL, wanted.acknowledged)
    if item.state != "accepted":
        raise StateConflict
    await make_way(session, ReadingSession, item.id, ReadingSession.reader_id == actor.id)
    reading = ReadingSession(
        item_id=item.id, class_as_read=CONFIDENTIAL, reader_id=actor.id, purpose=wanted.purpose,
        duration_s=wanted.duration_seconds, state=ReadingState.REQUESTED, acknowledged_at=await clock(session),
    )  # fmt: skip
    session.add(reading)
    await session.flush()
    session.info["made"] = reading
    data = {"item_id": item.id, "purpose": wanted.purpose, "acknowledged": wanted.acknowledged}
    await record(session, actor, events.ReadingSessionRequested(reading.id, data=data))
    return reading


async def approve_reading_session(session: AsyncSession, actor: Actor, session_id: UUID, timezone: str) -> None:
    """Approves a session, as a secret loan is approved; the archivist grants it."""
    reading = await take_up(session, actor, "decide", ReadingSession, session_id)
    READING_TRANSITIONS.check(ReadingState(reading.state), ReadingState.APPROVED)
    right = await right_of(session, actor, reading, reading.reader_id, reading.reader_id, reading.class_as_read)
    await note_approval(session, reading, right, timezone)
    reading.state = ReadingState.APPROVED
    data = {"item_id": reading.item_id, "reader_id": reading.reader_id, "approved_as": right.approval}
    await record(session, right.actor, events.ReadingSessionApproved(reading.id, data=data))


async def refuse_reading_session(session: AsyncSession, actor: Actor, session_id: UUID, reason: str) -> None:
    """Turns a request down; whoever may approve may."""
    reading = await fetch(session, actor, "decide", ReadingSession, session_id)
    right = await right_of(session, actor, reading, reading.reader_id, reading.reader_id, reading.class_as_read)
    await finish(session, right.actor, reading, ReadingState.REFUSED, reason)


async def cancel_reading_session(session: AsyncSession, actor: Actor, session_id: UUID, reason: str | None) -> None:
    """Takes a request back."""
    reading = await fetch(session, actor, "cancel", ReadingSession, session_id)
    await finish(session, actor, reading, ReadingState.CANCELLED, reason)


async def grant_reading_session(session: AsyncSession, actor: Actor, session_id: UUID, wanted: ReadingGrant) -> None:
    """Begins an approved session at a place; neither its reader nor its approver does."""
    reading = await take_up(session, actor, "grant", ReadingSession, session_id)
    READING_TRANSITIONS.check(ReadingState(reading.state), ReadingState.ACTIVE)
    if actor.id in {reading.reader_id, reading.approved_by}:
        raise SecondPersonNeeded
    now = await clock(session)
    expect_waiting(reading, now)
    reading.granted_by, reading.place, reading.networks = actor.id, wanted.place, wanted.networks
    reading.starts_at, reading.expires_at = now, now + timedelta(seconds=reading.duration_s)
    reading.state = ReadingState.ACTIVE
    reading.version += 1
    data = {
        "item_id": reading.item_id,
        "place": wanted.place,
        "networks": wanted.networks,
        "expires_at": reading.expires_at,
    }
    await record(session, actor, events.ReadingSessionActivated(reading.id, data=data))


async def end_reading_session(session: AsyncSession, actor: Actor, session_id: UUID) -> None:
    """Closes a session before its end."""
    reading = await fetch(session, actor, "end", ReadingSession, session_id)
    await finish(session, actor, reading, ReadingState.ENDED, None)


async def revoke_reading_session(session: AsyncSession, actor: Actor, session_id: UUID, reason: str) -> None:
    """Ends an active session at once."""
    reading = await fetch(session, actor, "revoke", ReadingSession, session_id)
    await finish(session, actor, reading, ReadingState.REVOKED, reason)
