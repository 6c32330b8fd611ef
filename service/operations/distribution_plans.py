"""What a user can do with distribution plans: ask for one, approve, reject, call off, have it applied."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.distribution.rulebook import Rulebook as Rules
from service.domain.distribution.tasks import BUDGET_MODES, SUBJECT_MODES, Mode
from service.domain.events import Event
from service.domain.invalid import Flaws, invalid
from service.domain.merge_patch import merged
from service.domain.states import PLAN_TRANSITIONS, JobState, PlanState, VersionState
from service.errors import (
    AuthorIsApprover,
    CandidateIsApprover,
    NoPublishedRulebook,
    NotFound,
    OwnHandover,
    Sentence,
    StateConflict,
    WhatIfPlan,
)
from service.journal import record
from service.models import DistributionPlan, Job, Rulebook, Snapshot, Staff, TierScheme, new_id
from service.operations.blocked_pairs import expect_pairs
from service.operations.jobs import start_job
from service.operations.organisation import expect_department
from service.policy import Actor, allowed, fetch, require
from service.queries.distribution_plans import NOT_COMPUTED
from service.queries.snapshots import published_rulebook
from service.schemas.distribution_plans import DistributionPlanCreate, WhatIf

COMPUTE, APPLY, VERIFY, REPLAY = "compute_plan", "apply_plan", "verify_plan", "replay_plan"
COUNTED = (
    "accounts", "people", "assigned", "waiting", "moved", "begun", "ended", "kept", "pinned", "held_back", "passes",
)  # fmt: skip
TOLD = ("rulebook_id", "scheme_code", "department_id", "seed", "mode", "staff_id", "most_moves", "team_role", "what_if")
FITTING = {
    "staff_id": Sentence(
        "newcomer and leaver name a person, the other modes do not.", "仅 newcomer 和 leaver 须指定人员。"
    ),
    "most_moves": Sentence(
        "Only rebalance and newcomer have a budget of moves.", "仅 rebalance 和 newcomer 有变更额度。"
    ),
    "team_role": Sentence("The rulebook has no section for this role.", "规则手册没有该角色的规则。"),
}
OPEN_JOBS = (JobState.QUEUED, JobState.RUNNING)
BY_AUTHOR = Sentence("The author of a plan does not approve it.", "分配方案的起草人不得自行批准。")
BEING_APPLIED = Sentence("The plan is being applied already.", "方案正在执行中。")


async def create_plan(session: AsyncSession, actor: Actor, wanted: DistributionPlanCreate) -> DistributionPlan:
    """Asks for a plan; a job computes it. OwnHandover where by it the actor's own accounts would go to others."""
    require(actor, "create", DistributionPlan)
    if wanted.mode is Mode.LEAVER and wanted.staff_id == actor.id:
        raise OwnHandover
    await expect_department(session, wanted.department_id, "/department_id")
    await expect_scheme(session, wanted.scheme_code)
    rulebook = await rulebook_for(session, wanted.rulebook_id)
    rules = Rules.from_mapping(rulebook.definition)
    await expect_task(session, wanted, rules)
    what_if = await overrides(session, actor, wanted.what_if, rules.for_role(wanted.team_role))
    plan_id = new_id()
    plan = DistributionPlan(
        id=plan_id,
        name=wanted.name,
        rulebook_id=rulebook.id,
        scheme_code=wanted.scheme_code,
        department_id=wanted.department_id,
        seed=wanted.seed or str(plan_id),
        mode=wanted.mode,
        staff_id=wanted.staff_id,
        most_moves=wanted.most_moves,
        team_role=wanted.team_role,
        what_if=what_if,
        state=PlanState.DRAFT,
        counts=dict.fromkeys(COUNTED, 0),
        author_id=actor.id,
    )
    session.add(plan)
    session.info["made"] = plan
    data = {name: getattr(plan, name) for name in TOLD}
    await record(session, actor, events.DistributionPlanCreated(plan.id, data=data))
    plan.job_id = (await start_job(session, actor, COMPUTE, plan.id)).id
    await session.flush()
    return plan


async def expect_scheme(session: AsyncSession, code: str) -> None:
    """Refuses a scheme of which no version is published."""
    statement = select(TierScheme.id).where(TierScheme.code == code, TierScheme.state == VersionState.PUBLISHED)
    if await session.scalar(statement) is None:
        raise invalid(
            "/scheme_code",
            "not_found",
            "There is no published tier scheme with this code.",
            "没有此代码的已发布分级方案。",
        )


