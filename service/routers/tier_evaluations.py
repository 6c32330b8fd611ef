"""/v1/tier-evaluations: a scheme run over all accounts, previewed, approved, applied."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import AuthorIsApprover, IllegalTransition, NotFound, StateConflict, WrongMethod
from service.http.answers import accepted, listed
from service.http.conditional import respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import tier_evaluations as operations
from service.queries import tier_evaluations as queries
from service.queries.listing import Asked
from service.schemas.tier_evaluations import (
    TierEvaluationCreate,
    TierEvaluationFilter,
    TierEvaluationPage,
    TierEvaluationVerdict,
    TierEvaluationView,
    TierSheetFilter,
    TierSheetPage,
)

router = APIRouter(prefix="/v1/tier-evaluations", tags=["tiers"], route_class=Endpoint)


@router.get("", response_model=TierEvaluationPage, responses=raises())
async def list_tier_evaluations(query: Annotated[TierEvaluationFilter, Query()], context: Ctx) -> Response:
    """The evaluations that you may see.

    Filter by scheme or state.

    评定列表。
    """
    return await listed(context, queries.EVALUATIONS, Asked.of(query))


@router.get("/{evaluation_id}", response_model=TierEvaluationView, responses=raises(NotFound))
async def get_tier_evaluation(evaluation_id: UUID, context: Ctx) -> Response:
    """One evaluation; its counts are there once the job has computed them.

    Follow `state`: preview, approved, applied.

    查看一次评定。
    """
    return await answer(context, evaluation_id)


@router.get("/{evaluation_id}/sheets", response_model=TierSheetPage, responses=raises(NotFound))
async def list_tier_sheets(evaluation_id: UUID, query: Annotated[TierSheetFilter, Query()], context: Ctx) -> Response:
    """The scoring sheets of the accounts that you may see: who moves, why, and who was held back.

    Filter by `direction` to see who moves up or down.

    评定中各客户的评分表。
    """
    await queries.evaluation_json(context.connection, context.actor, evaluation_id)
    asked = Asked.of(query, evaluation_id=evaluation_id)
    return await listed(context, queries.SHEETS, asked)


@router.post(
    "",
    response_model=TierEvaluationView,
    status_code=status.HTTP_202_ACCEPTED,
    responses=raises(StateConflict, WrongMethod),
)
async def create_tier_evaluation(wanted: TierEvaluationCreate, context: Ctx) -> Response:
    """Run a published scheme over all accounts; nothing changes before it is approved and applied.

    `Location` names the job; look at its sheets before you approve.

    按已发布方案评定全部客户。
    """
    evaluation = await operations.create_tier_evaluation(context.session, context.actor, wanted.scheme_id)
    return accepted(await answer(context, evaluation.id), evaluation.job_id)


@router.post(
    "/{evaluation_id}/approve",
    response_model=TierEvaluationView,
    responses=raises(NotFound, StateConflict, IllegalTransition, AuthorIsApprover),
)
async def approve_tier_evaluation(evaluation_id: UUID, verdict: TierEvaluationVerdict, context: Ctx) -> Response:
    """Agree with an evaluation that somebody else asked for.

    Whoever asked for it may not approve it.

    由第二人批准评定。
    """
    await operations.approve_tier_evaluation(context.session, context.actor, evaluation_id, verdict.reason)
    return await answer(context, evaluation_id)


@router.post(
    "/{evaluation_id}/apply",
    response_model=TierEvaluationView,
    status_code=status.HTTP_202_ACCEPTED,
    responses=raises(NotFound, StateConflict, IllegalTransition),
)
async def apply_tier_evaluation(evaluation_id: UUID, verdict: TierEvaluationVerdict, context: Ctx) -> Response:
    """Have the grades of an approved evaluation count from now on.

    `Location` names the job; what the new grades promise becomes due.

    使评定结果生效。
    """
    session, actor = context.session, context.actor
    evaluation = await operations.request_application(session, actor, evaluation_id, verdict.reason)
    return accepted(await answer(context, evaluation_id), evaluation.apply_job_id)


async def answer(context: Context, evaluation_id: UUID) -> Response:
    """The evaluation as it stands; after a change it is read in the same transaction."""
    row = await queries.evaluation_json(await context.reader(), context.actor, evaluation_id)
    return respond(context, row.json, row.version)
