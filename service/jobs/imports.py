"""Running imports: chunk after chunk, so that memory stays flat and a killed worker goes on where it was."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

import asyncpg
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.files import FileStore
from service.database import Database
from service.domain.import_keys import MatchOn
from service.domain.staff_records import StaffReader
from service.domain.states import ImportState
from service.errors import FieldError, Forbidden, Problem, RowsRejected, Sentence, StateConflict
from service.jobs.worker import Workplace, described
from service.models import Import, ImportRow
from service.operations.import_file import ImportFile
from service.operations.import_people import StaffPlanner, write_people
from service.operations.import_planning import Judged, Planner
from service.operations.import_writing import report, write
from service.operations.imports import finish_import, sweep_orphans
from service.operations.rates import held_rates
from service.policy import Actor, system_actor
from service.queries.actors import key_actor, staff_actor
from service.settings import Settings

TRIES = 5
# unique violation, serialization failure, deadlock, lock not available: somebody else was there first
LOST_RACES = frozenset({"23505", "40001", "40P01", "55P03"})
CALLED_OFF = Sentence("The import was called off.", "导入已取消。")
IMPORTS = system_actor("imports")
FAULT = {"code": "internal_error", "en": "The import failed on our side.", "zh": "导入因服务内部出错而失败。"}


class CalledOff(StateConflict):
    """Somebody called the import off while it ran."""


async def run_import(work: Workplace) -> dict[str, Any]:
    """Runs an import with the rights of whoever confirmed it; the counts of its rows."""
    async with work.database.transaction() as session:
        import_ = await session.get_one(Import, work.job.subject_id)
        actor = await actor_of(session, work)
        if import_.state != ImportState.RUNNING:
            return import_.counts or {}
        if actor is None:
            await finish_import(session, IMPORTS, import_.id, import_.run, ImportState.FAILED, described(Forbidden()))
    if actor is None:
        raise Forbidden
    run = ImportRun(work, actor, import_)
    try:
        return await run.whole()
    except CalledOff:
        await run.finish(ImportState.CANCELLED)
        raise
    except Problem as problem:
        await run.finish(ImportState.FAILED, told(problem))
        raise
    except Exception:
        await run.finish(ImportState.FAILED, FAULT)
        raise


async def sweep_orphaned_files(database: Database, settings: Settings, now: datetime) -> int:
    """Discards the files that uploads which were cut off left behind."""
    async with database.transaction() as session:
        return await sweep_orphans(session, FileStore.of(settings), now)


async def actor_of(session: AsyncSession, work: Workplace) -> Actor | None:
    """Whoever confirmed the import, with what they may do now; None for somebody who may do nothing any more."""
    connection, who = await session.connection(), work.job.created_by
    assert who is not None
    return await staff_actor(connection, who) or await key_actor(connection, key_id=who)


def told(problem: Problem) -> dict[str, Any]:
    """A problem as an import keeps it; of one with the file, what exactly."""
    first: FieldError | None = next(iter(problem.errors), None)
    return {"code": first.code, "en": first.detail.en, "zh": first.detail.zh} if first else described(problem)


class ImportRun:
    """One run of an import's rows."""

    def __init__(self, work: Workplace, actor: Actor, import_: Import) -> None:
        self._work, self._actor, self._import, self._run = work, actor, import_, import_.run
        self._file: ImportFile
        self._planner: Planner | StaffPlanner

    async def whole(self) -> dict[str, Any]:
        """The rows judged and, unless it is a dry run, written; the counts."""
        import_, files = self._import, FileStore.of(self._work.settings)
        async with files.copy(import_.object_key) as path:
            self._file = await asyncio.to_thread(ImportFile, path, import_)
            match_on = MatchOn(import_.match_on)
            self._planner = self._planner_of(match_on)
            if import_.validate_only:
                await self._judge()
                return await self.finish(ImportState.VALIDATED)
            if import_.mode == "atomic":
                return await self._all_or_nothing()
            await self._chunks(writing=True)
        return await self.finish(ImportState.COMPLETED)

    def _planner_of(self, match_on: MatchOn) -> Planner | StaffPlanner:
        """Who decides on rows of this target."""
        file, actor = self._file, self._actor
        if isinstance(file.records, StaffReader):
            return StaffPlanner(actor, file.keys, file.records)
        timezone = self._work.settings.timezone
        return Planner(actor, self._import.id, match_on, file.keys, file.records, timezone)

    async def finish(self, state: ImportState, problem: dict[str, Any] | None = None) -> dict[str, Any]:
        """The end of the run, in a transaction of its own."""
        async with self._transaction() as session:
            return await finish_import(session, self._actor, self._import.id, self._run, state, problem)

    async def _all_or_nothing(self) -> dict[str, Any]:
        """First every row is judged; when all stand they are written in one transaction, judged once more there."""
        for _ in range(TRIES):
            if await self._judge(share=0.5):
                raise RowsRejected
            try:
                return await self._apply()
            except RowsRejected:
                continue  # something changed in between: the next judgement tells what
            except (DBAPIError, asyncpg.PostgresError) as error:
                if not is_lost_race(error):
                    raise
        raise RowsRejected

    async def _apply(self) -> dict[str, Any]:
        """All rows written in one transaction, which replaces the report of their judgement."""
        async with self._transaction() as session:
            run, done = self._run + 1, 0
            async for rows in self._read():
                await self._take(session, rows, run, writing=True)
                if any(judged.outcome == "rejected" for judged in rows):
                    raise RowsRejected
                done += len(rows)
                await self._tell(0.5 + done / self._file.total / 2)
            counts = await finish_import(session, self._actor, self._import.id, run, ImportState.COMPLETED)
            if await session.scalar(select(Import.state).where(Import.id == self._import.id)) != ImportState.COMPLETED:
                raise CalledOff(CALLED_OFF)
            return counts

    async def _judge(self, share: float = 1.0) -> int:
        """A report of every row, and nothing else written; how many were rejected."""
        async with self._transaction() as session:
            statement = update(Import).where(Import.id == self._import.id).values(run=Import.run + 1)
            self._run = (await session.execute(statement.returning(Import.run))).scalar_one()
        return await self._chunks(writing=False, share=share)

    async def _chunks(self, *, writing: bool, share: float = 1.0) -> int:
        """Each chunk in a transaction of its own, again when somebody else was faster; how many were rejected."""
        done = rejected = 0
        async for rows in self._read():
            for attempt in range(1, TRIES + 1):
                try:
                    async with self._transaction() as session:
                        await self._take(session, rows, self._run, writing=writing)
                    break
                except (DBAPIError, asyncpg.PostgresError) as error:
                    if attempt == TRIES or not is_lost_race(error):
                        raise
            done += len(rows)
            rejected += sum(judged.outcome == "rejected" for judged in rows)
            await self._tell(done / self._file.total * share)
        return rejected

    async def _take(self, session: AsyncSession, rows: list[Judged], run: int, *, writing: bool) -> None:
        """The rows that the report does not have yet: judged, written, reported."""
        import_id = self._import.id
        await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(import_id), 0))))
        last = select(func.max(ImportRow.row_number)).where(ImportRow.import_id == import_id, ImportRow.run == run)
        done = await session.scalar(last)
        left = rows if done is None else [judged for judged in rows if judged.row.number > done]
        if not left:
            return
        await self._decide(session, left, writing=writing)
        await report(session, import_id, run, left, written=writing)

    async def _decide(self, session: AsyncSession, rows: list[Judged], *, writing: bool) -> None:
        """What becomes of rows, written unless it is a dry run."""
        if isinstance(self._planner, StaffPlanner):
            people = await self._planner.plan(session, rows, writing=writing)
            if writing:
                await write_people(session, self._actor, people, self._import.filename)
            return
        rates = await held_rates(session, self._work.settings.base_currency)
        subjects = await self._planner.plan(session, rows, rates, writing=writing)
        if writing:
            await write(session, self._actor, subjects, self._import)

    async def _read(self) -> AsyncIterator[list[Judged]]:
        """The chunks of the file, read in a thread so that the worker stays responsive."""
        chunks = self._file.chunks()
        while rows := await asyncio.to_thread(next, chunks, None):
            yield rows

    async def _tell(self, share: float) -> None:
        """Notes progress; stops when the job was called off."""
        if not await self._work.progress(int(share * 99)):
            raise CalledOff(CALLED_OFF)

    def _transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A transaction as whoever confirmed the import."""
        job = self._work.job
        return self._work.database.transaction(job.created_by, job.request_id)


def is_lost_race(error: DBAPIError | asyncpg.PostgresError) -> bool:
    """Whether somebody else was faster, so that trying again may help."""
    cause = error if isinstance(error, asyncpg.PostgresError) else error.orig and error.orig.__cause__
    return getattr(cause, "sqlstate", None) in LOST_RACES
