"""Role grants as JSON: one, many."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from service.models import RoleGrant
from service.policy import Actor
from service.queries.listing import Listing, any_of, equals
from service.queries.single import single

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
    return await single(connection, actor, RoleGrant, COLUMNS, grant_id)
