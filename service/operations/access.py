"""How access begins and ends: tokens, links and roles of one person."""

from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.states import OPEN_GRANTS, GrantState
from service.journal import record
from service.models import Identity, Invitation, Login, RefreshToken, RoleGrant
from service.operations.delegations import end_delegations_of
from service.policy import Actor


async def end_tokens(session: AsyncSession, staff_id: UUID) -> None:
    """Ends every token that somebody holds; the log-in is locked first, so that none is issued meanwhile."""
    await session.execute(select(Login.staff_id).where(Login.staff_id == staff_id).with_for_update())
    at = func.clock_timestamp()
    await session.execute(update(Login).where(Login.staff_id == staff_id).values(tokens_valid_from=at))
    await session.execute(
        update(RefreshToken)
        .where(RefreshToken.staff_id == staff_id, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=at)
    )
    await session.execute(
        update(Identity)
        .where(Identity.staff_id == staff_id, Identity.deleted_at.is_(None))
        .values(tokens_valid_from=at)
    )
    session.info["standing_changed"] = True


async def end_family(session: AsyncSession, staff_id: UUID, family_id: UUID) -> None:
    """Ends one family of refresh tokens, and every access token, because nobody knows which of them are stolen."""
    at = func.clock_timestamp()
    await session.execute(update(Login).where(Login.staff_id == staff_id).values(tokens_valid_from=at))
    await session.execute(
        update(RefreshToken)
        .where(RefreshToken.family_id == family_id, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=at)
    )


async def void_invitations(session: AsyncSession, staff_id: UUID) -> None:
    """Makes every link that somebody was given worthless."""
    await session.execute(
        update(Invitation)
        .where(Invitation.staff_id == staff_id, Invitation.used_at.is_(None))
        .values(expires_at=func.least(Invitation.expires_at, func.clock_timestamp()))
    )


async def end_access(session: AsyncSession, actor: Actor, staff_id: UUID) -> None:
    """Takes everything from somebody who leaves: tokens, links, password, identities and roles."""
    await end_tokens(session, staff_id)
    await void_invitations(session, staff_id)
    await session.execute(update(Login).where(Login.staff_id == staff_id).values(password_hash=None))
    for identity in (await session.scalars(linked(staff_id))).all():
        await unlink(session, actor, identity)
    await end_roles(session, actor, staff_id)


def linked(staff_id: UUID) -> Select[Identity]:
    """What stands for a person at the identity provider, locked."""
    found = select(Identity).where(Identity.staff_id == staff_id, Identity.deleted_at.is_(None))
    return found.with_for_update().execution_options(populate_existing=True)


async def unlink(session: AsyncSession, actor: Actor, identity: Identity) -> None:
    """The subject stands for nobody from now on."""
    identity.deleted_at = func.clock_timestamp()
    identity.version += 1
    session.info["standing_changed"] = True
    data = {"staff_id": identity.staff_id, "subject": identity.subject}
    await record(session, actor, events.IdentityUnlinked(identity.id, data=data))


async def end_roles(session: AsyncSession, actor: Actor, staff_id: UUID) -> None:
    """Revokes what somebody holds, and refuses what waits for a second person."""
    grants = await session.scalars(
        select(RoleGrant)
        .where(RoleGrant.staff_id == staff_id, RoleGrant.state.in_(OPEN_GRANTS))
        .order_by(RoleGrant.id)
        .with_for_update()
    )
    for grant in grants.all():
        held = grant.state == GrantState.EFFECTIVE
        grant.state = GrantState.REVOKED if held else GrantState.REFUSED
        grant.ended_at = func.clock_timestamp()
        grant.version += 1
        happened = events.RoleGrantEnded if held else events.RoleGrantRefused
        await record(session, actor, happened(grant.id, data={"staff_id": staff_id, "role": grant.role}))
    await end_delegations_of(session, actor, staff_id)
