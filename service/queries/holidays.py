"""Holidays as JSON: one, many."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from service.models import Holiday
from service.policy import Actor
from service.queries.listing import Listing, any_of, at_least, at_most
from service.queries.single import single

COLUMNS = {column.key: column for column in Holiday.__table__.columns}

HOLIDAYS = Listing(
    model=Holiday,
    columns=lambda _actor: COLUMNS,
    filters={
        "kind": any_of(Holiday.kind),
        "on_from": at_least(Holiday.on_date),
        "on_to": at_most(Holiday.on_date),
    },
    sorts={"on_date": Holiday.on_date},
)


async def holiday_json(connection: AsyncConnection, actor: Actor, holiday_id: UUID) -> Any:
    """One day's JSON text and its version."""
    return await single(connection, actor, Holiday, COLUMNS, holiday_id)
