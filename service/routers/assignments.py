"""/v1/assignments: who is responsible for which account, and why; one account by the rule."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import (
    AlreadyOwned,
    HardRuleBroken,
    LedgerNotKept,
    NoPublishedRulebook,
    NotAssignable,
    NotFound,
    StateConflict,
)
from service.http.answers import created, listed
from service.http.conditional import respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.http.turns import InTurn
from service.operations import assignments as operations
from service.operations import pins
from service.operations.routing import route_account as route
from service.queries import assignments as queries
from service.queries.explanations import explanation_json
from service.queries.listing import Asked
from service.schemas.assignments import (
    AssignmentCreate,
    AssignmentFilter,
    AssignmentPage,
    AssignmentView,
    Pin,
    RouteRequest,
    RoutingView,
    Unpin,
)
from service.schemas.explanations import ExplanationView

router = APIRouter(prefix="/v1/assignments", tags=["distribution"], route_class=Endpoint)
account_router = APIRouter(prefix="/v1/accounts", tags=["distribution"], route_class=InTurn)


@router.get("/{assignment_id}", response_model=AssignmentView, responses=raises(NotFound))
async def get_assignment(assignment_id: UUID, context: Ctx) -> Response:
    """One assignment.

    Who is responsible, since when, and where that comes from.

    查看一条客户归属。
    """
    return await answer(context, assignment_id)


@router.get("", response_model=AssignmentPage, responses=raises())
async def list_assignments(query: Annotated[AssignmentFilter, Query()], context: Ctx) -> Response:
    """The assignments of accounts that you may see, and your own.

    With `current=true` the present ones; without it the history too.

    归属列表；`current=true` 仅显示现行归属。
    """
    return await listed(context, queries.ASSIGNMENTS, Asked.of(query))


@router.post(
    "",
    response_model=AssignmentView,
    status_code=status.HTTP_201_CREATED,
    responses=raises(NotFound, AlreadyOwned, StateConflict, HardRuleBroken, NoPublishedRulebook, NotAssignable),
)
async def create_assignment(wanted: AssignmentCreate, context: Ctx) -> Response:
    """Assign an account by hand, with your reason; the hard rules are kept.

    For exceptions: it is noted as made by hand, may be appealed, and keeps the rulebook's hard rules.

    人工指定负责人，须写明理由并遵守硬性规则。
    """
    timezone = context.services.settings.timezone
    assignment_id = await operations.assign_by_hand(context.session, context.actor, wanted, timezone)
    return created(await answer(context, assignment_id, made=True), f"/v1/assignments/{assignment_id}")


@router.post("/{assignment_id}/pin", response_model=AssignmentView, responses=raises(NotFound, StateConflict))
async def pin_assignment(assignment_id: UUID, wanted: Pin, context: Ctx) -> Response:
    """Keep an assignment out of redistribution until an instant.

    For a bid or a project in which the person must not change.

    锁定归属，在指定时间前不参与重新分配。
    """
    await pins.pin_assignment(context.session, context.actor, assignment_id, wanted.pinned_until, wanted.reason)
    return await answer(context, assignment_id)


@router.post("/{assignment_id}/unpin", response_model=AssignmentView, responses=raises(NotFound, StateConflict))
async def unpin_assignment(assignment_id: UUID, wanted: Unpin, context: Ctx) -> Response:
    """Let an assignment take part in redistribution again.

    The next plan may move the account again.

    取消锁定，恢复参与重新分配。
    """
    await pins.unpin_assignment(context.session, context.actor, assignment_id, wanted.reason)
    return await answer(context, assignment_id)


@router.get("/{assignment_id}/explanation", response_model=ExplanationView, responses=raises(NotFound))
async def get_assignment_explanation(assignment_id: UUID, context: Ctx) -> Response:
    """Why the account went there: in full for line, leaders and reviewer; your own part if you were considered.

    It is recomputed from the stored snapshot and is equal to what was decided.

    说明客户为何如此分配；落选者可看到自己的部分。
    """
    content, version, view = await explanation_json(context.connection, context.actor, assignment_id)
    return respond(context, content, version, view)


@account_router.post(
    "/{account_id}/route",
    response_model=RoutingView,
    responses=raises(NotFound, NoPublishedRulebook, NotAssignable, AlreadyOwned, LedgerNotKept),
)
async def route_account(account_id: UUID, wanted: RouteRequest, context: Ctx) -> Response:
    """Give one account to whom the published rule names now.

    For a single new account between two plans; where nobody fits, the answer says what would help.

    按现行规则立即分配一个客户。
    """
    timezone = context.services.settings.timezone
    view = await route(context.session, context.actor, account_id, wanted.department_id, timezone)
    return Response(view.model_dump_json(), media_type="application/json")


async def answer(context: Context, assignment_id: UUID, *, made: bool = False) -> Response:
    """The assignment; after a change it is read in the same transaction."""
    row = await queries.assignment_json(await context.reader(), context.actor, assignment_id, made=made)
    return respond(context, row.json, row.version)
