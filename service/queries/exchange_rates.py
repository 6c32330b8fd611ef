"""Exchange rates as JSON: one, many."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from service.models import ExchangeRate
from service.policy import Actor
from service.queries.listing import Listing, any_of, at_least, at_most
from service.queries.single import single

COLUMNS = {column.key: column for column in ExchangeRate.__table__.columns}

EXCHANGE_RATES = Listing(
    model=ExchangeRate,
    columns=lambda _actor: COLUMNS,
    filters={
        "currency": any_of(ExchangeRate.currency),
        "valid_from_min": at_least(ExchangeRate.valid_from),
        "valid_from_max": at_most(ExchangeRate.valid_from),
    },
    sorts={"valid_from": ExchangeRate.valid_from},
)


async def exchange_rate_json(connection: AsyncConnection, actor: Actor, rate_id: UUID) -> Any:
    """One rate's JSON text and its version."""
    return await single(connection, actor, ExchangeRate, COLUMNS, rate_id)
