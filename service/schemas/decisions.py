"""Decisions as JSON: those of a plan, what waits in it, and one's own."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from service.schemas.fields import Instant, Text50, View
from service.schemas.page import PageFilter
from service.schemas.wording import Wording


class DecisionSort(StrEnum):
    """The order of a plan's decisions; a leading minus turns it round. 方案中各项决定的排序；前加减号为倒序。"""

    POSITION = "position"
    POSITION_DESC = "-position"
    DECIDED = "decided_at"
    DECIDED_DESC = "-decided_at"


class DecisionView(View):
    """Why one account goes where it goes: the part that is stored, from which the rest is recomputed.

    一个客户如此分配的依据：所存储的部分，其余可据此重算。
    """

    id: UUID
    kind: str = Field(description="plan, route, appeal or manual. 分配方案、按规则、申诉或人工。")
    plan_id: UUID | None
    account_id: UUID
    account_code: str
    snapshot_sha256: str | None = Field(description="Hash of all that it was computed from. 全部计算依据的散列值。")
    rulebook_id: UUID | None
    engine_version: str | None
    position: int = Field(
        description="Place in the order of accounts, 0 where the rule was not asked. "
        "在客户次序中的位置；未按规则分配时为 0。"
    )
    place: int | None = Field(
        description="Of a routing: its place in the ledger that the snapshot opened. "
        "按规则分配时：在该快照所建台账中的序号。"
    )
    previous_owner_id: UUID | None
    previous_owner_code: str | None
    winner_id: UUID | None = Field(
        description="Who gets or keeps the account; null when it waits. 获得或保留该客户的人；客户等待分配时为空。"
    )
    winner_code: str | None
    runner_up_id: UUID | None
    runner_up_code: str | None
    margin: str | None = Field(
        description="Runner-up's score less the winner's, a whole number in score units. "
        "第二名与获得者的得分之差，以分数单位计的整数。"
    )
    reason: str = Field(description="Code of why it came out so. 结果原因的代码。")
    reason_text: Wording | None
    remedy: str | None = Field(
        description="Code of what would help an account that waits. 对等待分配的客户，解决办法的代码。"
    )
    decided_at: Instant


class DecisionPage(View):
    """Some decisions, and where the next ones begin. 一页决定及下一页的起点。"""

    items: list[DecisionView]
    next_cursor: str | None


class UnassignedView(View):
    """An account that nobody gets, why, and what would help. 无人获得的客户、原因及解决办法。"""

    account_id: UUID
    account_code: str
    region: str | None
    tier: str | None
    plan_id: UUID
    snapshot_sha256: str
    previous_owner_id: UUID | None
    reason: str
    reason_text: Wording | None
    remedy: str
    remedy_text: Wording
    detail: dict[str, Any] = Field(description="Whom the remedy concerns. 解决办法所涉及的对象。")


class UnassignedPage(View):
    """Some accounts that wait, and where the next ones begin. 一页等待分配的客户及下一页的起点。"""

    items: list[UnassignedView]
    next_cursor: str | None


class FailedRule(View):
    """A hard rule that forbids somebody an account. 不允许某人负责该客户的硬性规则。"""

    rule: str
    required: Any
    actual: Any
    sentence: Wording


class OwnDecisionView(View):
    """A decision in which you were considered; the account's name, contacts and value stay hidden.

    您参与考虑的一项决定；不显示客户的名称、联系人与价值。
    """

    decision_id: UUID
    assignment_id: UUID | None = Field(
        description="The assignment that follows from it, which may be explained and appealed; null when the "
        "account waits or a later decision counts. "
        "由此产生的归属，可查看解释或提出申诉；客户等待分配或已有之后的决定时为空。"
    )
    kind: str = Field(description="plan or route. 分配方案或按规则。")
    plan_id: UUID | None
    account_id: UUID
    account_code: str
    region: str | None
    tier: str | None
    won: bool = Field(description="Whether you got or kept the account. 您是否获得或保留该客户。")
    result: str = Field(
        description="won; lost: somebody had a lower score; no_room: a cap stood in your way; excluded: a hard rule, "
        "named in `failed`, forbids it; not_ruled: no score was asked, the account being pinned, held back or bound by "
        "the task. "
        "won：获得；lost：他人得分更低；no_room：受上限所限；excluded：`failed` 所列的硬性规则不允许；"
        "not_ruled：未按得分决定（客户已锁定、暂缓分配，或由方案的任务决定）。"
    )
    score: str | None = Field(
        description="Your score in points, the lowest wins; null where a rule excluded you. "
        "您的得分，最低者获得；被规则排除时为空。"
    )
    failed: list[FailedRule] = Field(description="The hard rules that stood in your way. 使您未能获得的硬性规则。")
    text: Wording = Field(
        description="Why it did or did not come to you, in plain words. 该客户归您或未归您的通俗说明。"
    )
    reason: str
    reason_text: Wording | None
    snapshot_sha256: str
    place: int | None = Field(
        description="Of a routing: its place in the ledger that the snapshot opened. "
        "按规则分配时：在该快照所建台账中的序号。"
    )
    decided_at: Instant


class OwnDecisionPage(View):
    """Some of your decisions, and where the next ones begin. 一页与您有关的决定及下一页的起点。"""

    items: list[OwnDecisionView]
    next_cursor: str | None


class PlanDecisionFilter(PageFilter):
    """Typed filters, one per field."""

    moved: bool | None = Field(
        default=None, description="true: the account changes hands; false: it stays. true：客户易手；false：保持不变。"
    )
    waiting: bool | None = Field(
        default=None, description="true: nobody gets it; false: somebody does. true：无人获得；false：有人获得。"
    )
    winner_id: UUID | None = Field(default=None, description="Who gets or keeps it. 获得或保留该客户的人。")
    previous_owner_id: UUID | None = Field(default=None, description="Who had it. 原负责人。")
    account_code: Text50 | None = Field(default=None, description="Code of the account. 客户编号。")
    reason: Annotated[list[Text50], Field(max_length=20)] | None = Field(
        default=None, description="Reason codes. 原因代码。"
    )
    sort: DecisionSort = Field(default=DecisionSort.POSITION, description="The order. 排序。")


class MoveFilter(PageFilter):
    """Typed filters, one per field."""

    winner_id: UUID | None = Field(default=None, description="Who gets it. 获得该客户的人。")
    previous_owner_id: UUID | None = Field(default=None, description="Who had it. 原负责人。")
    sort: DecisionSort = Field(default=DecisionSort.POSITION, description="The order. 排序。")


class UnassignedFilter(PageFilter):
    """Typed filters, one per field."""

    reason: Annotated[list[Text50], Field(max_length=20)] | None = Field(
        default=None, description="Reason codes. 原因代码。"
    )


class OwnDecisionFilter(PageFilter):
    """Typed filters, one per field."""

    plan_id: UUID | None = Field(default=None, description="Of this plan. 属于该方案。")
    account_code: Text50 | None = Field(default=None, description="Code of the account. 客户编号。")
    won: bool | None = Field(
        default=None,
        description="true: you got or kept it; false: you did not, and `result` tells whether you lost, had no room "
        "or were excluded by a rule. true：归您；false：未归您，`result` 说明是得分较高、没有余量，还是被规则排除。",
    )
    sort: DecisionSort = Field(default=DecisionSort.DECIDED_DESC, description="The order. 排序。")
