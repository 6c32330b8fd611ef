"""Who may decide on a loan or reading session, what their approval leaves, and how long it waits to be begun."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.archives import Confidentiality
from service.domain.lending import Approval, check_approval
from service.errors import StateConflict
from service.models import Delegation, Loan, ReadingSession
from service.policy import Actor, fetch
from service.queries.calendar import business_calendar
from service.queries.lending import approver_facts, case_facts, clock, lending_settings

Lent = Loan | ReadingSession
Case = TypeVar("Case", Loan, ReadingSession)


@dataclass(frozen=True, slots=True)
class Right:
    """In what right somebody decides, on which delegation, and as whom they are noted."""

    actor: Actor
    approval: Approval
    delegation_id: UUID | None


async def take_up(session: AsyncSession, actor: Actor, action: str, model: type[Case], lent_id: UUID) -> Case:
    """A loan or reading session that goes on, locked after its item: in the order of a raised class."""
    item = select(model.item_id).where(model.id == lent_id).scalar_subquery()
    await session.execute(select(func.hold_archive_item(item)))
    return await fetch(session, actor, action, model, lent_id)


async def right_of(
    session: AsyncSession,
    actor: Actor,
    lent: Lent,
    borrower_id: UUID,
    applicant_id: UUID,
    class_: str,
) -> Right:
    """In what right the actor decides on a loan or reading session; ApproverIsParty or NotAnApprover."""
    approver = await approver_facts(session, actor, borrower_id, class_)
    case = await case_facts(session, lent.item_id, borrower_id, applicant_id)
    approval = check_approval(Confidentiality(class_), approver, case)
    if approval is not Approval.DELEGATE:
        return Right(actor, approval, None)
    grantor = select(Delegation.grantor_id).where(Delegation.id == approver.delegation_id)
    return Right(replace(actor, on_behalf_of=await session.scalar(grantor)), approval, approver.delegation_id)


async def note_approval(session: AsyncSession, lent: Lent, right: Right | None, timezone: str) -> None:
    """In whose right it is approved, in nobody's where it is direct, and until when it waits to be begun."""
    now = await clock(session)
    lent.approved_at, lent.lapses_at = now, await pickup_until(session, now, timezone)
    if right:
        lent.approved_by, lent.approved_as = right.actor.id, right.approval
        lent.delegation_id = right.delegation_id
    lent.version += 1


async def pickup_until(session: AsyncSession, approved_at: datetime, timezone: str) -> datetime:
    """Until when what was approved waits for its borrower."""
    connection = await session.connection()
    calendar = await business_calendar(connection, timezone)
    return calendar.deadline(approved_at, (await lending_settings(connection)).pickup_working_days)


def expect_waiting(lent: Lent, now: datetime) -> None:
    """StateConflict when what was approved has waited for too long."""
    if lent.lapses_at is not None and lent.lapses_at <= now:
        raise StateConflict
