"""What a user can do with roles: grant them, confirm or refuse powerful ones as the second person, revoke them."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.people import Role, grant_needs_second_person
from service.domain.states import GRANT_TRANSITIONS, GrantState, StaffStatus
from service.errors import OwnRoleRefused, SecondPersonNeeded, StateConflict
from service.journal import record
from service.models import RoleGrant, Staff
from service.operations.access import void_invitations
from service.operations.delegations import end_delegations_of
from service.operations.organisation import expect_colleague
from service.policy import Actor, fetch, require
from service.schemas.role_grants import RoleGrantCreate


async def create_role_grant(session: AsyncSession, actor: Actor, wanted: RoleGrantCreate) -> RoleGrant:
    """Grants a role to somebody else; a powerful one only proposes it to a second person."""
    require(actor, "create", RoleGrant)
    if wanted.staff_id == actor.id:
        raise OwnRoleRefused
    await expect_colleague(session, wanted.staff_id, "/staff_id", changing=True)
    grant = RoleGrant(
        staff_id=wanted.staff_id, role=str(wanted.role), reason=wanted.reason, granted_by=actor.id,
        state=GrantState.PROPOSED,
    )  # fmt: skip
    session.add(grant)
    await session.flush()
    session.info["made"] = grant
    if grant_needs_second_person(wanted.role):
        await record(session, actor, events.RoleGrantRequested(grant.id, data=told(grant, wanted.reason)))
    else:
        await make_effective(session, actor, grant)
    return grant


async def approve_role_grant(session: AsyncSession, actor: Actor, grant_id: UUID, reason: str | None) -> None:
    """Confirms a powerful role as the second person: neither who proposed it nor who is to hold it.

    Links that its holder was given before are worthless from now on: whoever made them could reach the power by them.
    """
    grant = await fetch(session, actor, "approve", RoleGrant, grant_id)
    refuse_own(actor, grant)
    if grant.granted_by == actor.id:
        raise SecondPersonNeeded
    GRANT_TRANSITIONS.check(GrantState(grant.state), GrantState.EFFECTIVE)
    grant.approved_by = actor.id
    await make_effective(session, actor, grant, reason)
    await void_invitations(session, grant.staff_id)


async def make_effective(session: AsyncSession, actor: Actor, grant: RoleGrant, reason: str | None = None) -> None:
    """The role counts from now on, unless its holder has left meanwhile."""
    holder = await touch(session, grant.staff_id)
    if holder.status == StaffStatus.LEFT:
        raise StateConflict
    grant.state, grant.started_at = GrantState.EFFECTIVE, func.clock_timestamp()
    grant.version += 1
    await record(session, actor, events.RoleGrantActivated(grant.id, data=told(grant, reason or grant.reason)))


async def refuse_role_grant(session: AsyncSession, actor: Actor, grant_id: UUID, reason: str | None) -> None:
    """Turns a proposal down."""
    grant = await fetch(session, actor, "refuse", RoleGrant, grant_id)
    refuse_own(actor, grant)
    await end(session, actor, grant, GrantState.REFUSED, reason)


async def revoke_role_grant(session: AsyncSession, actor: Actor, grant_id: UUID, reason: str | None) -> None:
    """Takes a role away at once."""
    grant = await fetch(session, actor, "revoke", RoleGrant, grant_id)
    refuse_own(actor, grant)
    await touch(session, grant.staff_id)
    await end(session, actor, grant, GrantState.REVOKED, reason)


async def end(session: AsyncSession, actor: Actor, grant: RoleGrant, state: GrantState, reason: str | None) -> None:
    """Closes a grant as refused or revoked."""
    GRANT_TRANSITIONS.check(GrantState(grant.state), state)
    grant.state, grant.ended_at = state, func.clock_timestamp()
    grant.version += 1
    happened = events.RoleGrantRefused if state is GrantState.REFUSED else events.RoleGrantEnded
    await record(session, actor, happened(grant.id, data=told(grant, reason)))
    await end_delegations_of(session, actor, grant.staff_id)


async def touch(session: AsyncSession, staff_id: UUID) -> Staff:
    """The holder, locked and with the next version: their view shows their roles."""
    holder = (
        await session.scalars(
            select(Staff).where(Staff.id == staff_id).with_for_update().execution_options(populate_existing=True)
        )
    ).one()
    holder.version += 1
    session.info["standing_changed"] = True
    return holder


def refuse_own(actor: Actor, grant: RoleGrant) -> None:
    """Nobody changes their own roles, up or down."""
    if grant.staff_id == actor.id:
        raise OwnRoleRefused


def told(grant: RoleGrant, reason: str | None) -> dict[str, Any]:
    """What an entry tells of a grant."""
    return {"staff_id": grant.staff_id, "role": Role(grant.role), "reason": reason}
