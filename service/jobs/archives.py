"""The archive's own work: keys wrapped anew, stored bytes compared, classes lowered, late paper, orphans."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.files import FileStore, Sealed, Vault
from service.adapters.files.vault import KIND
from service.database import Database, keep_archive
from service.domain import events
from service.domain.archives import Confidentiality
from service.errors import ContentGone
from service.jobs.worker import Workplace
from service.journal import record
from service.models import ArchiveItem, ArchiveVersion
from service.operations.archive_custody import note_overdue
from service.operations.archive_proposals import lower
from service.operations.archive_versions import sealed_of
from service.policy import system_actor
from service.settings import Settings

ARCHIVE = system_actor("archive")
ORPHANED_AFTER = timedelta(hours=24)
AT_ONCE = 200


async def check_version(work: Workplace) -> dict[str, Any]:
    """Whether the stored bytes of a file are those of its record; nobody sees them."""
    async with work.database.transaction() as session:
        await keep_archive(session)
        version = await session.get(ArchiveVersion, work.job.subject_id)
        if version is None:
            raise ContentGone
        sealed = sealed_of(version)
    intact = await is_intact(Vault.of(work.settings), sealed)
    async with work.database.transaction() as session:
        data = {"item_id": sealed.place.item_id, "intact": intact}
        await record(session, ARCHIVE, events.ArchiveVersionVerified(sealed.place.version_id, data=data))
    return {"intact": intact}


async def is_intact(vault: Vault, sealed: Sealed) -> bool:
    """Whether a stored object is there and opens to the bytes of its record."""
    try:
        return await vault.verify(sealed)
    except FileNotFoundError:
        return False


async def rewrap_keys(database: Database, settings: Settings, _now: datetime) -> int:
    """Wraps the keys of files under the current key of their item's class, wherever that is another; how many it was.

    Rotation, and raised and lowered classes, come to the same. No object is touched.
    """
    vault, done = Vault.of(settings), 0
    async for version, confidentiality in kept_versions(database):
        sealed = sealed_of(version)
        anew = await vault.rewrapped(sealed, confidentiality)
        if anew is not None:
            done += await keep_wrapped(database, sealed, anew)
    return done


async def kept_versions(database: Database) -> AsyncIterator[tuple[ArchiveVersion, str]]:
    """Every file that can be opened, with its item's class of today; some at a time, no transaction meanwhile."""
    after: UUID | None = None
    while True:
        async with database.transaction() as session:
            await keep_archive(session)
            page = await some_versions(session, after)
        for version, confidentiality in page:
            yield version, confidentiality
        if len(page) < AT_ONCE:
            return
        after = page[-1][0].id


async def some_versions(session: AsyncSession, after: UUID | None) -> list[tuple[ArchiveVersion, str]]:
    """The next ones by id."""
    statement = (
        select(ArchiveVersion, ArchiveItem.confidentiality)
        .join(ArchiveItem, ArchiveItem.id == ArchiveVersion.item_id)
        .where(ArchiveVersion.wrapped_key.is_not(None), *(() if after is None else (ArchiveVersion.id > after,)))
        .order_by(ArchiveVersion.id)
        .limit(AT_ONCE)
    )
    return [(version, confidentiality) for version, confidentiality in await session.execute(statement)]


async def keep_wrapped(database: Database, before: Sealed, after: Sealed) -> bool:
    """The key as it is wrapped now, unless somebody was faster, or destroyed it."""
    async with database.transaction() as session:
        await keep_archive(session)
        changed = await session.execute(
            update(ArchiveVersion)
            .where(ArchiveVersion.id == before.place.version_id, ArchiveVersion.wrapped_key == before.wrapped.key)
            .values(key_id=after.wrapped.key_id, wrapped_key=after.wrapped.key, wrapped_as=after.wrapped_as)
            .returning(ArchiveVersion.id)
        )
        return changed.one_or_none() is not None


async def lower_classes(database: Database, settings: Settings, now: datetime) -> int:
    """Lowers the classes whose day, set by two people, has come; each item in a transaction of its own."""
    today = now.astimezone(ZoneInfo(settings.timezone)).date()
    done = 0
    while True:
        async with database.transaction() as session:
            await keep_archive(session)
            due = select(ArchiveItem).where(ArchiveItem.downgrade_on <= today).limit(1)
            item = (await session.scalars(due.with_for_update(skip_locked=True))).one_or_none()
            if item is None or item.downgrade_to is None:
                return done
            await lower(session, ARCHIVE, item, Confidentiality(item.downgrade_to))
            done += 1


async def note_late_paper(database: Database, _settings: Settings, now: datetime) -> int:
    """Marks paper that is not back in time as overdue; how many items it was."""
    async with database.transaction() as session:
        await keep_archive(session)
        return await note_overdue(session, ARCHIVE, now)


async def sweep_sealed_files(database: Database, settings: Settings, now: datetime) -> int:
    """Discards objects that no key opens: uploads that were cut off, and content that was destroyed."""
    files, swept = FileStore.of(settings), 0
    async for keys in files.kept_before(KIND, now - ORPHANED_AFTER):
        for key in await unopenable(database, keys):
            await files.discard(key)
            swept += 1
    return swept


async def unopenable(database: Database, keys: list[str]) -> set[str]:
    """Those objects of which no file's record holds a key."""
    async with database.transaction() as session:
        await keep_archive(session)
        opened = select(ArchiveVersion.object_key).where(
            ArchiveVersion.object_key.in_(keys), ArchiveVersion.wrapped_key.is_not(None)
        )
        return set(keys) - set(await session.scalars(opened))
