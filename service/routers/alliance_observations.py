"""/v1/alliance-observations: evidence of where contacts stand."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import NotFound, PreconditionFailed, PreconditionRequired
from service.http.answers import created, listed
from service.http.conditional import ExpectedVersion, respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import alliance_observations as operations
from service.queries import alliance_observations as queries
from service.queries.calendar import business_calendar
from service.queries.listing import Asked
from service.schemas.alliance_observations import (
    AllianceObservationCreate,
    AllianceObservationFilter,
    AllianceObservationPage,
    AllianceObservationView,
)

router = APIRouter(prefix="/v1/alliance-observations", tags=["accounts"], route_class=Endpoint)


@router.get("/{alliance_observation_id}", response_model=AllianceObservationView, responses=raises(NotFound))
async def get_alliance_observation(alliance_observation_id: UUID, context: Ctx) -> Response:
    """One observation of a contact.

    Sensitive: for the team's sales people and the line.

    查看一条政治联盟证据。
    """
    return await answer(context, alliance_observation_id)


@router.get("", response_model=AllianceObservationPage, responses=raises())
async def list_alliance_observations(query: Annotated[AllianceObservationFilter, Query()], context: Ctx) -> Response:
    """Evidence of where contacts stand, of accounts whose sensitive fields you see.

    With `contact_id=` and `sort=-observed_on` it tells how somebody came to stand where they do.

    政治联盟证据列表。
    """
    asked = Asked.of(query)
    return await listed(context, queries.ALLIANCE_OBSERVATIONS, asked)


@router.post(
    "", response_model=AllianceObservationView, status_code=status.HTTP_201_CREATED, responses=raises(NotFound)
)
async def create_alliance_observation(wanted: AllianceObservationCreate, context: Ctx) -> Response:
    """Enter what you saw a contact do.

    The contact's own `alliance` stays as it is: what was seen is evidence, where they stand is a judgement.

    记录一条政治联盟证据。
    """
    calendar = await business_calendar(await context.reader(), context.services.settings.timezone)
    today = calendar.business_date(datetime.now(UTC))
    observation_id = await operations.create_alliance_observation(context.session, context.actor, wanted, today)
    return created(await answer(context, observation_id), f"/v1/alliance-observations/{observation_id}")


@router.delete(
    "/{alliance_observation_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(NotFound, PreconditionFailed, PreconditionRequired),
)
async def delete_alliance_observation(alliance_observation_id: UUID, version: ExpectedVersion, context: Ctx) -> None:
    """Take back what you entered.

    Only its author does; the audit log keeps that it was there.

    撤回自己记录的证据。
    """
    await operations.delete_alliance_observation(context.session, context.actor, alliance_observation_id, version)


async def answer(context: Context, observation_id: UUID) -> Response:
    """The observation; after a change it is read in the same transaction."""
    row = await queries.alliance_observation_json(await context.reader(), context.actor, observation_id)
    return respond(context, row.json, row.version)
