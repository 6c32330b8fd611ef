"""Distribution plans: computing one, applying one."""

from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from service.errors import InternalError, Problem, StateConflict
from service.jobs.watching import Watch
from service.jobs.worker import Workplace, described
from service.operations import plan_applying, plan_computing
from service.operations.job_cancelling import end_called_off
from service.operations.jobs import finish
from service.operations.plan_computing import Drawn
from service.policy import Actor, system_actor


async def compute_plan(work: Workplace) -> dict[str, Any]:
    """A plan from draft to proposed: read in one state of the database, drawn beside it, judged while it is stored."""
    job, plan_id = work.job, work.job.subject_id
    try:
        async with work.database.transaction(job.created_by, job.request_id) as session:
            await plan_computing.begin(session, plan_id, work.settings.timezone)
        async with work.database.frozen() as connection:
            snapshot = await plan_computing.read_task(connection, plan_id, work.settings.timezone)
        watch = Watch(work)
        (drawn,) = await watch.results(watch.threaded(plan_computing.draw, snapshot))
        async with work.database.transaction(job.created_by, job.request_id) as session:
            return await proposed(session, watch, drawn)
    except Exception as error:
        problem = described(error if isinstance(error, Problem) else InternalError())
        async with work.database.transaction(job.created_by, job.request_id) as session:
            if not await end_called_off(session, actor(work), job.id):
                await plan_computing.fail(session, actor(work), plan_id, problem)
                await finish(session, job.id, problem=problem)
        raise


async def proposed(session: AsyncSession, watch: Watch, drawn: Drawn) -> dict[str, Any]:
    """What a plan proposes, judged while the database takes it in, unless the job was called off meanwhile."""
    plan_id = watch.work.job.subject_id
    storing = plan_computing.store(session, plan_id, drawn)
    _, judged = await watch.results(storing, watch.threaded(plan_computing.judge, drawn))
    result = await plan_computing.propose(session, actor(watch.work), plan_id, drawn, judged)
    await closed(session, watch, result=result)
    return result


async def apply_plan(work: Workplace) -> dict[str, Any]:
    """The owners of an approved plan, in one transaction; a plan that no longer fits is superseded in another."""
    job, plan_id, watch = work.job, work.job.subject_id, Watch(work)
    try:
        async with work.database.transaction(job.created_by, job.request_id) as session:
            applying = plan_applying.apply(session, actor(work), plan_id, work.settings.timezone, watch.tell)
            (result,) = await watch.results(applying)
            await closed(session, watch, result=result)
    except plan_applying.DataChanged as found:
        async with work.database.transaction(job.created_by, job.request_id) as session:
            stale = await plan_applying.supersede(session, actor(work), plan_id, found.changes)
            await closed(session, watch, problem=described(stale))
        raise stale from found
    return dict(result)


async def closed(session: AsyncSession, watch: Watch, **outcome: Any) -> None:
    """Closes a job together with what it did, so that the one is never without the other; not one called off."""
    if not await finish(session, watch.work.job.id, **outcome):
        raise StateConflict(watch.course.called_off)


def actor(work: Workplace) -> Actor:
    """The service itself, on behalf of whoever asked."""
    return replace(system_actor("distribution plans"), on_behalf_of=work.job.created_by)
