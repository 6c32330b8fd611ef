"""Reviews as JSON: what was found, what people said, what was decided."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictInt

from service.domain.reviews import ReviewDecisionKind, ReviewState
from service.schemas.fields import Body, Code, Day, Instant, LoadName, Text2000, View
from service.schemas.page import PageFilter
from service.schemas.wording import Wording


class ReviewCreate(Body):
    """A review that somebody opens before its time."""

    department_id: UUID = Field(description="The team, with all beneath it.")
    scheme_code: Code = Field(
        description="The tier scheme under which its accounts are graded.", examples=["five_tiers"]
    )


class ReviewDecision(Body):
    """One decision."""

    kind: ReviewDecisionKind = Field(description="What it is about.")
    text: Text2000 = Field(description="What is to be done, and why.", examples=["按建议做一次再平衡，最多变更 5 户。"])
    responsible_id: UUID | None = Field(default=None, description="Who sees to it.")
    due_on: Day | None = Field(default=None, description="Until when.")


class ReviewRebalance(Body):
    """A budget for a rebalancing."""

    most_moves: Annotated[StrictInt, Field(ge=0, le=10_000_000)] | None = Field(
        default=None, description="At most so many accounts change hands; null: as many as the rulebook allows."
    )


class ReviewClosing(Body):
    """The end of a review."""

    summary: Text2000 = Field(description="What came of it.", examples=["负荷已恢复均衡，数据核查按期完成。"])


class OpinionCreate(Body):
    """What somebody whom the review concerns thinks."""

    text: Text2000 = Field(description="In your own words.", examples=["华东新增客户偏多，建议放宽地域限制。"])


class FoundDimension(View):
    """One load of the company, and how far it has drifted."""

    name: LoadName
    cv: str = Field(description="Coefficient of variation.")
    gini: str = Field(description="Gini coefficient.")
    jain: str = Field(description="Jain's index.")
    max: str = Field(description="The greatest load, in fair shares.")
    min: str = Field(description="The least load, in fair shares.")
    rise_percent: str | None = Field(
        description="By how many percentage points the variation rose since the last review; null at the first."
    )


class FoundTeam(View):
    """One department of the team."""

    department_id: UUID
    name: str = Field(description="Name of the department.")
    accounts: int
    people: int = Field(description="How many share the accounts.")
    pinned_share: str
    by_hand_share: str


class FoundFairness(View):
    """Fairness as it was measured last."""

    as_of: Instant
    since: Instant | None = Field(description="The measurement that it is compared with; null at the first review.")
    dimensions: list[FoundDimension]
    teams: list[FoundTeam] = Field(description="The department and those beneath it.")


class FoundTarget(View):
    """How many of the team's people have what one balance target of the rulebook asks for: a fair share of a load."""

    name: LoadName
    points: int = Field(description="How much the target counts, from the rulebook.")
    met: int = Field(description="People within the tolerance (setting `target_tolerance_percent`) of their share.")
    above: int = Field(description="People who carry more.")
    below: int = Field(description="People who carry less.")


class FoundResults(View):
    """What was promised in the time, and what was done."""

    visits_due: int = Field(description="Visits that the accounts' grades promise.")
    visits_made: int = Field(description="Visits and return visits that were made.")
    tasks_planned: int = Field(description="Tasks that were planned for the time.")
    tasks_done: int = Field(description="Of them, those that are done.")
    tasks_late: int = Field(description="Of them, those that were done late.")
    tasks_overdue: int = Field(description="Of them, those that are still open.")


class FoundFeedback(View):
    """What came back from accounts and people in the time."""

    surveys: int = Field(description="Surveys of the accounts.")
    return_visits: int = Field(description="Return visits (回访).")
    appeals_decided: int = Field(description="Appeals about the accounts that were decided.")
    appeals_upheld: int = Field(description="Of them, those found right, also in part.")


