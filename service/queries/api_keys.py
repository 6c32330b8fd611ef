"""API keys as JSON: one, many; never their secrets."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.errors import NotFound
from service.models import ApiKey
from service.policy import Actor, allowed, principal_values
from service.queries.json_view import json_object
from service.queries.listing import Listing, is_set

COLUMNS = {column.key: column for column in ApiKey.__table__.columns if column.key != "secret_hash"}

API_KEYS = Listing(model=ApiKey, columns=lambda _actor: COLUMNS, filters={"revoked": is_set(ApiKey.revoked_at)})


async def api_key_json(connection: AsyncConnection, actor: Actor, key_id: UUID) -> Any:
    """One key's JSON text and its version."""
    statement = select(json_object(COLUMNS).label("json"), ApiKey.version).where(
        ApiKey.id == key_id, allowed(actor, "see", ApiKey)
    )
    row = (await connection.execute(statement, principal_values(actor))).one_or_none()
    if row is None:
        raise NotFound
    return row
