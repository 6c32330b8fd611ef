"""/v1/tier-schemes: how accounts are graded."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import (
    AlreadyExists,
    AuthorIsApprover,
    IllegalTransition,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    StateConflict,
)
from service.http.answers import created, listed, private
from service.http.conditional import ExpectedVersion, respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import tier_schemes as operations
from service.queries import tier_schemes as queries
from service.queries.listing import Asked
from service.schemas.tier_schemes import (
    TierSchemeCreate,
    TierSchemeFilter,
    TierSchemePage,
    TierSchemeUpdate,
    TierSchemeVerdict,
    TierSchemeView,
    TierTemplatePage,
)

router = APIRouter(prefix="/v1/tier-schemes", tags=["tiers"], route_class=Endpoint)


@router.get("/templates", response_model=TierTemplatePage, responses=raises())
async def list_tier_templates(_context: Ctx) -> Response:
    """The schemes that the service ships: five tiers, A/B/C, 80/20, importance.

    Copy one by its name when you draft a scheme.

    系统自带的分级方案模板。
    """
    return private(queries.templates_json())


@router.get("", response_model=TierSchemePage, responses=raises())
async def list_tier_schemes(query: Annotated[TierSchemeFilter, Query()], context: Ctx) -> Response:
    """The versions of schemes that you may see; drafts are seen by those who draft and publish.

    One code has many versions.

    分级方案列表。
    """
    return await listed(context, queries.SCHEMES, Asked.of(query))


@router.get("/{scheme_id}", response_model=TierSchemeView, responses=raises(NotFound))
async def get_tier_scheme(scheme_id: UUID, context: Ctx) -> Response:
    """One version of a scheme.

    Criteria, tiers and what each tier promises.

    查看分级方案的一个版本。
    """
    return await answer(context, scheme_id)


@router.post("", response_model=TierSchemeView, status_code=status.HTTP_201_CREATED, responses=raises(AlreadyExists))
async def create_tier_scheme(wanted: TierSchemeCreate, context: Ctx) -> Response:
    """Draft a scheme, or the next version of one.

    Start from a template and replace what differs.

    起草分级方案。
    """
    scheme = await operations.create_tier_scheme(context.session, context.actor, wanted)
    return created(await answer(context, scheme.id), f"/v1/tier-schemes/{scheme.id}")


@router.patch(
    "/{scheme_id}",
    response_model=TierSchemeView,
    responses=raises(NotFound, PreconditionFailed, PreconditionRequired, StateConflict),
)
async def update_tier_scheme(
    scheme_id: UUID, patch: TierSchemeUpdate, version: ExpectedVersion, context: Ctx
) -> Response:
    """Change your draft; a published version never changes.

    Lists are replaced as a whole.

    修改草稿。
    """
    await operations.update_tier_scheme(context.session, context.actor, scheme_id, version, patch)
    return await answer(context, scheme_id)


@router.post(
    "/{scheme_id}/publish",
    response_model=TierSchemeView,
    responses=raises(NotFound, PreconditionFailed, PreconditionRequired, IllegalTransition, AuthorIsApprover),
)
async def publish_tier_scheme(
    scheme_id: UUID, verdict: TierSchemeVerdict, version: ExpectedVersion, context: Ctx
) -> Response:
    """Publish somebody else's draft as you have read it; the version published before is retired.

    Send the ETag of what you have read.

    发布他人起草的分级方案。
    """
    await operations.publish_tier_scheme(context.session, context.actor, scheme_id, version, verdict.reason)
    return await answer(context, scheme_id)


@router.post(
    "/{scheme_id}/retire",
    response_model=TierSchemeView,
    responses=raises(NotFound, PreconditionFailed, PreconditionRequired, IllegalTransition),
)
async def retire_tier_scheme(
    scheme_id: UUID, verdict: TierSchemeVerdict, version: ExpectedVersion, context: Ctx
) -> Response:
    """Stop using a published version; the grades that it gave stay.

    No further evaluation is made by it.

    停用已发布的分级方案。
    """
    await operations.retire_tier_scheme(context.session, context.actor, scheme_id, version, verdict.reason)
    return await answer(context, scheme_id)


async def answer(context: Context, scheme_id: UUID) -> Response:
    """The version as it stands; after a change it is read in the same transaction."""
    row = await queries.scheme_json(await context.reader(), context.actor, scheme_id)
    return respond(context, row.json, row.version)
