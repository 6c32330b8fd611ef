"""What a user can do with distribution plans: ask for one, approve, reject, call off, have it applied."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.events import Event
from service.domain.states import PLAN_TRANSITIONS, JobState, PlanState, VersionState
from service.errors import (
    AuthorIsApprover,
    CandidateIsApprover,
    FieldError,
    InvalidInput,
    NoPublishedRulebook,
    Sentence,
    StateConflict,
)
from service.journal import record
from service.models import DistributionPlan, Job, Rulebook, Snapshot, TierScheme, new_id
from service.operations.jobs import start_job
from service.operations.organisation import expect_department
from service.policy import Actor, fetch, require
from service.queries.snapshots import published_rulebook
from service.schemas.distribution_plans import DistributionPlanCreate

COMPUTE, APPLY = "compute_plan", "apply_plan"
COUNTED = (
    "accounts", "people", "assigned", "waiting", "moved", "begun", "ended", "kept", "pinned", "held_back", "passes",
)  # fmt: skip
OPEN_JOBS = (JobState.QUEUED, JobState.RUNNING)
BY_AUTHOR = Sentence("The author of a plan does not approve it.", "分配方案的起草人不得自行批准。")
BEING_APPLIED = Sentence("The plan is being applied already.", "方案正在执行中。")


async def create_plan(session: AsyncSession, actor: Actor, wanted: DistributionPlanCreate) -> DistributionPlan:
    """Asks for a plan; a job computes it."""
    require(actor, "create", DistributionPlan)
    await expect_department(session, wanted.department_id, "/department_id")
    await expect_scheme(session, wanted.scheme_code)
    plan_id = new_id()
    plan = DistributionPlan(
        id=plan_id,
        name=wanted.name,
        rulebook_id=await rulebook_for(session, wanted.rulebook_id),
        scheme_code=wanted.scheme_code,
        department_id=wanted.department_id,
        seed=wanted.seed or str(plan_id),
        state=PlanState.DRAFT,
        counts=dict.fromkeys(COUNTED, 0),
        author_id=actor.id,
    )
    session.add(plan)
    session.info["made"] = plan
    data = {name: getattr(plan, name) for name in ("rulebook_id", "scheme_code", "department_id", "seed")}
    await record(session, actor, events.DistributionPlanCreated(plan.id, data=data))
    plan.job_id = (await start_job(session, actor, COMPUTE, plan.id)).id
    await session.flush()
    return plan


async def expect_scheme(session: AsyncSession, code: str) -> None:
    """Refuses a scheme of which no version is published."""
    statement = select(TierScheme.id).where(TierScheme.code == code, TierScheme.state == VersionState.PUBLISHED)
    if await session.scalar(statement) is None:
        sentence = Sentence("There is no published scheme with this code.", "没有此编码的已发布方案。")
        raise InvalidInput(errors=[FieldError("not_found", sentence, pointer="/scheme_code")])


async def rulebook_for(session: AsyncSession, rulebook_id: UUID | None) -> UUID:
    """The published rulebook that a body names, else the one that counts now."""
    if rulebook_id is None:
        published = await published_rulebook(await session.connection())
        if published is None:
            raise NoPublishedRulebook
        found: UUID = published.id
        return found
    statement = select(Rulebook.id).where(Rulebook.id == rulebook_id, Rulebook.state == VersionState.PUBLISHED)
    if await session.scalar(statement) is None:
        sentence = Sentence("There is no published rulebook with this id.", "没有此标识的已发布规则手册。")
        raise InvalidInput(errors=[FieldError("not_found", sentence, pointer="/rulebook_id")])
    return rulebook_id


async def approve_plan(session: AsyncSession, actor: Actor, plan_id: UUID, reason: str | None) -> DistributionPlan:
    """A leader who neither wrote the plan nor is a candidate in it agrees."""
    plan = await fetch(session, actor, "approve", DistributionPlan, plan_id)
    PLAN_TRANSITIONS.check(PlanState(plan.state), PlanState.APPROVED)
    await expect_independent(session, actor, plan)
    plan.approver_id, plan.approved_at = actor.id, datetime.now(UTC)
    event = events.DistributionPlanApproved(plan.id, data={"reason": reason, "plan_sha256": plan.plan_sha256})
    return await move(session, actor, plan, PlanState.APPROVED, reason, event)


async def reject_plan(session: AsyncSession, actor: Actor, plan_id: UUID, reason: str) -> DistributionPlan:
    """A leader who might have approved the plan turns it down."""
    plan = await fetch(session, actor, "approve", DistributionPlan, plan_id)
    PLAN_TRANSITIONS.check(PlanState(plan.state), PlanState.REJECTED)
    await expect_independent(session, actor, plan)
    event = events.DistributionPlanRejected(plan.id, data={"reason": reason})
    return await move(session, actor, plan, PlanState.REJECTED, reason, event)


async def expect_independent(session: AsyncSession, actor: Actor, plan: DistributionPlan) -> None:
    """Refuses the plan's author and everybody to whom it might give an account."""
    if plan.author_id == actor.id:
        raise AuthorIsApprover(BY_AUTHOR)
    people = await session.scalar(select(Snapshot.people).where(Snapshot.sha256 == plan.snapshot_sha256))
    if actor.id in (people or ()):
        raise CandidateIsApprover


async def cancel_plan(session: AsyncSession, actor: Actor, plan_id: UUID, reason: str | None) -> DistributionPlan:
    """Calls a plan off, and the job that computes or applies it; what was applied stays applied."""
    plan = await fetch(session, actor, "cancel", DistributionPlan, plan_id)
    PLAN_TRANSITIONS.check(PlanState(plan.state), PlanState.CANCELLED)
    job = update(Job).where(Job.id == plan.job_id, Job.state.in_(OPEN_JOBS))
    await session.execute(job.values(state=JobState.CANCELLED, ended_at=datetime.now(UTC)))
    event = events.DistributionPlanCancelled(plan.id, data={"reason": reason})
    return await move(session, actor, plan, PlanState.CANCELLED, reason, event)


async def request_application(
    session: AsyncSession, actor: Actor, plan_id: UUID, reason: str | None
) -> DistributionPlan:
    """Has an approved plan applied; a job does it in one transaction."""
    plan = await fetch(session, actor, "apply", DistributionPlan, plan_id)
    PLAN_TRANSITIONS.check(PlanState(plan.state), PlanState.APPLIED)
    running = select(Job.id).where(Job.id == plan.job_id, Job.state.in_(OPEN_JOBS))
    if await session.scalar(running) is not None:
        raise StateConflict(BEING_APPLIED)
    plan.job_id = (await start_job(session, actor, APPLY, plan.id)).id
    event = events.DistributionPlanQueued(plan.id, data={"reason": reason, "job_id": plan.job_id})
    return await move(session, actor, plan, PlanState.APPROVED, reason, event)


async def move(
    session: AsyncSession, actor: Actor, plan: DistributionPlan, state: PlanState, reason: str | None, event: Event
) -> DistributionPlan:
    """The change of state and its evidence."""
    plan.state, plan.reason = state, reason
    plan.version += 1
    session.info["made"] = plan
    await record(session, actor, event)
    return plan
