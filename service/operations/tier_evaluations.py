"""What a user can do with tier evaluations: start one, approve it, have it applied."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.states import EVALUATION_TRANSITIONS, EvaluationState, JobState, VersionState
from service.domain.tier_schemes import Method
from service.errors import AuthorIsApprover, FieldError, InvalidInput, Sentence, StateConflict, WrongMethod
from service.journal import record
from service.models import Job, TierEvaluation, TierScheme, new_id
from service.operations.jobs import start_job
from service.policy import Actor, allowed, fetch, require

EVALUATE, APPLY = "evaluate_tiers", "apply_tiers"
BY_HAND = Sentence("This scheme is graded by hand, account by account.", "该方案由人工逐户评级。")
NOT_PUBLISHED = Sentence("The scheme's version is not published.", "该方案版本未处于已发布状态。")
NOT_COMPUTED = Sentence("The evaluation has not been computed yet.", "评定尚未计算完成。")
BEING_APPLIED = Sentence("The evaluation is being applied already.", "评定正在应用中。")


async def create_tier_evaluation(session: AsyncSession, actor: Actor, scheme_id: UUID) -> TierEvaluation:
    """Asks for a run of a published scheme over all accounts; a job computes it."""
    require(actor, "create", TierEvaluation)
    scheme = await visible_scheme(session, actor, scheme_id)
    if scheme.state != VersionState.PUBLISHED:
        raise StateConflict(NOT_PUBLISHED)
    if scheme.method == Method.MANUAL:
        raise WrongMethod(BY_HAND)
    evaluation = TierEvaluation(
        id=new_id(), scheme_id=scheme.id, state=EvaluationState.PREVIEW, counts={}, created_by=actor.id
    )
    session.add(evaluation)
    session.info["made"] = evaluation
    data = {"scheme_id": scheme.id, "scheme_code": scheme.code, "scheme_number": scheme.number}
    await record(session, actor, events.TierEvaluationCreated(evaluation.id, data=data))
    job = await start_job(session, actor, EVALUATE, evaluation.id)
    evaluation.job_id = job.id
    await session.flush()
    return evaluation


async def visible_scheme(session: AsyncSession, actor: Actor, scheme_id: UUID) -> TierScheme:
    """The scheme that a body refers to; it must be one that the actor may know of."""
    statement = select(TierScheme).where(TierScheme.id == scheme_id, allowed(actor, "see", TierScheme))
    scheme = await session.scalar(statement)
    if scheme is None:
        sentence = Sentence("There is no such scheme.", "没有该分级方案。")
        raise InvalidInput(errors=[FieldError("not_found", sentence, pointer="/scheme_id")])
    return scheme


async def approve_tier_evaluation(
    session: AsyncSession, actor: Actor, evaluation_id: UUID, reason: str | None
) -> TierEvaluation:
    """A leader who did not ask for it agrees with what it would do."""
    evaluation = await fetch(session, actor, "approve", TierEvaluation, evaluation_id)
    EVALUATION_TRANSITIONS.check(EvaluationState(evaluation.state), EvaluationState.APPROVED)
    if evaluation.computed_at is None:
        raise StateConflict(NOT_COMPUTED)
    if evaluation.created_by == actor.id:
        raise AuthorIsApprover(
            Sentence("Whoever asked for an evaluation does not approve it.", "评定的发起人不得自行批准。")
        )
    evaluation.state, evaluation.approved_by = EvaluationState.APPROVED, actor.id
    evaluation.approved_at = datetime.now(UTC)
    evaluation.version += 1
    session.info["made"] = evaluation
    data = {"scheme_id": evaluation.scheme_id, "reason": reason}
    await record(session, actor, events.TierEvaluationApproved(evaluation.id, data=data))
    return evaluation


async def request_application(
    session: AsyncSession, actor: Actor, evaluation_id: UUID, reason: str | None
) -> TierEvaluation:
    """Has an approved evaluation applied; a job does it in one transaction."""
    evaluation = await fetch(session, actor, "apply", TierEvaluation, evaluation_id)
    EVALUATION_TRANSITIONS.check(EvaluationState(evaluation.state), EvaluationState.APPLIED)
    if await is_open(session, evaluation.apply_job_id):
        raise StateConflict(BEING_APPLIED)
    job = await start_job(session, actor, APPLY, evaluation.id)
    evaluation.apply_job_id = job.id
    evaluation.version += 1
    session.info["made"] = evaluation
    data = {"scheme_id": evaluation.scheme_id, "reason": reason}
    await record(session, actor, events.TierEvaluationQueued(evaluation.id, data=data))
    return evaluation


async def is_open(session: AsyncSession, job_id: UUID | None) -> bool:
    """Whether a job waits or runs."""
    statement = select(Job.id).where(Job.id == job_id, Job.state.in_((JobState.QUEUED, JobState.RUNNING)))
    return await session.scalar(statement) is not None
