"""/v1/staff/{id}/handover: what a person who leaves still has, and the plan by which others take over."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import NoPublishedRulebook, NotFound, OwnHandover, StateConflict
from service.http.answers import accepted, private
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import handovers as operations
from service.queries import handovers as queries
from service.schemas.handovers import HandoverCreate, HandoverFilter, HandoverView

router = APIRouter(prefix="/v1/staff/{staff_id}/handover", tags=["people"], route_class=Endpoint)


@router.get("", response_model=HandoverView, responses=raises(NotFound))
async def get_handover(staff_id: UUID, query: Annotated[HandoverFilter, Query()], context: Ctx) -> Response:
    """What a person still has, piece by piece, and what becomes of it.

    Accounts name the proposed owner once the plan is computed. What you may not know of is left out, and handed over
    all the same.

    查看某人待交接的客户、任务、借阅、委托与申诉。
    """
    return await answer(context, staff_id, query)


@router.post(
    "",
    response_model=HandoverView,
    status_code=status.HTTP_202_ACCEPTED,
    responses=raises(NotFound, NoPublishedRulebook, OwnHandover, StateConflict),
)
async def create_handover(staff_id: UUID, wanted: HandoverCreate, context: Ctx) -> Response:
    """Have the handover planned: a new owner for each account by the published rulebook.

    A job computes a distribution plan of mode `leaver`. Somebody else approves it; when it is applied, everything is
    handed over at once, and the person is on leave from then on.

    发起交接：按规则手册为每个客户提出新的负责人。
    """
    plan = await operations.begin_handover(context.session, context.actor, staff_id, wanted)
    return accepted(await answer(context, staff_id, HandoverFilter()), plan.job_id)


async def answer(context: Context, staff_id: UUID, query: HandoverFilter) -> Response:
    """The handover as this caller may know it."""
    keys = context.services.keys.cursor
    return private(await queries.handover_json(await context.reader(), keys, context.actor, staff_id, query))
