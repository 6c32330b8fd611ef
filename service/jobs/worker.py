"""The worker: takes jobs from the queue and runs each as its creator asked."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import structlog
from pgqueuer import PgQueuer
from pgqueuer.errors import RetryRequested
from pgqueuer.models import Job as Queued
from pgqueuer.models import Schedule as Due
from sqlalchemy.engine import make_url
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.adapters.queue import ENTRYPOINT
from service.database import Database
from service.errors import Problem
from service.models import Job
from service.operations import jobs
from service.settings import Settings

log = structlog.get_logger("evenhand.worker")

AT_ONCE = 2
"""How many jobs the queue lets run at once, and each worker by its own count: the queue forgets one that paused."""
LATER = timedelta(seconds=30)
"""When a job that another worker is at is looked at again: that worker may not come to its end."""
GARBAGE = 100_000, 20, 10
"""How often garbage is looked for: jobs make objects by the 100,000 that live as long as they do, and looking through
these again and again took a third of the time in which a plan is applied."""


@dataclass(frozen=True)
class Workplace:
    """What a job works with: transactions, settings, and a way to tell how far it is."""

    database: Database
    settings: Settings
    job: Job

    async def progress(self, percent: int) -> bool:
        """Notes progress in a transaction of its own, if a connection is free; False: stop, the job was called off."""
        try:
            async with self.database.transaction() as session:
                return await jobs.tell_progress(session, self.job.id, percent)
        except PoolTimeout:
            return True  # much goes on in this worker: the next look tells


Work = Callable[[Workplace], Awaitable[Any]]


@dataclass(frozen=True)
class Scheduled:
    """What runs by the clock: a cron expression in UTC, and a function that may run twice and tells what it did."""

    cron: str
    run: Callable[[Database, Settings, datetime], Awaitable[int]]


@dataclass(frozen=True)
class Repeated:
    """What runs again and again, with a pause between: may run twice, and tells what it did."""

    pause_s: float
    run: Callable[[Database, Settings, datetime], Awaitable[int]]


async def run_alone(
    database: Database, settings: Settings, kinds: dict[str, Work], places: asyncio.Semaphore, job_id: UUID
) -> None:
    """One job once a place is free; RetryRequested while another worker is at it, from whom the queue took it.

    That worker may only have paused.
    """
    async with places, database.holding(f"job {job_id}") as alone:
        if not alone:
            raise RetryRequested(LATER, "Another worker is at this job.")
        await run_job(database, settings, kinds, job_id)


async def run_job(database: Database, settings: Settings, kinds: dict[str, Work], job_id: UUID) -> None:
    """One job from begin to end; a problem is its result, anything else is a fault that the queue holds."""
    async with database.transaction() as session:
        job = await jobs.begin(session, job_id)
    if job is None:
        return
    try:
        result = await kinds[job.kind](Workplace(database, settings, job))
    except Problem as problem:
        await close(database, job_id, problem=described(problem))
    except Exception:
        await close(database, job_id, problem={"code": "internal_error", "en": "The job failed.", "zh": "作业失败。"})
        raise
    else:
        await close(database, job_id, result=result)


async def close(database: Database, job_id: UUID, **outcome: Any) -> None:
    """Writes the outcome in a transaction of its own."""
    async with database.transaction() as session:
        await jobs.finish(session, job_id, **outcome)


def described(problem: Problem) -> dict[str, Any]:
    """A problem as a job keeps it, in both languages."""
    sentence = problem.detail or type(problem).title()
    return {"code": type(problem).code(), "en": sentence.en, "zh": sentence.zh}


async def work(
    url: str,
    settings: Settings,
    kinds: dict[str, Work],
    schedule: dict[str, Scheduled],
    repeated: dict[str, Repeated],
) -> None:
    """Serves the queue and the clock until SIGTERM or SIGINT; the jobs at hand are finished first."""
    database = Database.connect(url, for_worker=True)
    connection = await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
    queue, places = PgQueuer.from_asyncpg_connection(connection), asyncio.Semaphore(AT_ONCE)

    @queue.entrypoint(ENTRYPOINT, concurrency_limit=AT_ONCE, on_failure="hold")
    async def take(queued: Queued) -> None:
        await run_alone(database, settings, kinds, places, UUID((queued.payload or b"").decode()))

    for name, scheduled in schedule.items():
        queue.schedule(name, scheduled.cron)(by_the_clock(database, settings, name, scheduled))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, queue.shutdown.set)
    gc.collect()
    gc.freeze()  # what lives for ever need not be looked at again
    gc.set_threshold(*GARBAGE)
    log.info("worker ready", jobs=sorted(kinds))
    repeating = [asyncio.create_task(repeat(database, settings, *one, queue.shutdown)) for one in repeated.items()]
    await queue.run()
    await asyncio.gather(*repeating)
    await connection.close()
    await database.dispose()


def by_the_clock(
    database: Database, settings: Settings, name: str, scheduled: Scheduled
) -> Callable[[Due], Awaitable[None]]:
    """A scheduled function as the queue calls it."""

    async def run(_due: Due) -> None:
        done = await scheduled.run(database, settings, datetime.now(UTC))
        log.info("scheduled", name=name, done=done)

    return run


async def repeat(
    database: Database, settings: Settings, name: str, repeated: Repeated, stopping: asyncio.Event
) -> None:
    """Runs until the worker stops; a failure is told and does not end it."""
    while not stopping.is_set():
        try:
            done = await repeated.run(database, settings, datetime.now(UTC))
            log.debug("repeated", name=name, done=done)
        except Exception:
            log.exception("repeated work failed", name=name)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), repeated.pause_s)
