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
    """A review that somebody opens before its time. 提前开启的审核。"""

    department_id: UUID = Field(description="The team, with all beneath it. 团队及其全部下级。")
    scheme_code: Code = Field(
        description="The tier scheme under which its accounts are graded. 该团队客户评级所依据的分级方案。",
        examples=["five_tiers"],
    )


class ReviewDecision(Body):
    """One decision. 一项决定。"""

    kind: ReviewDecisionKind = Field(description="What is decided on. 决定的类型。")
    text: Text2000 = Field(
        description="What is to be done, and why. 应做的事及理由。", examples=["按建议做一次再平衡，最多变更 5 户。"]
    )
    responsible_id: UUID | None = Field(default=None, description="Who sees to it. 负责落实的人。")
    due_on: Day | None = Field(default=None, description="Until when. 期限。")


class ReviewRebalance(Body):
    """A budget for a rebalancing. 再平衡的额度。"""

    most_moves: Annotated[StrictInt, Field(ge=0, le=10_000_000)] | None = Field(
        default=None,
        description="At most so many accounts change hands; null: as many as the rulebook allows. "
        "至多有这么多客户易手；空表示以规则手册允许的数量为限。",
    )


class ReviewClosing(Body):
    """The end of a review. 审核的结束。"""

    summary: Text2000 = Field(description="What came of it. 结果。", examples=["负荷已恢复均衡，数据核查按期完成。"])


class OpinionCreate(Body):
    """What somebody whom the review concerns thinks. 有关人员的意见。"""

    text: Text2000 = Field(
        description="In your own words. 用您自己的话。", examples=["华东新增客户偏多，建议放宽地域限制。"]
    )


class FoundDimension(View):
    """One load of the company, and how far it has drifted. 公司的一项负荷及其变化。"""

    name: LoadName
    cv: str = Field(description="Coefficient of variation. 变异系数。")
    gini: str = Field(description="Gini coefficient. 基尼系数。")
    jain: str = Field(description="Jain's index. Jain 指数。")
    max: str = Field(description="The greatest load, in fair shares. 最大负荷，以公平份额计。")
    min: str = Field(description="The least load, in fair shares. 最小负荷，以公平份额计。")
    rise_percent: str | None = Field(
        description="By how many percentage points the variation rose since the last review; null at the first. "
        "自上次审核以来变异程度上升的百分点；首次审核为空。"
    )


class FoundTeam(View):
    """One department of the team. 团队中的一个部门。"""

    department_id: UUID
    name: str = Field(description="Name of the department. 部门名称。")
    accounts: int
    people: int = Field(description="How many share the accounts. 分担这些客户的人数。")
    pinned_share: str
    by_hand_share: str


class FoundFairness(View):
    """Fairness as it was measured last. 最近一次测算的公平性。"""

    as_of: Instant
    since: Instant | None = Field(
        description="The measurement that it is compared with; null at the first review. 作为对照的测算；首次审核为空。"
    )
    dimensions: list[FoundDimension]
    teams: list[FoundTeam] = Field(description="The department and those beneath it. 该部门及其下级部门。")


class FoundTarget(View):
    """How many of the team's people have what one balance target of the rulebook asks for: a fair share of a load.

    团队中有多少人达到规则手册的某项均衡目标，即某项负荷的公平份额。
    """

    name: LoadName
    points: int = Field(description="How much the target counts, from the rulebook. 该目标在规则手册中的权重。")
    met: int = Field(
        description="People within the tolerance (setting `target_tolerance_percent`) of their share. "
        "与其份额相差在容许范围（设置项 `target_tolerance_percent`）之内的人数。"
    )
    above: int = Field(description="People who carry more. 负荷偏高的人数。")
    below: int = Field(description="People who carry less. 负荷偏低的人数。")


class FoundResults(View):
    """What was promised in the time, and what was done. 该时段内的承诺与完成情况。"""

    visits_due: int = Field(description="Visits that the accounts' grades promise. 客户级别所承诺的拜访。")
    visits_made: int = Field(description="Visits and return visits that were made. 已进行的拜访与回访。")
    tasks_planned: int = Field(description="Tasks that were planned for the time. 计划在该时段内的任务。")
    tasks_done: int = Field(description="Of them, those that are done. 其中已完成的。")
    tasks_late: int = Field(description="Of them, those that were done late. 其中逾期完成的。")
    tasks_overdue: int = Field(description="Of them, those that are still open. 其中尚未完成的。")


class FoundFeedback(View):
    """What came back from accounts and people in the time. 该时段内来自客户与人员的反馈。"""

    surveys: int = Field(description="Surveys of the accounts. 对客户的调研。")
    return_visits: int = Field(description="Return visits. 回访。")
    appeals_decided: int = Field(
        description="Appeals about the accounts that were decided. 已裁决的、涉及这些客户的申诉。"
    )
    appeals_upheld: int = Field(description="Of them, those found right, also in part. 其中成立的，包括部分成立。")


class FoundFreshness(View):
    """How old the data are. 数据的新旧程度。"""

    cards_due: int = Field(
        description="Accounts whose card was not verified for so many months, or never. "
        "客户卡在该月数内未核实或从未核实的客户。"
    )
    never_verified: int = Field(description="Accounts that nobody has verified. 从未核实的客户。")
    held_back: int = Field(
        description="Accounts that the rulebook's freshness gate holds back from distribution. "
        "因规则手册的数据时效要求而暂缓分配的客户。"
    )
    card_check_months: int = Field(
        description="How often a card is checked in full (setting). 客户卡全面检查的间隔月数（设置项）。"
    )
    most_days: int | None = Field(
        description="The rulebook's limit of age in days, 0 for none; null without a rulebook. "
        "规则手册规定的核实有效天数，0 表示不限；没有规则手册时为空。"
    )