async def rulebook_for(session: AsyncSession, rulebook_id: UUID | None) -> Any:
    """Id and definition of the published rulebook that a body names, else of the one that counts now."""
    if rulebook_id is None:
        published = await published_rulebook(await session.connection())
        if published is None:
            raise NoPublishedRulebook
        return published
    statement = select(Rulebook.id, Rulebook.definition).where(
        Rulebook.id == rulebook_id, Rulebook.state == VersionState.PUBLISHED
    )
    found = (await session.execute(statement)).one_or_none()
    if found is None:
        raise invalid(
            "/rulebook_id", "not_found", "There is no published rulebook with this id.", "没有此标识的已发布规则手册。"
        )
    return found


async def expect_task(session: AsyncSession, wanted: DistributionPlanCreate, rules: Rules) -> None:
    """Refuses an occasion that lacks its person or budget, or names one in vain; a role without rules."""
    flaws = Flaws()
    if (wanted.staff_id is not None) != (wanted.mode in SUBJECT_MODES):
        flaws.add("/staff_id", "does_not_fit_mode", *FITTING["staff_id"])
    if wanted.most_moves is not None and wanted.mode not in BUDGET_MODES:
        flaws.add("/most_moves", "does_not_fit_mode", *FITTING["most_moves"])
    if wanted.team_role not in {"owner", *rules.team_roles}:
        flaws.add("/team_role", "no_rules", *FITTING["team_role"])
    known = select(Staff.id).where(Staff.id == wanted.staff_id, Staff.deleted_at.is_(None))
    if wanted.staff_id and await session.scalar(known) is None:
        flaws.add("/staff_id", "not_found", "There is no such person.", "没有此人员。")
    flaws.refuse()


async def overrides(session: AsyncSession, actor: Actor, what_if: WhatIf | None, rules: Rules) -> dict[str, Any] | None:
    """What would be otherwise, as it was sent; people more have ids. InvalidInput where the rules would be none."""
    if what_if is None:
        return None
    Rules.from_mapping(merged(rules.to_mapping(), what_if.definition), "/what_if/definition")
    await expect_pairs(session, actor, what_if.definition, "/what_if/definition")
    return {
        "definition": what_if.definition,
        "people": [one.model_dump(mode="json", exclude_none=True) for one in what_if.people],
        "added_people": [
            {"id": str(new_id()), **one.model_dump(mode="json", exclude_none=True)} for one in what_if.added_people
        ],
        "accounts": [one.model_dump(mode="json", exclude_unset=True) for one in what_if.accounts],
    }


async def approve_plan(session: AsyncSession, actor: Actor, plan_id: UUID, reason: str | None) -> DistributionPlan:
    """A leader who neither wrote the plan nor is a candidate in it agrees."""
    plan = await fetch(session, actor, "approve", DistributionPlan, plan_id)
    if plan.what_if is not None:
        raise WhatIfPlan
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
    """Refuses the plan's author, whom it is about, and everybody to whom it might give an account."""
    if plan.author_id == actor.id:
        raise AuthorIsApprover(BY_AUTHOR)
    people = await session.scalar(select(Snapshot.people).where(Snapshot.sha256 == plan.snapshot_sha256))
    if actor.id == plan.staff_id or actor.id in (people or ()):
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


async def request_evidence(session: AsyncSession, actor: Actor, plan_id: UUID, kind: str) -> Job:
    """Has a computed plan verified or replayed; a job does it and tells its result."""
    seen = select(DistributionPlan.snapshot_sha256).where(
        DistributionPlan.id == plan_id, allowed(actor, "see", DistributionPlan)
    )
    row = (await session.execute(seen)).one_or_none()
    if row is None:
        raise NotFound
    if row.snapshot_sha256 is None:
        raise StateConflict(NOT_COMPUTED)
    return await start_job(session, actor, kind, plan_id)


async def move(
    session: AsyncSession, actor: Actor, plan: DistributionPlan, state: PlanState, reason: str | None, event: Event
) -> DistributionPlan:
    """The change of state and its evidence."""
    plan.state, plan.reason = state, reason
    plan.version += 1
    session.info["made"] = plan
    await record(session, actor, event)
    return plan
