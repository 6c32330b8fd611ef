"""Role grants as JSON: one, many."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.errors import NotFound
from service.models import RoleGrant
from service.policy import Actor, allowed, principal_values
from service.queries.json_view import json_object
from service.queries.listing import Listing, any_of, equals

COLUMNS = {column.key: column for column in RoleGrant.__table__.columns}

ROLE_GRANTS = Listing(
    model=RoleGrant,
    columns=lambda _actor: COLUMNS,
    filters={
        "staff_id": equals(RoleGrant.staff_id),
        "role": any_of(RoleGrant.role),
        "state": any_of(RoleGrant.state),
    },
)


async def role_grant_json(connection: AsyncConnection, actor: Actor, grant_id: UUID) -> Any:
    """One grant's JSON text and its version."""
    statement = select(json_object(COLUMNS).label("json"), RoleGrant.version).where(
        RoleGrant.id == grant_id, allowed(actor, "see", RoleGrant)
    )
    row = (await connection.execute(statement, principal_values(actor))).one_or_none()
    if row is None:
        raise NotFound
    return row
