"""Looking at a page: in an active session, at its place, drawn and marked between two short transactions."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.files import Damaged, Sealed, UnknownKey, Vault
from service.adapters.keys import KeyRing
from service.adapters.reading_room.marks import View, marked
from service.adapters.reading_room.pages import TURNS, draw_page
from service.database import Database
from service.domain import events
from service.errors import DamagedPages, NoSuchPage, NotAtThisPlace
from service.journal import record
from service.models import ArchiveVersion, ReadingSession, ReadingView, Staff
from service.operations.archive_versions import sealed_of
from service.operations.lending_approvals import take_up
from service.policy import Actor


@dataclass(frozen=True, slots=True)
class Room:
    """What a look needs of the service."""

    database: Database
    vault: Vault
    keys: KeyRing
    timezone: str


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks at what: the file to open, and the name that the page will bear."""

    version_id: UUID
    media_type: str
    sealed: Sealed
    reader: str


@dataclass(frozen=True, slots=True)
class Seen:
    """One view: its id, the picture as JPEG, how many pages there are."""

    view_id: UUID
    picture: bytes
    pages: int


async def look(room: Room, actor: Actor, request_id: str, session_id: UUID, page: int, address: str) -> Seen:
    """One page of the latest accepted version, marked with this view; the session is asked before and after drawing."""
    async with room.database.transaction(actor.id, request_id) as session:
        wanted = await wanted_of(session, actor, session_id, address)
    async with TURNS:
        drawn = await draw_page(await whole(room.vault, wanted.sealed), wanted.media_type, page)
    view_id = uuid4()
    at = datetime.now(UTC).astimezone(ZoneInfo(room.timezone))
    view = View(view_id, f"{wanted.reader} {at:%Y-%m-%d %H:%M:%S} {view_id}")
    picture = await asyncio.to_thread(marked, drawn.picture, view, room.keys)
    async with room.database.transaction(actor.id, request_id) as session:
        await wanted_of(session, actor, session_id, address)
        await note(session, actor, session_id, wanted, view, page, address)
    return Seen(view_id, picture, drawn.pages)


async def wanted_of(session: AsyncSession, actor: Actor, session_id: UUID, address: str) -> Look:
    """What may be looked at now: 403 after the session's end and at another place."""
    reading = await take_up(session, actor, "look", ReadingSession, session_id)
    if not is_at(address, reading.networks):
        raise NotAtThisPlace
    kept = (
        ArchiveVersion.item_id == reading.item_id,
        ArchiveVersion.state == "accepted",
        ArchiveVersion.wrapped_key.is_not(None),
    )
    found = await session.scalars(select(ArchiveVersion).where(*kept).order_by(ArchiveVersion.number.desc()).limit(1))
    version = found.one_or_none()
    if version is None:
        raise NoSuchPage
    reader = (await session.execute(select(Staff.name, Staff.code).where(Staff.id == actor.id))).one()
    return Look(version.id, version.media_type, sealed_of(version), f"{reader.name} {reader.code}")


def is_at(address: str, networks: list[str]) -> bool:
    """Whether an address lies in one of the networks; what is no address lies nowhere."""
    try:
        where = ip_address(address)
    except ValueError:
        return False
    return any(where in ip_network(one) for one in networks)


async def whole(vault: Vault, sealed: Sealed) -> bytes:
    """A file's plaintext, proven to its end."""
    try:
        return b"".join([segment async for segment in vault.open(sealed)])
    except (Damaged, UnknownKey, FileNotFoundError):
        raise DamagedPages from None


async def note(
    session: AsyncSession, actor: Actor, session_id: UUID, wanted: Look, view: View, page: int, address: str
) -> None:
    """Counts the view and leaves its evidence."""
    reading = await session.get_one(ReadingSession, session_id)
    reading.views += 1
    reading.version += 1
    row = {"id": view.id, "session_id": session_id, "version_id": wanted.version_id, "item_id": reading.item_id}
    await session.execute(insert(ReadingView).values(**row, page=page, mark=view.number))
    data = {"item_id": reading.item_id, "view_id": view.id, "page": page, "address": address}
    await record(session, actor, events.ReadingSessionViewed(session_id, data=data))
