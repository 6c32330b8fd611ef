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
    """Which scheme to run over all accounts. 对全部客户运行哪个方案。"""

    scheme_id: UUID = Field(
        description="A published version of a scheme that does not grade by hand. 已发布且非手工评级的分级方案版本。"
    )


class TierEvaluationVerdict(Body):
    """Why an evaluation is approved or applied. 批准或执行评定的理由。"""

    reason: Text2000 | None = Field(default=None, description="Why. 原因。", examples=["名单已与各部门核对"])


class TierCount(View):
    """How many accounts an evaluation puts into one tier. 评定中某一级别的客户数。"""

    tier: str
    accounts: int
    share: str | None = Field(
        description="Their part of the measure, cut after six places; null where none is ranked. "
        "占总量的比例，保留六位小数；未排序时为空。"
    )


class Carried(View):
    """Whether the first tier of an 80/20 scheme holds what it should. 80/20 方案的首个级别是否达到应占的比例。"""

    minimum: str = Field(description="What it should hold of the whole. 应占总量的比例。")
    reached: bool = Field(description="Whether it does. 是否达到。")


class MoveCounts(View):
    """How many accounts would change, by direction. 各方向将变动的客户数。"""

    enters: int
    up: int
    down: int
    leaves: int


class EvaluationCounts(View):
    """What an evaluation makes together. 评定的汇总。"""

    accounts: int = Field(description="Accounts judged, those held back included. 已评定的客户，包括暂缓评定者。")
    held_back: int = Field(
        description="Accounts that could not be judged and keep the grade that they have. 无法评定、保持原级别的客户。"
    )
    moves: MoveCounts
    tiers: list[TierCount]
    ungraded: dict[str, int] = Field(description="Accounts without a tier, by reason. 没有级别的客户，按原因统计。")
    carries: Carried | None = Field(description="Of a pareto scheme; else null. 用于帕累托方案；其他为空。")
    changed: int | None = Field(
        description="Grades that changed when it was applied, those renewed by a new version of the scheme "
        "included. "
        "执行时变更的级别，包括因方案新版本而更新者。"
    )


class TierEvaluationView(View):
    """One run of a scheme: a preview until approved by a second person and applied.

    分级方案的一次评定：经第二人批准并执行之前为预览。
    """

    id: UUID
    scheme_id: UUID
    scheme_code: str
    scheme_number: int
    state: str = Field(
        description="preview, approved, applied, or cancelled before it was computed. "
        "预览、已批准、已执行，或计算之前已取消。"
    )
    counts: EvaluationCounts | None = Field(description="Null until the job has computed it. 作业计算完成之前为空。")
    job_id: UUID | None = Field(description="The job that computes the sheets. 计算评分表的作业。")
    apply_job_id: UUID | None = Field(description="The job that last applied them. 最近一次执行的作业。")
    computed_at: Instant | None = Field(
        description="The accounts were judged as they stood then. 评定以客户在此时的数据为准。"
    )
    created_by: UUID
    approved_by: UUID | None
    approved_at: Instant | None
    applied_at: Instant | None
    version: int
    created_at: Instant
    updated_at: Instant


class TierEvaluationPage(View):
    """Some evaluations, and where the next ones begin. 一页评定及下一页的起点。"""

    items: list[TierEvaluationView]
    next_cursor: str | None


class TierEvaluationFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    scheme_id: UUID | None = Field(default=None, description="Runs of this version. 该版本的评定。")
    scheme_code: Annotated[list[Text50], Field(max_length=100)] | None = Field(
        default=None, description="Runs of any version of these schemes. 这些方案任一版本的评定。"
    )
    state: Annotated[list[EvaluationState], Field(max_length=4)] | None = Field(
        default=None, description="States. 状态。"
    )


class SheetLine(View):
    """One criterion of a score. 评分的一项标准。"""

    criterion: str
    value: str = Field(description="What the account has. 客户的取值。")
    reached: str | None = Field(description="The band's minimum or the word that it reached. 达到的档位下限或取值。")
    points: str
    weight: str
    score: str = Field(description="Points times weight. 分数乘以权重。")


class SheetPlace(View):
    """A place in the order by the measure, the highest first. 按指标由高到低的位次。"""

    value: str
    rank: int = Field(description="From 1, the highest. 位次，1 为最高。")
    equals: int = Field(description="Accounts with the same value, which stay together. 指标值相同的客户数，它们同级。")
    accounts: int
    cumulative: str
    total: str = Field(description="Sum of the measure over all accounts. 全部客户的指标合计。")
    share: str
    cumulative_share: str


class SheetData(View):
    """How one account was judged: exact numbers as text. 一个客户的评定过程：以文本表示的精确数值。"""

    tier: str | None
    reason: str | None
    held_by: str | None = Field(description="The input that held it back. 使其暂缓评定的数据。")
    threshold: str | None = Field(description="The minimum of the tier that it reached. 所达到级别的下限。")
    score: str | None
    lines: list[SheetLine]
    place: SheetPlace | None = Field(
        description="Its place by the measure; null in a score scheme. 按指标的位次；评分方案为空。"
    )


class TierSheetView(View):
    """The scoring sheet of one account. 一个客户的评分表。"""

    account_id: UUID
    account_code: str
    account_name: str
    tier: str | None = Field(description="The tier by this evaluation. 本次评定所得级别。")
    previous_tier: str | None = Field(description="The tier held when it was computed. 计算时所持级别。")
    direction: str | None = Field(
        description="enters, up, down or leaves; null where it stays. 首次评级、升级、降级或退出评级；不变时为空。"
    )
    reason: str | None = Field(description="Why it has no tier. 没有级别的原因。")
    reason_text: Words | None
    sheet: SheetData


class TierSheetPage(View):
    """Some sheets, and where the next ones begin. 一页评分表及下一页的起点。"""

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
    direction: Annotated[list[Direction], Field(max_length=4)] | None = Field(
        default=None, description="Directions. 变动方向。"
    )
    held_back: bool | None = Field(default=None, description="true: those that could not be judged. true：无法评定者。")
    reason: Annotated[list[Reason], Field(max_length=20)] | None = Field(
        default=None, description="Why they have no tier. 没有级别的原因。"
    )
