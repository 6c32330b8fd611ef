"""/v1/api-keys: credentials of other systems."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import NotFound, StateConflict
from service.http.answers import listed
from service.http.conditional import respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import api_keys as operations
from service.queries import api_keys as queries
from service.queries.listing import Asked
from service.schemas.api_keys import (
    ApiKeyCreate,
    ApiKeyFilter,
    ApiKeyPage,
    ApiKeyRevocation,
    ApiKeySecret,
    ApiKeyView,
)

router = APIRouter(prefix="/v1/api-keys", tags=["identity"], route_class=Endpoint)


@router.get("/{api_key_id}", response_model=ApiKeyView, responses=raises(NotFound))
async def get_api_key(api_key_id: UUID, context: Ctx) -> Response:
    """One credential, without its secret.

    The secret itself is kept nowhere and cannot be shown again.

    查看 API 密钥的信息，不含密钥本身。
    """
    return await answer(context, api_key_id)


@router.get("", response_model=ApiKeyPage, responses=raises())
async def list_api_keys(query: Annotated[ApiKeyFilter, Query()], context: Ctx) -> Response:
    """Credentials of other systems.

    `revoked=false` shows those that still count.

    查看全部 API 密钥。
    """
    return await listed(context, queries.API_KEYS, Asked.of(query))


@router.post("", response_model=ApiKeySecret, status_code=status.HTTP_201_CREATED, responses=raises())
async def create_api_key(wanted: ApiKeyCreate, context: Ctx, response: Response) -> ApiKeySecret:
    """Make a key; it is shown this once.

    Hand the key to the other system at once. It may do what its scopes say, and nothing else.

    创建 API 密钥；密钥只显示这一次。
    """
    made = await operations.create_api_key(context.session, context.actor, wanted)
    response.headers["Location"] = f"/v1/api-keys/{made.id}"
    response.headers["Cache-Control"] = "no-store"
    return made


@router.post("/{api_key_id}/revoke", response_model=ApiKeyView, responses=raises(NotFound, StateConflict))
async def revoke_api_key(api_key_id: UUID, revocation: ApiKeyRevocation, context: Ctx) -> Response:
    """End a key at once.

    Access tokens got with it end too.

    立即吊销 API 密钥。
    """
    await operations.revoke_api_key(context.session, context.actor, api_key_id, revocation.reason)
    return await answer(context, api_key_id)


async def answer(context: Context, api_key_id: UUID) -> Response:
    """The key; after a change it is read in the same transaction."""
    row = await queries.api_key_json(await context.reader(), context.actor, api_key_id)
    return respond(context, row.json, row.version)
