"""What the clock does to appeals: reminds before a deadline, hands on after it, ends a mediation without an answer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.appeals import next_instance
from service.domain.states import AppealState
from service.journal import record
from service.models import Appeal, Mediation
from service.operations.appeal_mediations import resume
from service.operations.appeal_reviews import TO_BE_TAKEN_ON, to_second_instance
from service.policy import Actor
from service.queries.appeals import appeal_settings
from service.queries.calendar import business_calendar


async def escalate(session: AsyncSession, actor: Actor, appeal_id: UUID, now: datetime, timezone: str) -> bool:
    """Hands an appeal whose deadline has passed to another reviewer; False when that is not needed any more."""
    appeal = await locked(session, appeal_id)
    connection = await session.connection()
    settings, calendar = await appeal_settings(connection), await business_calendar(connection, timezone)
    instance = next_instance(AppealState(appeal.state), appeal.instance, settings)
    if appeal.state not in TO_BE_TAKEN_ON or appeal.decide_by >= now or instance is None:
        return False
    await to_second_instance(session, appeal, settings, calendar, now)
    data = {"instance": instance, "cause": "missed_deadline", "reviewer_id": appeal.reviewer_id}
    await record(session, actor, events.AppealEscalated(appeal.id, appeal.account_id, data))
    return True


async def remind(session: AsyncSession, actor: Actor, appeal_id: UUID, now: datetime) -> bool:
    """Reminds the reviewer once of each deadline; False where that was done meanwhile."""
    appeal = await locked(session, appeal_id)
    if appeal.state not in TO_BE_TAKEN_ON or appeal.reminded_at is not None:
        return False
    appeal.reminded_at = now
    data = {"instance": appeal.instance, "reviewer_id": appeal.reviewer_id, "decide_by": appeal.decide_by}
    await record(session, actor, events.AppealReminded(appeal.id, appeal.account_id, data))
    return True


async def remind_sides(session: AsyncSession, actor: Actor, mediation_id: UUID, now: datetime) -> bool:
    """Reminds those who have not answered a mediator's proposal once; False where nobody needs it any more."""
    mediation = await session.get_one(Mediation, mediation_id)
    appeal = await locked(session, mediation.appeal_id)
    await session.refresh(mediation)
    if mediation.ended_at is not None or mediation.reminded_at is not None:
        return False
    mediation.reminded_at = now
    answers = ((appeal.appellant_id, mediation.appellant_answer), (appeal.respondent_id, mediation.respondent_answer))
    silent = [person for person, answer in answers if answer is None]
    data = {"mediation_id": mediation.id, "silent_ids": silent, "answer_by": mediation.answer_by}
    await record(session, actor, events.AppealReminded(appeal.id, appeal.account_id, data))
    return True


async def end_mediation(session: AsyncSession, actor: Actor, mediation_id: UUID, now: datetime, timezone: str) -> bool:
    """Ends a mediation whose time has passed without both answers; False when that is not needed any more."""
    mediation = await session.get_one(Mediation, mediation_id)
    appeal = await locked(session, mediation.appeal_id)
    await session.refresh(mediation)
    if mediation.ended_at is not None or mediation.answer_by >= now:
        return False
    await resume(session, actor, appeal, mediation, "lapsed", now, timezone)
    return True


async def locked(session: AsyncSession, appeal_id: UUID) -> Appeal:
    """The appeal, locked."""
    return (await session.scalars(select(Appeal).where(Appeal.id == appeal_id).with_for_update())).one()
