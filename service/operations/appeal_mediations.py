"""Mediation (调解) by a third party: started by the reviewer, proposed by the mediator, answered by both sides."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.appeals import Answer, days_left, draw_reviewer
from service.domain.people import Role
from service.domain.states import APPEAL_TRANSITIONS, AppealState
from service.errors import NoIndependentReviewer, ReviewerIsParty, Sentence, StateConflict
from service.journal import record
from service.models import Appeal, Mediation, new_id
from service.operations.appeal_reviews import require_independent
from service.policy import Actor, fetch
from service.queries.appeals import appeal_settings
from service.queries.calendar import business_calendar
from service.queries.reviewers import appeal_facts, reviewers
from service.schemas.appeals import MediationProposal

ONE_SIDE = Sentence(
    "The appellant has the account, so there are no two sides to mediate between.",
    "申诉人即现任负责人，没有可供调解的双方。",
)
NOT_IN_MEDIATION = Sentence("The appeal is not in mediation.", "该申诉不在调解中。")
NOTHING_PROPOSED = Sentence("There is no proposal yet that could be accepted.", "尚无可接受的调解方案。")


async def mediate_appeal(
    session: AsyncSession, actor: Actor, appeal_id: UUID, mediator_id: UUID | None, timezone: str
) -> Appeal:
    """Puts a third party between the two sides; the clock of the review stands still meanwhile."""
    appeal = await fetch(session, actor, "mediate", Appeal, appeal_id)
    APPEAL_TRANSITIONS.check(AppealState(appeal.state), AppealState.MEDIATION)
    if appeal.appellant_id == appeal.respondent_id:
        raise StateConflict(ONE_SIDE)
    appeal.mediator_id = await third_party(session, appeal, mediator_id)
    now, connection = datetime.now(UTC), await session.connection()
    settings, calendar = await appeal_settings(connection), await business_calendar(connection, timezone)
    mediation = Mediation(
        id=new_id(),
        appeal_id=appeal.id,
        instance=appeal.instance,
        mediator_id=appeal.mediator_id,
        started_at=now,
        answer_by=calendar.deadline(now, settings.mediation_working_days),
    )
    session.add(mediation)
    session.info["made"] = appeal
    appeal.state, appeal.days_left = AppealState.MEDIATION, days_left(now, appeal.decide_by, calendar)
    appeal.version += 1
    data = {"instance": appeal.instance, "mediator_id": appeal.mediator_id, "answer_by": mediation.answer_by}
    await record(session, actor, events.AppealMediated(appeal.id, appeal.account_id, data))
    return appeal


async def third_party(session: AsyncSession, appeal: Appeal, mediator_id: UUID | None) -> UUID:
    """The mediator, named or drawn: somebody independent who does not hear the appeal, a mediator by role first."""
    facts = await appeal_facts(session, appeal)
    if mediator_id is not None:
        if mediator_id == appeal.reviewer_id:
            raise ReviewerIsParty(Sentence("The reviewer does not mediate.", "评审人不得兼任调解人。"))
        await require_independent(session, mediator_id, facts)
        return mediator_id
    others = [one for one in await reviewers(session) if one.staff_id != appeal.reviewer_id]
    try:
        return draw_reviewer([one for one in others if Role.MEDIATOR in one.roles], facts, appeal.draw_key).staff_id
    except NoIndependentReviewer:
        return draw_reviewer(others, facts, appeal.draw_key).staff_id


async def propose(session: AsyncSession, actor: Actor, appeal_id: UUID, wanted: MediationProposal) -> Appeal:
    """The mediator's minutes and proposal; a new proposal asks both sides anew."""
    appeal = await fetch(session, actor, "propose", Appeal, appeal_id)
    mediation = await running(session, appeal)
    mediation.minutes = wanted.minutes
    mediation.proposal = wanted.model_dump(mode="json", exclude={"minutes"})
    mediation.proposed_at = datetime.now(UTC)
    mediation.appellant_answer = mediation.respondent_answer = None
    appeal.version += 1
    session.info["made"] = appeal
    data = {"mediation_id": mediation.id, "answer_by": mediation.answer_by}
    await record(session, actor, events.AppealProposed(appeal.id, appeal.account_id, data))
    return appeal


async def answer_proposal(
    session: AsyncSession, actor: Actor, appeal_id: UUID, answer: Answer, reason: str | None, timezone: str
) -> Appeal:
    """What one side says; a refusal, or the second acceptance, ends the mediation."""
    appeal = await fetch(session, actor, "answer", Appeal, appeal_id)
    mediation = await running(session, appeal)
    if answer is Answer.ACCEPT and mediation.proposal is None:
        raise StateConflict(NOTHING_PROPOSED)
    side = "respondent" if actor.id == appeal.respondent_id else "appellant"
    setattr(mediation, f"{side}_answer", str(answer))
    appeal.version += 1
    session.info["made"] = appeal
    data = {"mediation_id": mediation.id, "side": side, "answer": answer, "reason": reason}
    await record(session, actor, events.AppealAnswered(appeal.id, appeal.account_id, data))
    answers = {mediation.appellant_answer, mediation.respondent_answer}
    if Answer.REFUSE in answers or answers == {str(Answer.ACCEPT)}:
        result = "refused" if Answer.REFUSE in answers else "agreed"
        await resume(session, actor, appeal, mediation, result, datetime.now(UTC), timezone)
    return appeal


async def running(session: AsyncSession, appeal: Appeal) -> Mediation:
    """The mediation of an appeal that is going on; StateConflict without one."""
    statement = select(Mediation).where(Mediation.appeal_id == appeal.id, Mediation.ended_at.is_(None))
    mediation = await session.scalar(statement)
    if mediation is None or appeal.state != AppealState.MEDIATION:
        raise StateConflict(NOT_IN_MEDIATION)
    return mediation


async def resume(
    session: AsyncSession,
    actor: Actor,
    appeal: Appeal,
    mediation: Mediation,
    result: str,
    now: datetime,
    timezone: str,
) -> None:
    """Back to the same instance and reviewer, the clock going on where it stood."""
    calendar = await business_calendar(await session.connection(), timezone)
    assert appeal.days_left is not None
    mediation.ended_at, mediation.result = now, result
    appeal.decide_by = calendar.deadline(now, appeal.days_left)
    appeal.state, appeal.days_left, appeal.reminded_at = AppealState.UNDER_REVIEW, None, None
    appeal.version += 1
    data = {"instance": appeal.instance, "result": result, "decide_by": appeal.decide_by}
    await record(session, actor, events.AppealResumed(appeal.id, appeal.account_id, data))


async def call_off(session: AsyncSession, appeal: Appeal) -> None:
    """Ends the mediation of an appeal that is withdrawn."""
    mediation = await running(session, appeal)
    mediation.ended_at, mediation.result, appeal.days_left = datetime.now(UTC), "withdrawn", None
