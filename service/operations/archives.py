"""What a user can do with items of the archive: deposit, describe, accept, withdraw, raise, hold."""

import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.archives import CONFIDENTIAL, Confidentiality, Retention
from service.domain.states import ARCHIVE_TRANSITIONS, ArchiveState, PaperState, VersionOfItemState
from service.errors import (
    ClassNotHigher,
    DepositorAccepts,
    Forbidden,
    IllegalTransition,
    NothingDeposited,
    OriginalNeeded,
    RetentionShortened,
    UnderLegalHold,
)
from service.journal import record
from service.models import ArchiveItem, ArchiveVersion, CustodyReceipt
from service.operations.changes import rewrite
from service.operations.lending_ends import end_lending
from service.operations.versions import Versions, expect
from service.policy import Actor, fetch, require
from service.queries.accounts import find_account
from service.schemas.archives import Acceptance, ArchiveItemCreate, ArchiveItemUpdate, ClassRaise

# What evidence tells by name only: it is read by more people than the item, and for longer.
WORDS = frozenset({"title", "reference", "description", "hold_reason", "place", "note"})


async def create_item(session: AsyncSession, actor: Actor, wanted: ArchiveItemCreate) -> ArchiveItem:
    """Deposits an item in the own department; a top-secret one also in another, by those who may."""
    top_secret = wanted.confidentiality is Confidentiality.TOP_SECRET
    require(actor, "deposit_top_secret" if top_secret else "deposit", ArchiveItem)
    department_id = wanted.department_id or actor.department_id
    if department_id is None or (department_id != actor.department_id and not top_secret):
        raise Forbidden
    if wanted.account_id:
        await find_account(await session.connection(), actor, "see", wanted.account_id)
    fields = {name: value for name, value in wanted if name != "department_id"}
    item = ArchiveItem(
        **{name: str(value) if isinstance(value, str) else value for name, value in fields.items()},
        code=f"AR-{secrets.token_hex(6).upper()}",
        department_id=department_id,
        depositor_id=actor.id,
        retain_until=wanted.retention.until(datetime.now(UTC).date()),
    )
    session.add(item)
    await session.flush()
    session.info["made"] = item
    told = {"kind": item.kind, "confidentiality": item.confidentiality, "department_id": department_id}
    await record(session, actor, events.ArchiveItemDeposited(item.id, data=told))
    return item


async def describe_item(
    session: AsyncSession, actor: Actor, item_id: UUID, version: Versions, patch: ArchiveItemUpdate, today: date
) -> None:
    """Changes what is known of an item, but never its class; once it is accepted it is never kept for less long."""
    item = await fetch(session, actor, "describe", ArchiveItem, item_id)
    expect(item, version)
    expect_state(item, ArchiveState.DEPOSITED, ArchiveState.ACCEPTED)
    wanted = {name: getattr(patch, name) for name in patch.model_fields_set}
    if wanted.get("account_id") and wanted["account_id"] != item.account_id:
        await find_account(await session.connection(), actor, "see", wanted["account_id"])
    if "retention" in wanted:
        since = item.accepted_at.date() if item.accepted_at else today
        wanted["retain_until"] = until = Retention(wanted["retention"]).until(since)
        shorter = until is not None and (item.retain_until is None or until < item.retain_until)
        if item.accepted_at and shorter:
            raise RetentionShortened
    plain = {name: str(value) if isinstance(value, str) else value for name, value in wanted.items()}
    if changed := rewrite(item, plain):
        await record(session, actor, events.ArchiveItemDescribed(item_id, data=told(changed)))


def told(changed: dict[str, Any]) -> dict[str, Any]:
    """What evidence tells of changes: of texts the fields' names, of everything else from what to what."""
    return {
        "fields": sorted(WORDS & changed.keys()),
        "changes": {name: change for name, change in changed.items() if name not in WORDS},
    }


async def accept_item(session: AsyncSession, actor: Actor, item_id: UUID, wanted: Acceptance, today: date) -> None:
    """Takes a deposit with its files over; from now on the depositor is like everybody."""
    item = await fetch(session, actor, "accept", ArchiveItem, item_id)
    ARCHIVE_TRANSITIONS.check(ArchiveState(item.state), ArchiveState.ACCEPTED)
    files = await waiting_files(session, item_id)
    rank = Confidentiality(item.confidentiality).rank
    if rank and actor.id in {item.depositor_id, *(file.uploader_id for file in files)}:
        raise DepositorAccepts
    if rank >= CONFIDENTIAL and not wanted.original_held:
        raise OriginalNeeded
    if not files and not wanted.original_held:
        raise NothingDeposited
    now = datetime.now(UTC)
    item.state, item.accepted_at, item.accepted_by = ArchiveState.ACCEPTED, now, actor.id
    item.retain_until = Retention(item.retention).until(today)
    for file in files:
        file.state, file.accepted_at, file.accepted_by = VersionOfItemState.ACCEPTED, now, actor.id
    if wanted.original_held:
        take_paper(session, actor, item, wanted.place)
    item.version += 1
    data = {"versions": [file.number for file in files], "original_held": wanted.original_held}
    await record(session, actor, events.ArchiveItemAccepted(item_id, data=data))


