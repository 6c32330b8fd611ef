"""Distribution plans as JSON."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.domain.states import PlanState
from service.schemas.fields import Body, Code, Instant, Text50, Text200, Text2000, View
from service.schemas.page import PageFilter
from service.schemas.wording import Wording


class DistributionPlanCreate(Body):
    """A plan to be computed from the accounts and people as they are now."""

    name: Text200 = Field(description="Name of the plan.", examples=["2026 年第三季度客户分配"])
    rulebook_id: UUID | None = Field(default=None, description="A published rulebook; the one published last if null.")
    scheme_code: Code = Field(description="The tier scheme whose grades count.", examples=["five_tiers"])
    department_id: UUID | None = Field(
        default=None, description="The team, with all below it, that shares its accounts; the whole company if null."
    )
    seed: Text50 | None = Field(
        default=None, description="Names the cycle: with the rulebook's key it breaks ties. The plan's id if null."
    )


class PlanVerdict(Body):
    """Why a plan is approved, called off or applied."""

    reason: Text2000 | None = Field(default=None, description="Why.", examples=["各组负荷均衡，同意执行"])


class PlanRejection(Body):
    """Why a plan is turned down."""

    reason: Text2000 = Field(description="Why.", examples=["华南组人手不足，请先调整编制"])


class PlanCounts(View):
    """What a plan does, in numbers of accounts unless said otherwise; all 0 until it is computed."""

    accounts: int
    people: int = Field(description="Candidates.")
    assigned: int
    waiting: int
    moved: int = Field(description="From one person to another.")
    begun: int = Field(description="From nobody to somebody.")
    ended: int = Field(description="From somebody to nobody.")
    kept: int
    pinned: int
    held_back: int = Field(description="Left with their owner because their data are held back.")
    passes: int = Field(description="How often the rule was asked for all accounts.")


class ChangedEntry(View):
    """An account or person that reads differently than in the snapshot."""

    kind: str = Field(description="account or person.")
    code: str
    fields: list[str] = Field(description="What differs; `gone` when it is no longer there.")


class PlanProblem(Wording):
    """Why a plan failed or no longer fits."""

    code: str
    changed: list[ChangedEntry] = Field(description="What has changed since it was computed, the first of it.")


class DistributionPlanView(View):
    """A batch of assignments computed from one snapshot by one rulebook."""

    id: UUID
    name: str
    rulebook_id: UUID
    scheme_code: str
    department_id: UUID | None
    seed: str
    state: str = Field(
        description="draft, computing, proposed, approved, applied, rejected, superseded, cancelled or failed."
    )
    reason: str | None = Field(description="What was written at its last step.")
    problem: PlanProblem | None = Field(description="Why it failed or was superseded.")
    job_id: UUID | None = Field(description="The job that computes or applies it.")
    snapshot_sha256: str | None = Field(description="Hash of all that it was computed from.")
    plan_sha256: str | None = Field(description="Hash of the result: the same snapshot gives the same one.")
    engine_version: str | None
    counts: PlanCounts
    author_id: UUID
    approver_id: UUID | None
    computed_at: Instant | None = Field(description="The instant that its snapshot is of.")
    approved_at: Instant | None
    applied_at: Instant | None
    version: int
    created_at: Instant
    updated_at: Instant


class DistributionPlanPage(View):
    """Some plans, and where the next ones begin."""

    items: list[DistributionPlanView]
    next_cursor: str | None


class DistributionPlanFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    state: Annotated[list[PlanState], Field(max_length=9)] | None = Field(default=None, description="States.")
    scheme_code: Annotated[list[Text50], Field(max_length=20)] | None = Field(default=None, description="Schemes.")
    rulebook_id: UUID | None = Field(default=None, description="By this rulebook.")
    department_id: UUID | None = Field(default=None, description="For this team.")
    author_id: UUID | None = Field(default=None, description="By this author.")
