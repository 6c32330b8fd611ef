"""What was dropped when the database died at the wrong moment is taken up again."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from service.database import Database
from service.domain.states import ImportState, JobState
from service.jobs.imports import FAULT, IMPORTS
from service.models import DistributionPlan, Import, Job
from service.operations import plan_computing
from service.operations.imports import finish_import
from service.operations.job_cancelling import UNFINISHED
from service.policy import system_actor
from service.settings import Settings

PLANS = system_actor("distribution plans")
# A job that ended as a fault is held by the queue; one that is not closed either could not begin, or not say so.
REQUEUE = text("""
    UPDATE pgqueuer q SET status = 'queued', updated = now() FROM jobs j
    WHERE q.status = 'failed' AND j.state IN ('queued', 'running') AND q.dedupe_key = j.id::text
""")


async def take_up_dropped_jobs(database: Database, _settings: Settings, _now: datetime) -> int:
    """Queues jobs again that could not be closed, and ends what a failed job left running; tells how many there were.

    A run that begins again goes on where it was.
    """
    async with database.transaction() as session:
        queued: Any = await session.execute(REQUEUE)
        return int(queued.rowcount) + await end_abandoned_imports(session) + await end_abandoned_plans(session)


async def end_abandoned_imports(session: AsyncSession) -> int:
    """Ends imports that run although their job has failed; how many there were."""
    found = (await session.scalars(abandoned("run_import", Import))).all()
    for import_ in found:
        await finish_import(session, IMPORTS, import_.id, import_.run, ImportState.FAILED, FAULT)
    return len(found)


async def end_abandoned_plans(session: AsyncSession) -> int:
    """Ends plans that are computed by nobody because their job has failed; how many there were."""
    found = (await session.scalars(abandoned("compute_plan", DistributionPlan))).all()
    for plan in found:
        await plan_computing.fail(session, PLANS, plan.id, FAULT)
    return len(found)


def abandoned(kind: str, model: type[Any]) -> Any:
    """The unfinished rows whose job has failed."""
    failed = select(Job.id).where(Job.id == model.job_id, Job.state == JobState.FAILED)
    return select(model).where(UNFINISHED[kind].rows, failed.exists()).with_for_update(skip_locked=True)
