"""The files of an item: sealed before their transaction, entered in it, accepted or turned down, verified."""

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.files import Place, Sealed, TooLarge, Vault, Wrapped
from service.domain import events
from service.domain.archives import Confidentiality
from service.domain.file_types import HEAD_BYTES, TAIL_BYTES, Edges, FileType, check_content
from service.domain.states import VERSION_OF_ITEM_TRANSITIONS, ArchiveState, VersionOfItemState
from service.errors import BodyTooLarge, ClassChangedMeanwhile, ContentGone, DepositorAccepts, UnderLegalHold
from service.journal import record
from service.models import ArchiveItem, ArchiveVersion, Job
from service.operations.archives import expect_state
from service.operations.jobs import start_job
from service.operations.parts import part_of
from service.policy import Actor, fetch

CHECK = "check_archive_version"


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file in the vault that no version names yet."""

    filename: str
    media_type: str
    sealed: Sealed


class Inspected:
    """What passes on its way into the vault; its first and last bytes are kept to be looked at."""

    def __init__(self, pieces: AsyncIterator[bytes], kind: FileType) -> None:
        self._pieces, self._kind = pieces, kind
        self._head, self._last, self._kept = b"", deque[bytes](), 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The pieces; FileFlaw before the end of a file that is not of its type."""
        async for piece in self._pieces:
            if len(self._head) < HEAD_BYTES:
                self._head += piece[: HEAD_BYTES - len(self._head)]
            self._keep(piece)
            yield piece
        check_content(self._kind, Edges(self._head, b"".join(self._last)[-TAIL_BYTES:]))

    def _keep(self, piece: bytes) -> None:
        """The pieces in which the file's end lies, as they came: to cut each would copy the file twice."""
        self._last.append(piece)
        self._kept += len(piece)
        while self._kept - len(self._last[0]) >= TAIL_BYTES:
            self._kept -= len(self._last.popleft())


async def seal_file(
    vault: Vault, place: Place, filename: str, kind: FileType, pieces: AsyncIterator[bytes], most: int
) -> NewFile:
    """A file sealed in the vault; BodyTooLarge and FileFlaw leave nothing there."""
    try:
        sealed = await vault.seal(place, aiter(Inspected(pieces, kind)), most)
    except TooLarge:
        raise BodyTooLarge from None
    return NewFile(filename, kind.media_type, sealed)


async def create_version(session: AsyncSession, actor: Actor, item_id: UUID, file: NewFile) -> ArchiveVersion:
    """Enters a sealed file as the next version of its item; it waits for the archivist."""
    item = await fetch(session, actor, "version", ArchiveItem, item_id)
    expect_state(item, ArchiveState.DEPOSITED, ArchiveState.ACCEPTED)
    sealed = file.sealed
    if item.confidentiality != sealed.place.confidentiality:
        raise ClassChangedMeanwhile
    last = await session.scalar(select(func.max(ArchiveVersion.number)).where(ArchiveVersion.item_id == item_id))
    assert actor.id is not None
    version = ArchiveVersion(
        id=sealed.place.version_id,
        item_id=item_id,
        number=(last or 0) + 1,
        filename=file.filename,
        media_type=file.media_type,
        sha256=sealed.sha256,
        size=sealed.size,
        object_key=sealed.object_key,
        sealed_as=sealed.place.confidentiality,
        wrapped_as=sealed.wrapped_as,
        key_id=sealed.wrapped.key_id,
        wrapped_key=sealed.wrapped.key,
        uploader_id=actor.id,
    )
    session.add(version)
    item.version += 1
    data = {"item_id": item_id, "number": version.number, "sha256": version.sha256, "size": version.size}
    await record(session, actor, events.ArchiveVersionDeposited(version.id, data=data))
    return version


async def accept_version(session: AsyncSession, actor: Actor, item_id: UUID, version_id: UUID) -> None:
    """Accepts a further file of an accepted item."""
    item, version = await fetch_version(session, actor, "accept", item_id, version_id)
    expect_state(item, ArchiveState.ACCEPTED)
    VERSION_OF_ITEM_TRANSITIONS.check(VersionOfItemState(version.state), VersionOfItemState.ACCEPTED)
    if Confidentiality(item.confidentiality).is_classified and version.uploader_id == actor.id:
        raise DepositorAccepts
    version.state = VersionOfItemState.ACCEPTED
    version.accepted_at, version.accepted_by = datetime.now(UTC), actor.id
    item.version += 1
    data = {"item_id": item_id, "number": version.number}
    await record(session, actor, events.ArchiveVersionAccepted(version_id, data=data))


async def refuse_version(session: AsyncSession, actor: Actor, item_id: UUID, version_id: UUID, reason: str) -> None:
    """Turns a file down; its content is destroyed."""
    item, version = await fetch_version(session, actor, "accept", item_id, version_id)
    VERSION_OF_ITEM_TRANSITIONS.check(VersionOfItemState(version.state), VersionOfItemState.REFUSED)
    if item.legal_hold:
        raise UnderLegalHold
    version.state, version.wrapped_key = VersionOfItemState.REFUSED, None
    item.version += 1
    data = {"item_id": item_id, "number": version.number, "reason": reason}
    await record(session, actor, events.ArchiveVersionRefused(version_id, data=data))


async def fetch_version(
    session: AsyncSession, actor: Actor, action: str, item_id: UUID, version_id: UUID
) -> tuple[ArchiveItem, ArchiveVersion]:
    """The item, on which the actor may do this, and one of its files."""
    item = await fetch(session, actor, action, ArchiveItem, item_id)
    return item, await part_of(session, ArchiveVersion, version_id, item_id=item_id)


def sealed_of(version: ArchiveVersion) -> Sealed:
    """A version's record as the vault takes it; ContentGone where its key was destroyed."""
    if version.wrapped_key is None:
        raise ContentGone
    place = Place(version.item_id, version.id, version.sealed_as)
    wrapped = Wrapped(version.key_id, version.wrapped_key)
    return Sealed(version.object_key, version.sha256, version.size, place, version.wrapped_as, wrapped)


async def request_check(session: AsyncSession, actor: Actor, item_id: UUID, version_id: UUID) -> Job:
    """Has the stored bytes of a file compared with its record, by a job, without anybody's seeing them."""
    _, version = await fetch_version(session, actor, "keep", item_id, version_id)
    sealed_of(version)
    return await start_job(session, actor, CHECK, version_id)
