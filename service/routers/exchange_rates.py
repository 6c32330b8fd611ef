"""/v1/exchange-rates: dated rates into the base currency."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import AlreadyExists, NotFound, PreconditionFailed, PreconditionRequired
from service.http.answers import created, listed
from service.http.conditional import ExpectedVersion, respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import exchange_rates as operations
from service.queries import exchange_rates as queries
from service.queries.listing import Asked
from service.schemas.exchange_rates import (
    ExchangeRateCreate,
    ExchangeRateFilter,
    ExchangeRatePage,
    ExchangeRateView,
)

router = APIRouter(prefix="/v1/exchange-rates", tags=["settings"], route_class=Endpoint)


@router.get("/{exchange_rate_id}", response_model=ExchangeRateView, responses=raises(NotFound))
async def get_exchange_rate(exchange_rate_id: UUID, context: Ctx) -> Response:
    """One dated rate.

    A rate holds from its day until the next one of its currency.

    查看一条汇率。
    """
    return await answer(context, exchange_rate_id)


@router.get("", response_model=ExchangeRatePage, responses=raises())
async def list_exchange_rates(query: Annotated[ExchangeRateFilter, Query()], context: Ctx) -> Response:
    """Dated rates into the base currency.

    Filter by currency or day; in the order in which they were entered unless sorted.

    汇率列表。
    """
    return await listed(context, queries.EXCHANGE_RATES, Asked.of(query))


@router.post("", response_model=ExchangeRateView, status_code=status.HTTP_201_CREATED, responses=raises(AlreadyExists))
async def create_exchange_rate(wanted: ExchangeRateCreate, context: Ctx) -> Response:
    """Enter a dated rate; accounts of its currency are valued anew at once.

    How many units of the base currency one unit is worth, from this day on.

    录入汇率，相关客户价值立即重算。
    """
    currency = context.services.settings.base_currency
    rate = await operations.create_exchange_rate(context.session, context.actor, wanted, currency)
    return created(await answer(context, rate.id), f"/v1/exchange-rates/{rate.id}")


@router.delete(
    "/{exchange_rate_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=raises(NotFound, PreconditionFailed, PreconditionRequired),
)
async def delete_exchange_rate(exchange_rate_id: UUID, version: ExpectedVersion, context: Ctx) -> None:
    """Take a rate out; accounts of its currency are valued anew at once.

    For one that was entered by mistake; the rate before it holds again.

    删除录入错误的汇率。
    """
    await operations.delete_exchange_rate(context.session, context.actor, exchange_rate_id, version)


async def answer(context: Context, exchange_rate_id: UUID) -> Response:
    """The rate; after a change it is read in the same transaction."""
    row = await queries.exchange_rate_json(await context.reader(), context.actor, exchange_rate_id)
    return respond(context, row.json, row.version)
