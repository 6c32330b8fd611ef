"""Distribution plans as JSON."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt

from service.domain.distribution.tasks import Mode
from service.domain.states import PlanState
from service.schemas.fairness import EvennessView
from service.schemas.fields import Body, Code, DecimalText, Instant, LoadName, Text50, Text200, Text2000, View
from service.schemas.page import PageFilter
from service.schemas.wording import Wording

Part = Annotated[DecimalText, Field(ge=0, le=1, decimal_places=3)]
Codes = Annotated[list[Text50], Field(max_length=200)]
Level = Annotated[StrictInt, Field(ge=1, le=5)]
Cap = Annotated[StrictInt, Field(ge=0, le=1_000_000)]


class PersonOtherwise(Body):
    """A person as they might be; what is left out stays as it is."""

    staff_id: UUID = Field(description="Who.")
    fte: Part | None = Field(default=None, description="Part of a full-time post, 0 to 1.", examples=["0.5"])
    absent: StrictBool | None = Field(default=None, description="true: takes no part; false: is there all the time.")
    regions: Codes | None = Field(default=None, description="Regions covered.", examples=[["华东", "华南"]])
    industries: Codes | None = Field(default=None, description="Industries covered.", examples=[["制造"]])
    products: Codes | None = Field(default=None, description="Products sold.", examples=[["产品A"]])
    experience_level: Level | None = Field(default=None, description="1 to 5.", examples=[4])
    max_accounts: Cap | None = Field(default=None, description="At most so many accounts.", examples=[60])
    max_workload_hours: Cap | None = Field(default=None, description="At most so many hours a month.", examples=[150])


class PersonAdded(Body):
    """Somebody who is not engaged yet."""

    code: Code = Field(description="A code for the plan's tables.", examples=["NEW-1"])
    fte: Part = Field(default=Decimal(1), description="Part of a full-time post, 0 to 1.")
    regions: Codes = Field(default=[], description="Regions covered.", examples=[["华东"]])
    industries: Codes = Field(default=[], description="Industries covered.", examples=[["制造"]])
    products: Codes = Field(default=[], description="Products sold.", examples=[["产品A"]])
    experience_level: Level = Field(default=1, description="1 to 5.")
    max_accounts: Cap | None = Field(default=None, description="At most so many accounts.")
    max_workload_hours: Cap | None = Field(default=None, description="At most so many hours a month.")


class AccountOtherwise(Body):
    """An account as it might be; what is left out stays as it is."""

    account_id: UUID = Field(description="Which.")
    owner_id: UUID | None = Field(default=None, description="Who would have it now; null for nobody.")
    region: Text50 | None = Field(default=None, description="Its region.", examples=["华南"])
    industry: Text50 | None = Field(default=None, description="Its industry.", examples=["零售"])
    tier: Text50 | None = Field(default=None, description="Its grade.", examples=["gold"])
    potential_value_base: DecimalText | None = Field(
        default=None, ge=0, le=10**13, decimal_places=2, description="Its value in the base currency."
    )


class WhatIf(Body):
    """What would be otherwise; no data are touched, and such a plan can never be approved or applied."""

    definition: dict[str, Any] = Field(
        default={},
        max_length=20,
        description="A merge patch of the rulebook's definition.",
        examples=[{"balance": {"workload": 50}}],
    )
    people: Annotated[list[PersonOtherwise], Field(max_length=200)] = Field(default=[], description="People otherwise.")
    added_people: Annotated[list[PersonAdded], Field(max_length=50)] = Field(default=[], description="People more.")
    accounts: Annotated[list[AccountOtherwise], Field(max_length=1000)] = Field(
        default=[], description="Accounts otherwise."
    )


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
    mode: Mode = Field(
        default=Mode.INITIAL,
        description="Which accounts with an owner may change hands; those without one are given out whatever the mode. "
        "initial: all; rebalance: as many as the budget of moves allows, the most valuable moves first; "
        "territory_change: those whose owner may not serve them any more; newcomer: those that go to `staff_id`; "
        "leaver: those of `staff_id`, who gets none; arrivals: none, so that a bulk arrival, or an account that waits, "
        "finds its owner.",
    )
    staff_id: UUID | None = Field(default=None, description="The newcomer or the leaver; null in other modes.")
    most_moves: Annotated[StrictInt, Field(ge=0, le=10_000_000)] | None = Field(
        default=None,
        description="At most so many accounts change hands in a rebalance, within what the rulebook allows, or go to a "
        "newcomer. Null: all that the rulebook allows.",
    )
    team_role: Code = Field(
        default="owner",
        description="The role on the accounts' teams that is shared; the rulebook has its rules.",
    )
    what_if: WhatIf | None = Field(default=None, description="Makes the plan a question about other data.")


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
    mode: str = Field(description="initial, rebalance, territory_change, newcomer, leaver or arrivals.")
    staff_id: UUID | None = Field(description="The newcomer or the leaver.")
    most_moves: int | None = Field(description="At most so many accounts change hands, or go to the newcomer.")
    team_role: str = Field(description="The role that is shared.")
    what_if: dict[str, Any] | None = Field(
        description="Not null: a question about other data, which can never be approved or applied."
    )
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
    scheme_code: Annotated[list[Text50], Field(max_length=20)] | None = Field(
        default=None, description="Schemes. 分级方案。"
    )
    rulebook_id: UUID | None = Field(default=None, description="By this rulebook. 依据该规则手册。")
    department_id: UUID | None = Field(default=None, description="For this team. 面向该团队。")
    author_id: UUID | None = Field(default=None, description="By this author. 由此人起草。")
    mode: Annotated[list[Mode], Field(max_length=6)] | None = Field(default=None, description="Modes.")
    what_if: bool | None = Field(
        default=None,
        description="true: questions about other data; false: real plans. true：假设推演；false：正式方案。",
    )


class ComparisonFilter(PageFilter):
    """With which plan, and how many accounts."""

    with_: UUID = Field(alias="with", description="The other plan. 另一个方案。")


class ComparedLoads(View):
    """How evenly one load lies after each plan."""

    name: LoadName
    this: EvennessView = Field(description="By this plan.")
    other: EvennessView | None = Field(description="Null where the other plan has no such load.")


class ComparedCounts(View):
    """A number in each plan."""

    this: int = Field(description="By this plan.")
    other: int = Field(description="By the other plan.")


class ComparedClaims(View):
    """Justified claims by load after each plan."""

    this: dict[str, int] = Field(description="By this plan.")
    other: dict[str, int] = Field(description="By the other plan.")


class ComparedAccount(View):
    """An account that goes to somebody else by the other plan."""

    account_id: UUID
    account_code: str
    owner_id: UUID | None = Field(description="Who has it when this plan was computed.")
    owner_code: str | None
    this_id: UUID | None = Field(description="Who gets it by this plan; null: it waits.")
    this_code: str | None
    other_id: UUID | None = Field(description="Who gets it by the other plan; null: it waits.")
    other_code: str | None


class PlanExport(View):
    """Everything that a check of a plan without this service needs."""

    format: str = Field(description="Name and version of this form.")
    snapshot: dict[str, Any] = Field(description="Accounts and people that the plan was computed from.")
    plan: dict[str, Any] = Field(description="What was decided, account by account.")
    certificate: dict[str, Any] | None = Field(description="What proves how near the plan is to the best one.")


class PlanComparison(View):
    """Two plans side by side: accounts that both decide, and how fair each is."""

    plan_id: UUID
    other_id: UUID
    same_owner: int = Field(description="Accounts that go to the same person by both.")
    other_owner: int = Field(description="Accounts that do not.")
    dimensions: list[ComparedLoads]
    claims: ComparedClaims
    waiting: ComparedCounts = Field(description="Accounts that nobody gets.")
    items: list[ComparedAccount]
    next_cursor: str | None
