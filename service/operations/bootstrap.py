"""The first people: an administrator at the first start, a general manager by the command line."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.passwords import Passwords
from service.domain import events
from service.domain.people import Role
from service.domain.states import GrantState, StaffStatus
from service.errors import GeneralManagerExists
from service.journal import record
from service.models import Login, RoleGrant, Staff
from service.operations.access import end_tokens
from service.operations.invitations import open_login
from service.operations.staff import found_by
from service.policy import Actor, system_actor

ADMIN = "admin"
FIRST_LOCK = 0x6669727374  # "first" in ASCII
FIRST_START = system_actor("first start")
COMMAND_LINE = system_actor("command line")


async def ensure_admin(session: AsyncSession, password: str) -> bool:
    """Makes the staff member and log-in `admin` where there is none; False when there is, whatever its password."""
    await hold_first(session)
    if await session.scalar(select(exists().where(Login.username == ADMIN))):
        return False
    person = await colleague(session, FIRST_START, ADMIN, "Administrator")
    await let_in(session, person, password)
    await hold_role(session, FIRST_START, person, Role.ADMIN)
    return True


async def appoint_general_manager(session: AsyncSession, code: str, name: str, password: str) -> UUID:
    """Makes the first general manager, somebody new or already known by the code; their password is set.

    Everybody after them gets powerful roles from two people: GeneralManagerExists when there is one.
    """
    await hold_first(session)
    held = exists().where(RoleGrant.role == Role.GENERAL_MANAGER, RoleGrant.state == GrantState.EFFECTIVE)
    if await session.scalar(select(held)):
        raise GeneralManagerExists
    person = await colleague(session, COMMAND_LINE, code, name)
    await let_in(session, person, password)
    await hold_role(session, COMMAND_LINE, person, Role.GENERAL_MANAGER)
    return person.id


async def hold_first(session: AsyncSession) -> None:
    """One process at a time: two that start together make one administrator."""
    await session.execute(select(func.pg_advisory_xact_lock(FIRST_LOCK)))


async def colleague(session: AsyncSession, actor: Actor, code: str, name: str) -> Staff:
    """The person with this code, active; entered if there is none."""
    known = select(Staff).where(Staff.code == code, Staff.deleted_at.is_(None)).with_for_update()
    person = (await session.scalars(known)).one_or_none()
    if person is None:
        person = Staff(code=code, name=name, search=found_by(name, code), status=StaffStatus.ACTIVE)
        session.add(person)
        await session.flush()
        await record(session, actor, events.StaffCreated(person.id, data={"code": code, "name": name}))
    elif person.status != StaffStatus.ACTIVE:
        person.status, person.handed_over_at = StaffStatus.ACTIVE, None
        await record(session, actor, events.StaffActivated(person.id))
    return person


async def let_in(session: AsyncSession, person: Staff, password: str) -> None:
    """Sets the person's password; tokens that they had end."""
    await open_login(session, person)
    await end_tokens(session, person.id)
    login = await session.get_one(Login, person.id, populate_existing=True)
    login.password_hash = await Passwords().hash(password)


async def hold_role(session: AsyncSession, actor: Actor, person: Staff, role: Role) -> None:
    """The person holds the role from now on, by nobody's word but the operator's."""
    granted = {"staff_id": person.id, "role": role}
    proposed = select(RoleGrant).where(
        RoleGrant.staff_id == person.id, RoleGrant.role == role, RoleGrant.state == GrantState.PROPOSED
    )
    grant = (await session.scalars(proposed.with_for_update())).one_or_none() or RoleGrant(**granted)
    grant.state, grant.started_at = GrantState.EFFECTIVE, datetime.now(UTC)
    session.add(grant)
    person.version += 1
    await session.flush()
    await record(session, actor, events.RoleGrantActivated(grant.id, data=granted))
