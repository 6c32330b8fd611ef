"""/v1/reviews: how a team's accounts are shared, looked at from time to time (定期审核)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.errors import NoPublishedRulebook, NotFound, ReviewAlreadyOpen, ReviewWithoutDecisions, StateConflict
from service.http.answers import accepted, created, listed
from service.http.conditional import digest, respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import reviews as operations
from service.queries import reviews as queries
from service.queries.listing import Asked
from service.schemas.reviews import (
    OpinionCreate,
    OpinionFilter,
    OpinionPage,
    ReviewClosing,
    ReviewCreate,
    ReviewDecision,
    ReviewFilter,
    ReviewPage,
    ReviewRebalance,
    ReviewView,
)

router = APIRouter(prefix="/v1/reviews", tags=["distribution"], route_class=Endpoint)
OPEN = raises(NotFound, StateConflict)


@router.get("", response_model=ReviewPage, responses=raises())
async def list_reviews(query: Annotated[ReviewFilter, Query()], context: Ctx) -> Response:
    """The reviews that you may know of: all for leaders and managers, those that concern you for everybody else.

    A review is opened by itself when it is due (setting `review_months`).

    定期审核列表。
    """
    return await listed(context, queries.REVIEWS, Asked.of(query))


@router.get("/{review_id}", response_model=ReviewView, responses=raises(NotFound))
async def get_review(review_id: UUID, context: Ctx) -> Response:
    """One review: findings, suggestions, decisions.

    Compare `findings` with `findings_at_close`; nobody and no account is named.

    查看一次定期审核的发现、建议与决定。
    """
    return await answer(context, review_id)


@router.post("", response_model=ReviewView, status_code=status.HTTP_201_CREATED, responses=raises(ReviewAlreadyOpen))
async def create_review(wanted: ReviewCreate, context: Ctx) -> Response:
    """Open a review of a team before its time.

    Everybody who sells in the team is asked for an opinion. A team has one open review under a scheme.

    提前开启某团队的定期审核。
    """
    timezone = context.services.settings.timezone
    made = await operations.create_review(context.session, context.actor, wanted, timezone)
    return created(await answer(context, made.id), f"/v1/reviews/{made.id}")


@router.get("/{review_id}/opinions", response_model=OpinionPage, responses=raises(NotFound))
async def list_review_opinions(review_id: UUID, query: Annotated[OpinionFilter, Query()], context: Ctx) -> Response:
    """Whom a review concerns, and what they think.

    Leaders, managers and the auditor read every opinion, everybody else their own.

    查看有关人员的意见。
    """
    await queries.review_json(context.connection, context.actor, review_id)
    return await listed(context, queries.OPINIONS, Asked.of(query, review_id=review_id))


@router.post("/{review_id}/opinions", response_model=ReviewView, responses=OPEN)
async def give_opinion(review_id: UUID, opinion: OpinionCreate, context: Ctx) -> Response:
    """Say what you think of how accounts are shared.

    For those whom the review concerns, as long as it is open; a later word takes the place of an earlier one.

    有关人员提出意见。
    """
    await operations.give_opinion(context.session, context.actor, review_id, opinion.text)
    return await answer(context, review_id)


@router.post("/{review_id}/decide", response_model=ReviewView, responses=OPEN)
async def decide_review(review_id: UUID, decision: ReviewDecision, context: Ctx) -> Response:
    """Add a decision to an open review.

    `suggestions` say what the findings ask for; it is yours to decide.

    为审核添加一项决定。
    """
    await operations.decide_review(context.session, context.actor, review_id, decision)
    return await answer(context, review_id)


@router.post(
    "/{review_id}/rebalance",
    response_model=ReviewView,
    status_code=status.HTTP_202_ACCEPTED,
    responses=raises(NotFound, StateConflict, NoPublishedRulebook),
)
async def rebalance_review(review_id: UUID, wanted: ReviewRebalance, context: Ctx) -> Response:
    """Have a rebalancing of the team computed, within a budget of moves.

    `plan_id` names the plan, which somebody else approves. While it is under way there is no second one.

    在变更额度内为该团队计算再平衡方案。
    """
    job_id = await operations.rebalance(context.session, context.actor, review_id, wanted.most_moves)
    return accepted(await answer(context, review_id), job_id)


@router.post(
    "/{review_id}/close", response_model=ReviewView, responses=raises(NotFound, StateConflict, ReviewWithoutDecisions)
)
async def close_review(review_id: UUID, closing: ReviewClosing, context: Ctx) -> Response:
    """Close a review that has at least one decision.

    What is found now is kept beside what was found when it was opened.

    结束审核；须至少有一项决定。
    """
    timezone = context.services.settings.timezone
    await operations.close_review(context.session, context.actor, review_id, closing.summary, timezone)
    return await answer(context, review_id)


async def answer(context: Context, review_id: UUID) -> Response:
    """The review; after a change it is read in the same transaction."""
    row = await queries.review_json(await context.reader(), context.actor, review_id)
    return respond(context, row.json, row.version, digest(row.json))
