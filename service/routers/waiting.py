"""/v1/unassigned-accounts: the queue of accounts that wait for an owner."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.errors import LedgerNotKept, NoPublishedRulebook
from service.http.answers import private
from service.http.context import Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.queries.waiting import waiting_page
from service.schemas.waiting import QueuedFilter, QueuedPage

router = APIRouter(prefix="/v1/unassigned-accounts", tags=["distribution"], route_class=Endpoint)


@router.get("", response_model=QueuedPage, responses=raises(NoPublishedRulebook, LedgerNotKept))
async def list_unassigned_accounts(query: Annotated[QueuedFilter, Query()], context: Ctx) -> Response:
    """Accounts without an owner, each with the reason as it stands now and what would help.

    What the rule was asked about is asked again every minute, by priority; the rest waits for a person.

    等待分配的客户队列：原因与建议。
    """
    timezone, keys = context.services.settings.timezone, context.services.keys.cursor
    return private(await waiting_page(context.connection, keys, context.actor, query, timezone))
