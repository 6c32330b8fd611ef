"""Who hears an appeal: drawn, taken on, appointed, and replaced when somebody steps back or goes on to appeal."""

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.appeals import (
    REFUSALS,
    AppealFacts,
    AppealSettings,
    decision_due_at,
    draw_reviewer,
    next_instance,
)
from service.domain.calendar import BusinessCalendar
from service.domain.states import APPEAL_TRANSITIONS, OPEN_APPEALS, AppealState
from service.errors import (
    AlreadyHeard,
    AssignmentEnded,
    EscalationWindowClosed,
    NoFurtherInstance,
    NoIndependentReviewer,
    StateConflict,
)
from service.journal import record
from service.models import Appeal, Assignment
from service.policy import Actor, fetch
from service.queries.appeals import appeal_settings
from service.queries.calendar import business_calendar
from service.queries.reviewers import appeal_facts, refusals, reviewers

TO_BE_TAKEN_ON = frozenset({AppealState.SUBMITTED, AppealState.UNDER_REVIEW})


async def draw(session: AsyncSession, appeal: Appeal) -> None:
    """Draws who hears the appeal; nobody when nobody independent is left."""
    appeal.reviewer_id = None
    with suppress(NoIndependentReviewer):
        drawn = draw_reviewer(await reviewers(session), await appeal_facts(session, appeal), appeal.draw_key)
        appeal.reviewer_id = drawn.staff_id


async def review_appeal(session: AsyncSession, actor: Actor, appeal_id: UUID, reviewer_id: UUID | None) -> Appeal:
    """Takes an appeal on; the general manager may appoint somebody where nobody independent was drawn."""
    action = "review" if reviewer_id in {None, actor.id} else "appoint"
    appeal = await fetch(session, actor, action, Appeal, appeal_id)
    if appeal.state not in TO_BE_TAKEN_ON:
        raise StateConflict
    reviewer = reviewer_id or actor.id
    assert reviewer is not None
    facts = await appeal_facts(session, appeal)
    await refuse_taken(session, appeal, reviewer, facts)
    if await refusals(session, reviewer, facts):
        draw_reviewer(await reviewers(session), facts, appeal.draw_key)  # 409 when nobody else could hear it either
    await require_independent(session, reviewer, facts)
    session.info["made"] = appeal
    appeal.state, appeal.reviewer_id = AppealState.UNDER_REVIEW, reviewer
    appeal.version += 1
    data = {"instance": appeal.instance, "reviewer_id": reviewer}
    await record(session, actor, events.AppealReviewed(appeal.id, appeal.account_id, data))
    return appeal


async def refuse_taken(session: AsyncSession, appeal: Appeal, reviewer: UUID, facts: AppealFacts) -> None:
    """409 when somebody independent was drawn or hears the appeal in time: nobody picks another reviewer then."""
    if appeal.reviewer_id is None or (appeal.reviewer_id == reviewer and appeal.state == AppealState.SUBMITTED):
        return
    if appeal.reviewer_id != reviewer and appeal.decide_by < datetime.now(UTC):
        return
    if appeal.reviewer_id == reviewer or not await refusals(session, appeal.reviewer_id, facts):
        raise AlreadyHeard


async def require_independent(session: AsyncSession, reviewer: UUID, facts: AppealFacts) -> None:
    """403 with the first tie of a person to the case."""
    ties = await refusals(session, reviewer, facts)
    if ties:
        raise REFUSALS[ties[0]]


async def recuse_appeal(session: AsyncSession, actor: Actor, appeal_id: UUID, reason: str, timezone: str) -> Appeal:
    """The reviewer steps back with a reason; the next of the independent is drawn and has the full time."""
    appeal = await fetch(session, actor, "recuse", Appeal, appeal_id)
    if appeal.state not in TO_BE_TAKEN_ON:
        raise StateConflict
    session.info["made"] = appeal
    await step_back(session, actor, appeal, reason, timezone)
    return appeal


async def step_back(session: AsyncSession, actor: Actor, appeal: Appeal, reason: str, timezone: str) -> None:
    """Another independent reviewer is drawn in place of the present one, and has the full time."""
    left = appeal.reviewer_id
    assert left is not None
    appeal.recused_ids = [*appeal.recused_ids, left]
    await draw(session, appeal)
    connection = await session.connection()
    settings, calendar = await appeal_settings(connection), await business_calendar(connection, timezone)
    begin(appeal, datetime.now(UTC), settings, calendar)
    data = {"instance": appeal.instance, "recused_id": left, "reviewer_id": appeal.reviewer_id, "reason": reason}
    await record(session, actor, events.AppealRecused(appeal.id, appeal.account_id, data))


async def escalate_appeal(session: AsyncSession, actor: Actor, appeal_id: UUID, reason: str, timezone: str) -> Appeal:
    """Takes a verdict to the second instance, while its time has not passed and the assignment still stands."""
    appeal = await fetch(session, actor, "escalate", Appeal, appeal_id)
    state, now = AppealState(appeal.state), datetime.now(UTC)
    if state in OPEN_APPEALS:
        raise StateConflict
    APPEAL_TRANSITIONS.check(state, AppealState.UNDER_REVIEW)
    connection = await session.connection()
    settings = await appeal_settings(connection)
    if next_instance(state, appeal.instance, settings) is None:
        raise NoFurtherInstance
    if appeal.escalate_by is None or appeal.escalate_by < now:
        raise EscalationWindowClosed
    assignment = await session.get_one(Assignment, appeal.assignment_id, with_for_update={"read": True})
    if assignment.ended_at is not None:
        raise AssignmentEnded
    session.info["made"] = appeal
    await to_second_instance(session, appeal, settings, await business_calendar(connection, timezone), now)
    data = {"instance": 2, "cause": "appellant", "reviewer_id": appeal.reviewer_id, "reason": reason}
    await record(session, actor, events.AppealEscalated(appeal.id, appeal.account_id, data))
    return appeal


async def to_second_instance(
    session: AsyncSession, appeal: Appeal, settings: AppealSettings, calendar: BusinessCalendar, now: datetime
) -> None:
    """Hands the appeal to another reviewer, who begins anew."""
    appeal.first_decider_id = appeal.reviewer_id
    appeal.state, appeal.instance = AppealState.UNDER_REVIEW, appeal.instance + 1
    appeal.received_at, appeal.decided_at, appeal.escalate_by = now, None, None
    await draw(session, appeal)
    begin(appeal, now, settings, calendar)


def begin(appeal: Appeal, now: datetime, settings: AppealSettings, calendar: BusinessCalendar) -> None:
    """The clock of a new reviewer starts."""
    appeal.decide_by, appeal.reminded_at = decision_due_at(now, settings, calendar), None
    appeal.version += 1
