"""/v1/accounts/{account_id}/division: who answers for which stage of the work on an account."""

from uuid import UUID

from fastapi import APIRouter, Response

from service.errors import NotFound, PreconditionFailed, PreconditionRequired
from service.http.conditional import ExpectedVersion, digest, respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import divisions as operations
from service.queries.divisions import division_json
from service.schemas.divisions import DivisionUpdate, DivisionView

router = APIRouter(prefix="/v1/accounts/{account_id}/division", tags=["accounts"], route_class=Endpoint)


@router.get("", response_model=DivisionView, responses=raises(NotFound))
async def get_division(account_id: UUID, context: Ctx) -> Response:
    """Who answers for which stage, from the identification of needs to after-sales; what is missing or doubled.

    `complete` is the proof: each stage has exactly one person and one task of theirs. More stages are needed the larger
    and the more complex the project.

    客户分工：各环节负责人、任务，以及遗漏与重叠。
    """
    return await answer(context, account_id)


@router.patch("", response_model=DivisionView, responses=raises(NotFound, PreconditionFailed, PreconditionRequired))
async def update_division(account_id: UUID, patch: DivisionUpdate, version: ExpectedVersion, context: Ctx) -> Response:
    """Adjust the division to the project's scale and complexity, and name who answers for stages.

    Each named person gets the stage's task; tasks of stages that fall away are cancelled. Put people on the team first.

    调整项目规模与各环节负责人，任务随之生成或取消。
    """
    await operations.update_division(context.session, context.actor, account_id, version, patch)
    return await answer(context, account_id)


async def answer(context: Context, account_id: UUID) -> Response:
    """The division; people and tasks change without its version, so the view stands for them."""
    content, version = await division_json(await context.reader(), context.actor, account_id)
    return respond(context, content, version, digest(content))