async def waiting_files(session: AsyncSession, item_id: UUID) -> Sequence[ArchiveVersion]:
    """The files of an item that nobody has accepted or turned down yet."""
    waiting = (ArchiveVersion.item_id == item_id, ArchiveVersion.state == VersionOfItemState.DEPOSITED)
    return (await session.scalars(select(ArchiveVersion).where(*waiting).order_by(ArchiveVersion.number))).all()


def take_paper(session: AsyncSession, actor: Actor, item: ArchiveItem, place: str | None) -> None:
    """The original is in the archive, with a receipt for whoever brought it."""
    assert actor.id is not None
    item.original_held, item.paper_state, item.place = True, PaperState.IN_ARCHIVE, place
    session.add(
        CustodyReceipt(item_id=item.id, kind="received", person_id=item.depositor_id, place=place, recorded_by=actor.id)
    )


async def withdraw_item(session: AsyncSession, actor: Actor, item_id: UUID, reason: str) -> None:
    """Takes a deposit back, or turns it down; the content of its files is destroyed."""
    item = await fetch(session, actor, "withdraw", ArchiveItem, item_id)
    ARCHIVE_TRANSITIONS.check(ArchiveState(item.state), ArchiveState.WITHDRAWN)
    if item.legal_hold:
        raise UnderLegalHold
    item.state = ArchiveState.WITHDRAWN
    item.version += 1
    await destroy_content(session, item_id)
    await record(session, actor, events.ArchiveItemWithdrawn(item_id, data={"reason": reason}))


async def destroy_content(session: AsyncSession, item_id: UUID) -> None:
    """Destroys the keys of an item's files: no copy of them, wherever it lies, ever opens again."""
    statement = update(ArchiveVersion).where(ArchiveVersion.item_id == item_id).values(wrapped_key=None)
    await session.execute(statement)


async def raise_class(session: AsyncSession, actor: Actor, item_id: UUID, wanted: ClassRaise) -> None:
    """Raises an item's class, effective at once; the keys of its files are wrapped anew soon after."""
    top_secret = wanted.confidentiality is Confidentiality.TOP_SECRET
    item = await fetch(session, actor, "raise_to_top" if top_secret else "raise", ArchiveItem, item_id)
    expect_state(item, ArchiveState.DEPOSITED, ArchiveState.ACCEPTED)
    before = Confidentiality(item.confidentiality)
    if wanted.confidentiality.rank <= before.rank:
        raise ClassNotHigher
    await end_lending(session, actor, item_id, "the class was raised")
    item.confidentiality = str(wanted.confidentiality)
    item.downgrade_on = item.downgrade_to = None
    item.version += 1
    data = {"from": str(before), "to": item.confidentiality, "reason": wanted.reason}
    await record(session, actor, events.ArchiveItemRaised(item_id, data=data))


async def hold_item(session: AsyncSession, actor: Actor, item_id: UUID, reason: str) -> None:
    """Puts an item under legal hold."""
    item = await fetch(session, actor, "hold", ArchiveItem, item_id)
    expect_state(item, ArchiveState.DEPOSITED, ArchiveState.ACCEPTED)
    if item.legal_hold:
        return
    item.legal_hold, item.hold_reason = True, reason
    item.version += 1
    await record(session, actor, events.ArchiveItemHeld(item_id, data={"reason": reason}))


def expect_state(item: ArchiveItem, *states: ArchiveState) -> None:
    """Refuses what cannot be done with an item that was withdrawn or destroyed."""
    if item.state not in states:
        raise IllegalTransition


async def note_reading(session: AsyncSession, actor: Actor, item_id: UUID, rank: int) -> None:
    """Leaves evidence of who read what is known of a classified item."""
    if rank:
        await record(session, actor, events.ArchiveItemRead(item_id))


async def note_listing(session: AsyncSession, actor: Actor, classified: Sequence[str]) -> None:
    """Leaves evidence of whoever read a list with classified items in it."""
    if classified:
        await record(session, actor, events.ArchiveItemsListed(None, data={"items": list(classified)}))
