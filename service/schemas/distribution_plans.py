"""Distribution plans as JSON."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt

from service.domain.distribution.tasks import Mode
from service.domain.states import PlanState
from service.schemas.fields import Body, Code, DecimalText, Instant, Text50, Text200, Text2000, View
from service.schemas.page import PageFilter
from service.schemas.wording import Wording

Part = Annotated[DecimalText, Field(ge=0, le=1, decimal_places=3)]
Codes = Annotated[list[Text50], Field(max_length=200)]
Level = Annotated[StrictInt, Field(ge=1, le=5)]
Cap = Annotated[StrictInt, Field(ge=0, le=1_000_000)]


class PersonOtherwise(Body):
    """A person as they might be; what is left out stays as it is. 假设的人员情况；未填项保持不变。"""

    staff_id: UUID = Field(description="Who. 人员。")
    fte: Part | None = Field(
        default=None, description="Part of a full-time post, 0 to 1. 全职比例，0 至 1。", examples=["0.5"]
    )
    absent: StrictBool | None = Field(
        default=None,
        description="true: takes no part; false: is there all the time. true：不参与分配；false：始终在岗。",
    )
    regions: Codes | None = Field(
        default=None, description="Regions covered. 负责的区域。", examples=[["华东", "华南"]]
    )
    industries: Codes | None = Field(default=None, description="Industries covered. 负责的行业。", examples=[["制造"]])
    products: Codes | None = Field(default=None, description="Products sold. 销售的产品。", examples=[["产品A"]])
    experience_level: Level | None = Field(default=None, description="1 to 5. 1 至 5。", examples=[4])
    max_accounts: Cap | None = Field(
        default=None, description="At most so many accounts. 客户数量上限。", examples=[60]
    )
    max_workload_hours: Cap | None = Field(
        default=None, description="At most so many hours a month. 每月工时上限。", examples=[150]
    )


class PersonAdded(Body):
    """Somebody who is not engaged yet. 尚未聘用的人员。"""

    code: Code = Field(description="A code for the plan's tables. 在方案各表中所用的代码。", examples=["NEW-1"])
    fte: Part = Field(default=Decimal(1), description="Part of a full-time post, 0 to 1. 全职比例，0 至 1。")
    regions: Codes = Field(default=[], description="Regions covered. 负责的区域。", examples=[["华东"]])
    industries: Codes = Field(default=[], description="Industries covered. 负责的行业。", examples=[["制造"]])
    products: Codes = Field(default=[], description="Products sold. 销售的产品。", examples=[["产品A"]])
    experience_level: Level = Field(default=1, description="1 to 5. 1 至 5。")
    max_accounts: Cap | None = Field(default=None, description="At most so many accounts. 客户数量上限。")
    max_workload_hours: Cap | None = Field(default=None, description="At most so many hours a month. 每月工时上限。")


class AccountOtherwise(Body):
    """An account as it might be; what is left out stays as it is. 假设的客户情况；未填项保持不变。"""

    account_id: UUID = Field(description="Which. 哪个客户。")
    owner_id: UUID | None = Field(
        default=None, description="Who would have it now; null for nobody. 假设的现负责人；空表示无人负责。"
    )
    region: Text50 | None = Field(default=None, description="Its region. 所在区域。", examples=["华南"])
    industry: Text50 | None = Field(default=None, description="Its industry. 所属行业。", examples=["零售"])
    tier: Text50 | None = Field(default=None, description="Its grade. 级别。", examples=["gold"])
    potential_value_base: DecimalText | None = Field(
        default=None,
        ge=0,
        le=10**13,
        decimal_places=2,
        description="Its value in the base currency. 以本位币计的价值。",
    )


class WhatIf(Body):
    """What would be otherwise; no data are touched, and such a plan can never be approved or applied.

    假设的变化；不改动任何数据，此类方案不能批准或执行。
    """

    definition: dict[str, Any] = Field(
        default={},
        max_length=20,
        description="A merge patch of the rulebook's definition. 规则手册定义的合并补丁。",
        examples=[{"balance": {"workload": 50}}],
    )
    people: Annotated[list[PersonOtherwise], Field(max_length=200)] = Field(
        default=[],
        description="People otherwise. 假设的人员情况。",
        examples=[[{"staff_id": "01980f3c-5a00-7c3e-9b1d-2f6a4c8e1b70", "absent": True}]],
    )
    added_people: Annotated[list[PersonAdded], Field(max_length=50)] = Field(
        default=[],
        description="People more. 增加的人员。",
        examples=[[{"code": "NEW-1", "regions": ["华东"], "industries": ["制造"], "experience_level": 4}]],
    )
    accounts: Annotated[list[AccountOtherwise], Field(max_length=1000)] = Field(
        default=[], description="Accounts otherwise. 假设的客户情况。"
    )


class DistributionPlanCreate(Body):
    """A plan to be computed from the accounts and people as they are now. 以当前的客户与人员计算的方案。"""

    name: Text200 = Field(description="Name of the plan. 方案名称。", examples=["2026 年第三季度客户分配"])
    rulebook_id: UUID | None = Field(
        default=None,
        description="A published rulebook; the one published last if null. 已发布的规则手册；空则取最近发布的。",
    )
    scheme_code: Code = Field(
        description="The tier scheme whose grades count. 所依据的分级方案。", examples=["five_tiers"]
    )
    department_id: UUID | None = Field(
        default=None,
        description="The team, with all below it, that shares its accounts; the whole company if null. "
        "参与分配的团队及其全部下级；空表示全公司。",
    )
    seed: Text50 | None = Field(
        default=None,
        description="Names the cycle: with the rulebook's key it breaks ties. The plan's id if null. "
        "本轮的名称：与规则手册的密钥一起决定同分时的次序。空则取方案标识。",
    )
    mode: Mode = Field(
        default=Mode.INITIAL,
        description="Which accounts with an owner may change hands; those without one are given out whatever the "
        "mode. initial: all; rebalance: as many as the budget of moves allows, the most valuable "
        "moves first; territory_change: those whose owner may not serve them any more; newcomer: "
        "those that go to `staff_id`; leaver: those of `staff_id`, who gets none; arrivals: none, so "
        "that a bulk arrival, or an account that waits, finds its owner. "
        "哪些已有负责人的客户可以易手；无人负责的客户在任何模式下都会分配。initial：全部；rebalance："
        "在变更额度之内，价值最大的变更优先；territory_change：现负责人已不得负责的客户；newcomer："
        "分给 `staff_id` 的客户；leaver：`staff_id` 名下的客户，此人不再获得客户；arrivals："
        "均不易手，仅为批量新增或等待的客户找到负责人。",
    )
    staff_id: UUID | None = Field(
        default=None, description="The newcomer or the leaver; null in other modes. 新人或离职者；其他模式为空。"
    )
    most_moves: Annotated[StrictInt, Field(ge=0, le=10_000_000)] | None = Field(
        default=None,
        description="At most so many accounts change hands in a rebalance, within what the rulebook allows, or "
        "go to a newcomer, besides those whose owner may not serve them any more. Null: all that the rulebook allows. "
        "再平衡时至多有这么多客户易手（不超过规则手册允许的数量），或至多这么多客户分给新人；"
        "现负责人已不得负责的客户不计在内。空表示以规则手册允许的数量为限。",
    )
    team_role: Code = Field(
        default="owner",
        description="The role on the accounts' teams that is shared; the rulebook has its rules. "
        "所分配的客户团队角色；规则手册有其规则。",
    )
    what_if: WhatIf | None = Field(
        default=None, description="Makes the plan a question about other data. 使方案成为对其他数据的假设推演。"
    )


class PlanVerdict(Body):
    """Why a plan is approved, called off or applied. 批准、取消或执行方案的理由。"""

    reason: Text2000 | None = Field(default=None, description="Why. 原因。", examples=["各组负荷均衡，同意执行"])


class PlanRejection(Body):
    """Why a plan is turned down. 否决方案的理由。"""

    reason: Text2000 = Field(description="Why. 原因。", examples=["华南组人手不足，请先调整编制"])


class PlanCounts(View):
    """What a plan does, in numbers of accounts unless said otherwise; all 0 until it is computed.

    方案的结果，除另有说明外以客户数计；计算之前均为 0。
    """

    accounts: int
    people: int = Field(description="Candidates. 候选人数。")
    assigned: int
    waiting: int = Field(description="Accounts that nobody gets. 无人获得的客户。")
    moved: int = Field(description="From one person to another. 由一人转给另一人。")
    begun: int = Field(description="From nobody to somebody. 由无人负责变为有人负责。")
    ended: int = Field(description="From somebody to nobody. 由有人负责变为无人负责。")
    kept: int = Field(description="Accounts that stay with their owner. 由原负责人继续负责的客户。")
    pinned: int
    held_back: int = Field(
        description="Left with their owner because their data are held back. 因数据暂缓分配而由原负责人继续负责的客户。"
    )
    passes: int = Field(description="How often the rule was asked for all accounts. 对全部客户应用规则的轮数。")


class ChangedEntry(View):
    """What reads differently than when the plan was computed. 与方案计算时不同的客户、人员或规则手册。"""

    kind: str = Field(description="account, person or rulebook. 客户、人员或规则手册。")
    code: str
    fields: list[str] = Field(
        description="What differs; `gone` when it is no longer there, `retired` for rules no longer in force. "
        "有差异的字段；`gone` 表示记录已不存在，`retired` 表示规则已停用。"
    )


class PlanProblem(Wording):
    """Why a plan failed or no longer fits. 方案失败或不再适用的原因。"""

    code: str
    changed: list[ChangedEntry] = Field(
        description="What has changed since it was computed, the first of it. 计算之后发生的变化；仅列前几项。"
    )


class DistributionPlanView(View):
    """A batch of assignments computed from one snapshot by one rulebook. 由一份快照按一本规则手册算出的一批归属。"""

    id: UUID
    name: str
    rulebook_id: UUID
    scheme_code: str
    department_id: UUID | None
    seed: str
    mode: str = Field(
        description="initial, rebalance, territory_change, newcomer, leaver or arrivals. "
        "首次分配、再平衡、区域调整、新人加入、人员离职或新增客户。"
    )
    staff_id: UUID | None = Field(description="The newcomer or the leaver. 新人或离职者。")
    most_moves: int | None = Field(
        description="At most so many accounts change hands, or go to the newcomer. 至多有这么多客户易手，或分给新人。"
    )
    team_role: str = Field(description="The role that is shared. 所分配的角色。")
    what_if: dict[str, Any] | None = Field(
        description="Not null: a question about other data, in the words in which it was asked, which can never be "
        "approved or applied; people more have an `id` beside. "
        "非空：假设推演，按提出时的原样列出，不能批准或执行；增加的人员另有 `id`。"
    )
    state: str = Field(
        description="draft, computing, proposed, approved, applied, rejected, superseded, cancelled or failed. "
        "草稿、计算中、待批准、已批准、已执行、已否决、已被取代、已取消或失败。"
    )
    reason: str | None = Field(description="What was written at its last step. 最近一步所写的说明。")
    problem: PlanProblem | None = Field(description="Why it failed or was superseded. 失败或被取代的原因。")
    job_id: UUID | None = Field(description="The job that computes or applies it. 计算或执行该方案的作业。")
    snapshot_sha256: str | None = Field(description="Hash of all that it was computed from. 全部计算依据的散列值。")
    plan_sha256: str | None = Field(
        description="Hash of the result: the same snapshot gives the same one. 结果的散列值：同一快照得出相同的值。"
    )
    engine_version: str | None
    counts: PlanCounts
    author_id: UUID
    approver_id: UUID | None
    computed_at: Instant | None = Field(description="The instant that its snapshot is of. 快照所取的时刻。")
    approved_at: Instant | None
    applied_at: Instant | None
    version: int
    created_at: Instant
    updated_at: Instant


class DistributionPlanPage(View):
    """Some plans, and where the next ones begin. 一页方案及下一页的起点。"""

    items: list[DistributionPlanView]
    next_cursor: str | None


class DistributionPlanFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    state: Annotated[list[PlanState], Field(max_length=9)] | None = Field(default=None, description="States. 状态。")
    scheme_code: Annotated[list[Text50], Field(max_length=20)] | None = Field(
        default=None, description="Schemes. 分级方案。"
    )
    rulebook_id: UUID | None = Field(default=None, description="By this rulebook. 依据该规则手册。")
    department_id: UUID | None = Field(default=None, description="For this team. 面向该团队。")
    author_id: UUID | None = Field(default=None, description="By this author. 由此人起草。")
    mode: Annotated[list[Mode], Field(max_length=6)] | None = Field(default=None, description="Modes. 模式。")
    what_if: bool | None = Field(
        default=None,
        description="true: questions about other data; false: real plans. true：假设推演；false：正式方案。",
    )
