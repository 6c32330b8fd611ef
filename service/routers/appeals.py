"""/v1/appeals: appeals against assignments (申诉)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import (
    AlreadyHeard,
    AppealAlreadyOpen,
    AssignmentEnded,
    FilingWindowClosed,
    HardRuleBroken,
    IllegalTransition,
    NoIndependentReviewer,
    NoPublishedRulebook,
    NotFound,
    NotYoursToAppeal,
    ReviewerNotIndependent,
    StateConflict,
)
from service.http.answers import created, listed
from service.http.conditional import respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import appeal_decisions, appeal_reviews
from service.operations import appeals as operations
from service.queries import appeals as queries
from service.queries.listing import Asked
from service.schemas.appeals import (
    AppealCreate,
    AppealDecision,
    AppealFilter,
    AppealPage,
    AppealView,
    EffectView,
    ReviewRequest,
    Withdrawal,
)

router = APIRouter(prefix="/v1/appeals", tags=["appeals"], route_class=Endpoint)


@router.get("/{appeal_id}", response_model=AppealView, responses=raises(NotFound))
async def get_appeal(appeal_id: UUID, context: Ctx) -> Response:
    """One appeal; managers of the parties see its state only.

    Statement and evidence are for the parties and whoever hears it.

    查看一项申诉；陈述与证据仅当事人与评审人可见。
    """
    return await answer(context, appeal_id)


@router.get("", response_model=AppealPage, responses=raises())
async def list_appeals(query: Annotated[AppealFilter, Query()], context: Ctx) -> Response:
    """The appeals that you may know of.

    `state` and `decide_by_to` show what is urgent.

    您可以知晓的申诉列表，可按状态与期限筛选。
    """
    return await listed(context, queries.APPEALS, Asked.of(query))


@router.post(
    "",
    response_model=AppealView,
    status_code=status.HTTP_201_CREATED,
    responses=raises(NotFound, NotYoursToAppeal, AssignmentEnded, FilingWindowClosed, AppealAlreadyOpen),
)
async def file_appeal(wanted: AppealCreate, context: Ctx) -> Response:
    """Appeal against an assignment, for yourself or for somebody whom you lead.

    Say which assignment, on what grounds, and what happened. Somebody independent is drawn to hear it.

    对客户归属提出申诉；系统抽取独立评审人。
    """
    timezone = context.services.settings.timezone
    appeal = await operations.file_appeal(context.session, context.actor, wanted, timezone)
    return created(await answer(context, appeal.id), f"/v1/appeals/{appeal.id}")


@router.post(
    "/{appeal_id}/review",
    response_model=AppealView,
    responses=raises(NotFound, ReviewerNotIndependent, NoIndependentReviewer, AlreadyHeard, StateConflict),
)
async def review_appeal(appeal_id: UUID, wanted: ReviewRequest, context: Ctx) -> Response:
    """Take an appeal on; the general manager may appoint somebody where nobody independent was drawn.

    With an empty object you take it on yourself; the general manager may name somebody.

    受理申诉，或由总经理指定评审人。
    """
    await appeal_reviews.review_appeal(context.session, context.actor, appeal_id, wanted.reviewer_id)
    return await answer(context, appeal_id)


@router.get(
    "/{appeal_id}/effect", response_model=EffectView, responses=raises(NotFound, StateConflict, NoPublishedRulebook)
)
async def get_appeal_effect(appeal_id: UUID, context: Ctx) -> EffectView:
    """What would follow if an open appeal were upheld now: the new owner, hard rules in the way, fairness.

    Nothing changes: this is for whoever hears the appeal, before they decide.

    预览申诉成立后的归属与公平性影响，不做任何更改。
    """
    appeal = await queries.open_appeal(context.connection, context.actor, "see_effect", appeal_id)
    effect = await appeal_decisions.effect_if_upheld(context.connection, appeal, context.services.settings.timezone)
    return EffectView.model_validate(effect)


@router.post(
    "/{appeal_id}/decide",
    response_model=AppealView,
    responses=raises(
        NotFound, ReviewerNotIndependent, IllegalTransition, AssignmentEnded, HardRuleBroken, NoPublishedRulebook
    ),
)
async def decide_appeal(appeal_id: UUID, verdict: AppealDecision, context: Ctx) -> Response:
    """Decide an appeal that you hear; upholding reassigns the account at once.

    Both parties may read your reason.

    对申诉作出裁决；成立则立即改变归属。
    """
    await appeal_decisions.decide_appeal(
        context.session,
        context.actor,
        appeal_id,
        verdict.outcome,
        verdict.reason,
        context.services.settings.timezone,
    )
    return await answer(context, appeal_id)


@router.post("/{appeal_id}/withdraw", response_model=AppealView, responses=raises(NotFound, IllegalTransition))
async def withdraw_appeal(appeal_id: UUID, wanted: Withdrawal, context: Ctx) -> Response:
    """Withdraw an appeal that you filed or that was filed for you.

    The assignment stays as it is.

    撤回申诉，归属不变。
    """
    await operations.withdraw_appeal(context.session, context.actor, appeal_id, wanted.reason)
    return await answer(context, appeal_id)


async def answer(context: Context, appeal_id: UUID) -> Response:
    """The appeal as this caller sees it; after a change it is read in the same transaction."""
    row = await queries.appeal_json(await context.reader(), context.actor, appeal_id)
    return respond(context, row.json, row.version, row.view)
