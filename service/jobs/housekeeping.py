"""What nobody asks for again is deleted: stored answers after 72 hours, refresh tokens and windows that have ended."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from service.database import Database
from service.models import IdempotencyRecord, RateWindow, RefreshToken
from service.settings import Settings

ANSWERS_KEPT = timedelta(hours=72)
AT_ONCE = 5_000


async def forget_answers(database: Database, _settings: Settings, now: datetime) -> int:
    """Idempotency keys are free again after 72 hours; tells how many were."""
    old = IdempotencyRecord.created_at < now - ANSWERS_KEPT
    return await forget(database, IdempotencyRecord, old)


async def forget_refresh_tokens(database: Database, _settings: Settings, now: datetime) -> int:
    """A refresh token past its end is refused whether it is known or not; tells how many there were."""
    return await forget(database, RefreshToken, RefreshToken.expires_at < now)


async def forget_rate_windows(database: Database, _settings: Settings, now: datetime) -> int:
    """A window past its end counts nothing; tells how many there were."""
    return await forget(database, RateWindow, RateWindow.ends_at < now)


async def forget(database: Database, model: type[Any], old: ColumnElement[bool]) -> int:
    """Deletes rows some at a time, each time in a transaction of its own, so that nobody waits for long."""
    forgotten = 0
    while True:
        async with database.transaction() as session:
            some = await forget_some(session, model, old)
        forgotten += some
        if some < AT_ONCE:
            return forgotten


async def forget_some(session: AsyncSession, model: type[Any], old: ColumnElement[bool]) -> int:
    """How many rows one statement deleted; those that somebody holds at this moment stay for the next time."""
    key = model.__table__.primary_key.columns
    found = select(*key).where(old).limit(AT_ONCE).with_for_update(skip_locked=True)
    gone = await session.execute(delete(model).where(tuple_(*key).in_(found)).returning(*key))
    return len(gone.all())
