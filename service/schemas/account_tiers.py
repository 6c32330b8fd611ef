"""The grades of an account and what they entitle it to, as JSON."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.schemas.fields import Body, Day, Instant, Text50, Text2000, View
from service.schemas.page import PageFilter
from service.schemas.tier_evaluations import SheetData
from service.schemas.tier_schemes import TierCode, Words


class AccountTierCreate(Body):
    """A grade set by hand, under a published scheme whose method is manual. 按已发布的手工分级方案手工评定的级别。"""

    scheme_code: TierCode = Field(description="Code of the scheme. 分级方案代码。", examples=["importance"])
    tier: TierCode = Field(description="Code of the tier. 级别代码。", examples=["important"])
    reason: Text2000 = Field(description="Why. 原因。", examples=["经档案核查认定为重要客户"])


class AccountTierView(View):
    """A grade that an account held from one instant to another. 客户在一段时间内的级别。"""

    id: UUID
    account_id: UUID
    scheme_id: UUID
    scheme_code: str
    scheme_number: int
    tier: str
    name: Words
    evaluation_id: UUID | None = Field(
        description="The evaluation that gave it; null for a grade set by hand. 得出该级别的评定；手工评级时为空。"
    )
    reason: str | None = Field(description="Why somebody set it by hand. 手工评级的理由。")
    sheet: SheetData | None = Field(description="How the evaluation judged the account. 评定所用的评分表。")
    started_at: Instant
    ended_at: Instant | None


class AccountTierPage(View):
    """Some grades, and where the next ones begin. 一页级别及下一页的起点。"""

    items: list[AccountTierView]
    next_cursor: str | None


class AccountTierSort(StrEnum):
    """What grades are sorted by; a leading minus turns the order round. 级别的排序依据；前加减号为倒序。"""

    STARTED = "started_at"
    STARTED_DESC = "-started_at"


class AccountTierFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    scheme_code: Annotated[list[Text50], Field(max_length=100)] | None = Field(
        default=None, description="Schemes. 分级方案。"
    )
    tier: Annotated[list[Text50], Field(max_length=50)] | None = Field(default=None, description="Tiers. 级别。")
    current: bool | None = Field(
        default=None,
        description="true: grades held now; false: those that ended. true：现有级别；false：已结束的级别。",
    )
    as_of: Instant | None = Field(default=None, description="Grades held at this instant. 此时刻的级别。")
    sort: AccountTierSort = Field(default=AccountTierSort.STARTED_DESC, description="The order. 排序。")


class EntitlementView(View):
    """Something that a grade entitles the account to, and the day by which it is due. 客户因级别应得的事项及其期限。"""

    id: UUID
    account_id: UUID
    account_tier_id: UUID
    scheme_code: str
    tier: str
    kind: str = Field(
        description="`named_person`, `plan`, `visit`, or the code of a service of the tier. "
        "`named_person`（专属负责人）、`plan`（支持方案）、`visit`（拜访），或该级别的服务代码。"
    )
    name: Words
    due_on: Day = Field(
        description="A working day of the business calendar as it stood when the grade began. "
        "工作日，按级别开始时的业务日历确定。"
    )
    ended_at: Instant | None = Field(
        description="When the grade that promised it ended; null while it is owed. "
        "作出此承诺的级别何时结束；仍应履行时为空。"
    )


class EntitlementPage(View):
    """Some entitlements, and where the next ones begin. 一页应得事项及下一页的起点。"""

    items: list[EntitlementView]
    next_cursor: str | None


class EntitlementSort(StrEnum):
    """What entitlements are sorted by; a leading minus turns the order round. 应得事项的排序依据；前加减号为倒序。"""

    DUE = "due_on"
    DUE_DESC = "-due_on"


class EntitlementFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    scheme_code: Annotated[list[Text50], Field(max_length=100)] | None = Field(
        default=None, description="Schemes. 分级方案。"
    )
    kind: Annotated[list[Text50], Field(max_length=50)] | None = Field(default=None, description="Kinds. 类型。")
    current: bool | None = Field(
        default=None,
        description="true: still owed; false: ended with their grade. true：仍应履行；false：已随级别结束。",
    )
    due_from: Day | None = Field(default=None, description="Due on or after this day. 到期日不早于此日。")
    due_to: Day | None = Field(default=None, description="Due on or before this day. 到期日不晚于此日。")
    sort: EntitlementSort = Field(default=EntitlementSort.DUE, description="The order. 排序。")
