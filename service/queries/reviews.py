"""Reviews as JSON: one, many, the opinions; and which are due."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.calendar import add_months
from service.domain.reviews import ReviewState
from service.domain.states import VersionState
from service.models import AccountTier, Assignment, Department, Review, ReviewOpinion, Staff, TierScheme
from service.policy import Actor
from service.policy.hierarchy import departments_under
from service.queries.assignments import staff_code
from service.queries.listing import Listing, any_of, equals, is_set
from service.queries.rulebooks import SELLING
from service.queries.settings import setting
from service.queries.single import single


def opinions(*conditions: Any) -> Any:
    """How many opinions a review has asked for, or of some kind."""
    counted = select(func.count()).where(ReviewOpinion.review_id == Review.id, *conditions)
    return counted.correlate(Review).scalar_subquery()


COLUMNS: dict[str, Any] = {name: getattr(Review, name) for name in (
    "id", "scheme_code", "department_id", "since_at", "until_at", "due_on", "state", "findings", "findings_at_close",
    "suggestions", "decisions", "plan_id", "summary", "opened_by", "closed_by", "closed_at", "version", "created_at",
    "updated_at",
)} | {
    "opinions_asked": opinions(),
    "opinions_given": opinions(ReviewOpinion.given_at.is_not(None)),
}  # fmt: skip
OPINION_COLUMNS = {name: getattr(ReviewOpinion, name) for name in ("staff_id", "text", "given_at")} | {
    "staff_code": staff_code(ReviewOpinion, ReviewOpinion.staff_id)
}


def review_columns(_actor: Actor) -> Mapping[str, Any]:
    """The members of ReviewView."""
    return COLUMNS


def opinion_columns(_actor: Actor) -> Mapping[str, Any]:
    """The members of OpinionView."""
    return OPINION_COLUMNS


REVIEWS = Listing(
    model=Review,
    columns=review_columns,
    filters={
        "department_id": equals(Review.department_id),
        "scheme_code": equals(Review.scheme_code),
        "state": any_of(Review.state),
    },
)
OPINIONS = Listing(
    model=ReviewOpinion,
    columns=opinion_columns,
    filters={"review_id": equals(ReviewOpinion.review_id), "given": is_set(ReviewOpinion.given_at)},
)


async def review_json(connection: AsyncConnection, actor: Actor, review_id: UUID) -> Any:
    """One review's JSON text and its version."""
    return await single(connection, actor, Review, COLUMNS, review_id)


class Team(NamedTuple):
    """A team that shares accounts graded under a scheme, since when, and its last review."""

    department_id: UUID
    scheme_code: str
    since: datetime
    findings: dict[str, Any] | None


def last_reviews() -> Any:
    """The last review of each team under each scheme."""
    return (
        select(Review.department_id, Review.scheme_code, Review.state, Review.until_at, Review.findings)
        .add_columns(Review.findings_at_close)
        .ext(distinct_on(Review.department_id, Review.scheme_code))
        .order_by(Review.department_id, Review.scheme_code, Review.until_at.desc())
        .subquery("last")
    )


async def due_teams(connection: AsyncConnection, now: datetime, timezone: str) -> list[Team]:
    """The departments whose people share accounts and whose last review, or first assignment, lies far enough back."""
    months, zone = await setting(connection, "review_months"), ZoneInfo(timezone)
    last = last_reviews()
    graded = and_(AccountTier.account_id == Assignment.account_id, AccountTier.ended_at.is_(None))
    published = and_(TierScheme.code == AccountTier.scheme_code, TierScheme.state == VersionState.PUBLISHED)
    same = and_(last.c.department_id == Staff.department_id, last.c.scheme_code == AccountTier.scheme_code)
    begun = func.coalesce(func.min(last.c.until_at), func.min(Assignment.started_at)).label("since")
    statement = (
        select(Staff.department_id, AccountTier.scheme_code, begun)
        .join(Assignment, Assignment.staff_id == Staff.id)
        .join(Department, and_(Department.id == Staff.department_id, Department.deleted_at.is_(None)))
        .join(AccountTier, graded)
        .join(TierScheme, published)
        .outerjoin(last, same)
        .where(Assignment.team_role == "owner", Assignment.ended_at.is_(None))
        .group_by(Staff.department_id, AccountTier.scheme_code)
        .having(func.coalesce(func.min(last.c.state), ReviewState.CLOSED) == ReviewState.CLOSED)
    )
    today = now.astimezone(zone).date()
    return [
        await team(connection, row.department_id, row.scheme_code, row.since)
        for row in await connection.execute(statement)
        if add_months(row.since.astimezone(zone).date(), months) <= today
    ]


async def team(
    connection: AsyncConnection, department_id: UUID, scheme_code: str, since: datetime | None = None
) -> Team:
    """A team as its next review finds it; `since`: where there was no review before."""
    last = last_reviews()
    statement = select(last).where(last.c.department_id == department_id, last.c.scheme_code == scheme_code)
    row = (await connection.execute(statement)).one_or_none()
    if row is not None:
        return Team(department_id, scheme_code, row.until_at, row.findings_at_close or row.findings)
    first = select(func.min(Assignment.started_at)).join(Staff, Staff.id == Assignment.staff_id)
    in_team = Staff.department_id.in_(departments_under(department_id))
    begun = since or await connection.scalar(first.where(in_team)) or await connection.scalar(select(func.now()))
    assert begun is not None
    return Team(department_id, scheme_code, begun, None)


async def concerned(connection: AsyncConnection, department_id: UUID) -> list[UUID]:
    """Whom a review of a team concerns: everybody who sells there or beneath."""
    in_team = Staff.department_id.in_(departments_under(department_id))
    return list(await connection.scalars(select(Staff.id).where(SELLING, in_team).order_by(Staff.id)))
