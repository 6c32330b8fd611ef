"""/v1/distribution-plans: batches of assignments, computed, judged by a second person, applied."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Response, status

from service.errors import (
    AuthorIsApprover,
    CandidateIsApprover,
    IllegalTransition,
    NoPublishedRulebook,
    NotFound,
    OwnHandover,
    StateConflict,
)
from service.http.answers import accepted, listed, private
from service.http.conditional import respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import distribution_plans as operations
from service.queries import decisions
from service.queries import distribution_plans as queries
from service.queries.fairness import anonymous, known_people
from service.queries.listing import Asked
from service.schemas.decisions import (
    DecisionPage,
    MoveFilter,
    PlanDecisionFilter,
    UnassignedFilter,
    UnassignedPage,
)
from service.schemas.distribution_plans import (
    DistributionPlanCreate,
    DistributionPlanFilter,
    DistributionPlanPage,
    DistributionPlanView,
    PlanRejection,
    PlanVerdict,
)
from service.schemas.fairness import PlanFairnessView

router = APIRouter(prefix="/v1/distribution-plans", tags=["distribution"], route_class=Endpoint)
INDEPENDENT = (NotFound, IllegalTransition, AuthorIsApprover, CandidateIsApprover)


@router.get("/{plan_id}", response_model=DistributionPlanView, responses=raises(NotFound))
async def get_distribution_plan(plan_id: UUID, context: Ctx) -> Response:
    """One plan: its state, its numbers, the hashes of what it was computed from and of its result.

    Follow `state`: computing, proposed, approved, applied.

    查看分配方案的状态、数字与校验值。
    """
    return await answer(context, plan_id)


@router.get("", response_model=DistributionPlanPage, responses=raises())
async def list_distribution_plans(query: Annotated[DistributionPlanFilter, Query()], context: Ctx) -> Response:
    """Plans, for those who draft and approve them.

    Filter by state to find what waits for your approval.

    分配方案列表，可按状态筛选。
    """
    return await listed(context, queries.PLANS, Asked.of(query))


@router.post(
    "",
    response_model=DistributionPlanView,
    status_code=status.HTTP_202_ACCEPTED,
    responses=raises(NoPublishedRulebook, OwnHandover),
)
async def create_distribution_plan(wanted: DistributionPlanCreate, context: Ctx) -> Response:
    """Ask for a plan; a job computes it.

    The accounts and people are frozen as they are now; the job named in `Location` computes the plan.

    发起分配方案，由后台作业计算。
    """
    made = await operations.create_plan(context.session, context.actor, wanted)
    return accepted(await answer(context, made.id), made.job_id)


@router.post("/{plan_id}/approve", response_model=DistributionPlanView, responses=raises(*INDEPENDENT))
async def approve_distribution_plan(plan_id: UUID, verdict: PlanVerdict, context: Ctx) -> Response:
    """Agree with a proposed plan, as a leader who neither wrote it nor is a candidate in it.

    Look at fairness and moves first. You may be neither its author nor a candidate in it.

    批准方案；起草人与候选人不得批准。
    """
    await operations.approve_plan(context.session, context.actor, plan_id, verdict.reason)
    return await answer(context, plan_id)


@router.post("/{plan_id}/reject", response_model=DistributionPlanView, responses=raises(*INDEPENDENT))
async def reject_distribution_plan(plan_id: UUID, verdict: PlanRejection, context: Ctx) -> Response:
    """Turn a proposed plan down.

    The author reads your reason and may draft another.

    否决方案并写明理由。
    """
    await operations.reject_plan(context.session, context.actor, plan_id, verdict.reason)
    return await answer(context, plan_id)


@router.post("/{plan_id}/cancel", response_model=DistributionPlanView, responses=raises(NotFound, IllegalTransition))
async def cancel_distribution_plan(plan_id: UUID, verdict: PlanVerdict, context: Ctx) -> Response:
    """Call a plan off before it is applied.

    For its author, as long as it is not applied.

    在执行前撤销方案。
    """
    await operations.cancel_plan(context.session, context.actor, plan_id, verdict.reason)
    return await answer(context, plan_id)


@router.post(
    "/{plan_id}/apply",
    response_model=DistributionPlanView,
    status_code=status.HTTP_202_ACCEPTED,
    responses=raises(NotFound, IllegalTransition, StateConflict),
)
async def apply_distribution_plan(plan_id: UUID, verdict: PlanVerdict, context: Ctx) -> Response:
    """Have an approved plan applied, all at once; if the data has changed since, it is superseded instead.

    All accounts change hands in one step, or none does.

    执行已批准的方案；数据若已变化则作废。
    """
    plan = await operations.request_application(context.session, context.actor, plan_id, verdict.reason)
    return accepted(await answer(context, plan_id), plan.job_id)


@router.get("/{plan_id}/fairness", response_model=PlanFairnessView, responses=raises(NotFound, StateConflict))
async def get_distribution_plan_fairness(plan_id: UUID, context: Ctx) -> Response:
    """How evenly each load lies before and after a plan; people outside your line have no name.

    Compare `before` and `after`; 1 is a full-time person's fair part.

    方案前后的负荷公平性对比。
    """
    row = await queries.plan_fairness(context.connection, context.actor, plan_id)
    known = await known_people(context.connection, context.actor)
    proofs = {"certificate": queries.proven(row, known), "shortages": queries.short(row, known)}
    return respond(
        context,
        orjson.dumps(anonymous(row.fairness, known) | proofs),
        row.version,
        view_of(context, known),
    )


@router.get("/{plan_id}/decisions", response_model=DecisionPage, responses=raises(NotFound))
async def list_distribution_plan_decisions(
    plan_id: UUID, query: Annotated[PlanDecisionFilter, Query()], context: Ctx
) -> Response:
    """One decision for each account of a plan.

    Filter by person, by `moved`, by `waiting` or by reason.

    方案中每个客户的决定。
    """
    return await decided(context, plan_id, Asked.of(query, plan_id=plan_id))


@router.get("/{plan_id}/moves", response_model=DecisionPage, responses=raises(NotFound))
async def list_distribution_plan_moves(plan_id: UUID, query: Annotated[MoveFilter, Query()], context: Ctx) -> Response:
    """The decisions of a plan by which an account gets, changes or loses its owner.

    What to read before you approve.

    方案中归属发生变化的客户。
    """
    return await decided(context, plan_id, Asked.of(query, plan_id=plan_id, moved=True))


@router.get("/{plan_id}/unassigned", response_model=UnassignedPage, responses=raises(NotFound))
async def list_distribution_plan_unassigned(
    plan_id: UUID, query: Annotated[UnassignedFilter, Query()], context: Ctx
) -> Response:
    """The accounts that nobody gets by a plan, each with the reason and what would help.

    Work through this list: each entry tells whom the remedy concerns.

    方案中无人承接的客户及建议。
    """
    await queries.expect_plan(context.connection, context.actor, plan_id)
    asked = Asked.of(query, plan_id=plan_id, waiting=True)
    keys = context.services.keys.cursor
    return private(await decisions.unassigned_page(context.connection, keys, context.actor, asked))


async def decided(context: Context, plan_id: UUID, asked: Asked) -> Response:
    """A page of a plan's decisions; 404 for whoever may not see the plan."""
    await queries.expect_plan(context.connection, context.actor, plan_id)
    return await listed(context, decisions.DECISIONS, asked)


def view_of(context: Context, known: Any) -> str:
    """What shapes a fairness report besides its plan: everybody's names, or the caller's own line's."""
    return "full" if known is None else f"line-{str(context.actor.id)[-12:]}"


async def answer(context: Context, plan_id: UUID) -> Response:
    """The plan; after a change it is read in the same transaction."""
    row = await queries.plan_json(await context.reader(), context.actor, plan_id)
    return respond(context, row.json, row.version)
