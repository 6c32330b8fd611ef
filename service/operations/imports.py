"""What a user can do with imports: send a file, confirm its mapping, call it off; and how an import ends."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.files import FileStore
from service.domain import events
from service.domain.import_keys import STAFF, MatchOn, key_field, usual_match
from service.domain.import_mapping import Choice, check_complete, chosen, columns_of
from service.domain.states import IMPORT_TRANSITIONS, ImportState, JobState
from service.journal import record
from service.models import Account, Import, ImportRow, Job, Staff, new_id
from service.operations.import_arrival import Arrival, mapping_of
from service.operations.jobs import start_job
from service.policy import Actor, fetch, require
from service.schemas.imports import ColumnChoice, ImportConfirm, ImportCreate

RUN = "run_import"
FILES = "imports"
ORPHANED_AFTER = timedelta(hours=24)
READING = ("currency", "decimal_mark", "day_first", "mode", "validate_only")


async def create_import(
    session: AsyncSession, actor: Actor, arrival: Arrival | None, wanted: ImportCreate, base_currency: str
) -> Import:
    """Takes a file in with its mapping, and runs it where the sender is sure of that."""
    require(actor, "create", Import)
    require(actor, "create", Staff if wanted.target == STAFF else Account)
    assert actor.id is not None
    assert arrival is not None, "whoever may import has their file looked into before"
    look = arrival.look
    columns = chosen(look.columns, choices_of(wanted.mapping.root if wanted.mapping else []), wanted.target)
    import_ = Import(
        id=new_id(),
        target=str(wanted.target),
        filename=arrival.filename,
        file_sha256=arrival.sha256,
        file_size=arrival.size,
        object_key=arrival.key,
        format=look.format,
        encoding=look.encoding,
        sheet=look.sheet,
        currency=wanted.currency or base_currency,
        decimal_mark=wanted.decimal_mark,
        day_first=wanted.day_first,
        mode=str(wanted.mode),
        validate_only=wanted.validate_only,
        match_on=str(wanted.match_on or usual_match(columns, wanted.target)),
        mapping=mapping_of(columns, look.samples),
        notices=list(look.notices),
        state=ImportState.RECEIVED,
        run=0,
        created_by=actor.id,
    )
    session.add(import_)
    session.info["made"] = import_
    data = {"target": import_.target, "file_sha256": import_.file_sha256, "file_size": import_.file_size}
    await record(session, actor, events.ImportCreated(import_.id, data=data))
    if wanted.confirm:
        await start(session, actor, import_)
    else:
        import_.state = ImportState.AWAITING_MAPPING
        await session.flush()
    return import_


async def confirm_import(session: AsyncSession, actor: Actor, import_id: UUID, wanted: ImportConfirm) -> Import:
    """Confirms the mapping, as it is or changed, and runs the import; after a dry run once more."""
    import_ = await fetch(session, actor, "run", Import, import_id)
    IMPORT_TRANSITIONS.check(ImportState(import_.state), ImportState.RUNNING)
    for name in READING:
        if (value := getattr(wanted, name)) is not None:
            setattr(import_, name, str(value) if isinstance(value, str) else value)
    columns = chosen(columns_of(import_.mapping), choices_of(wanted.mapping), import_.target)
    import_.mapping = mapping_of(columns, [column["samples"] for column in import_.mapping])
    filled = {column.field for column in columns}
    if wanted.match_on:
        import_.match_on = str(wanted.match_on)
    elif key_field(MatchOn(import_.match_on), import_.target) not in filled:
        import_.match_on = str(usual_match(columns, import_.target))
    session.info["made"] = import_
    await start(session, actor, import_)
    return import_


async def start(session: AsyncSession, actor: Actor, import_: Import) -> None:
    """Queues the run of an import whose mapping says enough."""
    IMPORT_TRANSITIONS.check(ImportState(import_.state), ImportState.RUNNING)
    check_complete(columns_of(import_.mapping), import_.target, MatchOn(import_.match_on))
    import_.state = ImportState.RUNNING
    import_.run += 1
    import_.counts = import_.problem = None
    import_.version += 1
    job = await start_job(session, actor, RUN, import_.id)
    import_.job_id = job.id
    data = {"mode": import_.mode, "validate_only": import_.validate_only, "match_on": import_.match_on}
    await record(session, actor, events.ImportConfirmed(import_.id, data=data))


async def cancel_import(session: AsyncSession, actor: Actor, import_id: UUID) -> Import:
    """Calls an import off; what runs stops before its next rows, and rows that are in stay."""
    import_ = await fetch(session, actor, "run", Import, import_id)
    IMPORT_TRANSITIONS.check(ImportState(import_.state), ImportState.CANCELLED)
    import_.state = ImportState.CANCELLED
    import_.version += 1
    await session.execute(
        update(Job)
        .where(Job.id == import_.job_id, Job.state.in_((JobState.QUEUED, JobState.RUNNING)))
        .values(state=JobState.CANCELLED, ended_at=func.now())
    )
    session.info["made"] = import_
    await record(session, actor, events.ImportCancelled(import_.id, data={"run": import_.run}))
    return import_


async def finish_import(
    session: AsyncSession,
    actor: Actor,
    import_id: UUID,
    run: int,
    state: ImportState,
    problem: dict[str, Any] | None = None,
) -> dict[str, int]:
    """Ends a run with the counts of its report; an import that was called off meanwhile stays so."""
    import_ = await session.get_one(Import, import_id, with_for_update=True)
    import_.run = run
    import_.counts = counts = await count_rows(session, import_)
    if import_.state == ImportState.RUNNING:
        import_.state, import_.problem = state, problem
    import_.version += 1
    data = {"state": str(import_.state), "counts": counts, "problem": problem and problem["code"]}
    await record(session, actor, events.ImportFinished(import_.id, data=data))
    return counts


async def count_rows(session: AsyncSession, import_: Import) -> dict[str, int]:
    """How many rows of the last run became what."""
    warned = (ImportRow.errors != []) & (ImportRow.outcome != "rejected")
    rows = await session.execute(
        select(ImportRow.outcome, func.count(), func.count().filter(warned))
        .where(ImportRow.import_id == import_.id, ImportRow.run == import_.run)
        .group_by(ImportRow.outcome)
    )
    counts = dict.fromkeys(("rows", "created", "updated", "unchanged", "rejected", "with_warnings"), 0)
    for outcome, number, with_warnings in rows:
        counts[outcome] = number
        counts["rows"] += number
        counts["with_warnings"] += with_warnings
    return counts


async def sweep_orphans(session: AsyncSession, files: FileStore, now: datetime) -> int:
    """Discards files that no import names, which an upload that was cut off left behind; how many they were."""
    swept = 0
    async for keys in files.kept_before(FILES, now - ORPHANED_AFTER):
        known = set(await session.scalars(select(Import.object_key).where(Import.object_key.in_(keys))))
        for key in set(keys) - known:
            await files.discard(key)
            swept += 1
    return swept


def choices_of(mapping: Sequence[ColumnChoice]) -> list[Choice]:
    """Choices as the rules know them."""
    return [Choice(**choice.model_dump()) for choice in mapping]
