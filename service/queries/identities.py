"""Identities as JSON: one, many."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from service.models import Identity
from service.policy import Actor
from service.queries.listing import Listing, equals
from service.queries.single import single

COLUMNS = {column.key: column for column in Identity.__table__.columns if column.key != "deleted_at"}

IDENTITIES = Listing(
    model=Identity,
    columns=lambda _actor: COLUMNS,
    filters={"staff_id": equals(Identity.staff_id), "subject": equals(Identity.subject)},
)


async def identity_json(connection: AsyncConnection, actor: Actor, identity_id: UUID) -> Any:
    """One identity's JSON text and its version."""
    return await single(connection, actor, Identity, COLUMNS, identity_id)
