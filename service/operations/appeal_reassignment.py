"""Upholding an appeal: the account goes to whom the appeal asks for, within the hard rules, and is kept there."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.distribution.eligibility import Failed
from service.domain.distribution.wording import failed_sentence
from service.errors import AssignmentEnded, FieldError, HardRuleBroken
from service.models import Account, Appeal, Assignment, Decision, Staff, new_id
from service.operations.assignments import Handover, current_holdings, hand_over
from service.operations.hard_rules import hard_rules_against, hold_ledger
from service.operations.pins import pin
from service.policy import Actor
from service.queries.appeal_effects import moves_beside
from service.queries.appeals import appeal_settings
from service.queries.calendar import business_calendar
from service.queries.fairness import fairness_effect
from service.queries.snapshots import published_rulebook

PIN_REASON = "Won by an appeal / 申诉成立"


async def reassign(session: AsyncSession, actor: Actor, appeal: Appeal, timezone: str) -> None:
    """Gives the account to whom the appeal asks for, within the hard rules, and keeps it there for a while.

    What else of the two people moves is the rule's, within its budget for appeals.
    """
    await lock(session, appeal)
    failed = await binding_rules(session, appeal.account_id, appeal.beneficiary_id, timezone)
    if failed:
        raise HardRuleBroken(errors=[refusal(one, "/outcome") for one in failed])
    beside = await moves_beside(session, appeal.account_id, appeal.respondent_id, appeal.beneficiary_id, timezone)
    given = {appeal.account_id: appeal.beneficiary_id} | {one.account_id: one.to_id for one in beside}
    await carry_out(session, actor, appeal, given, timezone)


async def carry_out(
    session: AsyncSession, actor: Actor, appeal: Appeal, given: Mapping[UUID, UUID | None], timezone: str
) -> dict[UUID, UUID]:
    """Gives accounts to people, or to nobody, the appealed one first; that one is pinned. Account → new assignment."""
    appeal.fairness_effect = await fairness_effect(session, given, timezone)
    decisions = await decided(session, given)
    handovers = [Handover(account, given[account], decision.id) for account, decision in decisions.items()]
    made = await hand_over(session, actor, handovers, "appeal", appeal_id=appeal.id)
    appeal.new_assignment_id = made.get(appeal.account_id)
    if appeal.new_assignment_id:
        await keep(session, actor, appeal.new_assignment_id, timezone)
    return made


async def binding_rules(
    session: AsyncSession, account_id: UUID, beneficiary_id: UUID | None, timezone: str
) -> list[Failed]:
    """The hard rules that forbid what an appeal asks for; an account that goes back to waiting breaks none."""
    return await hard_rules_against(session, account_id, beneficiary_id, timezone) if beneficiary_id else []


async def lock(session: AsyncSession, appeal: Appeal) -> None:
    """Ledgers, account and assignment, in the order of every reassignment; 409 when the assignment has ended."""
    await hold_ledgers(session, [one for one in (appeal.beneficiary_id, appeal.respondent_id) if one])
    await session.execute(select(Account.id).where(Account.id == appeal.account_id).with_for_update())
    current = (await current_holdings(session, [appeal.account_id])).get(appeal.account_id)
    if current is None or current.id != appeal.assignment_id:
        raise AssignmentEnded


async def hold_ledgers(session: AsyncSession, people: Sequence[UUID]) -> None:
    """The ledgers of several people's teams, always in the same order so that two appeals do not wait in a circle."""
    departments = await session.scalars(select(Staff.department_id).where(Staff.id.in_(people)).distinct())
    for department in sorted(departments, key=str):
        await hold_ledger(session, department)


def refusal(failed: Failed, pointer: str) -> FieldError:
    """A hard rule as what is wrong with a verdict."""
    return FieldError(str(failed.rule), failed_sentence(failed), pointer=pointer)


async def decided(session: AsyncSession, given: Mapping[UUID, UUID | None]) -> dict[UUID, Decision]:
    """The decisions as distribution keeps them: no rule was asked, the reviewer chose."""
    rulebook = await published_rulebook(await session.connection())
    holdings = await current_holdings(session, list(given))
    made = {
        account_id: Decision(
            id=new_id(),
            kind="appeal",
            account_id=account_id,
            rulebook_id=rulebook.id if rulebook else None,
            position=0,
            previous_owner_id=holdings[account_id].staff_id if account_id in holdings else None,
            winner_id=person_id,
            reason="appeal_upheld",
        )
        for account_id, person_id in given.items()
    }
    session.add_all(made.values())
    await session.flush()
    return made


async def keep(session: AsyncSession, actor: Actor, assignment_id: UUID, timezone: str) -> None:
    """Pins what was won, so that the next redistribution does not undo it."""
    connection = await session.connection()
    settings, calendar = await appeal_settings(connection), await business_calendar(connection, timezone)
    until = calendar.deadline(datetime.now(UTC), settings.pin_working_days)
    assignment = await session.get_one(Assignment, assignment_id)
    await pin(session, actor, assignment, until, PIN_REASON)
