"""Appeals decided by somebody independent, and what was decided carried out at once."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.appeals import Outcome
from service.domain.states import APPEAL_TRANSITIONS, AppealState
from service.journal import record
from service.models import Appeal
from service.operations.appeal_reassignment import reassign
from service.operations.appeal_remedies import apply_remedy, undo_remedy
from service.operations.appeal_reviews import require_independent
from service.operations.appeal_verdicts import store_verdict
from service.policy import Actor, fetch
from service.queries.appeals import appeal_settings
from service.queries.calendar import business_calendar
from service.queries.reviewers import appeal_facts
from service.schemas.appeals import AppealDecision

HAPPENED = {
    Outcome.UPHELD: events.AppealUpheld,
    Outcome.PARTIALLY_UPHELD: events.AppealSettled,
    Outcome.REJECTED: events.AppealRejected,
}


async def decide_appeal(
    session: AsyncSession, actor: Actor, appeal_id: UUID, verdict: AppealDecision, timezone: str
) -> Appeal:
    """Decides an appeal; what the outcome asks for is done, or promised, in the same transaction."""
    appeal = await fetch(session, actor, "decide", Appeal, appeal_id)
    APPEAL_TRANSITIONS.check(AppealState(appeal.state), AppealState(verdict.outcome))
    assert appeal.reviewer_id is not None
    await require_independent(session, appeal.reviewer_id, await appeal_facts(session, appeal))
    if verdict.outcome is not Outcome.REJECTED:
        await undo_remedy(session, actor, appeal)
    if verdict.outcome is Outcome.UPHELD:
        await reassign(session, actor, appeal, timezone)
    if verdict.remedy:
        await apply_remedy(session, actor, appeal, verdict.remedy, timezone)
    session.info["made"] = appeal
    await conclude(session, appeal, verdict, timezone)
    data = {"instance": appeal.instance, "new_assignment_id": appeal.new_assignment_id}
    await record(session, actor, HAPPENED[verdict.outcome](appeal.id, appeal.account_id, data))
    return appeal


async def conclude(session: AsyncSession, appeal: Appeal, verdict: AppealDecision, timezone: str) -> None:
    """The appeal's new state, its verdict, and until when that may be taken further."""
    now, connection = datetime.now(UTC), await session.connection()
    settings, calendar = await appeal_settings(connection), await business_calendar(connection, timezone)
    appeal.state, appeal.decided_at = AppealState(verdict.outcome), now
    if verdict.outcome is not Outcome.UPHELD and appeal.instance <= settings.escalations:
        appeal.escalate_by = calendar.deadline(now, settings.escalation_working_days)
    appeal.version += 1
    await store_verdict(session, appeal, verdict, now)
