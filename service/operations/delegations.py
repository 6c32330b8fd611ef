"""What a user can do with delegations: grant one by letter, revoke it; and how one ends with the role behind it."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.database import keep_archive
from service.domain import events
from service.domain.lending import DELEGATES
from service.domain.people import Role
from service.errors import FieldError, InvalidInput, Sentence, StateConflict
from service.journal import record
from service.models import ArchiveItem, Delegation, RoleGrant
from service.operations.lending_ends import end_delegated
from service.policy import Actor, allowed, fetch, require
from service.queries.actors import staff_actor
from service.schemas.delegations import DelegationCreate


async def create_delegation(session: AsyncSession, actor: Actor, wanted: DelegationCreate) -> Delegation:
    """Lets a deputy general manager or the office director approve in the general manager's stead."""
    require(actor, "create", Delegation)
    if wanted.ends_at <= wanted.starts_at or wanted.ends_at <= datetime.now(UTC):
        raise wrong(
            "/ends_at", "order", "A delegation ends after its beginning, in the future.", "委托须在开始之后、将来结束。"
        )
    holder = await expect_delegate(session, actor, wanted.holder_id)
    await expect_letter(session, actor, holder, wanted.letter_item_id)
    delegation = Delegation(
        grantor_id=actor.id, holder_id=wanted.holder_id, actions=[str(one) for one in wanted.actions],
        classes=[str(one) for one in wanted.classes], starts_at=wanted.starts_at, ends_at=wanted.ends_at,
        letter=wanted.letter, letter_item_id=wanted.letter_item_id, state="effective",
    )  # fmt: skip
    session.add(delegation)
    await session.flush()
    session.info["made"] = delegation
    data = {
        "holder_id": delegation.holder_id,
        "classes": delegation.classes,
        "starts_at": delegation.starts_at,
        "ends_at": delegation.ends_at,
        "letter": delegation.letter,
    }
    await record(session, actor, events.DelegationGranted(delegation.id, data=data))
    return delegation


async def expect_delegate(session: AsyncSession, actor: Actor, holder_id: UUID) -> Actor:
    """Who is to approve in the grantor's stead: a deputy general manager or the office director."""
    holder = await staff_actor(await session.connection(), holder_id)
    if holder is None or holder.id == actor.id or not holder.roles & DELEGATES:
        raise wrong(
            "/holder_id",
            "not_a_delegate",
            "A deputy general manager or the office director is needed.",
            "受托人须为副总经理或总经理办公室主任。",
        )
    return holder


async def expect_letter(session: AsyncSession, actor: Actor, holder: Actor, item_id: UUID | None) -> None:
    """The archived letter, where one is named, is an item that both people see: a delegate never gains sight."""
    if item_id is None:
        return
    for person in (actor, holder):
        statement = select(ArchiveItem.id).where(ArchiveItem.id == item_id, allowed(person, "see", ArchiveItem))
        if await session.scalar(statement) is None:
            raise wrong(
                "/letter_item_id", "not_found", "Both of you see no such item.", "双方均可知悉的档案中没有该项。"
            )


async def revoke_delegation(session: AsyncSession, actor: Actor, delegation_id: UUID, reason: str) -> None:
    """Ends a delegation at once, and whatever was approved on it."""
    delegation = await fetch(session, actor, "revoke", Delegation, delegation_id)
    if delegation.state != "effective":
        raise StateConflict
    await revoke(session, actor, delegation, reason)


async def end_delegations_of(session: AsyncSession, actor: Actor, staff_id: UUID) -> None:
    """Revokes what somebody granted or holds by a role that they hold no longer."""
    await session.flush()
    held = set(
        await session.scalars(
            select(RoleGrant.role).where(RoleGrant.staff_id == staff_id, RoleGrant.state == "effective")
        )
    )
    lost = []
    if Role.GENERAL_MANAGER not in held:
        lost.append(Delegation.grantor_id == staff_id)
    if not held & DELEGATES:
        lost.append(Delegation.holder_id == staff_id)
    if lost:
        await revoke_all(session, actor, or_(*lost), "the role behind it ended")


async def revoke_all(session: AsyncSession, actor: Actor, which: ColumnElement[bool], reason: str) -> None:
    """Revokes those of some delegations that are in force."""
    statement = select(Delegation).where(which, Delegation.state == "effective").order_by(Delegation.id)
    for delegation in (await session.scalars(statement.with_for_update(key_share=True))).all():
        await revoke(session, actor, delegation, reason)


async def revoke(session: AsyncSession, actor: Actor, delegation: Delegation, reason: str) -> None:
    """Marks a delegation as revoked, and stops what rests on it, whoever may know of that."""
    delegation.state, delegation.revoked_at, delegation.revoked_reason = "revoked", func.clock_timestamp(), reason
    delegation.version += 1
    await record(session, actor, events.DelegationRevoked(delegation.id, data={"reason": reason}))
    await keep_archive(session)
    await end_delegated(session, actor, delegation.id, "the delegation was revoked")


def wrong(pointer: str, code: str, en: str, zh: str) -> InvalidInput:
    """422 for one field."""
    return InvalidInput(errors=[FieldError(code, Sentence(en, zh), pointer=pointer)])
