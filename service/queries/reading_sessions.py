"""Reading sessions as JSON, and whose view a mark is."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from service.errors import NotFound
from service.models import ArchiveItem, ReadingSession, ReadingView, Staff
from service.policy import Actor, allowed
from service.queries.lent import lent_among, lent_rows
from service.queries.listing import Listing, equals
from service.queries.loans import in_state, state_now
from service.queries.single import single

SHOWN = (
    "id", "item_id", "reader_id", "purpose", "acknowledged_at", "approved_by", "approved_as", "delegation_id",
    "approved_at", "lapses_at", "granted_by", "place", "networks", "starts_at", "expires_at", "ended_at", "end_reason",
    "views", "version", "created_at", "updated_at",
)  # fmt: skip
COLUMNS = {name: getattr(ReadingSession, name) for name in SHOWN} | {
    "duration_seconds": ReadingSession.duration_s,
    "state": state_now(ReadingSession),
}
READING_SESSIONS = Listing(
    model=ReadingSession,
    columns=lambda _actor: COLUMNS,
    among=lent_among(ReadingSession, "reader_id"),
    rows=lent_rows(ReadingSession, "reader_id"),
    filters={
        "item_id": equals(ReadingSession.item_id),
        "reader_id": equals(ReadingSession.reader_id),
        "state": in_state(ReadingSession),
    },
)

VIEWS = Listing(
    model=ReadingView,
    columns=lambda _actor: {name: getattr(ReadingView, name) for name in ("id", "page", "version_id", "at")},
    filters={"session_id": equals(ReadingView.session_id)},
    sorts={"at": ReadingView.at},
)


async def expect_session(connection: AsyncConnection, actor: Actor, session_id: UUID) -> None:
    """Nothing, or NotFound for whoever may not know of the session."""
    statement = select(ReadingSession.id).where(ReadingSession.id == session_id, allowed(actor, "see", ReadingSession))
    if await connection.scalar(statement) is None:
        raise NotFound


async def reading_session_json(connection: AsyncConnection, actor: Actor, session_id: UUID) -> Any:
    """One reading session's JSON text, its version, and its state as a view."""
    return await single(connection, actor, ReadingSession, COLUMNS, session_id, view=state_now(ReadingSession))


async def view_of_mark(session: AsyncSession, mark: int) -> Any:
    """Who looked at which page of what and when, by the number in a picture; None for a number of no view."""
    statement = (
        select(
            ReadingView.id, ReadingView.at, ReadingView.page, ReadingView.session_id, Staff.name,
            Staff.code, ArchiveItem.code.label("item"),
        )
        .join(ReadingSession, ReadingSession.id == ReadingView.session_id)
        .join(Staff, Staff.id == ReadingSession.reader_id)
        .join(ArchiveItem, ArchiveItem.id == ReadingView.item_id)
        .where(ReadingView.mark == mark)
    )  # fmt: skip
    return (await session.execute(statement)).one_or_none()
