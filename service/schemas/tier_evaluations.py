"""Runs of a tier scheme as JSON: what would move, and the sheet that shows why."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.domain.states import EvaluationState
from service.domain.tier_sheets import Reason
from service.domain.tiers import Direction
from service.schemas.fields import Body, Instant, Text50, Text2000, View
from service.schemas.page import PageFilter
from service.schemas.tier_schemes import Words


class TierEvaluationCreate(Body):
    """Which scheme to run over all accounts."""

    scheme_id: UUID = Field(description="A published version of a scheme that does not grade by hand.")


class TierEvaluationVerdict(Body):
    """Why an evaluation is approved or applied."""

    reason: Text2000 | None = Field(default=None, description="Why.", examples=["名单已与各部门核对"])


class TierCount(View):
    """How many accounts an evaluation puts into one tier."""

    tier: str
    accounts: int
    share: str | None = Field(description="Their part of the measure, cut after six places; null where none is ranked.")


class Carried(View):
    """Whether the first tier of an 80/20 scheme holds what it should."""

    minimum: str
    reached: bool


class MoveCounts(View):
    """How many accounts would change, by direction."""

    enters: int
    up: int
    down: int
    leaves: int


class EvaluationCounts(View):
    """What an evaluation makes together."""

    accounts: int = Field(description="Accounts judged, those held back included.")
    held_back: int = Field(description="Accounts that could not be judged and keep the grade that they have.")
    moves: MoveCounts
    tiers: list[TierCount]
    ungraded: dict[str, int] = Field(description="Accounts without a tier, by reason.")
    carries: Carried | None
    changed: int | None = Field(
        description="Grades that changed when it was applied, those renewed by a new version of the scheme included."
    )


class TierEvaluationView(View):
    """One run of a scheme: a preview until approved by a second person and applied."""

    id: UUID
    scheme_id: UUID
    scheme_code: str
    scheme_number: int
    state: str = Field(description="preview, approved, applied, or cancelled before it was computed.")
    counts: EvaluationCounts | None = Field(description="Null until the job has computed it.")
    job_id: UUID | None = Field(description="The job that computes the sheets.")
    apply_job_id: UUID | None = Field(description="The job that last applied them.")
    computed_at: Instant | None = Field(description="The accounts were judged as they stood then.")
    created_by: UUID
    approved_by: UUID | None
    approved_at: Instant | None
    applied_at: Instant | None
    version: int
    created_at: Instant
    updated_at: Instant


class TierEvaluationPage(View):
    """Some evaluations, and where the next ones begin."""

    items: list[TierEvaluationView]
    next_cursor: str | None


class TierEvaluationFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    scheme_id: UUID | None = Field(default=None, description="Runs of this version. 该版本的评定。")
    scheme_code: Annotated[list[Text50], Field(max_length=100)] | None = Field(
        default=None, description="Runs of any version of these schemes. 这些方案任一版本的评定。"
    )
    state: Annotated[list[EvaluationState], Field(max_length=4)] | None = Field(default=None, description="States.")


class SheetLine(View):
    """One criterion of a score."""

    criterion: str
    value: str = Field(description="What the account has.")
    reached: str | None = Field(description="The band's minimum or the word that it reached.")
    points: str
    weight: str
    score: str = Field(description="Points times weight.")


class SheetPlace(View):
    """A place in the order by the measure, the highest first."""

    value: str
    rank: int
    equals: int = Field(description="Accounts with the same value, which stay together.")
    accounts: int
    cumulative: str
    total: str
    share: str
    cumulative_share: str


class SheetData(View):
    """How one account was judged: exact numbers as text."""

    tier: str | None
    reason: str | None
    held_by: str | None = Field(description="The input that held it back.")
    threshold: str | None = Field(description="The minimum of the tier that it reached.")
    score: str | None
    lines: list[SheetLine]
    place: SheetPlace | None


class TierSheetView(View):
    """The scoring sheet of one account."""

    account_id: UUID
    account_code: str
    account_name: str
    tier: str | None = Field(description="The tier by this evaluation.")
    previous_tier: str | None = Field(description="The tier held when it was computed.")
    direction: str | None = Field(description="enters, up, down or leaves; null where it stays.")
    reason: str | None = Field(description="Why it has no tier.")
    reason_text: Words | None
    sheet: SheetData


class TierSheetPage(View):
    """Some sheets, and where the next ones begin."""

    items: list[TierSheetView]
    next_cursor: str | None


class TierSheetFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    account_id: UUID | None = Field(default=None, description="The sheet of this account. 该客户的评分表。")
    tier: Annotated[list[Text50], Field(max_length=50)] | None = Field(
        default=None, description="Tiers reached. 评定所得级别。"
    )
    moved: bool | None = Field(
        default=None, description="true: whoever changes; false: whoever stays. true：级别变化者；false：不变者。"
    )
    direction: Annotated[list[Direction], Field(max_length=4)] | None = Field(default=None, description="Directions.")
    held_back: bool | None = Field(default=None, description="true: those that could not be judged. true：无法评定者。")
    reason: Annotated[list[Reason], Field(max_length=20)] | None = Field(
        default=None, description="Why they have no tier."
    )
