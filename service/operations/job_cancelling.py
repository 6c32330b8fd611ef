"""Calling work off: the job, and what it was working on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.events import Event
from service.domain.states import JOB_TRANSITIONS, ImportState, JobState, PlanState
from service.journal import record
from service.models import DistributionPlan, Import, Job
from service.policy import Actor, fetch


@dataclass(frozen=True)
class Unfinished:
    """What a kind of job leaves unfinished when it ends too soon: rows of a model, and what is told of them then."""

    model: type[Any]
    rows: ColumnElement[bool]
    happened: type[Event]


UNFINISHED: Mapping[str, Unfinished] = {
    "compute_plan": Unfinished(
        DistributionPlan,
        DistributionPlan.state.in_((PlanState.DRAFT, PlanState.COMPUTING)),
        events.DistributionPlanCancelled,
    ),
    "run_import": Unfinished(Import, Import.state == ImportState.RUNNING, events.ImportCancelled),
}


async def cancel_job(session: AsyncSession, actor: Actor, job_id: UUID, reason: str | None = None) -> Job:
    """Calls work off, and what it was to finish; what runs already stops at its next step."""
    job = await fetch(session, actor, "cancel", Job, job_id)
    JOB_TRANSITIONS.check(JobState(job.state), JobState.CANCELLED)
    job.state, job.ended_at = JobState.CANCELLED, datetime.now(UTC)
    await record(session, actor, events.JobCancelled(job_id, data={"kind": job.kind, "reason": reason}))
    await cancel_subject(session, actor, job, reason)
    return job


async def end_called_off(session: AsyncSession, actor: Actor, job_id: UUID) -> bool:
    """Whether a job was called off while it ran; then what it was to finish is cancelled, unless it is already."""
    job = await session.get_one(Job, job_id, populate_existing=True)
    if job.state != JobState.CANCELLED:
        return False
    await cancel_subject(session, actor, job, None)
    return True


async def cancel_subject(session: AsyncSession, actor: Actor, job: Job, reason: str | None) -> None:
    """Cancels what a job leaves unfinished; a running step that holds it cancels it itself when it stops."""
    left = UNFINISHED.get(job.kind)
    if left is None:
        return
    statement = select(left.model).where(left.model.id == job.subject_id, left.rows)
    free = statement.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    subject = (await session.scalars(free)).one_or_none()
    if subject is not None:
        subject.state = "cancelled"
        subject.version += 1
        await record(session, actor, left.happened(subject.id, data={"reason": reason}))
