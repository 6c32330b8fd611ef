"""/v1/accounts/{account_id}/team: who works for an account."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import AlreadyExists, NotFound, PreconditionFailed, PreconditionRequired, StateConflict
from service.http.answers import created, listed
from service.http.conditional import ExpectedVersion, digest, respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import team as operations
from service.queries import team as queries
from service.queries.accounts import find_account
from service.queries.listing import Asked
from service.schemas.page import PageFilter
from service.schemas.team import MemberCreate, MemberView, TeamPage

router = APIRouter(prefix="/v1/accounts/{account_id}/team", tags=["accounts"], route_class=Endpoint)
ONLY_VERSION = 1  # a membership never changes: it begins and ends


@router.get("", response_model=TeamPage, responses=raises(NotFound))
async def list_team(account_id: UUID, query: Annotated[PageFilter, Query()], context: Ctx) -> Response:
    """The current members of an account's team and their roles.

    Who sees the account because they work for it.

    客户团队成员。
    """
    await find_account(context.connection, context.actor, "see", account_id)
    asked = Asked.of(query, account_id=account_id)
    return await listed(context, queries.TEAM, asked)


@router.get("/{membership_id}", response_model=MemberView, responses=raises(NotFound))
async def get_member(account_id: UUID, membership_id: UUID, context: Ctx) -> Response:
    """One current member.

    With the day since which they belong to it.

    查看一位团队成员。
    """
    return await answer(context, account_id, membership_id)


@router.post(
    "", response_model=MemberView, status_code=status.HTTP_201_CREATED, responses=raises(NotFound, AlreadyExists)
)
async def add_member(account_id: UUID, wanted: MemberCreate, context: Ctx) -> Response:
    """Put a person on the team in a role.

    They see the account from now on.

    添加团队成员。
    """
    membership_id = await operations.add_member(context.session, context.actor, account_id, wanted)
    return created(await answer(context, account_id, membership_id), f"/v1/accounts/{account_id}/team/{membership_id}")


@router.delete(
    "/{membership_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(NotFound, PreconditionFailed, PreconditionRequired, StateConflict),
)
async def remove_member(account_id: UUID, membership_id: UUID, version: ExpectedVersion, context: Ctx) -> None:
    """Take a person off the team; the owner is changed by an assignment instead.

    They no longer see the account by this membership.

    移除团队成员；负责人须通过归属变更。
    """
    if version is not None and ONLY_VERSION not in version:
        raise PreconditionFailed
    await operations.end_membership(context.session, context.actor, account_id, membership_id)


async def answer(context: Context, account_id: UUID, membership_id: UUID) -> Response:
    """The member; the record never changes, the person's name may."""
    content = await queries.member_json(await context.reader(), context.actor, account_id, membership_id)
    return respond(context, content, ONLY_VERSION, digest(content))
