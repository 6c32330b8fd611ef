"""Tier evaluations: computing one, applying one."""

from dataclasses import replace
from typing import Any

from service.errors import Sentence, StateConflict
from service.jobs.worker import Workplace
from service.operations import tier_applications, tier_previews
from service.operations.job_cancelling import end_called_off
from service.policy import Actor, system_actor

CALLED_OFF = Sentence("The job was called off.", "任务已取消。")


async def evaluate_tiers(work: Workplace) -> dict[str, Any]:
    """The sheets and counts of an evaluation, in one transaction."""
    job, actor = work.job, acting_for(work)
    try:
        async with work.database.transaction(job.created_by, job.request_id) as session:
            return await tier_previews.compute(session, actor, job.subject_id, teller(work))
    except StateConflict:
        async with work.database.transaction(job.created_by, job.request_id) as session:
            await end_called_off(session, actor, job.id)
        raise


async def apply_tiers(work: Workplace) -> dict[str, Any]:
    """The grades of an approved evaluation, in one transaction."""
    job, timezone = work.job, work.settings.timezone
    async with work.database.transaction(job.created_by, job.request_id) as session:
        return await tier_applications.apply(session, acting_for(work), job.subject_id, timezone, teller(work))


def acting_for(work: Workplace) -> Actor:
    """The service itself, on behalf of whoever asked for the job."""
    return replace(system_actor("tier evaluations"), on_behalf_of=work.job.created_by)


def teller(work: Workplace) -> tier_previews.Tell:
    """Notes progress outside the work's own transaction, and rolls that back once the job was called off."""

    async def tell(percent: int) -> None:
        if not await work.progress(percent):
            raise StateConflict(CALLED_OFF)

    return tell
