"""/v1/rulebooks: the published rules of distribution, version by version."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import (
    AuthorIsApprover,
    CandidateIsApprover,
    IllegalTransition,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    StateConflict,
)
from service.http.conditional import ExpectedVersion, respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import rulebooks as operations
from service.queries import rulebooks as queries
from service.queries.listing import Asked, page
from service.schemas.rulebooks import (
    RulebookCreate,
    RulebookFilter,
    RulebookPage,
    RulebookUpdate,
    RulebookVerdict,
    RulebookView,
)

router = APIRouter(prefix="/v1/rulebooks", tags=["distribution"], route_class=Endpoint)
CONDITIONAL = (NotFound, PreconditionFailed, PreconditionRequired)


@router.get("/{rulebook_id}", response_model=RulebookView, responses=raises(NotFound))
async def get_rulebook(rulebook_id: UUID, context: Ctx) -> Response:
    """One version of a rulebook, as data and as text in both languages.

    `text_en` and `text_zh` say in words what `definition` says as data.

    查看规则手册的一个版本。
    """
    return await answer(context, rulebook_id)


@router.get("", response_model=RulebookPage, responses=raises())
async def list_rulebooks(query: Annotated[RulebookFilter, Query()], context: Ctx) -> Response:
    """Published and retired rulebooks, and drafts for those who draft and publish.

    One code has many versions, at most one of which is published.

    规则手册列表。
    """
    keys = context.services.keys.cursor
    content = await page(context.connection, keys, context.actor, queries.RULEBOOKS, Asked.of(query))
    return Response(content, media_type="application/json", headers={"Cache-Control": "private, no-cache"})


@router.post("", response_model=RulebookView, status_code=status.HTTP_201_CREATED, responses=raises())
async def create_rulebook(wanted: RulebookCreate, context: Ctx) -> Response:
    """Draft a rulebook from the default rules or from your own.

    What you leave out has its default; published versions stay as they are.

    起草规则手册。
    """
    made = await operations.create_rulebook(context.session, context.actor, wanted.code, wanted.definition)
    response = await answer(context, made.id)
    response.status_code = status.HTTP_201_CREATED
    response.headers["Location"] = f"/v1/rulebooks/{made.id}"
    return response


@router.patch("/{rulebook_id}", response_model=RulebookView, responses=raises(*CONDITIONAL, StateConflict))
async def update_rulebook(rulebook_id: UUID, patch: RulebookUpdate, version: ExpectedVersion, context: Ctx) -> Response:
    """Change your draft.

    Only drafts change, and only by their author.

    修改草稿。
    """
    change = patch.definition if "definition" in patch.model_fields_set else {}
    await operations.update_rulebook(context.session, context.actor, rulebook_id, version, change)
    return await answer(context, rulebook_id)


@router.post(
    "/{rulebook_id}/publish",
    response_model=RulebookView,
    responses=raises(*CONDITIONAL, IllegalTransition, AuthorIsApprover, CandidateIsApprover),
)
async def publish_rulebook(
    rulebook_id: UUID, verdict: RulebookVerdict, version: ExpectedVersion, context: Ctx
) -> Response:
    """Make a draft count; the version of its code that counted before is retired.

    Somebody else than the author publishes; send the ETag of what you have read.

    发布规则手册；作者本人不得发布。
    """
    await operations.publish_rulebook(context.session, context.actor, rulebook_id, version, verdict.reason)
    return await answer(context, rulebook_id)


@router.post("/{rulebook_id}/retire", response_model=RulebookView, responses=raises(*CONDITIONAL, IllegalTransition))
async def retire_rulebook(
    rulebook_id: UUID, verdict: RulebookVerdict, version: ExpectedVersion, context: Ctx
) -> Response:
    """End the use of a published version.

    Plans that were computed by it stay explained.

    停用已发布的规则手册。
    """
    await operations.retire_rulebook(context.session, context.actor, rulebook_id, version, verdict.reason)
    return await answer(context, rulebook_id)


async def answer(context: Context, rulebook_id: UUID) -> Response:
    """The rulebook; after a change it is read in the same transaction."""
    row = await queries.rulebook_json(await context.reader(), context.actor, rulebook_id)
    return respond(context, row.json, row.version)