class FindingsView(View):
    """What was found; nobody and no account is named. 审核的发现；不列出人员与客户。"""

    accounts: int = Field(
        description="Accounts of the team that have a grade of the scheme. 团队中按该方案评有级别的客户。"
    )
    people: int = Field(description="Who is responsible for them, in number. 负责这些客户的人数。")
    fairness: FoundFairness | None = Field(
        description="null while it cannot be measured, such as without a rulebook. 无法测算时（如没有规则手册）为空。"
    )
    targets: list[FoundTarget] = Field(
        description="Results against the balance targets, load by load; empty while fairness cannot be measured. "
        "逐项负荷对照均衡目标的结果；公平性无法测算时为空列表。"
    )
    results: FoundResults = Field(description="What was promised, and what was done. 承诺与完成情况。")
    feedback: FoundFeedback
    freshness: FoundFreshness


class SuggestionView(View):
    """What the findings suggest. 由发现得出的建议。"""

    code: str = Field(description="The kind of decision that it asks for. 建议作出的决定类型。", examples=["rebalance"])
    text: Wording


class ReviewDecisionView(View):
    """One decision. 一项决定。"""

    id: UUID
    kind: str = Field(
        description="keep, rebalance, amend_rulebook, check_data or follow_up. "
        "维持现状、再平衡、修订规则手册、核查数据或跟进落实。"
    )
    text: str = Field(description="What is to be done, and why. 应做的事及理由。")
    responsible_id: UUID | None = Field(description="Who sees to it. 负责落实的人。")
    due_on: Day | None
    decided_by: UUID = Field(
        description="Who decided. 作出决定的人。", examples=["0197f0c2-0000-7000-8000-000000000001"]
    )
    decided_at: Instant


class ReviewView(View):
    """A review of a team's distribution. 对团队客户分配的定期审核。"""

    id: UUID
    scheme_code: str
    department_id: UUID
    since_at: Instant = Field(description="From when on it looks. 审核时段的开始。")
    until_at: Instant = Field(description="Until when it looks. 审核时段的结束。")
    due_on: Day = Field(description="Until when it is to be closed. 应完成的期限。")
    state: str = Field(description="open or closed. 进行中或已结束。")
    findings: FindingsView = Field(description="As it was opened. 开启时的发现。")
    findings_at_close: FindingsView | None = Field(description="As it was closed. 结束时的发现。")
    suggestions: list[SuggestionView] = Field(
        description="What the findings ask for, as it was opened. 按开启时的发现提出的建议。"
    )
    decisions: list[ReviewDecisionView] = Field(
        description="What was decided, the first first. 已作出的决定，最早的在前。"
    )
    opinions_asked: int = Field(description="Whom it concerns, in number. 有关人员的人数。")
    opinions_given: int = Field(description="How many of them have said what they think. 其中已提出意见的人数。")
    plan_id: UUID | None = Field(description="The rebalancing that was asked for last. 最近一次发起的再平衡方案。")
    summary: str | None = Field(description="What came of it. 结果。")
    opened_by: UUID | None = Field(description="Who opened it; null: it was due. 开启人；空表示到期自动开启。")
    closed_by: UUID | None = Field(description="Who closed it. 结束人。")
    closed_at: Instant | None = Field(description="When it was closed; null until then. 结束时间；未结束时为空。")
    version: int
    created_at: Instant
    updated_at: Instant


class ReviewPage(View):
    """Some reviews, and where the next ones begin. 一页审核及下一页的起点。"""

    items: list[ReviewView]
    next_cursor: str | None


class ReviewSort(StrEnum):
    """What reviews are sorted by; a leading minus turns the order round. 审核的排序依据；前加减号为倒序。"""

    CREATED = "created_at"
    CREATED_DESC = "-created_at"


class ReviewFilter(PageFilter):
    """Typed filters, one per field."""

    department_id: UUID | None = Field(default=None, description="Reviews of this team. 该团队的审核。")
    scheme_code: Code | None = Field(default=None, description="Reviews under this scheme. 该分级方案下的审核。")
    state: Annotated[list[ReviewState], Field(max_length=2)] | None = Field(
        default=None, description="Any of these. 其中任一。"
    )
    sort: ReviewSort = Field(default=ReviewSort.CREATED, description="The order. 排序。")


class OpinionView(View):
    """Somebody whom a review concerns, and what they think. 与审核有关的人员及其意见。"""

    staff_id: UUID
    staff_code: str
    text: str | None = Field(
        description="In their own words; null until they have said something. 本人的意见；尚未提出时为空。"
    )
    given_at: Instant | None = Field(
        description="When they said so last; null until then. 最近一次提出意见的时间；尚未提出时为空。"
    )


class OpinionPage(View):
    """Some opinions, and where the next ones begin. 一页意见及下一页的起点。"""

    items: list[OpinionView]
    next_cursor: str | None


class OpinionFilter(PageFilter):
    """Typed filters, one per field."""

    given: bool | None = Field(
        default=None,
        description="true: those who have said something; false: the others. true：已提出意见者；false：其余人员。",
    )
