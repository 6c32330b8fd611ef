"""Precedents and statistics of appeals as JSON."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from service.domain.appeals import ContestedRule, Ground, Outcome
from service.schemas.fields import Body, Day, Instant, View
from service.schemas.page import PageFilter


class AmendmentRequest(Body):
    """What the published rules should say instead. 已发布的规则应改为怎样。"""

    definition: dict[str, Any] | None = Field(
        default=None,
        description="A merge patch (RFC 7396) of the published definition; left out: the draft begins as it is. "
        "对已发布规则定义的合并补丁（RFC 7396）；不填则草稿与原规则相同。",
        examples=[{"hard_rules": {"region": False}}],
    )


class PrecedentView(View):
    """A verdict without names, for everybody to look up. 不含姓名的裁决，供所有人查阅。"""

    id: UUID
    outcome: str
    remedy_kind: str | None = Field(
        description="share, swap, later or compensate, of a partial outcome. "
        "部分成立的处理方式：共享、互换、延后移交或补偿。"
    )
    grounds: list[str] = Field(description="What the appeal was based on. 申诉理由。")
    rule: str | None = Field(description="The rule on which it turned. 裁决所依据的规则。")
    region: str | None
    tier: str | None
    instance: int
    reason_en: str = Field(description="Why, names replaced by […]. 理由（英文），姓名以 […] 代替。")
    reason_zh: str = Field(description="Why, in Chinese, names replaced by […]. 理由（中文），姓名以 […] 代替。")
    rulebook_id: UUID | None = Field(description="The rulebook that was in force. 当时有效的规则手册。")
    amendment_id: UUID | None = Field(description="The rulebook that was drafted because of it. 由此起草的规则手册。")
    decided_at: Instant


class PrecedentPage(View):
    """Some precedents, and where the next ones begin. 一页判例及下一页的起点。"""

    items: list[PrecedentView]
    next_cursor: str | None


class PrecedentSort(StrEnum):
    """What precedents are sorted by; a leading minus turns the order round. 判例的排序依据；前加减号为倒序。"""

    DECIDED = "decided_at"
    DECIDED_DESC = "-decided_at"


class PrecedentFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    ground: Ground | None = Field(default=None, description="Based on this ground among others. 理由中包括此项。")
    rule: ContestedRule | None = Field(default=None, description="Turned on this rule. 依据此规则裁决。")
    outcome: Outcome | None = Field(default=None, description="Ended so. 以此结束。")
    sort: PrecedentSort = Field(default=PrecedentSort.DECIDED_DESC, description="The order. 排序。")


class StatisticsBy(StrEnum):
    """What verdicts are counted by. 裁决的统计口径。"""

    RULE = "rule"
    REGION = "region"
    TIER = "tier"
    REVIEWER = "reviewer"


class StatisticsQuery(Body):
    """What to count, and of which time."""

    by: StatisticsBy = Field(default=StatisticsBy.RULE, description="What to count by. 统计口径。")
    decided_from: Day | None = Field(default=None, description="Decided on this day or later. 裁决日期不早于此日。")
    decided_to: Day | None = Field(default=None, description="Decided before this day. 裁决日期早于此日。")


class VerdictCount(View):
    """Verdicts that have something in common. 具有共同点的裁决。"""

    key: str | None = Field(
        description="A rule, region or tier code, or a person's id; null where none was named. "
        "规则、区域或级别的代码，或人员标识；未指明时为空。"
    )
    decided: int = Field(description="Verdicts. 裁决数。")
    upheld: int = Field(description="Of them upheld. 其中成立的。")
    partially_upheld: int = Field(description="Of them upheld in part. 其中部分成立的。")
    rejected: int = Field(description="Of them rejected. 其中不成立的。")
    second_instance: int = Field(description="Of them of the second instance. 其中二审的。")
    median_seconds: int = Field(description="Time to decide that half of them did not exceed. 裁决用时的中位数（秒）。")
    longest_seconds: int = Field(description="The longest time to decide. 最长的裁决用时（秒）。")


class AppealStatistics(View):
    """How appeals went. 申诉统计。"""

    by: str = Field(description="What verdicts are counted by. 裁决的统计口径。")
    open: int = Field(description="Appeals that wait for a verdict now. 目前等待裁决的申诉。")
    withdrawn: int = Field(description="Appeals ever withdrawn. 历来撤回的申诉。")
    counts: Annotated[list[VerdictCount], Field(max_length=1000)] = Field(
        description="The most verdicts first. 裁决最多的在前。"
    )
