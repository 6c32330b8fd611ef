"""What a user can do with loans: ask, approve, refuse, cancel, begin, return, revoke, report lost."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.archives import Confidentiality
from service.domain.lending import (
    Duty,
    Opening,
    Way,
    check_daily_limit,
    check_duties,
    check_loan,
    working_day,
)
from service.domain.states import LOAN_TRANSITIONS, LoanState
from service.errors import ApplicationByManager, StateConflict
from service.journal import record
from service.models import ArchiveItem, Loan
from service.operations.archive_custody import lose_lent_paper
from service.operations.incidents import open_incident
from service.operations.lending_approvals import Right, expect_waiting, note_approval, right_of, take_up
from service.operations.lending_ends import finish, make_way
from service.policy import Actor, fetch
from service.queries.actors import staff_actor
from service.queries.calendar import business_calendar
from service.queries.lending import (
    applicant_facts,
    borrower_facts,
    clock,
    earlier_openings,
    lending_settings,
)
from service.schemas.loans import LoanCreate


async def request_loan(session: AsyncSession, actor: Actor, wanted: LoanCreate, timezone: str) -> Loan:
    """Asks for a loan, for oneself or for somebody of one's department; a direct borrower's is approved at once."""
    item = await fetch(session, actor, "borrow", ArchiveItem, wanted.item_id)
    borrower = await borrower_of(session, actor, wanted.borrower_id)
    class_ = Confidentiality(item.confidentiality)
    connection = await session.connection()
    applicant = await applicant_facts(session, actor, borrower)
    duration = timedelta(seconds=wanted.duration_seconds)
    way = check_loan(class_, borrower_facts(borrower), applicant, duration, await lending_settings(connection))
    if item.state != "accepted":
        raise StateConflict
    await make_way(session, Loan, item.id, Loan.borrower_id == borrower.id)
    loan = Loan(
        item_id=item.id, class_as_lent=class_, borrower_id=borrower.id, applicant_id=actor.id, way=way,
        purpose=wanted.purpose, duration_s=wanted.duration_seconds, state=LoanState.REQUESTED,
    )  # fmt: skip
    session.add(loan)
    await session.flush()
    session.info["made"] = loan
    data = {"item_id": item.id, "borrower_id": borrower.id, "way": way, "purpose": wanted.purpose}
    acting = replace(actor, on_behalf_of=borrower.id if borrower.id != actor.id else None)
    await record(session, acting, events.LoanRequested(loan.id, data=data))
    if way is Way.DIRECT:
        await let_begin(session, actor, loan, timezone)
    return loan


async def borrower_of(session: AsyncSession, actor: Actor, borrower_id: UUID | None) -> Actor:
    """Who is to borrow: oneself, or somebody who works here; whoever does not is nobody's to apply for."""
    if borrower_id in {None, actor.id}:
        return actor
    assert borrower_id is not None
    borrower = await staff_actor(await session.connection(), borrower_id)
    if borrower is None:
        raise ApplicationByManager
    return borrower


async def approve_loan(session: AsyncSession, actor: Actor, loan_id: UUID, timezone: str) -> None:
    """Approves a loan in one's own right or on a delegation."""
    loan = await take_up(session, actor, "decide", Loan, loan_id)
    LOAN_TRANSITIONS.check(LoanState(loan.state), LoanState.APPROVED)
    right = await right_of(session, actor, loan, loan.borrower_id, loan.applicant_id, loan.class_as_lent)
    await let_begin(session, right.actor, loan, timezone, right)


async def let_begin(session: AsyncSession, actor: Actor, loan: Loan, timezone: str, right: Right | None = None) -> None:
    """The loan may begin until its borrower has let the time pass; a direct one in nobody's right."""
    await note_approval(session, loan, right, timezone)
    loan.state = LoanState.APPROVED
    data = {"item_id": loan.item_id, "borrower_id": loan.borrower_id, "approved_as": loan.approved_as}
    await record(session, actor, events.LoanApproved(loan.id, data=data))


async def refuse_loan(session: AsyncSession, actor: Actor, loan_id: UUID, reason: str) -> None:
    """Turns a request down; whoever may approve may."""
    loan = await fetch(session, actor, "decide", Loan, loan_id)
    right = await right_of(session, actor, loan, loan.borrower_id, loan.applicant_id, loan.class_as_lent)
    await finish(session, right.actor, loan, LoanState.REFUSED, reason)


async def cancel_loan(session: AsyncSession, actor: Actor, loan_id: UUID, reason: str | None) -> None:
    """Takes a request back."""
    loan = await fetch(session, actor, "cancel", Loan, loan_id)
    await finish(session, actor, loan, LoanState.CANCELLED, reason)


async def activate_loan(
    session: AsyncSession, actor: Actor, loan_id: UUID, acknowledged: list[Duty], timezone: str
) -> None:
    """Begins a loan: the borrower acknowledged every duty, and the day's hours suffice."""
    loan = await take_up(session, actor, "activate", Loan, loan_id)
    LOAN_TRANSITIONS.check(LoanState(loan.state), LoanState.ACTIVE)
    class_ = Confidentiality(loan.class_as_lent)
    check_duties(class_, acknowledged)
    now = await clock(session)
    expect_waiting(loan, now)
    expires_at = now + timedelta(seconds=loan.duration_s)
    if class_ is not Confidentiality.UNCLASSIFIED:
        calendar = await business_calendar(await session.connection(), timezone)
        since, _ = working_day(now, calendar)
        check_daily_limit(await earlier_openings(session, loan, since), Opening(now, expires_at), calendar)
    loan.state, loan.acknowledged_at, loan.starts_at, loan.expires_at = LoanState.ACTIVE, now, now, expires_at
    loan.version += 1
    data = {"item_id": loan.item_id, "acknowledged": acknowledged, "expires_at": expires_at}
    await record(session, actor, events.LoanActivated(loan.id, data=data))


async def return_loan(session: AsyncSession, actor: Actor, loan_id: UUID) -> None:
    """Gives a loan back before its end."""
    loan = await fetch(session, actor, "give_back", Loan, loan_id)
    await finish(session, actor, loan, LoanState.RETURNED, None)


async def revoke_loan(session: AsyncSession, actor: Actor, loan_id: UUID, reason: str) -> None:
    """Ends an active loan at once."""
    loan = await fetch(session, actor, "revoke", Loan, loan_id)
    await finish(session, actor, loan, LoanState.REVOKED, reason)


async def report_lost(session: AsyncSession, actor: Actor, loan_id: UUID, account: str) -> None:
    """Ends a loan whose item is lost, and opens an incident."""
    loan = await take_up(session, actor, "report_lost", Loan, loan_id)
    await finish(session, actor, loan, LoanState.LOST, account)
    await lose_lent_paper(session, actor, loan, account)
    await open_incident(session, actor, loan.item_id, account, loan.id)
