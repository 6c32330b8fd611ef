"""/v1/incidents: what of the archive was lost (遗失)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import IllegalTransition, NotFound
from service.http.answers import created, listed
from service.http.conditional import digest, respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import ArchiveEndpoint
from service.operations import archive_custody as operations
from service.queries import incidents as queries
from service.queries.listing import Asked
from service.schemas.incidents import IncidentCreate, IncidentFilter, IncidentPage, IncidentView

router = APIRouter(prefix="/v1/incidents", tags=["archives"], route_class=ArchiveEndpoint)


@router.get("/{incident_id}", response_model=IncidentView, responses=raises(NotFound))
async def get_incident(incident_id: UUID, context: Ctx) -> Response:
    """One incident, for general manager, archivist, auditor, and whoever reported it and sees the item.

    查看一起遗失事件。
    """
    return await answer(context, incident_id)


@router.get("", response_model=IncidentPage, responses=raises())
async def list_incidents(query: Annotated[IncidentFilter, Query()], context: Ctx) -> Response:
    """The incidents that you may know of.

    遗失事件列表。
    """
    return await listed(context, queries.INCIDENTS, Asked.of(query))


@router.post(
    "",
    response_model=IncidentView,
    status_code=status.HTTP_201_CREATED,
    responses=raises(NotFound, IllegalTransition),
)
async def report_loss(wanted: IncidentCreate, context: Ctx) -> Response:
    """Report that the paper of an item is lost, as whoever has it, or as the archivist.

    What was lost on a loan is reported at `/v1/loans/{loan_id}/report-lost`. Found again, the archivist receives it.

    报告档案原件遗失，随即立案。
    """
    incident = await operations.report_loss(context.session, context.actor, wanted)
    return created(await answer(context, incident.id), f"/v1/incidents/{incident.id}")


async def answer(context: Context, incident_id: UUID) -> Response:
    """The incident, and where the paper is now."""
    row = await queries.incident_json(await context.reader(), context.actor, incident_id)
    return respond(context, row.json, 1, digest(row.json))
