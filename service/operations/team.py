"""What the line can do with an account's team: put people on it in a role, and take them off."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.errors import FieldError, InvalidInput, NotFound, Sentence, StateConflict
from service.journal import record
from service.models import Account, AccountMembership, Staff, StageDuty, new_id
from service.operations.accounts import Made
from service.operations.memberships import refresh_line
from service.policy import Actor, fetch
from service.schemas.team import MemberCreate


async def add_member(session: AsyncSession, actor: Actor, account_id: UUID, wanted: MemberCreate) -> UUID:
    """Puts a person on the team, whose departments see the account from then on."""
    await fetch(session, actor, "build_team", Account, account_id)
    await require_active(session, wanted.staff_id, "/staff_id")
    membership = AccountMembership(
        id=new_id(), account_id=account_id, holder_id=wanted.staff_id, holder_kind="staff", role=str(wanted.role)
    )
    session.add(membership)
    await session.flush()
    await refresh_line(session, [account_id])
    session.info["made"] = Made("account_memberships", membership.id)
    data = {"staff_id": wanted.staff_id, "role": str(wanted.role)}
    await record(session, actor, events.MembershipStarted(membership.id, account_id, data))
    return membership.id


async def end_membership(session: AsyncSession, actor: Actor, account_id: UUID, membership_id: UUID) -> None:
    """Takes a person off the team; the owner leaves it with the assignment."""
    membership = await fetch(session, actor, "end", AccountMembership, membership_id)
    if membership.account_id != account_id or membership.holder_kind != "staff" or membership.ended_at:
        raise NotFound
    if membership.role == "owner":
        raise StateConflict(
            Sentence("The owner is changed by an assignment, not here.", "负责人须通过分配变更，不能在此移除。")
        )
    membership.ended_at = datetime.now(UTC)
    await session.flush()
    await leave_stages(session, account_id, membership.holder_id)
    await refresh_line(session, [account_id])
    data = {"staff_id": membership.holder_id, "role": membership.role}
    await record(session, actor, events.MembershipEnded(membership_id, account_id, data))


async def leave_stages(session: AsyncSession, account_id: UUID, staff_id: UUID) -> None:
    """Whoever is on the team no more answers for no stage of its work."""
    still = exists().where(
        AccountMembership.account_id == account_id,
        AccountMembership.holder_id == staff_id,
        AccountMembership.ended_at.is_(None),
    )
    ended = update(StageDuty).where(
        StageDuty.account_id == account_id, StageDuty.staff_id == staff_id, StageDuty.ended_at.is_(None), ~still
    )
    await session.execute(ended.values(ended_at=func.now()))


async def require_active(session: AsyncSession, staff_id: UUID, pointer: str) -> None:
    """A reference must lead to a person who works here now."""
    statement = select(Staff.id).where(Staff.id == staff_id, Staff.deleted_at.is_(None), Staff.status == "active")
    if await session.scalar(statement) is None:
        sentence = Sentence("There is no such active person.", "没有该在职人员。")
        raise InvalidInput(errors=[FieldError("not_found", sentence, pointer=pointer)])
