"""/v1/jobs: work that outlives its request."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from service.errors import IllegalTransition, NotFound
from service.http.answers import listed
from service.http.conditional import digest, respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations.job_cancelling import cancel_job as call_off
from service.queries import jobs as queries
from service.queries.listing import Asked
from service.schemas.jobs import JobCancellation, JobFilter, JobPage, JobView

router = APIRouter(prefix="/v1/jobs", tags=["evidence"], route_class=Endpoint)
NO_VERSION = 0  # a job moves by itself: its ETag is all in its body


@router.get("", response_model=JobPage, responses=raises())
async def list_jobs(query: Annotated[JobFilter, Query()], context: Ctx) -> Response:
    """The jobs that you started.

    Filter by kind, state or subject.

    您发起的后台作业。
    """
    listing = queries.job_listing(context.language)
    return await listed(context, listing, Asked.of(query))


@router.get("/{job_id}", response_model=JobView, responses=raises(NotFound))
async def get_job(job_id: UUID, context: Ctx) -> Response:
    """One job: how far it is, and what came of it.

    Ask again every second or so until `state` is succeeded, failed or cancelled.

    查看作业进度与结果，可轮询。
    """
    return await answer(context, job_id)


@router.post("/{job_id}/cancel", response_model=JobView, responses=raises(NotFound, IllegalTransition))
async def cancel_job(job_id: UUID, cancellation: JobCancellation, context: Ctx) -> Response:
    """Call a job off; one that runs stops at its next step.

    One that waits does not begin. What an import has written stays.

    取消作业。
    """
    await call_off(context.session, context.actor, job_id, cancellation.reason)
    return await answer(context, job_id)


async def answer(context: Context, job_id: UUID) -> Response:
    """The job as it is now."""
    content = await queries.job_json(await context.reader(), context.actor, job_id, context.language)
    return respond(context, content, NO_VERSION, digest(content))
