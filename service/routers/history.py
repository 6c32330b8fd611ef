"""/v1/accounts/{account_id}: what happened, what it looked like, how it stands."""

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Response

from service.errors import NotFound
from service.http.answers import listed
from service.http.conditional import digest, respond
from service.http.context import Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.queries import history as queries
from service.queries.accounts import find_account
from service.queries.listing import Asked
from service.queries.summary import summary_json
from service.schemas.history import HistoryFilter, HistoryPage, TimelineFilter, TimelinePage
from service.schemas.summary import AccountSummary

router = APIRouter(prefix="/v1/accounts/{account_id}", tags=["accounts"], route_class=Endpoint)


@router.get("/history", response_model=HistoryPage, responses=raises(NotFound))
async def list_history(account_id: UUID, query: Annotated[HistoryFilter, Query()], context: Ctx) -> Response:
    """Who changed what, from what to what; `as_of` also tells the account's fields at that instant.

    The newest first; filter by the person who acted or by the record concerned.

    客户资料的变更历史，可还原任一时刻。
    """
    await find_account(context.connection, context.actor, "see_timeline", account_id)
    fields = await queries.fields_as_of(context.connection, account_id, query.as_of) if query.as_of else None
    asked = Asked.of(query, account_id=account_id)
    told = orjson.dumps(fields).decode()
    return await listed(context, queries.HISTORY, asked, fields=told)


@router.get("/timeline", response_model=TimelinePage, responses=raises(NotFound))
async def list_timeline(account_id: UUID, query: Annotated[TimelineFilter, Query()], context: Ctx) -> Response:
    """Everything that happened around an account and that you may know of, the newest first.

    Interactions, tasks, assignments and grades in one line.

    客户的时间线。
    """
    await find_account(context.connection, context.actor, "see_timeline", account_id)
    asked = Asked.of(query, account_id=account_id)
    return await listed(context, queries.TIMELINE, asked)


@router.get("/summary", response_model=AccountSummary, responses=raises(NotFound))
async def get_account_summary(account_id: UUID, context: Ctx) -> Response:
    """An account at one glance: owner, tiers, latest interactions, open tasks.

    For the head of a page, in one request.

    客户概览。
    """
    await find_account(context.connection, context.actor, "see_timeline", account_id)
    timezone = context.services.settings.timezone
    content, version = await summary_json(context.connection, context.actor, account_id, timezone)
    return respond(context, content, version, digest(content))
