"""What a user can do with API keys: make them, revoke them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.api_keys import new_key
from service.domain.digests import digest
from service.domain.invalid import invalid
from service.errors import StateConflict
from service.journal import record
from service.models import ApiKey
from service.operations.organisation import expect_department
from service.policy import Actor, fetch, require
from service.schemas.api_keys import ApiKeyCreate, ApiKeySecret

LONGEST, USUAL = timedelta(days=366), timedelta(days=90)
HINT = 4


async def create_api_key(session: AsyncSession, actor: Actor, wanted: ApiKeyCreate) -> ApiKeySecret:
    """Makes a key; the answer is the only place where it ever stands."""
    require(actor, "create", ApiKey)
    assert actor.id is not None
    now = datetime.now(UTC)
    expires_at = wanted.expires_at or now + USUAL
    if not now < expires_at <= now + LONGEST:
        raise invalid("/expires_at", "out_of_range", "A day within the next year is expected.", "应为一年以内的日期。")
    for position, department in enumerate(wanted.department_ids or ()):
        await expect_department(session, department, f"/department_ids/{position}")
    secret = new_key()
    values = dict(wanted) | {"expires_at": expires_at, "scopes": sorted({str(scope) for scope in wanted.scopes})}
    key = ApiKey(**values, secret_hash=digest(secret), hint=secret[-HINT:], created_by=actor.id)
    session.add(key)
    await session.flush()
    await record(session, actor, events.ApiKeyCreated(key.id, data=values))
    session.info["made"], session.info["secret"] = key, True
    return ApiKeySecret(id=key.id, key=secret, **values)


async def revoke_api_key(session: AsyncSession, actor: Actor, key_id: UUID, reason: str | None) -> None:
    """Ends a key, and every access token got with it, at once."""
    key = await fetch(session, actor, "revoke", ApiKey, key_id)
    if key.revoked_at is not None:
        raise StateConflict
    key.revoked_at = func.clock_timestamp()
    key.version += 1
    session.info["standing_changed"] = True
    await record(session, actor, events.ApiKeyRevoked(key_id, data={"reason": reason}))
