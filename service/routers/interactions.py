"""/v1/interactions: visits, calls, meetings and messages."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import EditWindowClosed, NotFound, PreconditionFailed, PreconditionRequired, StateConflict
from service.http.answers import created, listed
from service.http.conditional import ExpectedVersion, digest, respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import interactions as operations
from service.queries import interactions as queries
from service.queries.listing import Asked
from service.queries.settings import setting
from service.schemas.interactions import (
    AmendmentCreate,
    InteractionCreate,
    InteractionFilter,
    InteractionPage,
    InteractionUpdate,
    InteractionView,
)

router = APIRouter(prefix="/v1/interactions", tags=["daily work"], route_class=Endpoint)
FRESH = raises(NotFound, EditWindowClosed, PreconditionFailed, PreconditionRequired)


@router.get("", response_model=InteractionPage, responses=raises())
async def list_interactions(query: Annotated[InteractionFilter, Query()], context: Ctx) -> Response:
    """The interactions with the accounts that you work for, the latest first.

    Filter by account, author or time.

    互动记录列表。
    """
    listing = queries.interaction_listing(await setting(context.connection, "interaction_edit_hours"))
    return await listed(context, listing, Asked.of(query))


@router.get("/{interaction_id}", response_model=InteractionView, responses=raises(NotFound))
async def get_interaction(interaction_id: UUID, context: Ctx) -> Response:
    """One interaction.

    Plan, outcome, and what was added later.

    查看一条互动记录。
    """
    return await answer(context, interaction_id)


@router.post("", response_model=InteractionView, status_code=status.HTTP_201_CREATED, responses=raises(NotFound))
async def log_interaction(wanted: InteractionCreate, context: Ctx) -> Response:
    """Log an interaction, planned or past; what was promised becomes tasks.

    Give the plan, the outcome, or both.

    记录拜访、电话或会议；承诺事项自动生成任务。
    """
    timezone = context.services.settings.timezone
    interaction_id = await operations.log_interaction(context.session, context.actor, wanted, timezone)
    return created(await answer(context, interaction_id), f"/v1/interactions/{interaction_id}")


@router.patch("/{interaction_id}", response_model=InteractionView, responses=FRESH)
async def update_interaction(
    interaction_id: UUID, patch: InteractionUpdate, version: ExpectedVersion, context: Ctx
) -> Response:
    """Correct an interaction; its author may, within a day.

    Afterwards it can only be added to.

    更正互动记录，限作者一天之内。
    """
    timezone = context.services.settings.timezone
    await operations.update_interaction(context.session, context.actor, interaction_id, version, patch, timezone)
    return await answer(context, interaction_id)


@router.post(
    "/{interaction_id}/amend",
    response_model=InteractionView,
    responses=raises(NotFound, StateConflict, PreconditionFailed, PreconditionRequired),
)
async def amend_interaction(
    interaction_id: UUID, addition: AmendmentCreate, version: ExpectedVersion, context: Ctx
) -> Response:
    """Add to an interaction, or tell the outcome of one that was only planned.

    The first text stays as it was.

    补充互动记录，原文保留。
    """
    timezone = context.services.settings.timezone
    await operations.amend_interaction(context.session, context.actor, interaction_id, version, addition, timezone)
    return await answer(context, interaction_id)


@router.delete("/{interaction_id}", status_code=status.HTTP_204_NO_CONTENT, responses=FRESH)
async def delete_interaction(interaction_id: UUID, version: ExpectedVersion, context: Ctx) -> None:
    """Remove an interaction; its author may, within a day.

    Afterwards it stays for good.

    删除互动记录，限作者一天之内。
    """
    timezone = context.services.settings.timezone
    await operations.delete_interaction(context.session, context.actor, interaction_id, version, timezone)


async def answer(context: Context, interaction_id: UUID) -> Response:
    """The interaction as it is now."""
    content, version = await queries.interaction_json(await context.reader(), context.actor, interaction_id)
    return respond(context, content, version, digest(content))
