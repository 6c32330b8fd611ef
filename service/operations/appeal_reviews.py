"""Who hears an appeal: drawn, taken on, appointed, and replaced when a deadline is missed."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.appeals import REFUSALS, AppealFacts, decision_due_at, draw_reviewer, next_instance
from service.domain.states import OPEN_APPEALS, AppealState
from service.errors import AlreadyHeard, NoIndependentReviewer, StateConflict
from service.journal import record
from service.models import Appeal
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
    """409 when somebody independent was drawn or hears the appeal: nobody picks another reviewer then."""
    if appeal.reviewer_id is None or (appeal.reviewer_id == reviewer and appeal.state == AppealState.SUBMITTED):
        return
    if appeal.reviewer_id == reviewer or not await refusals(session, appeal.reviewer_id, facts):
        raise AlreadyHeard


async def require_independent(session: AsyncSession, reviewer: UUID, facts: AppealFacts) -> None:
    """403 with the first tie of a person to the case."""
    ties = await refusals(session, reviewer, facts)
    if ties:
        raise REFUSALS[ties[0]]


async def escalate(session: AsyncSession, actor: Actor, appeal_id: UUID, now: datetime, timezone: str) -> bool:
    """Hands an appeal whose deadline has passed to another reviewer; False when that is not needed any more."""
    statement = select(Appeal).where(Appeal.id == appeal_id).with_for_update()
    appeal = (await session.scalars(statement)).one()
    connection = await session.connection()
    settings = await appeal_settings(connection)
    state = AppealState(appeal.state)
    instance = next_instance(state, appeal.instance, settings)
    if state not in OPEN_APPEALS or appeal.decide_by >= now or instance is None:
        return False
    appeal.first_decider_id = appeal.reviewer_id
    appeal.state, appeal.instance = AppealState.UNDER_REVIEW, instance
    appeal.decide_by = decision_due_at(now, settings, await business_calendar(connection, timezone))
    await draw(session, appeal)
    appeal.version += 1
    data = {"instance": instance, "cause": "missed_deadline", "reviewer_id": appeal.reviewer_id}
    await record(session, actor, events.AppealEscalated(appeal.id, appeal.account_id, data))
    return True
