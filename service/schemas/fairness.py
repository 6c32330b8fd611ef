"""Fairness as JSON: how evenly each load lies, before and after a plan, or now."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.schemas.fields import LOAD_WORDS, Body, Instant, LoadName, Text50, View
from service.schemas.page import PageFilter
from service.schemas.wording import Wording

SHARE = "In fair shares: 1 is a full-time person's fair part."
SHARE_ZH = "以公平份额计：1 为一名全职人员应有的份额。"


class EvennessView(View):
    """How evenly one load lies among the people who can carry it. 某项负荷在能够承担者之间的均衡程度。"""

    max: str = Field(description=f"The greatest load. {SHARE} 最大负荷，{SHARE_ZH}")
    max_person_id: UUID | None = Field(description="Null where you may not know whose. 无权知悉人员时为空。")
    min: str = Field(description=f"The least load. {SHARE} 最小负荷，{SHARE_ZH}")
    min_person_id: UUID | None
    cv: str = Field(description="Weighted coefficient of variation. 加权变异系数。")
    gini: str | None = Field(
        description="Weighted Gini coefficient; null while nobody carries anything. 加权基尼系数；无人承担负荷时为空。"
    )
    jain: str | None = Field(description="Jain's index, 1 being even. Jain 指数，1 表示完全均衡。")
    residual_percent: str | None = Field(
        description="Root mean square in percentage points, giants' holders apart. "
        "均方根偏差，以百分点计，超大客户的负责人除外。"
    )


class DimensionView(View):
    """One load before and after. 某项负荷的前后对比。"""

    name: LoadName
    points: int = Field(description="How much the rulebook weighs it. 该项在规则手册中的权重。")
    people: int = Field(description="How many can carry it. 能够承担的人数。")
    total: str | None = Field(
        description="Sum in minor units, minutes or accounts; null where you may not know. "
        "合计，以最小货币单位、分钟或客户数计；无权知悉时为空。"
    )
    before: EvennessView
    after: EvennessView


class DimensionNowView(View):
    """One load as it lies now. 某项负荷的现状。"""

    name: LoadName
    points: int = Field(description="How much the rulebook weighs it. 该项在规则手册中的权重。")
    people: int = Field(description="How many can carry it. 能够承担的人数。")
    total: str | None = Field(
        description="Sum in minor units, minutes or accounts; null where you may not know. "
        "合计，以最小货币单位、分钟或客户数计；无权知悉时为空。"
    )
    now: EvennessView


class ClaimView(View):
    """A transfer that would bring two people closer together in one load. 使两人在某项负荷上更接近的转移。"""

    dimension: str
    account_id: UUID
    holder_id: UUID
    claimant_id: UUID
    gap: str


class ClaimsView(View):
    """Justified claims: how many, and the widest. 合理主张的数量及差距最大者。"""

    counts: dict[str, int] = Field(
        description="By load, and `all_loads` for all of them weighed together. "
        "按负荷统计；`all_loads` 为各项负荷加权合计。"
    )
    widest: list[ClaimView] = Field(description="Empty where you may not know whose. 无权知悉人员时为空。")


class ClaimsTwiceView(View):
    """Justified claims before and after. 合理主张的前后对比。"""

    before: ClaimsView
    after: ClaimsView


class GiantView(View):
    """An account that alone is more than a quarter of a fair share. 单个即超过公平份额四分之一的客户。"""

    account_id: UUID
    code: str
    dimension: str
    share: str = Field(description="In fair shares. 以公平份额计。")


class LoadsView(View):
    """What one person carries before and after; somebody whom you may not know has no id and no code.

    一个人前后的负荷；您无权知悉的人员不显示标识与工号。
    """

    person_id: UUID | None
    code: str | None
    weight: str = Field(description="FTE × availability. 全职比例 × 在岗比例。")
    before: dict[str, str]
    after: dict[str, str]
    attainable: dict[str, str] = Field(
        description="What the share of each load would be in the fairest case (leximin). "
        "最公平情形（leximin）下各项负荷的份额。"
    )
    attained: dict[str, str] = Field(
        description="What they got of what was possible for them: `after` ÷ `attainable`. "
        "所得与可达份额之比：`after` ÷ `attainable`。"
    )


class LoadsNowView(View):
    """What one person carries now; somebody whom you may not know has no id and no code.

    一个人现在的负荷；您无权知悉的人员不显示标识与工号。
    """

    person_id: UUID | None
    code: str | None
    weight: str = Field(description="FTE × availability. 全职比例 × 在岗比例。")
    loads: dict[str, str]


class PriceView(View):
    """What one unit of each load costs at a person. 某人每单位各项负荷的价格。"""

    person_id: UUID | None = Field(description="Null where you may not know whose. 无权知悉人员时为空。")
    prices: dict[str, str] = Field(
        description="By load, in score units per unit of load; whole numbers. 按负荷列出，每单位负荷的分数单位，整数。"
    )


class CertificateView(View):
    """A proof of how good any plan of these accounts could be: check it with the export, without a solver.

    证明这些客户的任何方案至多能有多好；可用导出文件验证，无须求解器。
    """

    potential: str = Field(
        description="What this plan scores in all, in score units; less is better. "
        "该方案的总分，以分数单位计；越低越好。"
    )
    bound: str = Field(description="What no plan can be below. 任何方案都不可能低于此值。")
    gap_points: str = Field(
        description="By how many points per account a plan might at most be better. 平均每个客户至多还能改进多少分。"
    )
    prices: list[PriceView] = Field(description="The prices that prove the bound. 证明此下界的价格。")
    text: Wording


class ShortageView(View):
    """What no plan can place under one cap, judged alone, proven by a flow. 某项上限之下任何方案都无法安置的部分。"""

    cap: str = Field(description="count_cap or workload_cap. 客户数量上限或工时上限。")
    number: int = Field(
        description="How many accounts, or minutes a month, find no room. 无法安置的客户数或每月分钟数。"
    )
    accounts: int = Field(description="How many accounts only these people may serve. 仅有这些人可以负责的客户数。")
    people: list[UUID | None] = Field(
        description="Whose cap binds; null where you may not know whose. 受上限约束的人员；无权知悉者为空。"
    )
    remedies: list[str] = Field(
        description="What would help, in this order; never a blocked pair. 可行的办法，依次列出；不含回避关系。"
    )
    text: Wording


class GuaranteeView(View):
    """Two usual promises of fairness, easily kept where few may serve an account. 两项常见的公平保证。"""

    name: LoadName
    envious_pairs: int = Field(
        description="Pairs in which the one would rather have what the other has, even without its greatest account "
        "(EF1). 即使去掉对方最大的一个客户，仍更愿意得到对方所得的人员对数（EF1）。"
    )
    maximin_least: str | None = Field(
        description="Nobody has less than this part of their maximin share; null where nobody may have anything. "
        "每个人至少得到其最大最小份额的这一比例；无人可得时为空。"
    )


class PlanFairnessView(View):
    """Fairness before and after a plan. 方案前后的公平性。"""

    dimensions: list[DimensionView]
    claims: ClaimsTwiceView
    giants: list[GiantView]
    people: list[LoadsView]
    waiting: int = Field(description="Accounts that nobody gets. 无人获得的客户。")
    shortages: list[ShortageView] = Field(
        description="What must wait under a cap whatever the plan; empty where nothing must. "
        "无论如何分配都受上限约束而必须等待的部分；没有时为空。"
    )
    guarantees: list[GuaranteeView] = Field(description="Load by load, as the plan gives. 按负荷列出，以方案结果计。")
    sentences: list[Wording] = Field(description="The same in plain words. 通俗的文字说明。")
    certificate: CertificateView | None = Field(description="Null where none was made. 未生成证书时为空。")


class SpreadView(View):
    """One load among the people of a team. 一项负荷在团队成员之间的分布。"""

    mean: str = Field(description=f"By the people's weights. {SHARE} 按人员权重的平均值，{SHARE_ZH}")
    max: str
    min: str


class TeamView(View):
    """A department's own people: what they carry, and how much of it was kept or given by hand.

    部门自己的人员：所承担的负荷，以及其中锁定或人工分配的比例。
    """

    department_id: UUID
    name: str
    manager_id: UUID | None
    people: int = Field(description="Who take part. 参与人数。")
    accounts: int = Field(description="Present assignments of everybody in it. 全体成员的现行归属。")
    pinned: int = Field(description="Kept out of redistribution for now. 目前不参与重新分配的客户。")
    by_hand: int = Field(description="Given by hand. 人工分配的客户。")
    pinned_share: str
    by_hand_share: str
    loads: dict[str, SpreadView]


class FairnessView(View):
    """Fairness as it was measured last. 最近一次测算的公平性。"""

    as_of: Instant = Field(description="When it was measured. 测算时间。")
    snapshot_sha256: str = Field(
        description="Hash of the accounts and people that it was computed from. 所依据的客户与人员数据的散列值。"
    )
    dimensions: list[DimensionNowView]
    claims: ClaimsView
    giants: list[GiantView] = Field(
        description="Empty where you do not see the whole company. 无权查看全公司时为空列表。"
    )
    people: list[LoadsNowView] = Field(description="The most loaded first. 负荷最重的在前。")
    teams: list[TeamView] = Field(
        description="All to leaders, your line's if you lead one, else your own. "
        "公司领导可见全部团队；团队主管可见所辖团队；其他人可见本团队。"
    )
    waiting: int = Field(description="Accounts without an owner. 无人负责的客户。")


class PointView(View):
    """One load at one time. 某一时刻的一项负荷。"""

    name: LoadName
    max: str
    min: str
    cv: str = Field(description="Weighted coefficient of variation. 加权变异系数。")
    gini: str | None
    jain: str | None


class DriftView(View):
    """How far fairness has drifted since the first measurement after the last plan.

    自上次方案后首次测算以来公平性的变化。
    """

    since: Instant = Field(description="When that was. 该次测算的时间。")
    limit_percent: int = Field(
        description="From how many percentage points on it is an alert. 上升多少个百分点即发出预警。"
    )
    rise_percent: dict[str, str] = Field(
        description="Rise of each load's variation, in percentage points. 各项负荷变异程度的上升，以百分点计。"
    )
    alert: bool


class FairnessPointView(View):
    """Fairness as it was measured once. 一次测算的公平性。"""

    id: UUID
    as_of: Instant
    snapshot_sha256: str
    rulebook_id: UUID
    dimensions: list[PointView]
    claims: dict[str, int] = Field(
        description="Justified claims by load, and `all_loads`. 合理主张的数量，按负荷统计，另有 `all_loads`。"
    )
    waiting: int = Field(description="Accounts without an owner. 无人负责的客户。")
    drift: DriftView | None = Field(description="Null before a plan was applied. 首个方案执行之前为空。")


class FairnessHistoryPage(View):
    """Some measurements, and where the next ones begin. 一页测算及下一页的起点。"""

    items: list[FairnessPointView]
    next_cursor: str | None


class FairnessHistorySort(StrEnum):
    """The order of measurements; a leading minus turns it round. 测算的排序；前加减号为倒序。"""

    AS_OF = "as_of"
    AS_OF_DESC = "-as_of"


class FairnessHistoryFilter(PageFilter):
    """From when to when."""

    as_of_from: Instant | None = Field(
        default=None, description="Measured at or after this instant. 测算时间不早于此时刻。"
    )
    as_of_to: Instant | None = Field(default=None, description="Measured before this instant. 测算时间早于此时刻。")
    sort: FairnessHistorySort = Field(
        default=FairnessHistorySort.AS_OF_DESC, description="The newest first. 最新的在前。"
    )


class FairnessChart(StrEnum):
    """What is drawn. 图表内容。"""

    LOADS = "loads"
    LORENZ = "lorenz"
    ATTAINABLE = "attainable"


class FairnessNowChart(StrEnum):
    """What is drawn of fairness now. 当前公平性的图表内容。"""

    LOADS = "loads"
    LORENZ = "lorenz"


class ChartQuery(Body):
    """Which load is drawn."""

    load: Annotated[Text50, LOAD_WORDS] = "value"
