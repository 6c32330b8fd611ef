"""/v1/accounts: customers of the company."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import (
    AlreadyExists,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    StillReferenced,
    VerificationByOwner,
)
from service.http.conditional import ExpectedVersion, respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import account_verification as verification
from service.operations import accounts as operations
from service.queries import accounts as queries
from service.queries.listing import Asked, page
from service.schemas.accounts import AccountCreate, AccountFilter, AccountPage, AccountUpdate, AccountView, Verification

router = APIRouter(prefix="/v1/accounts", tags=["accounts"], route_class=Endpoint)
CONDITIONAL = raises(NotFound, PreconditionFailed, PreconditionRequired)


@router.get("/{account_id}", response_model=AccountView, responses=raises(NotFound))
async def get_account(account_id: UUID, context: Ctx) -> Response:
    """One account."""
    return await answer(context, account_id)


@router.get("", response_model=AccountPage, responses=raises())
async def list_accounts(query: Annotated[AccountFilter, Query()], context: Ctx) -> Response:
    """The accounts that you may see."""
    services = context.services
    listing = queries.account_listing(services.settings.base_currency)
    content = await page(context.connection, services.keys.cursor, context.actor, listing, Asked.of(query))
    return Response(content, media_type="application/json", headers={"Cache-Control": "private, no-cache"})


@router.post("", response_model=AccountView, status_code=status.HTTP_201_CREATED, responses=raises(AlreadyExists))
async def create_account(wanted: AccountCreate, context: Ctx) -> Response:
    """Enter an account."""
    currency = context.services.settings.base_currency
    made = await operations.create_account(context.session, context.actor, wanted, currency)
    response = respond(context, made.json, made.version, made.view)
    response.status_code = status.HTTP_201_CREATED
    response.headers["Location"] = f"/v1/accounts/{made.id}"
    return response


@router.patch("/{account_id}", response_model=AccountView, responses=CONDITIONAL)
async def update_account(account_id: UUID, patch: AccountUpdate, version: ExpectedVersion, context: Ctx) -> Response:
    """Change an account; what decides distribution waits for verification."""
    currency = context.services.settings.base_currency
    await operations.update_account(context.session, context.actor, account_id, version, patch, currency)
    return await answer(context, account_id)


@router.post(
    "/{account_id}/verify",
    response_model=AccountView,
    responses=raises(NotFound, PreconditionFailed, PreconditionRequired, VerificationByOwner),
)
async def verify_account(account_id: UUID, verdict: Verification, version: ExpectedVersion, context: Ctx) -> Response:
    """Verify what decides distribution, or turn a proposed change down."""
    await verification.verify_account(
        context.session,
        context.actor,
        account_id,
        version,
        accept=verdict.accept,
        reason=verdict.reason,
        base_currency=context.services.settings.base_currency,
    )
    return await answer(context, account_id)


@router.delete(
    "/{account_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(NotFound, PreconditionFailed, PreconditionRequired, StillReferenced),
)
async def delete_account(account_id: UUID, version: ExpectedVersion, context: Ctx) -> None:
    """Remove an account that nobody is responsible for."""
    await operations.delete_account(context.session, context.actor, account_id, version)


async def answer(context: Context, account_id: UUID) -> Response:
    """The account as this caller sees it; after a change it is read in the same transaction."""
    currency = context.services.settings.base_currency
    row = await queries.account_json(await context.reader(), context.actor, account_id, currency)
    return respond(context, row.json, row.version, row.view)
