"""/v1/accounts/{account_id}/contacts: the people at a customer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import NotFound, PreconditionFailed, PreconditionRequired
from service.http.answers import created, listed
from service.http.conditional import ExpectedVersion, respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import contacts as operations
from service.queries import accounts as queries
from service.queries.listing import Asked
from service.schemas.contacts import ContactCreate, ContactPage, ContactUpdate, ContactView
from service.schemas.page import PageFilter

router = APIRouter(prefix="/v1/accounts/{account_id}/contacts", tags=["accounts"], route_class=Endpoint)
CONDITIONAL = raises(NotFound, PreconditionFailed, PreconditionRequired)


@router.get("", response_model=ContactPage, responses=raises(NotFound))
async def list_contacts(account_id: UUID, query: Annotated[PageFilter, Query()], context: Ctx) -> Response:
    """The contacts of an account; sensitive fields only for the team's sales people and the line.

    In the order in which they were entered.

    客户的联系人；敏感字段仅授权人员可见。
    """
    await queries.find_account(context.connection, context.actor, "see", account_id)
    asked = Asked.of(query, account_id=account_id)
    return await listed(context, queries.CONTACTS, asked)


@router.get("/{contact_id}", response_model=ContactView, responses=raises(NotFound))
async def get_contact(account_id: UUID, contact_id: UUID, context: Ctx) -> Response:
    """One contact.

    What you may not see is null and named in `redacted`.

    查看一位联系人。
    """
    return await answer(context, account_id, contact_id)


@router.post("", response_model=ContactView, status_code=status.HTTP_201_CREATED, responses=raises(NotFound))
async def create_contact(account_id: UUID, wanted: ContactCreate, context: Ctx) -> Response:
    """Enter a contact; a valid mobile number or e-mail address is needed.

    Numbers and addresses are checked and kept as they were typed.

    录入联系人，须有有效手机号或邮箱。
    """
    contact_id = await operations.create_contact(context.session, context.actor, account_id, wanted)
    return created(await answer(context, account_id, contact_id), f"/v1/accounts/{account_id}/contacts/{contact_id}")


@router.patch("/{contact_id}", response_model=ContactView, responses=CONDITIONAL)
async def update_contact(
    account_id: UUID, contact_id: UUID, patch: ContactUpdate, version: ExpectedVersion, context: Ctx
) -> Response:
    """Change a contact.

    Send only the fields that change; null empties a field.

    修改联系人，只需提交变更的字段。
    """
    await operations.update_contact(context.session, context.actor, account_id, contact_id, version, patch)
    return await answer(context, account_id, contact_id)


@router.delete("/{contact_id}", status_code=status.HTTP_204_NO_CONTENT, responses=CONDITIONAL)
async def delete_contact(account_id: UUID, contact_id: UUID, version: ExpectedVersion, context: Ctx) -> None:
    """Remove a contact.

    Past interactions keep what they say.

    删除联系人，历史记录不受影响。
    """
    await operations.delete_contact(context.session, context.actor, account_id, contact_id, version)


async def answer(context: Context, account_id: UUID, contact_id: UUID) -> Response:
    """The contact as this caller sees it."""
    row = await queries.contact_json(await context.reader(), context.actor, account_id, contact_id)
    return respond(context, row.json, row.version, row.view)
