"""How somebody sets their password: with the one-time token of an invitation, or with the password they have."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from service.domain import events
from service.domain.digests import digest
from service.domain.invalid import invalid
from service.domain.states import StaffStatus
from service.errors import InvalidLink, NotAuthenticated, WrongPassword
from service.journal import record
from service.models import Invitation, Login, Staff
from service.operations.access import end_tokens, void_invitations
from service.operations.logins import Door
from service.operations.throttle import count_attempt, forgive, subjects_of
from service.policy import Actor

GOOD = (Invitation.used_at.is_(None), Invitation.expires_at > func.clock_timestamp())


async def accept_invitation(door: Door, token: str, password: str) -> None:
    """Sets the first or a forgotten password; whoever was invited is active from now on."""
    async with door.database.reading() as connection:
        staff_id = await invited(connection, token)
    if staff_id is None:
        raise InvalidLink
    hash_ = await door.passwords.hash(password)
    async with door.database.transaction(staff_id, door.request_id) as session:
        await use_invitation(session, staff_id, token, hash_)


async def invited(connection: AsyncConnection, token: str) -> UUID | None:
    """Whom a token invites, while it is good."""
    return await connection.scalar(select(Invitation.staff_id).where(Invitation.token_hash == digest(token), *GOOD))


async def use_invitation(session: AsyncSession, staff_id: UUID, token: str, hash_: str) -> None:
    """Uses a token up, once, whoever else comes with it at the same time."""
    person = await session.get(Staff, staff_id, with_for_update=True, populate_existing=True)
    found = select(Invitation).where(Invitation.token_hash == digest(token), *GOOD)
    invitation = (await session.scalars(found)).one_or_none()
    if invitation is None or person is None or person.deleted_at or person.status == StaffStatus.LEFT:
        raise InvalidLink
    invitation.used_at = func.clock_timestamp()
    actor = Actor("staff", person.id, person.code)
    if person.status == StaffStatus.INVITED:
        person.status = StaffStatus.ACTIVE
        person.version += 1
        await record(session, actor, events.StaffActivated(person.id))
    await set_password(session, actor, hash_)


async def change_password(door: Door, actor: Actor, current: str, password: str) -> None:
    """Changes one's own password; guessing the current one is throttled like a log-in."""
    if actor.kind != "staff" or actor.id is None:
        raise NotAuthenticated(headers={"WWW-Authenticate": "Bearer"})
    subjects = subjects_of(door.address, actor.name)
    async with door.database.transaction() as session:
        await count_attempt(session, subjects)
    async with door.database.reading() as connection:
        before = await connection.scalar(select(Login.password_hash).where(Login.staff_id == actor.id))
    if not await door.passwords.matches(current, before):
        raise WrongPassword
    if current == password:
        raise invalid("/new_password", "unchanged", "This is the password that you have.", "新密码与当前密码相同。")
    hash_ = await door.passwords.hash(password)
    async with door.database.transaction(actor.id, door.request_id) as session:
        login = await session.get(Login, actor.id, with_for_update=True, populate_existing=True)
        if login is None or login.password_hash != before:
            raise WrongPassword
        await set_password(session, actor, hash_)
        await forgive(session, subjects)


async def set_password(session: AsyncSession, actor: Actor, hash_: str) -> None:
    """The new password counts, and every token and link got before it does not."""
    assert actor.id is not None
    await end_tokens(session, actor.id)
    await void_invitations(session, actor.id)
    login = await session.get_one(Login, actor.id, populate_existing=True)
    login.password_hash = hash_
    await record(session, actor, events.PasswordChanged(actor.id))
