"""/v1/role-grants: who holds which role, and by whose word."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import AlreadyExists, IllegalTransition, NotFound, OwnRoleRefused, SecondPersonNeeded, StateConflict
from service.http.answers import created, listed
from service.http.conditional import respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import role_grants as operations
from service.queries import role_grants as queries
from service.queries.listing import Asked
from service.schemas.role_grants import (
    GrantVerdict,
    RoleGrantCreate,
    RoleGrantFilter,
    RoleGrantPage,
    RoleGrantView,
)

router = APIRouter(prefix="/v1/role-grants", tags=["people"], route_class=Endpoint)


@router.get("/{role_grant_id}", response_model=RoleGrantView, responses=raises(NotFound))
async def get_role_grant(role_grant_id: UUID, context: Ctx) -> Response:
    """One grant of a role.

    Who has which role, by whom, since when.

    查看一项角色授予。
    """
    return await answer(context, role_grant_id)


@router.get("", response_model=RoleGrantPage, responses=raises())
async def list_role_grants(query: Annotated[RoleGrantFilter, Query()], context: Ctx) -> Response:
    """Roles that people hold, held, or wait for.

    Filter by person, role or state.

    角色授予列表。
    """
    return await listed(context, queries.ROLE_GRANTS, Asked.of(query))


@router.post(
    "",
    response_model=RoleGrantView,
    status_code=status.HTTP_201_CREATED,
    responses=raises(AlreadyExists, OwnRoleRefused),
)
async def create_role_grant(wanted: RoleGrantCreate, context: Ctx) -> Response:
    """Grant a role to somebody else; one with archive, approval or plan power waits for a second person.

    Nobody changes their own roles.

    授予角色；重要角色须第二人确认。
    """
    grant = await operations.create_role_grant(context.session, context.actor, wanted)
    return created(await answer(context, grant.id), f"/v1/role-grants/{grant.id}")


@router.post(
    "/{role_grant_id}/approve",
    response_model=RoleGrantView,
    responses=raises(NotFound, IllegalTransition, OwnRoleRefused, SecondPersonNeeded, StateConflict),
)
async def approve_role_grant(role_grant_id: UUID, verdict: GrantVerdict, context: Ctx) -> Response:
    """Confirm a powerful role as the second person.

    Whoever proposed it may not confirm it.

    第二人确认角色授予。
    """
    await operations.approve_role_grant(context.session, context.actor, role_grant_id, verdict.reason)
    return await answer(context, role_grant_id)


@router.post(
    "/{role_grant_id}/refuse",
    response_model=RoleGrantView,
    responses=raises(NotFound, IllegalTransition, OwnRoleRefused),
)
async def refuse_role_grant(role_grant_id: UUID, verdict: GrantVerdict, context: Ctx) -> Response:
    """Turn the proposal of a powerful role down.

    The person does not get the role.

    拒绝角色授予。
    """
    await operations.refuse_role_grant(context.session, context.actor, role_grant_id, verdict.reason)
    return await answer(context, role_grant_id)


@router.post(
    "/{role_grant_id}/revoke",
    response_model=RoleGrantView,
    responses=raises(NotFound, IllegalTransition, OwnRoleRefused),
)
async def revoke_role_grant(role_grant_id: UUID, verdict: GrantVerdict, context: Ctx) -> Response:
    """Take a role away at once.

    What the role allowed ends at once, in requests that follow.

    立即收回角色。
    """
    await operations.revoke_role_grant(context.session, context.actor, role_grant_id, verdict.reason)
    return await answer(context, role_grant_id)


async def answer(context: Context, role_grant_id: UUID) -> Response:
    """The grant; after a change it is read in the same transaction."""
    row = await queries.role_grant_json(await context.reader(), context.actor, role_grant_id)
    return respond(context, row.json, row.version)
