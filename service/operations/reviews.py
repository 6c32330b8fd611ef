"""What a user can do with reviews: open, say what they think, rebalance, decide, close."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.distribution.tasks import Mode
from service.domain.reviews import ReviewState, suggestions
from service.domain.states import UNSETTLED_PLANS
from service.errors import ReviewWithoutDecisions, Sentence, StateConflict
from service.journal import plain, record
from service.models import Department, DistributionPlan, Review, ReviewOpinion, new_id
from service.operations.distribution_plans import create_plan, expect_scheme
from service.operations.organisation import expect_department
from service.operations.team import require_active
from service.policy import Actor, fetch, require
from service.queries.calendar import business_calendar
from service.queries.review_findings import Scope, findings
from service.queries.reviews import Team, concerned, team
from service.queries.settings import setting
from service.schemas.distribution_plans import DistributionPlanCreate
from service.schemas.reviews import ReviewCreate, ReviewDecision

BEGUN = Sentence(
    "A rebalancing of this review is under way; cancel or apply it first.", "该审核已有再平衡方案，请先撤销或执行。"
)


async def create_review(session: AsyncSession, actor: Actor, wanted: ReviewCreate, timezone: str) -> Review:
    """Opens a review before its time."""
    require(actor, "create", Review)
    await expect_department(session, wanted.department_id, "/department_id")
    await expect_scheme(session, wanted.scheme_code)
    found = await team(await session.connection(), wanted.department_id, wanted.scheme_code)
    return await open_review(session, actor, found, datetime.now(UTC), timezone)


async def open_review(session: AsyncSession, actor: Actor, found: Team, now: datetime, timezone: str) -> Review:
    """Looks at a team since its last review, and asks whom it concerns; 409 while one is open."""
    connection = await session.connection()
    calendar = await business_calendar(connection, timezone)
    since = min(found.since, now)  # the database's clock may be a little ahead
    scope = Scope(found.department_id, found.scheme_code, since, now, timezone)
    seen = await findings(connection, scope, found.findings)
    days = await setting(connection, "review_working_days")
    review = Review(
        id=new_id(),
        scheme_code=found.scheme_code,
        department_id=found.department_id,
        since_at=since,
        until_at=now,
        due_on=calendar.add_working_days(calendar.business_date(now), days),
        state=ReviewState.OPEN,
        findings=seen,
        suggestions=suggestions(seen, await setting(connection, "fairness_drift_percent")),
        decisions=[],
        opened_by=actor.id,
    )
    session.add(review)
    session.info["made"] = review
    await session.flush()
    data = {name: getattr(review, name) for name in ("department_id", "scheme_code")}
    data["asked"] = await ask(session, review)
    await record(session, actor, events.ReviewOpened(review.id, data=data))
    return review


async def ask(session: AsyncSession, review: Review) -> int:
    """Asks everybody whom a review concerns for an opinion; how many they are."""
    people = await concerned(await session.connection(), review.department_id)
    if people:
        asked = [{"id": new_id(), "review_id": review.id, "staff_id": person} for person in people]
        await session.execute(insert(ReviewOpinion), asked)
    return len(people)


async def give_opinion(session: AsyncSession, actor: Actor, review_id: UUID, text: str) -> None:
    """What somebody whom the review concerns thinks; a later word takes the place of an earlier one."""
    await fetch_open(session, actor, "comment", review_id)
    mine = select(ReviewOpinion).where(ReviewOpinion.review_id == review_id, ReviewOpinion.staff_id == actor.id)
    opinion = (await session.scalars(mine)).one()
    opinion.text, opinion.given_at = text, datetime.now(UTC)
    opinion.version += 1
    await record(session, actor, events.ReviewCommented(review_id, data={"staff_id": actor.id}))


async def decide_review(session: AsyncSession, actor: Actor, review_id: UUID, wanted: ReviewDecision) -> None:
    """Adds a decision."""
    review = await fetch_open(session, actor, "decide", review_id)
    if wanted.responsible_id:
        await require_active(session, wanted.responsible_id, "/responsible_id")
    made = {"id": new_id(), **wanted.model_dump(), "decided_by": actor.id, "decided_at": datetime.now(UTC)}
    decision = plain(made)
    review.decisions = [*review.decisions, decision]
    review.version += 1
    await record(session, actor, events.ReviewDecided(review.id, data=decision))


async def rebalance(session: AsyncSession, actor: Actor, review_id: UUID, most_moves: int | None) -> UUID:
    """Asks for a plan that moves as many accounts as the budget allows, the best first; answers its job.

    StateConflict while an earlier one is under way.
    """
    review = await fetch_open(session, actor, "rebalance", review_id)
    under_way = select(DistributionPlan.id).where(
        DistributionPlan.id == review.plan_id, DistributionPlan.state.in_(UNSETTLED_PLANS)
    )
    if await session.scalar(under_way):
        raise StateConflict(BEGUN)
    department = await session.get_one(Department, review.department_id)
    plan = await create_plan(
        session,
        actor,
        DistributionPlanCreate(
            name=f"{department.name}: review 定期审核 {review.due_on}"[:200],
            scheme_code=review.scheme_code,
            department_id=review.department_id,
            mode=Mode.REBALANCE,
            most_moves=most_moves,
        ),
    )
    review.plan_id = plan.id
    review.version += 1
    session.info["made"] = review
    data = {"plan_id": plan.id, "most_moves": most_moves}
    await record(session, actor, events.ReviewRebalanced(review.id, data=data))
    assert plan.job_id is not None
    return plan.job_id


async def close_review(session: AsyncSession, actor: Actor, review_id: UUID, summary: str, timezone: str) -> None:
    """Closes a review that has decided something, with what is found now beside what was found then."""
    review = await fetch_open(session, actor, "decide", review_id)
    if not review.decisions:
        raise ReviewWithoutDecisions
    now = datetime.now(UTC)
    scope = Scope(review.department_id, review.scheme_code, review.since_at, now, timezone)
    review.findings_at_close = await findings(await session.connection(), scope, review.findings)
    review.state, review.summary = ReviewState.CLOSED, summary
    review.closed_by, review.closed_at = actor.id, now
    review.version += 1
    data = {"summary": summary, "decisions": len(review.decisions)}
    await record(session, actor, events.ReviewClosed(review.id, data=data))


async def fetch_open(session: AsyncSession, actor: Actor, action: str, review_id: UUID) -> Review:
    """A review that is still open; 409 after its end."""
    review = await fetch(session, actor, action, Review, review_id)
    if review.state != ReviewState.OPEN:
        raise StateConflict
    return review
