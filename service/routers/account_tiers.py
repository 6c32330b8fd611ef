"""/v1/accounts/{id}/tiers and /entitlements: the grades of an account and what they promise."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import NotFound, StateConflict, WrongMethod
from service.http.answers import created, listed, private
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import account_tiers as operations
from service.queries import account_tiers as queries
from service.queries.accounts import find_account
from service.queries.listing import Asked, Listing
from service.schemas.account_tiers import (
    AccountTierCreate,
    AccountTierFilter,
    AccountTierPage,
    AccountTierView,
    EntitlementFilter,
    EntitlementPage,
)

router = APIRouter(prefix="/v1/accounts", tags=["tiers"], route_class=Endpoint)


@router.get("/{account_id}/tiers", response_model=AccountTierPage, responses=raises(NotFound))
async def list_account_tiers(account_id: UUID, query: Annotated[AccountTierFilter, Query()], context: Ctx) -> Response:
    """Every grade that an account held, with its sheet; one current grade per scheme.

    The newest first; filter by scheme or by `current`.

    客户的全部级别历史及评分表。
    """
    return await graded(context, account_id, queries.ACCOUNT_TIERS, Asked.of(query, account_id=account_id))


@router.post(
    "/{account_id}/tiers",
    response_model=AccountTierView,
    status_code=status.HTTP_201_CREATED,
    responses=raises(NotFound, StateConflict, WrongMethod),
)
async def create_account_tier(account_id: UUID, wanted: AccountTierCreate, context: Ctx) -> Response:
    """Set a grade of a manual scheme by hand, with the reason.

    For schemes whose method is `manual`, such as importance; the grade before ends at once.

    对手工分级方案直接定级，须写明理由。
    """
    timezone = context.services.settings.timezone
    grade_id = await operations.grade_account(context.session, context.actor, account_id, wanted, timezone)
    content = await queries.account_tier_json(await context.reader(), grade_id)
    return created(private(content), f"/v1/accounts/{account_id}/tiers")


@router.get("/{account_id}/entitlements", response_model=EntitlementPage, responses=raises(NotFound))
async def list_entitlements(account_id: UUID, query: Annotated[EntitlementFilter, Query()], context: Ctx) -> Response:
    """What the account's grades entitle it to, by due date.

    Visits, named people, plans and services that the tier promises, with the day on which each is due.

    客户按级别应享有的服务及到期日。
    """
    return await graded(context, account_id, queries.ENTITLEMENTS, Asked.of(query, account_id=account_id))


async def graded(context: Context, account_id: UUID, listing: Listing, asked: Asked) -> Response:
    """A page for those who see the account in full."""
    await find_account(context.connection, context.actor, "see_values", account_id)
    return await listed(context, listing, asked)
