"""Rulebooks as JSON: what decides who gets which account."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from service.domain.distribution.rulebook import Rulebook
from service.domain.states import VersionState
from service.schemas.explanations import BlockedBy
from service.schemas.fields import UNCHANGED, Body, Code, Instant, Text50, Text2000, View
from service.schemas.page import PageFilter
from service.schemas.wording import Wording

Definition = Annotated[
    dict[str, Any],
    Field(
        max_length=20,
        examples=[Rulebook().to_mapping()],
        description="The rules as data: `hard_rules`, points of `fit`, `priority` and `balance`, `misfit_price`, "
        "`move_price`, `move_budget`, `giants`, `freshness`, `tie_key`, `arrivals`, and `team_roles` "
        "with sections of their own; 100 points weigh 1. `hard_rules.blocked_pairs` lists objects of `account_id` (an "
        "account that you see) and `person_id` (the id of somebody in staff); pairs of published rules, and of the "
        "draft itself, may stay. What is left out has its default. "
        "以数据表示的规则：`hard_rules`，`fit`、`priority` 与 `balance` 的权重，`misfit_price`、"
        "`move_price`、`move_budget`、`giants`、`freshness`、`tie_key`、`arrivals`，"
        "以及各有其规则的 `team_roles`；100 分的权重为 1。`hard_rules.blocked_pairs` 列出由 `account_id`"
        "（您可见的客户）与 `person_id`（人员标识）组成的对象；已发布规则及本草稿中原有的回避关系可保留。"
        "未填项取默认值。",
    ),
]


class RulebookCreate(Body):
    """A new draft; a code that exists already makes its next version. 新草稿；已有的代码则产生下一版本。"""

    code: Code = Field(
        description="Code of the rulebook, shared by its versions. 规则手册代码，各版本相同。", examples=["standard"]
    )
    definition: Definition = Field(default={})


class RulebookUpdate(Body):
    """A merge patch (RFC 7396) of a draft; null gives a rule its default again.

    草稿的合并补丁（RFC 7396）；null 使规则恢复默认值。
    """

    definition: Definition = UNCHANGED


class RulebookVerdict(Body):
    """Why a version is published or retired. 发布或停用该版本的理由。"""

    reason: Text2000 | None = Field(default=None, description="Why. 原因。", examples=["全体业务员已确认"])


class Expected(StrEnum):
    """What the hard rules must say of a pair. 硬性规则对客户与人员应得出的结果。"""

    ALLOWED = "allowed"
    REFUSED = "refused"


class RulebookTestCreate(Body):
    """A pair that the rulebook must refuse or allow; what anybody carries does not matter.

    规则手册必须禁止或允许的客户与人员；与任何人的负荷无关。
    """

    account_id: UUID = Field(description="The account. 客户。")
    staff_id: UUID = Field(description="The person. 人员。")
    expected: Expected = Field(description="What the hard rules must say. 硬性规则应得出的结果。", examples=["refused"])
    note: Text2000 | None = Field(default=None, description="Why. 原因。", examples=["该业务员曾任职于此客户"])


class RulebookTestView(View):
    """A test beside a rulebook. 规则手册附带的测试。"""

    id: UUID
    rulebook_id: UUID
    account_id: UUID
    account_code: str
    staff_id: UUID
    staff_code: str
    expected: str = Field(description="allowed or refused. 允许或禁止。")
    note: str | None = Field(description="Why. 原因。")
    created_by: UUID
    created_at: Instant


class RulebookTestPage(View):
    """The tests of a rulebook, in the order of their making. 规则手册的测试，按建立的顺序。"""

    items: list[RulebookTestView]
    next_cursor: None = Field(description="Null: a rulebook's tests come at once. 空：一本规则手册的测试一次全部返回。")


class RulebookTestResult(View):
    """What came of one test. 一项测试的结果。"""

    test_id: UUID
    account_id: UUID
    account_code: str
    staff_id: UUID
    staff_code: str
    expected: str = Field(description="allowed or refused. 允许或禁止。")
    passed: bool = Field(description="Whether the rulebook does what is expected. 规则手册的结果是否符合预期。")
    failed: list[BlockedBy] = Field(description="The hard rules that refuse the pair. 不允许这一分配的硬性规则。")
    text: Wording


class RulebookTestRun(View):
    """What came of all tests, on the accounts and people as they are now. 以当前的客户与人员运行全部测试的结果。"""

    passed: bool = Field(description="Whether all passed. 是否全部通过。")
    results: list[RulebookTestResult]


class RuleAmendmentView(View):
    """One field in which two rulebooks differ. 两本规则手册不同的一个字段。"""

    pointer: str = Field(
        description="JSON Pointer into the definition. 指向规则定义的 JSON Pointer。", examples=["/fit/geography"]
    )
    before: Any = Field(
        description="In the other rulebook; null where it is not there. 在另一规则手册中；没有该项则为空。"
    )
    after: Any = Field(description="In this one. 在本规则手册中。")
    text: Wording


class RulebookDiffView(View):
    """What a rulebook says otherwise than another. 一本规则手册与另一本的不同之处。"""

    rulebook_id: UUID
    against_id: UUID
    amendments: list[RuleAmendmentView] = Field(description="The fields in which they differ. 不同的字段。")


class RulebookDiffQuery(Body):
    """Against which rulebook."""

    against: UUID = Field(description="The rulebook that counts as before. 作为对照的规则手册。")


class AcknowledgementView(View):
    """Whether somebody concerned has read a rulebook. 有关人员是否已阅读规则手册。"""

    staff_id: UUID
    staff_code: str
    name: str = Field(examples=["张伟"])
    acknowledged_at: Instant | None = Field(description="Null: has not read it. 空表示尚未阅读。")


class AcknowledgementPage(View):
    """Some people concerned, and where the next ones begin. 一页有关人员及下一页的起点。"""

    items: list[AcknowledgementView]
    next_cursor: str | None


class AcknowledgementFilter(PageFilter):
    """Typed filters."""

    acknowledged: bool | None = Field(
        default=None, description="true: has read it; false: has not. true：已阅读；false：未阅读。"
    )


class RulebookView(View):
    """One version of a rulebook; once published it never changes. 规则手册的一个版本；发布后不再更改。"""

    id: UUID
    code: str
    number: int = Field(description="The version's number within its code. 同一代码下的版本号。")
    state: str = Field(description="draft, published or retired. 草稿、已发布或已停用。")
    definition: Definition
    text_en: str = Field(
        description="The rules in English, written from the definition. 规则英文全文，由规则定义生成。"
    )
    text_zh: str = Field(
        description="The rules in Chinese, written from the definition. 规则中文全文，由规则定义生成。"
    )
    author_id: UUID
    publisher_id: UUID | None
    published_at: Instant | None
    retired_at: Instant | None
    precedent_id: UUID | None = Field(
        description="The verdict on an appeal from which the draft was opened. 据以起草的申诉判例。"
    )
    version: int
    created_at: Instant
    updated_at: Instant


class RulebookPage(View):
    """Some versions of rulebooks, and where the next ones begin. 一页规则手册版本及下一页的起点。"""

    items: list[RulebookView]
    next_cursor: str | None


class RulebookFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    code: Annotated[list[Text50], Field(max_length=100)] | None = Field(
        default=None, description="Rulebook codes. 规则手册代码。"
    )
    state: Annotated[list[VersionState], Field(max_length=3)] | None = Field(default=None, description="States. 状态。")
