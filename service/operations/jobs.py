"""Work that outlives its request: started here, done by the worker, watched at /v1/jobs."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.states import JobState
from service.models import Job, new_id
from service.policy import Actor


async def start_job(session: AsyncSession, actor: Actor, kind: str, subject_id: UUID) -> Job:
    """Queues work of one kind on one subject, in the caller's transaction."""
    from service.adapters.queue import enqueue  # noqa: PLC0415 - pgqueuer brings a server's parts, which no start waits for

    job = Job(
        id=new_id(),
        kind=kind,
        subject_id=subject_id,
        state=JobState.QUEUED,
        progress=0,
        created_by=actor.id,
        request_id=session.info["request_id"],
    )
    session.add(job)
    await session.flush()
    await enqueue(session, str(job.id))
    return job


async def begin(session: AsyncSession, job_id: UUID) -> Job | None:
    """The job to run now, or None when it was called off or has been done already."""
    statement = (
        update(Job)
        .where(Job.id == job_id, Job.state.in_((JobState.QUEUED, JobState.RUNNING)))
        .values(state=JobState.RUNNING, started_at=func.now())
        .returning(Job)
    )
    return (await session.scalars(statement)).one_or_none()


async def tell_progress(session: AsyncSession, job_id: UUID, percent: int) -> bool:
    """Notes how far a job is; False when it was called off meanwhile."""
    statement = update(Job).where(Job.id == job_id, Job.state == JobState.RUNNING).values(progress=percent)
    return (await session.execute(statement.returning(Job.id))).one_or_none() is not None


async def finish(session: AsyncSession, job_id: UUID, *, result: Any = None, problem: Any = None) -> bool:
    """Closes a job with its result or the problem that ended it; False when it was called off or closed before."""
    state = JobState.FAILED if problem else JobState.SUCCEEDED
    statement = (
        update(Job)
        .where(Job.id == job_id, Job.state == JobState.RUNNING)
        .values(state=state, result=result, problem=problem, ended_at=func.clock_timestamp(), progress=100)
    )
    return (await session.execute(statement.returning(Job.id))).one_or_none() is not None
