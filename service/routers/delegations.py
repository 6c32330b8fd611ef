"""/v1/delegations: approvals in the general manager's stead, by letter (委托书)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import NotFound, StateConflict
from service.http.answers import created, listed
from service.http.conditional import respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import delegations as operations
from service.queries import delegations as queries
from service.queries.listing import Asked
from service.schemas.delegations import (
    DelegationCreate,
    DelegationEnding,
    DelegationFilter,
    DelegationPage,
    DelegationView,
)

router = APIRouter(prefix="/v1/delegations", tags=["archives"], route_class=Endpoint)


@router.get("/{delegation_id}", response_model=DelegationView, responses=raises(NotFound))
async def get_delegation(delegation_id: UUID, context: Ctx) -> Response:
    """One delegation, for its two people, general manager and auditor.

    查看一份委托书。
    """
    return await answer(context, delegation_id)


@router.get("", response_model=DelegationPage, responses=raises())
async def list_delegations(query: Annotated[DelegationFilter, Query()], context: Ctx) -> Response:
    """The delegations that you may know of.

    委托书列表。
    """
    return await listed(context, queries.DELEGATIONS, Asked.of(query))


@router.post("", response_model=DelegationView, status_code=status.HTTP_201_CREATED, responses=raises())
async def create_delegation(wanted: DelegationCreate, context: Ctx) -> Response:
    """Let somebody approve in your stead while you are away.

    For the general manager; the holder is a deputy general manager or the office director, who gains approval,
    never sight, and passes nothing on.

    委托副总经理或办公室主任代为审批，限总经理出差期间。
    """
    delegation = await operations.create_delegation(context.session, context.actor, wanted)
    return created(await answer(context, delegation.id), f"/v1/delegations/{delegation.id}")


@router.post("/{delegation_id}/revoke", response_model=DelegationView, responses=raises(NotFound, StateConflict))
async def revoke_delegation(delegation_id: UUID, ending: DelegationEnding, context: Ctx) -> Response:
    """End a delegation at once, and whatever was approved on it.

    For whoever granted or holds it, and the general manager; it ends by itself with the role behind it.

    立即撤销委托，据此批准的借阅随即终止。
    """
    await operations.revoke_delegation(context.session, context.actor, delegation_id, ending.reason)
    return await answer(context, delegation_id)


async def answer(context: Context, delegation_id: UUID) -> Response:
    """The delegation; after a change it is read in the same transaction."""
    row = await queries.delegation_json(await context.reader(), context.actor, delegation_id)
    return respond(context, row.json, row.version)
