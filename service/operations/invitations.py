"""How somebody gets in: a one-time link that sets a password."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.digests import digest
from service.domain.people import LEADERS, TWO_PERSON_ROLES, Role
from service.domain.states import OPEN_GRANTS, StaffStatus
from service.errors import Forbidden, Sentence, StateConflict
from service.journal import record
from service.models import Invitation, Login, RoleGrant, Staff
from service.operations.access import end_tokens, void_invitations
from service.policy import Actor, fetch
from service.queries.settings import setting


@dataclass(frozen=True)
class Link:
    """An invitation's one-time token, which nobody can read again."""

    staff_id: UUID
    username: str
    token: str
    expires_at: datetime


async def invite_staff(session: AsyncSession, actor: Actor, staff_id: UUID) -> Link:
    """A fresh one-time token for somebody else; earlier ones end with it."""
    person = await fetch(session, actor, "invite", Staff, staff_id)
    if person.status == StaffStatus.LEFT:
        raise StateConflict
    await refuse_takeover(session, actor, staff_id)
    hours = await setting(await session.connection(), "invitation_hours")
    expires_at = datetime.now(UTC) + timedelta(hours=hours)
    token = secrets.token_urlsafe(32)
    await open_login(session, person)
    await void_invitations(session, staff_id)
    session.add(Invitation(staff_id=staff_id, token_hash=digest(token), expires_at=expires_at, created_by=actor.id))
    await record(session, actor, events.StaffInvited(staff_id, data={"expires_at": expires_at}))
    session.info["secret"] = True
    return Link(staff_id, person.code, token, expires_at)


async def refuse_takeover(session: AsyncSession, actor: Actor, staff_id: UUID) -> None:
    """Whoever opens a way in could take it: nobody opens one for themself, and power is not reached from below."""
    if staff_id == actor.id:
        raise Forbidden(Sentence("Nobody opens a way in for themself.", "任何人不得为自己开通登录。"))
    held = await session.scalars(
        select(RoleGrant.role).where(RoleGrant.staff_id == staff_id, RoleGrant.state.in_(OPEN_GRANTS))
    )
    powerful = bool(TWO_PERSON_ROLES & set(held))
    if not actor.roles & (LEADERS if powerful else {Role.ADMIN}):
        raise Forbidden(
            Sentence(
                "Who holds or awaits a role that needs two people is let in by a leader, others by an administrator.",
                "持有或待授须双人授予之角色的人员由领导开通登录，其他人员由系统管理员开通。",
            )
        )


async def open_login(session: AsyncSession, person: Staff) -> None:
    """A log-in under the staff code, unless there is one; without a password it lets nobody in."""
    values = {"staff_id": person.id, "username": person.code, "tokens_valid_from": func.clock_timestamp()}
    await session.execute(insert(Login).values(values).on_conflict_do_nothing(index_elements=[Login.staff_id]))


async def revoke_staff(session: AsyncSession, actor: Actor, staff_id: UUID, reason: str | None) -> None:
    """Ends every token and link of somebody; they may log in again with their password."""
    await fetch(session, actor, "revoke", Staff, staff_id)
    await end_tokens(session, staff_id)
    await void_invitations(session, staff_id)
    await record(session, actor, events.StaffRevoked(staff_id, data={"reason": reason}))
