"""What decides a loan or reading session: who borrows, who asks, who would approve, who has a part in it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from service.domain.lending import (
    ApplicantFacts,
    ApproverFacts,
    BorrowerFacts,
    CaseFacts,
    LendingSettings,
    Opening,
)
from service.domain.people import Role
from service.models import ArchiveItem, ArchiveVersion, Delegation, Department, Loan, Staff
from service.policy import Actor
from service.policy.hierarchy import departments_under
from service.policy.lending_tables import current_delegation
from service.queries.settings import setting

LENT = ("active", "returned", "expired", "revoked", "lost")


async def lending_settings(connection: AsyncConnection) -> LendingSettings:
    """The numbers that count now."""
    return LendingSettings(
        await setting(connection, "loan_unclassified_days"), await setting(connection, "loan_pickup_working_days")
    )


def borrower_facts(borrower: Actor) -> BorrowerFacts:
    """Somebody as a borrower."""
    assert borrower.id is not None
    return BorrowerFacts(borrower.id, frozenset(map(Role, borrower.roles)), borrower.department_id)


async def applicant_facts(session: AsyncSession, applicant: Actor, borrower: Actor) -> ApplicantFacts:
    """Somebody as the one who asks for a borrower."""
    assert applicant.id is not None
    led = applicant.department_id if Role.DEPARTMENT_MANAGER in applicant.roles else None
    under = exists().where(Department.id == borrower.department_id, Department.id.in_(departments_under(led)))
    return ApplicantFacts(applicant.id, bool(led and await session.scalar(select(under))))


async def approver_facts(session: AsyncSession, actor: Actor, borrower_id: UUID, class_: str) -> ApproverFacts:
    """Somebody as the one who would approve; of several delegations the one that ends last."""
    assert actor.id is not None
    charge = exists().where(
        Staff.id == borrower_id, Department.id == Staff.department_id, Department.deputy_in_charge_id == actor.id
    )
    delegation = (
        select(Delegation.id)
        .where(current_delegation(actor), Delegation.classes.contains([class_]))
        .order_by(Delegation.ends_at.desc())
        .limit(1)
    )
    row = (await session.execute(select(charge.label("charge"), delegation.scalar_subquery().label("id")))).one()
    return ApproverFacts(actor.id, frozenset(map(Role, actor.roles)), row.charge, row.id)


async def case_facts(session: AsyncSession, item_id: UUID, borrower_id: UUID, applicant_id: UUID) -> CaseFacts:
    """Who has a part in a case; uploads that the asker may not know of are the database's own affair (a trigger)."""
    delegates = select(Delegation.holder_id).where(
        Delegation.grantor_id.in_((borrower_id, applicant_id)), effective_now()
    )
    uploads = select(ArchiveVersion.uploader_id).where(ArchiveVersion.item_id == item_id)
    deposits = select(ArchiveItem.depositor_id).where(ArchiveItem.id == item_id)
    return CaseFacts(
        borrower_id,
        applicant_id,
        frozenset(await session.scalars(delegates)),
        frozenset(await session.scalars(uploads.union(deposits))),
    )


def effective_now() -> ColumnElement[bool]:
    """Delegations that count at this moment."""
    at = func.clock_timestamp()
    return (Delegation.state == "effective") & (Delegation.starts_at <= at) & (Delegation.ends_at > at)


async def earlier_openings(session: AsyncSession, loan: Loan, since: datetime) -> list[Opening]:
    """From when to when the borrower had the item open after an instant, on other loans."""
    ended = func.least(func.coalesce(Loan.ended_at, Loan.expires_at), Loan.expires_at)
    statement = select(Loan.starts_at, ended.label("ended")).where(
        Loan.item_id == loan.item_id,
        Loan.borrower_id == loan.borrower_id,
        Loan.id != loan.id,
        Loan.class_as_lent == loan.class_as_lent,
        Loan.state.in_(LENT),
        or_(Loan.ended_at.is_(None), ended > since),
    )
    return [Opening(row.starts_at, row.ended) for row in await session.execute(statement)]


async def clock(session: AsyncSession) -> datetime:
    """The database's clock at this moment, which every lease is measured by."""
    return (await session.scalars(select(func.clock_timestamp(type_=DateTime(timezone=True))))).one()
