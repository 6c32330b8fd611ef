"""Distribution plans: computing one, applying one."""

import asyncio
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.distribution.snapshot import Snapshot
from service.errors import InternalError, Problem, StateConflict
from service.jobs.worker import Workplace, described
from service.operations import plan_applying, plan_computing
from service.operations.job_cancelling import end_called_off
from service.operations.jobs import tell_progress
from service.operations.plan_computing import Drawn
from service.policy import Actor, system_actor

LOOK_EVERY_S = 1.0
ALMOST = 95
PHASES = {"placing": (5, 25), "settling": (25, 45), "repairing": (45, 55), "deciding": (55, 70)}


async def compute_plan(work: Workplace) -> dict[str, Any]:
    """A plan from draft to proposed: read in one state of the database, drawn beside it, judged while it is stored."""
    job, plan_id = work.job, work.job.subject_id
    try:
        async with work.database.transaction(job.created_by, job.request_id) as session:
            await plan_computing.begin(session, plan_id, work.settings.timezone)
        async with work.database.frozen() as connection:
            snapshot = await plan_computing.read_task(connection, plan_id, work.settings.timezone)
        drawn = await Drawing(work).result(snapshot)
        async with work.database.transaction(job.created_by, job.request_id) as session:
            return await proposed(session, work, drawn)
    except Exception as error:
        problem = error if isinstance(error, Problem) else InternalError()
        async with work.database.transaction(job.created_by, job.request_id) as session:
            if not await end_called_off(session, actor(work), job.id):
                await plan_computing.fail(session, actor(work), plan_id, described(problem))
        raise


async def proposed(session: AsyncSession, work: Workplace, drawn: Drawn) -> dict[str, Any]:
    """What a plan proposes, judged while the database takes it in, unless the job was called off meanwhile."""
    plan_id = work.job.subject_id
    judging = asyncio.create_task(asyncio.to_thread(plan_computing.judge, drawn))
    await plan_computing.store(session, plan_id, drawn)  # to its end: nothing is rolled back beneath it
    result = await plan_computing.propose(session, actor(work), plan_id, drawn, await judging)
    if not await tell_progress(session, work.job.id, ALMOST):
        raise StateConflict(plan_computing.CALLED_OFF)
    return result


async def apply_plan(work: Workplace) -> dict[str, Any]:
    """The owners of an approved plan, in one transaction; a plan that no longer fits is superseded in another."""
    job, plan_id = work.job, work.job.subject_id
    try:
        async with work.database.transaction(job.created_by, job.request_id) as session:
            return await plan_applying.apply(session, actor(work), plan_id, job.id, work.settings.timezone)
    except plan_applying.DataChanged as found:
        async with work.database.transaction(job.created_by, job.request_id) as session:
            stale = await plan_applying.supersede(session, actor(work), plan_id, found.changes)
        raise stale from found


def actor(work: Workplace) -> Actor:
    """The service itself, on behalf of whoever asked."""
    return replace(system_actor("distribution plans"), on_behalf_of=work.job.created_by)


class Drawing:
    """A plan that is drawn in a thread, which tells how far it is and hears when it is called off."""

    def __init__(self, work: Workplace) -> None:
        self.work = work
        self.percent = 0
        self.called_off = False

    async def result(self, snapshot: Snapshot) -> Drawn:
        """The plan; StateConflict once the job was called off."""
        thread = asyncio.create_task(asyncio.to_thread(plan_computing.draw, snapshot, self.tell))
        while not thread.done():
            await asyncio.wait({thread}, timeout=LOOK_EVERY_S)
            if not await self.work.progress(self.percent):
                self.called_off = True
        return await thread

    def tell(self, phase: str, done: int, total: int) -> None:
        """Notes the progress of a phase; raises in the planner's thread once the job was called off."""
        if self.called_off:
            raise StateConflict(plan_computing.CALLED_OFF)
        least, most = PHASES[phase]
        self.percent = least + (most - least) * min(done, total) // max(total, 1)
