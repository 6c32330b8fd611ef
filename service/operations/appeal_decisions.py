"""What follows from an appeal: shown before it is decided, decided by somebody independent, carried out at once."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from service.domain import events
from service.domain.appeals import Outcome
from service.domain.distribution.eligibility import Failed
from service.domain.distribution.wording import failed_sentence
from service.domain.states import APPEAL_TRANSITIONS, AppealState
from service.errors import AssignmentEnded, FieldError, HardRuleBroken
from service.journal import record
from service.models import Account, Appeal, Assignment, Decision, new_id
from service.operations.appeal_reviews import require_independent
from service.operations.assignments import Handover, current_holdings, department_of, hand_over, pin
from service.operations.hard_rules import hard_rules_against, hold_ledger
from service.policy import Actor, fetch
from service.queries.appeals import appeal_settings
from service.queries.calendar import business_calendar
from service.queries.fairness import fairness_effect
from service.queries.reviewers import appeal_facts
from service.queries.snapshots import published_rulebook

PIN_REASON = "Won by an appeal / 申诉成立"


async def effect_if_upheld(connection: AsyncConnection, appeal: Any, timezone: str) -> Mapping[str, Any]:
    """The members of EffectView for a row of `open_appeal`."""
    async with AsyncSession(connection) as session:
        failed = await binding_rules(session, appeal.account_id, appeal.beneficiary_id, timezone)
        fairness = await fairness_effect(session, appeal.account_id, appeal.beneficiary_id, timezone)
    return {
        "appeal_id": appeal.id,
        "account_id": appeal.account_id,
        "holder_id": appeal.respondent_id,
        "beneficiary_id": appeal.beneficiary_id,
        "hard_rules": [{**one.to_mapping(), "sentence": failed_sentence(one)._asdict()} for one in failed],
        "fairness": fairness,
    }


async def binding_rules(
    session: AsyncSession, account_id: UUID, beneficiary_id: UUID | None, timezone: str
) -> list[Failed]:
    """The hard rules that forbid what an appeal asks for; an account that goes back to waiting breaks none."""
    return await hard_rules_against(session, account_id, beneficiary_id, timezone) if beneficiary_id else []


async def decide_appeal(
    session: AsyncSession, actor: Actor, appeal_id: UUID, outcome: Outcome, reason: str, timezone: str
) -> Appeal:
    """Decides an appeal; upholding reassigns the account in the same transaction."""
    appeal = await fetch(session, actor, "decide", Appeal, appeal_id)
    APPEAL_TRANSITIONS.check(AppealState(appeal.state), AppealState(outcome))
    assert appeal.reviewer_id is not None
    await require_independent(session, appeal.reviewer_id, await appeal_facts(session, appeal))
    if outcome is Outcome.UPHELD:
        await reassign(session, actor, appeal, timezone)
    session.info["made"] = appeal
    appeal.state, appeal.decided_at, appeal.decision_reason = AppealState(outcome), datetime.now(UTC), reason
    appeal.version += 1
    happened = events.AppealUpheld if outcome is Outcome.UPHELD else events.AppealRejected
    data = {"instance": appeal.instance, "new_assignment_id": appeal.new_assignment_id}
    await record(session, actor, happened(appeal.id, appeal.account_id, data))
    return appeal


async def reassign(session: AsyncSession, actor: Actor, appeal: Appeal, timezone: str) -> None:
    """Gives the account to whom the appeal asks for, within the hard rules, and keeps it there for a while."""
    await lock(session, appeal)
    failed = await binding_rules(session, appeal.account_id, appeal.beneficiary_id, timezone)
    if failed:
        raise HardRuleBroken(errors=[refusal(one) for one in failed])
    appeal.fairness_effect = await fairness_effect(session, appeal.account_id, appeal.beneficiary_id, timezone)
    decision = await decided(session, appeal)
    handover = Handover(appeal.account_id, appeal.beneficiary_id, decision.id)
    made = await hand_over(session, actor, [handover], "appeal", appeal_id=appeal.id)
    appeal.new_assignment_id = made.get(appeal.account_id)
    if appeal.new_assignment_id:
        await keep(session, actor, appeal.new_assignment_id, timezone)


async def lock(session: AsyncSession, appeal: Appeal) -> None:
    """Ledger, account and assignment, in the order of every reassignment; 409 when the assignment has ended."""
    if appeal.beneficiary_id:
        await hold_ledger(session, await department_of(session, appeal.beneficiary_id))
    await session.execute(select(Account.id).where(Account.id == appeal.account_id).with_for_update())
    current = (await current_holdings(session, [appeal.account_id])).get(appeal.account_id)
    if current is None or current.id != appeal.assignment_id:
        raise AssignmentEnded


def refusal(failed: Failed) -> FieldError:
    """A hard rule as what is wrong with the wish to uphold."""
    return FieldError(str(failed.rule), failed_sentence(failed), pointer="/outcome")


async def decided(session: AsyncSession, appeal: Appeal) -> Decision:
    """The decision as distribution keeps it: no rule was asked, the reviewer chose."""
    rulebook = await published_rulebook(await session.connection())
    decision = Decision(
        id=new_id(),
        kind="appeal",
        account_id=appeal.account_id,
        rulebook_id=rulebook.id if rulebook else None,
        position=0,
        previous_owner_id=appeal.respondent_id,
        winner_id=appeal.beneficiary_id,
        reason="appeal_upheld",
    )
    session.add(decision)
    await session.flush()
    return decision


async def keep(session: AsyncSession, actor: Actor, assignment_id: UUID, timezone: str) -> None:
    """Pins what was won, so that the next redistribution does not undo it."""
    connection = await session.connection()
    settings, calendar = await appeal_settings(connection), await business_calendar(connection, timezone)
    until = calendar.deadline(datetime.now(UTC), settings.pin_working_days)
    assignment = await session.get_one(Assignment, assignment_id)
    await pin(session, actor, assignment, until, PIN_REASON)
