"""Opening the content of an item, for those who may: which file, and its plaintext piece by piece."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.files import Damaged, Sealed, UnknownKey, Vault
from service.domain import events
from service.domain.archives import Confidentiality
from service.domain.lending import HOW_TO_ASK, way_of
from service.domain.people import Role
from service.errors import ContentGone, Forbidden, NotFound, StoredContentDamaged
from service.journal import record
from service.models import ArchiveItem, ArchiveVersion
from service.operations.archive_versions import sealed_of
from service.policy import Actor, allowed
from service.policy.archive_tables import own_deposit
from service.queries.settings import switched_on


@dataclass(frozen=True, slots=True)
class Content:
    """A file that somebody may open: its name, type and size in bytes, and the way to its plaintext."""

    item_id: UUID
    version_id: UUID
    filename: str
    media_type: str
    size: int
    sealed: Sealed
    vault: Vault

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Proven plaintext, at most 256 KiB at a time; StoredContentDamaged before anything that is not as deposited.

        No transaction is open meanwhile: whoever hands it on asks before each chunk whether that is still right.
        """
        try:
            async with aclosing(self.vault.open(self.sealed)) as segments:
                async for segment in segments:
                    yield segment
        except (Damaged, UnknownKey, FileNotFoundError):
            raise StoredContentDamaged from None


async def open_content(session: AsyncSession, actor: Actor, vault: Vault, item_id: UUID, number: int | None) -> Content:
    """The file with this number, else the latest that the actor may open, and evidence that they did.

    404 for an item that they may not know of, 403 for one that they may only see.
    """
    may = or_(allowed(actor, "open", ArchiveItem), opens_without_loan(actor))
    seen = (ArchiveItem.id == item_id, allowed(actor, "see", ArchiveItem))
    item = (await session.execute(select(ArchiveItem.accepted_at, may.label("may")).where(*seen))).one_or_none()
    if item is None:
        raise NotFound
    rights = own_upload(actor)
    if item.may:
        rights = or_(rights, ArchiveVersion.state == ("accepted" if item.accepted_at else "deposited"))
    version = await latest(session, item_id, number, rights)
    if version is None:
        raise ContentGone if item.may else await refusal(session, actor, item_id)
    data = {"version_id": version.id, "number": version.number}
    await record(session, actor, events.ArchiveItemOpened(item_id, data=data))
    sealed = sealed_of(version)
    return Content(item_id, version.id, version.filename, version.media_type, version.size, sealed, vault)


async def refusal(session: AsyncSession, actor: Actor, item_id: UUID) -> Forbidden:
    """403, with the way to the content for whoever may ask for it."""
    may_ask = or_(allowed(actor, "borrow", ArchiveItem), allowed(actor, "read", ArchiveItem))
    askable = (ArchiveItem.id == item_id, ArchiveItem.state == "accepted", may_ask)
    confidentiality = await session.scalar(select(ArchiveItem.confidentiality).where(*askable))
    if confidentiality is None:
        return Forbidden()
    return Forbidden(HOW_TO_ASK[way_of(Confidentiality(confidentiality), frozenset(map(Role, actor.roles)))])


def opens_without_loan(actor: Actor) -> ColumnElement[bool]:
    """The items that the actor opens as long as they like: deposits, and those of their teams where it is so set."""
    team = and_(switched_on("archive_team_opens"), allowed(actor, "open_as_team", ArchiveItem))
    return or_(own_deposit.predicate(actor, ArchiveItem), team)


def own_upload(actor: Actor) -> ColumnElement[bool]:
    """What the actor sent, as long as nobody has accepted it."""
    return and_(ArchiveVersion.uploader_id == actor.id, ArchiveVersion.state == "deposited")


async def latest(
    session: AsyncSession, item_id: UUID, number: int | None, rights: ColumnElement[bool]
) -> ArchiveVersion | None:
    """The latest file of an item that fits, or the one with this number."""
    named = () if number is None else (ArchiveVersion.number == number,)
    kept = (ArchiveVersion.item_id == item_id, ArchiveVersion.wrapped_key.is_not(None), rights, *named)
    return (await session.scalars(select(ArchiveVersion).where(*kept).order_by(ArchiveVersion.number.desc()))).first()
