"""/v1/identities: which people of the identity provider are which people here."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import AlreadyExists, NoIdentityProvider, NotFound, PreconditionFailed, PreconditionRequired
from service.http.answers import created, listed
from service.http.conditional import ExpectedVersion, respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import identities as operations
from service.queries import identities as queries
from service.queries.listing import Asked
from service.schemas.identities import IdentityCreate, IdentityFilter, IdentityPage, IdentityView

router = APIRouter(prefix="/v1/identities", tags=["identity"], route_class=Endpoint)


@router.get("/{identity_id}", response_model=IdentityView, responses=raises(NotFound))
async def get_identity(identity_id: UUID, context: Ctx) -> Response:
    """One identity of the identity provider.

    Whom a `sub` of its tokens stands for here.

    查看身份提供方的一个身份及其对应人员。
    """
    return await answer(context, identity_id)


@router.get("", response_model=IdentityPage, responses=raises())
async def list_identities(query: Annotated[IdentityFilter, Query()], context: Ctx) -> Response:
    """Which people of the identity provider are which people here.

    Administrators, leaders and auditors see all, everybody else their own.

    列出身份提供方的身份与本系统人员的对应关系。
    """
    return await listed(context, queries.IDENTITIES, Asked.of(query))


@router.post(
    "",
    response_model=IdentityView,
    status_code=status.HTTP_201_CREATED,
    responses=raises(AlreadyExists, NoIdentityProvider),
)
async def link_identity(wanted: IdentityCreate, context: Ctx) -> Response:
    """Let tokens of the identity provider speak for somebody else.

    Roles are granted here, never by a token. Nobody links themself; holders of a role that needs two people are linked
    by a leader, others by an administrator.

    将身份提供方的 `sub` 关联到一名人员；角色只由本系统授予。
    """
    issuer = context.services.settings.oidc_issuer
    identity = await operations.link_identity(context.session, context.actor, issuer, wanted)
    return created(await answer(context, identity.id), f"/v1/identities/{identity.id}")


@router.delete(
    "/{identity_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(NotFound, PreconditionFailed, PreconditionRequired),
)
async def unlink_identity(identity_id: UUID, version: ExpectedVersion, context: Ctx) -> None:
    """End at once what an identity's tokens open.

    The same `sub` may be linked again, to the same person or to another.

    立即解除关联；该身份的令牌即刻失效。
    """
    await operations.unlink_identity(context.session, context.actor, identity_id, version)


async def answer(context: Context, identity_id: UUID) -> Response:
    """The identity; after a change it is read in the same transaction."""
    row = await queries.identity_json(await context.reader(), context.actor, identity_id)
    return respond(context, row.json, row.version)
