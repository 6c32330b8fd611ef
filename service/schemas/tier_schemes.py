"""Tier schemes as JSON: how accounts are graded, into which tiers, and what each tier promises."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StrictInt, StringConstraints

from service.domain.people import Role
from service.domain.states import VersionState
from service.domain.tier_schemes import Basis, Method, PlanKind
from service.schemas.fields import UNCHANGED, Body, DecimalText, Instant, Text50, Text2000, View, stored
from service.schemas.page import PageFilter

TierCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$", max_length=40)]
OriginalGroup = Annotated[StrictInt, Field(ge=1, le=10)]
Words500 = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(stored)]


class Template(StrEnum):
    """The schemes that the service ships. 系统自带的分级方案。"""

    FIVE_TIERS = "five_tiers"
    ABC = "abc"
    PARETO = "pareto"
    IMPORTANCE = "importance"


class Words(Body):
    """One text in both languages. 一段文字的中英文。"""

    en: Words500 = Field(description="In English. 英文。", examples=["Gold"])
    zh: Words500 = Field(description="In Chinese. 中文。", examples=["金牌客户"])


class ServiceDefinition(Body):
    """A service that a tier promises. 级别所承诺的服务。"""

    code: TierCode = Field(description="Code of the service, unique in its tier. 服务代码，在该级别中唯一。")
    name: Words
    every_months: Annotated[StrictInt, Field(ge=1, le=120)] | None = Field(
        default=None,
        description="Due once in so many months; null for a standing privilege, which has no date. "
        "每隔几个月一次；空表示没有日期的长期优待。",
    )


class EntitlementsDefinition(Body):
    """What a tier promises; each duty gets its due date when an account enters the tier.

    级别的承诺；客户进入该级别时，各事项即有期限。
    """

    named_role: Role | None = Field(
        default=None, description="The role of the named person in charge. 专属负责人的角色。"
    )
    visits_per_month: StrictInt = Field(
        ge=0, le=31, description="Visits a month, spread over its working days. 每月拜访次数，均匀安排在各工作日。"
    )
    hours_per_month: DecimalText = Field(
        description="Hours of work a month that one account of the tier costs. 该级别每个客户每月所需的工时。"
    )
    plan_kind: PlanKind | None = Field(
        default=None, description="The plan that the account gets. 客户的支持方案：个性化方案、标准方案或基本支持方案。"
    )
    ready_within_working_days: StrictInt = Field(
        ge=1,
        le=250,
        description="Working days from the grade's start to the named person and the plan. "
        "自级别开始至确定专属负责人与支持方案的工作日数。",
    )
    services: Annotated[list[ServiceDefinition], Field(min_length=1, max_length=50)] | None = Field(
        default=None, description="Recurring services and standing privileges. 定期服务与长期优待。"
    )


class TierDefinition(Body):
    """One grade. 一个级别。"""

    code: TierCode = Field(
        description="Never derived from an English word: 铂金 and 白金 are both platinum. "
        "级别代码；不由英文名称推出：铂金与白金的英文均为 platinum。"
    )
    name: Words
    description: Words
    minimum: DecimalText | None = Field(
        default=None,
        description="What must be reached (≥): points of a score, else a part of the whole such as 0.50; the "
        "last tier may leave it out and takes the rest; none in a manual scheme. "
        "须达到（≥）的下限：评分方案为分数，其他为占比（如 0.50）；最后一级可不填，包含其余客户；"
        "手工方案不填。",
    )
    entitlements: EntitlementsDefinition
    originals: Annotated[list[OriginalGroup], Field(max_length=10)] | None = Field(
        default=None,
        description="Groups of originals (1 to 10) that the archive should hold of its accounts; left out: all "
        "ten. See `/v1/accounts/{account_id}/dossier`. "
        "该级别客户应在档案中保存的原件分组（1 至 10）；不填则为全部十组。"
        "见 `/v1/accounts/{account_id}/dossier`。",
        examples=[[1, 2, 3, 4, 8, 9, 10]],
    )


class BandDefinition(Body):
    """Points for a value of at least the minimum. 数值不低于下限时所得的分数。"""

    minimum: DecimalText = Field(
        description="Lower end of the band, in the unit of the input. 该档的下限，单位与所取数据相同。"
    )
    points: DecimalText = Field(description="Points before the weight. 加权之前的分数。")


class CriterionDefinition(Body):
    """One input of a score and what it is worth: by bands or by choices.

    评分所用的一项数据及其分数：按档位或按取值。
    """

    code: TierCode = Field(description="Code of the criterion, unique in the scheme. 标准代码，在该方案中唯一。")
    name: Words
    input: TierCode = Field(
        description="Where the value comes from: the account's `potential_value_base` (in the base currency), "
        "`intent`, `kind`, `industry`, `region`, `lifecycle` or `watch`; any other name is a field "
        "of its `custom` object. "
        "数据来源：客户的 `potential_value_base`（以本位币计）、`intent`、`kind`、`industry`、"
        "`region`、`lifecycle` 或 `watch`；其他名称取自 `custom` 中的字段。",
        examples=["potential_value_base", "influence"],
    )
    weight: DecimalText = Field(description="Factor of the points. 分数的权重。")
    bands: Annotated[list[BandDefinition], Field(max_length=50)] | None = Field(
        default=None,
        description="For a number: bands with ascending minima; below the first, no points. "
        "用于数值：下限递增的各档；低于首档不得分。",
    )
    choices: Annotated[dict[TierCode, DecimalText], Field(max_length=50)] | None = Field(
        default=None,
        description="For a word: the points of each; an unknown word holds the account back. "
        "用于文字：各取值的分数；遇到未知取值则暂缓评定。",
    )


Criteria = Annotated[list[CriterionDefinition], Field(max_length=50)]
Tiers = Annotated[list[TierDefinition], Field(max_length=50)]
CRITERIA = Field(
    default=None,
    description="Of a score scheme: weighted criteria; a missing input holds back. "
    "用于评分方案：加权标准；缺少数据则暂缓评定。",
)
MEASURE = Field(
    default=None,
    description="Of a share or pareto scheme: the input that is ranked and summed. "
    "用于占比方案与帕累托方案：据以排序与累计的数据。",
)
BASIS = Field(
    default=None,
    description="Of a share scheme: `cumulative_group` cuts the ranked accounts into runs that hold the "
    "share, `individual_share` compares each account's own share. "
    "用于占比方案：`cumulative_group` 将排序后的客户按累计占比分段，"
    "`individual_share` 按单个客户的占比。",
)
CARRIES = Field(
    default=None,
    description="Of a pareto scheme: what the first tier should hold of the whole. "
    "用于帕累托方案：首个级别应占总量的比例。",
)


class TierSchemeCreate(Body):
    """A new draft: from a template, from its own fields, or from a template with some of them replaced.

    A code that exists already makes its next version.

    新草稿：取自模板、自行填写，或替换模板的部分字段。已有的代码则产生下一版本。
    """

    template: Template | None = Field(
        default=None, description="A template whose fields count where none is given. 模板；未填写的字段取自模板。"
    )
    code: TierCode | None = Field(
        default=None, description="Code of the scheme. 分级方案代码。", examples=["five_tiers"]
    )
    name: Words | None = None
    method: Method | None = Field(default=None, description="How it grades. 评级方式。")
    criteria: Criteria | None = CRITERIA
    measure: TierCode | None = MEASURE
    basis: Basis | None = BASIS
    carries: DecimalText | None = CARRIES
    tiers: Tiers | None = Field(default=None, description="The grades, the highest first. 级别，由高到低。")


class TierSchemeUpdate(Body):
    """A merge patch (RFC 7396) of a draft; its code stays, lists are replaced as a whole.

    草稿的合并补丁（RFC 7396）；代码不变，列表整体替换。
    """

    name: Words = UNCHANGED
    method: Method = UNCHANGED
    criteria: Criteria | None = CRITERIA
    measure: TierCode | None = MEASURE
    basis: Basis | None = BASIS
    carries: DecimalText | None = CARRIES
    tiers: Tiers = UNCHANGED


class TierSchemeVerdict(Body):
    """Why a version is published or retired. 发布或停用该版本的理由。"""

    reason: Text2000 | None = Field(default=None, description="Why. 原因。", examples=["年度评审通过"])


class TierTemplateView(View):
    """A scheme that the service ships, to copy and change. 系统自带的分级方案，可复制后修改。"""

    code: str
    name: Words
    method: str
    criteria: list[CriterionDefinition] | None
    measure: str | None
    basis: str | None
    carries: str | None
    tiers: list[TierDefinition]


class TierTemplatePage(View):
    """The templates; there is never a next page. 全部模板；没有下一页。"""

    items: list[TierTemplateView]
    next_cursor: None


class TierSchemeView(TierTemplateView):
    """One version of a scheme; once published it never changes. 分级方案的一个版本；发布后不再更改。"""

    id: UUID
    number: int = Field(description="The version's number within its code. 同一代码下的版本号。")
    state: str = Field(description="draft, published or retired. 草稿、已发布或已停用。")
    created_by: UUID
    published_by: UUID | None
    published_at: Instant | None
    retired_at: Instant | None
    version: int
    created_at: Instant
    updated_at: Instant


class TierSchemePage(View):
    """Some versions of schemes, and where the next ones begin. 一页分级方案版本及下一页的起点。"""

    items: list[TierSchemeView]
    next_cursor: str | None


class TierSchemeFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    code: Annotated[list[Text50], Field(max_length=100)] | None = Field(
        default=None, description="Scheme codes. 分级方案代码。"
    )
    method: Annotated[list[Method], Field(max_length=4)] | None = Field(default=None, description="Methods. 评级方式。")
    state: Annotated[list[VersionState], Field(max_length=3)] | None = Field(default=None, description="States. 状态。")