class FoundFreshness(View):
    """How old the data are."""

    cards_due: int = Field(description="Accounts whose card was not verified for so many months, or never.")
    never_verified: int = Field(description="Accounts that nobody has verified.")
    held_back: int = Field(description="Accounts that the rulebook's freshness gate holds back from distribution.")
    card_check_months: int = Field(description="How often a card is checked in full (setting).")
    most_days: int | None = Field(
        description="The rulebook's limit of age in days, 0 for none; null without a rulebook."
    )


class FindingsView(View):
    """What was found; nobody and no account is named."""

    accounts: int = Field(description="Accounts of the team that have a grade of the scheme.")
    people: int = Field(description="Who is responsible for them, in number.")
    fairness: FoundFairness | None = Field(description="null while it cannot be measured, such as without a rulebook.")
    targets: list[FoundTarget] = Field(
        description="Results against the balance targets, load by load; empty while fairness cannot be measured."
    )
    results: FoundResults
    feedback: FoundFeedback
    freshness: FoundFreshness


class SuggestionView(View):
    """What the findings suggest."""

    code: str = Field(description="The kind of decision that it asks for.", examples=["rebalance"])
    text: Wording


class ReviewDecisionView(View):
    """One decision."""

    id: UUID
    kind: str = Field(description="keep, rebalance, amend_rulebook, check_data or follow_up.")
    text: str = Field(description="What is to be done, and why.")
    responsible_id: UUID | None = Field(description="Who sees to it.")
    due_on: Day | None
    decided_by: UUID = Field(description="Who decided.", examples=["0197f0c2-0000-7000-8000-000000000001"])
    decided_at: Instant


class ReviewView(View):
    """A review of a team's distribution (定期审核)."""

    id: UUID
    scheme_code: str
    department_id: UUID
    since_at: Instant = Field(description="From when on it looks.")
    until_at: Instant = Field(description="Until when it looks.")
    due_on: Day = Field(description="Until when it is to be closed.")
    state: str = Field(description="open or closed.")
    findings: FindingsView = Field(description="As it was opened.")
    findings_at_close: FindingsView | None = Field(description="As it was closed.")
    suggestions: list[SuggestionView] = Field(description="What the findings ask for, as it was opened.")
    decisions: list[ReviewDecisionView] = Field(description="What was decided, the first first.")
    opinions_asked: int = Field(description="Whom it concerns, in number.")
    opinions_given: int = Field(description="How many of them have said what they think.")
    plan_id: UUID | None = Field(description="The rebalancing that was asked for last.")
    summary: str | None = Field(description="What came of it.")
    opened_by: UUID | None = Field(description="Who opened it; null: it was due.")
    closed_by: UUID | None = Field(description="Who closed it.")
    closed_at: Instant | None = Field(description="When it was closed; null until then.")
    version: int
    created_at: Instant
    updated_at: Instant


class ReviewPage(View):
    """Some reviews, and where the next ones begin."""

    items: list[ReviewView]
    next_cursor: str | None


class ReviewSort(StrEnum):
    """What reviews are sorted by; a leading minus turns the order round."""

    CREATED = "created_at"
    CREATED_DESC = "-created_at"


class ReviewFilter(PageFilter):
    """Typed filters, one per field."""

    department_id: UUID | None = Field(default=None, description="Reviews of this team. 该团队的审核。")
    scheme_code: Code | None = Field(default=None, description="Reviews under this scheme. 该分级方案下的审核。")
    state: Annotated[list[ReviewState], Field(max_length=2)] | None = Field(default=None, description="Any of these.")
    sort: ReviewSort = Field(default=ReviewSort.CREATED, description="The order.")


class OpinionView(View):
    """Somebody whom a review concerns, and what they think."""

    staff_id: UUID
    staff_code: str
    text: str | None = Field(description="In their own words; null until they have said something.")
    given_at: Instant | None = Field(description="When they said so last; null until then.")


class OpinionPage(View):
    """Some opinions, and where the next ones begin."""

    items: list[OpinionView]
    next_cursor: str | None


class OpinionFilter(PageFilter):
    """Typed filters, one per field."""

    given: bool | None = Field(
        default=None,
        description="true: those who have said something; false: the others. true：已提出意见者；false：其余人员。",
    )
