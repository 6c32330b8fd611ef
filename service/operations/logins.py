"""How somebody logs in with the embedded issuer: three grants of OAuth 2.0 (RFC 6749), each step committed.

A failed attempt stays counted and recorded although the request is refused, and no transaction is open while
Argon2id works; therefore these operations open their own transactions.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.passwords import Passwords
from service.adapters.tokens import LIFETIME, Issuer
from service.database import Database
from service.domain import events
from service.domain.digests import digest
from service.errors import InvalidClient, InvalidGrant
from service.journal import record
from service.models import Login, RefreshToken, new_id
from service.operations.access import end_family
from service.operations.throttle import count_attempt, forgive, subjects_of
from service.policy import Actor
from service.queries.actors import key_actor, login_named, staff_actor

STRANGER = Actor("anonymous", None, "anonymous")
REFRESH_LIFETIME = timedelta(days=14)


@dataclass(frozen=True)
class Door:
    """Where log-ins come in: what they need, and from where this one comes."""

    database: Database
    issuer: Issuer
    passwords: Passwords
    address: str
    request_id: str


@dataclass(frozen=True)
class Tokens:
    """What a successful log-in gets."""

    access_token: str
    refresh_token: str | None
    expires_in: int = int(LIFETIME.total_seconds())
    token_type: str = "Bearer"  # noqa: S105 - the type's name (RFC 6750), no secret


async def log_in(door: Door, username: str, password: str) -> Tokens:
    """Tokens for a user name and its password; unknown and known names take the same way and the same time."""
    subjects = subjects_of(door.address, username)
    async with door.database.transaction() as session:
        await count_attempt(session, subjects)
    async with door.database.reading() as connection:
        known = await login_named(connection, username)
    hash_ = known.password_hash if known else None
    tokens = None
    if await door.passwords.matches(password, hash_) and known is not None:
        async with door.database.transaction(known.staff_id, door.request_id) as session:
            tokens = await open_session(session, door, known.staff_id, hash_)
            if tokens:
                await forgive(session, subjects)
    if tokens is None:
        await note_failure(door, known.staff_id if known else None)
        raise InvalidGrant
    return tokens


async def open_session(session: AsyncSession, door: Door, staff_id: UUID, hash_: str | None) -> Tokens | None:
    """A first pair of tokens, unless the password changed or the person left while it was verified."""
    login = await session.get(Login, staff_id, with_for_update=True, populate_existing=True)
    actor = await staff_actor(await session.connection(), staff_id)
    if login is None or actor is None or login.password_hash != hash_:
        return None
    tokens = await issue(session, door, staff_id, new_id())
    event = events.LoginSucceeded(staff_id, data={"grant": "password"})
    await record(session, actor, event)
    return tokens


async def issue(session: AsyncSession, door: Door, staff_id: UUID, family_id: UUID) -> Tokens:
    """An access token by the database's clock, which also tells when tokens end, and the family's next refresh token.

    The log-in is locked, so that whatever ends all tokens comes wholly before or wholly after.
    """
    at: datetime | None = await session.scalar(select(func.clock_timestamp()))
    assert at is not None
    token = secrets.token_urlsafe(32)
    session.add(
        RefreshToken(family_id=family_id, staff_id=staff_id, token_hash=digest(token), expires_at=at + REFRESH_LIFETIME)
    )
    await session.flush()
    return Tokens(door.issuer.issue(staff_id, "staff", at), token)


async def note_failure(door: Door, staff_id: UUID | None) -> None:
    """The failed attempt in the audit log, in a transaction of its own; never the name that was typed."""
    event = events.LoginFailed(staff_id, data={"address": door.address})
    async with door.database.transaction(None, door.request_id) as session:
        await record(session, STRANGER, event)


async def refresh(door: Door, token: str) -> Tokens:
    """The next pair for a refresh token; one that comes back a second time ends its whole family (RFC 9700)."""
    async with door.database.transaction(None, door.request_id) as session:
        tokens = await exchange(session, door, token)
    if tokens is None:
        raise InvalidGrant
    return tokens


async def exchange(session: AsyncSession, door: Door, token: str) -> Tokens | None:
    """Uses a refresh token up, or does what its reuse asks for."""
    hash_ = digest(token)
    staff_id = await session.scalar(select(RefreshToken.staff_id).where(RefreshToken.token_hash == hash_))
    if staff_id is None:
        return None
    await session.get(Login, staff_id, with_for_update=True, populate_existing=True)
    found = (await session.scalars(select(RefreshToken).where(RefreshToken.token_hash == hash_))).one()
    if found.used_at is not None:
        await end_family(session, staff_id, found.family_id)
        event = events.RefreshTokenReused(found.family_id, data={"staff_id": staff_id, "address": door.address})
        await record(session, STRANGER, event)
        return None
    now = datetime.now(UTC)
    if found.revoked_at is not None or found.expires_at <= now:
        return None
    if await staff_actor(await session.connection(), staff_id) is None:
        return None
    found.used_at = now
    return await issue(session, door, staff_id, found.family_id)


async def log_in_client(door: Door, client_id: UUID | None, secret: str) -> Tokens:
    """An access token for an API key; another one is had the same way, so there is no refresh token."""
    subjects = subjects_of(door.address)
    async with door.database.transaction() as session:
        await count_attempt(session, subjects)
    async with door.database.reading() as connection:
        actor = await key_actor(connection, secret_hash=digest(secret))
    if actor is None or actor.id is None or actor.id != client_id:
        await note_failure(door, None)
        raise InvalidClient(headers={"WWW-Authenticate": "Basic"})
    async with door.database.transaction(None, door.request_id) as session:
        await forgive(session, subjects)
        event = events.LoginSucceeded(actor.id, data={"grant": "client_credentials"})
        await record(session, actor, event)
    return Tokens(door.issuer.issue(actor.id, "integration"), None)
