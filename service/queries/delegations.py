"""Delegations as JSON: one, many."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from service.models import Delegation
from service.policy import Actor
from service.queries.listing import Listing, equals
from service.queries.single import single

COLUMNS = {column.key: column for column in Delegation.__table__.columns}

DELEGATIONS = Listing(
    model=Delegation,
    columns=lambda _actor: COLUMNS,
    filters={"holder_id": equals(Delegation.holder_id), "grantor_id": equals(Delegation.grantor_id)},
)


async def delegation_json(connection: AsyncConnection, actor: Actor, delegation_id: UUID) -> Any:
    """One delegation's JSON text and its version."""
    return await single(connection, actor, Delegation, COLUMNS, delegation_id)
