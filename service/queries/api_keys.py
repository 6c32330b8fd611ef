"""API keys as JSON: one, many; never their secrets."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from service.models import ApiKey
from service.policy import Actor
from service.queries.listing import Listing, is_set
from service.queries.single import single

COLUMNS = {column.key: column for column in ApiKey.__table__.columns if column.key != "secret_hash"}

API_KEYS = Listing(model=ApiKey, columns=lambda _actor: COLUMNS, filters={"revoked": is_set(ApiKey.revoked_at)})


async def api_key_json(connection: AsyncConnection, actor: Actor, key_id: UUID) -> Any:
    """One key's JSON text and its version."""
    return await single(connection, actor, ApiKey, COLUMNS, key_id)
