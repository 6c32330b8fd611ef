"""/v1/distribution-plans: what a plan can be held against: its proof, itself computed again, another plan."""

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Response, status

from service.errors import NotFound, StateConflict
from service.http.answers import PRIVATE, accepted, listed
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations.distribution_plans import REPLAY, VERIFY, request_evidence
from service.queries import plan_evidence as queries
from service.queries.late_changes import LATE_CHANGES, window_of
from service.queries.listing import Asked
from service.routers.distribution_plans import answer
from service.schemas.distribution_plans import DistributionPlanView
from service.schemas.late_changes import LateChangeFilter, LateChangePage
from service.schemas.plan_evidence import ComparisonFilter, PlanComparison, PlanExport

router = APIRouter(prefix="/v1/distribution-plans", tags=["distribution"], route_class=Endpoint)


@router.post(
    "/{plan_id}/verify",
    response_model=DistributionPlanView,
    status_code=status.HTTP_202_ACCEPTED,
    responses=raises(NotFound, StateConflict),
)
async def verify_distribution_plan(plan_id: UUID, context: Ctx) -> Response:
    """Have a plan checked from what was stored, without the solver.

    The job is the one that `Location` names. Its result lists every check: the hashes, the hard rules, the caps, the
    budget of moves, each decision asked of the rule again, and the bound that the published prices prove.

    依据存档核验方案，不经求解器。
    """
    return await asked_again(context, plan_id, VERIFY)


@router.post(
    "/{plan_id}/replay",
    response_model=DistributionPlanView,
    status_code=status.HTTP_202_ACCEPTED,
    responses=raises(NotFound, StateConflict),
)
async def replay_distribution_plan(plan_id: UUID, context: Ctx) -> Response:
    """Have a plan computed again from its stored snapshot.

    The job is the one that `Location` names. Its result holds both hashes and whether they are the same.

    由存档快照重新计算方案并比对散列值。
    """
    return await asked_again(context, plan_id, REPLAY)


@router.get("/{plan_id}/export", response_model=PlanExport, responses=raises(NotFound, StateConflict))
async def export_distribution_plan(plan_id: UUID, context: Ctx) -> Response:
    """Everything that a check without this service needs, in canonical JSON (RFC 8785).

    Members: `snapshot`, `plan` and `certificate`; the SHA-256 of the first two are the plan's hashes.

    导出快照、方案与证书，供独立核验。
    """
    content = await queries.exported(context.connection, context.actor, plan_id)
    named = {"Content-Disposition": f'attachment; filename="distribution-plan-{plan_id}.json"'}
    return Response(content, media_type="application/json", headers=PRIVATE | named)


@router.get("/{plan_id}/comparison", response_model=PlanComparison, responses=raises(NotFound, StateConflict))
async def compare_distribution_plans(
    plan_id: UUID, query: Annotated[ComparisonFilter, Query()], context: Ctx
) -> Response:
    """Two plans side by side: which accounts go to somebody else, and how fair each plan is.

    Accounts that only one of them decides are left out. `with` names the other plan.

    比较两个方案的归属与公平性。
    """
    members = await queries.compared(context.connection, context.actor, plan_id, query.with_)
    asked = Asked(query.limit, query.cursor, "position", {"plan_id": plan_id, "other_id": query.with_})
    told = {name: orjson.dumps(value).decode() for name, value in members.items()}
    return await listed(context, queries.COMPARED, asked, **told)


async def asked_again(context: Context, plan_id: UUID, kind: str) -> Response:
    """The plan, and where the job that judges it is watched."""
    job = await request_evidence(context.session, context.actor, plan_id, kind)
    return accepted(await answer(context, plan_id), job.id)


@router.get("/{plan_id}/late-changes", response_model=LateChangePage, responses=raises(NotFound, StateConflict))
async def list_distribution_plan_late_changes(
    plan_id: UUID, query: Annotated[LateChangeFilter, Query()], context: Ctx
) -> Response:
    """What was changed of its people and accounts shortly before the plan, and who stands to gain by it.

    Profiles and absences of candidates, values and verifications of accounts, within `late_change_days` before the
    snapshot. Names of fields only.

    方案计算前夕的人员与客户资料变更，及其是否有利于变更人。
    """
    window = await window_of(context.connection, context.actor, plan_id)
    return await listed(context, LATE_CHANGES, Asked.of(query, window=window))
