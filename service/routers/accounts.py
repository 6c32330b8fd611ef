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
from service.http.answers import created, listed
from service.http.conditional import ExpectedVersion, respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import account_verification as verification
from service.operations import accounts as operations
from service.queries import accounts as queries
from service.queries.listing import Asked
from service.schemas.accounts import AccountCreate, AccountFilter, AccountPage, AccountUpdate, AccountView, Verification

router = APIRouter(prefix="/v1/accounts", tags=["accounts"], route_class=Endpoint)
CONDITIONAL = raises(NotFound, PreconditionFailed, PreconditionRequired)


@router.get("/{account_id}", response_model=AccountView, responses=raises(NotFound))
async def get_account(account_id: UUID, context: Ctx) -> Response:
    """One account.

    What your role may not see is null and named in `redacted`. Keep the ETag: changes need it.

    查看一个客户；无权查看的字段为空并列于 `redacted`。
    """
    return await answer(context, account_id)


@router.get("", response_model=AccountPage, responses=raises())
async def list_accounts(query: Annotated[AccountFilter, Query()], context: Ctx) -> Response:
    """The accounts that you may see.

    Filters may be combined and repeated; `q` finds names, codes and contacts, by pinyin initials too.

    客户列表，可组合筛选，支持中文与拼音首字母搜索。
    """
    services = context.services
    listing = queries.account_listing(services.settings.base_currency)
    return await listed(context, listing, Asked.of(query))


@router.post("", response_model=AccountView, status_code=status.HTTP_201_CREATED, responses=raises(AlreadyExists))
async def create_account(wanted: AccountCreate, context: Ctx) -> Response:
    """Enter an account.

    What a seller enters counts for distribution once somebody of the line has verified it.

    录入新客户；影响分配的数据须经核实后生效。
    """
    currency = context.services.settings.base_currency
    made = await operations.create_account(context.session, context.actor, wanted, currency)
    return created(respond(context, made.json, made.version, made.view), f"/v1/accounts/{made.id}")


@router.patch("/{account_id}", response_model=AccountView, responses=CONDITIONAL)
async def update_account(account_id: UUID, patch: AccountUpdate, version: ExpectedVersion, context: Ctx) -> Response:
    """Change an account; what decides distribution waits for verification.

    Industry, region, value, intent and products wait in `proposed` where you may not verify them.

    修改客户资料；影响分配的字段先进入待核实状态。
    """
    currency = context.services.settings.base_currency
    await operations.update_account(context.session, context.actor, account_id, version, patch, currency)
    return await answer(context, account_id)


@router.post(
    "/{account_id}/verify",
    response_model=AccountView,
    responses=raises(NotFound, PreconditionFailed, PreconditionRequired, VerificationByOwner),
)
async def verify_account(account_id: UUID, verdict: Verification, version: ExpectedVersion, context: Ctx) -> Response:
    """Verify what decides distribution, or turn a proposed change down.

    Whoever answers for the data looks at `proposed` and accepts it or drops it.

    核实或驳回待核实的变更。
    """
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
    """Remove an account that nobody is responsible for.

    An account with somebody responsible, or an open appeal, stays.

    删除无人负责的客户。
    """
    await operations.delete_account(context.session, context.actor, account_id, version)


async def answer(context: Context, account_id: UUID) -> Response:
    """The account as this caller sees it; after a change it is read in the same transaction."""
    currency = context.services.settings.base_currency
    row = await queries.account_json(await context.reader(), context.actor, account_id, currency)
    return respond(context, row.json, row.version, row.view)
