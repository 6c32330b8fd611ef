"""Accounts and contacts as JSON."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, StrictBool, StringConstraints

from service.domain.account_codes import LONGEST, RULE, is_code
from service.errors import FieldFlaw
from service.schemas.fields import (
    UNCHANGED,
    AmountText,
    Body,
    Day,
    Instant,
    Money,
    Text50,
    Text200,
    Text2000,
    View,
    stored,
)
from service.schemas.page import PageFilter

SAFE_INTEGER = 2**53 - 1


def plain(value: Any) -> Any:
    """A further field's value: text, a whole number that JSON carries safely, yes or no, or nothing."""
    if isinstance(value, str) and len(value) <= 2000:
        return stored(value)
    if value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) <= SAFE_INTEGER):
        return value
    raise FieldFlaw(
        "plain_value", "Text, a whole number, true or false is expected.", "应为文本、整数、true 或 false。"
    )


def code(text: str) -> str:
    """A code as it is kept, by the rule that imports follow too."""
    kept = stored(text)
    if not is_code(kept):
        raise FieldFlaw("bad_code", *RULE)
    return kept


AccountCode = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST), AfterValidator(code)]
Products = Annotated[list[Text50], Field(max_length=50)]
Custom = Annotated[dict[Text50, Annotated[Any, AfterValidator(plain)]], Field(max_length=50)]


class Intent(StrEnum):
    """How willing a customer is to work with us. 客户的合作意向。"""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Lifecycle(StrEnum):
    """Where the relation with a customer stands. 与客户的关系状态。"""

    PROSPECT = "prospect"
    ACTIVE = "active"
    FORMER = "former"


class Watch(StrEnum):
    """Why an account is watched: fast growing or lost. 客户受关注的原因：成长快，或丢失。"""

    GROWING = "growing"
    LOST = "lost"


class AccountCreate(Body):
    """A new account. 新客户。"""

    code: AccountCode | None = Field(
        default=None,
        description="Unique account code; made by the service when left out. 唯一的客户编号；不填则由系统生成。",
        examples=["A-1001", "华东-001"],
    )
    external_ref: Text200 | None = Field(
        default=None, description="The account's id in another system. 客户在其他系统中的编号。"
    )
    parent_id: UUID | None = Field(default=None, description="The group that the account belongs to. 所属集团。")
    name: Text200 = Field(description="Customer name. 客户名称。", examples=["华为技术有限公司"])
    kind: Text50 | None = Field(
        default=None, description="Kind of customer, such as industrial or government. 客户类型，如工业企业、政府机构。"
    )
    industry: Text50 | None = Field(default=None, description="Industry. 行业类型。", examples=["通信设备"])
    region: Text50 | None = Field(default=None, description="Region. 地域分布。", examples=["华南"])
    potential_value: Money | None = Field(default=None, description="Potential value a year. 每年的潜在价值。")
    potential_value_on: Day | None = Field(
        default=None, description="The day that the value was true. 该价值的对应日期。"
    )
    intent: Intent | None = Field(default=None, description="Cooperation intent. 合作意向。")
    products: Products = Field(
        default=[], description="Products that the account needs. 客户所需的产品（用于产品匹配度）。"
    )
    lifecycle: Lifecycle = Field(
        default=Lifecycle.PROSPECT, description="Prospect, active or former. 潜在、有效或已流失。"
    )
    source: Text200 | None = Field(default=None, description="Where the data comes from. 数据来源。")
    custom: Custom = Field(default={}, description="Further fields that the company keeps. 公司自定的其他字段。")


class AccountUpdate(Body):
    """A merge patch (RFC 7396): only the fields that change; null empties a field.

    合并补丁（RFC 7396）：仅填写要修改的字段；null 表示清空。
    """

    external_ref: Text200 | None = None
    parent_id: UUID | None = None
    name: Text200 = UNCHANGED
    kind: Text50 | None = None
    industry: Text50 | None = None
    region: Text50 | None = None
    potential_value: Money | None = None
    potential_value_on: Day | None = None
    intent: Intent | None = None
    products: Products = UNCHANGED
    lifecycle: Lifecycle = UNCHANGED
    source: Text200 | None = None
    watch: Watch | None = None
    watch_reason: Text2000 | None = None
    custom: Custom = UNCHANGED


class AccountView(View):
    """An account; what the caller may not see is null and named in `redacted`.

    客户；无权查看的字段为空并列于 `redacted`。
    """

    id: UUID
    code: str
    external_ref: str | None
    parent_id: UUID | None
    name: str
    kind: str | None
    industry: str | None
    region: str | None
    potential_value: Money | None
    potential_value_base: Money | None = Field(
        description="In the base currency, by the dated exchange rate. 以本位币计，按相应日期的汇率折算。"
    )
    potential_value_on: Day | None
    intent: str | None
    products: list[str]
    lifecycle: str
    owner_id: UUID | None = Field(description="The staff member who is responsible now. 现任负责人。")
    source: str | None
    verified_at: Instant | None = Field(
        description="When what decides distribution was last verified. 影响分配的数据最近一次核实的时间。"
    )
    verified_by: UUID | None
    proposed: dict[str, Any] | None = Field(description="Changes that wait for verification. 等待核实的变更。")
    watch: str | None
    watch_reason: str | None
    custom: dict[str, Any]
    redacted: list[str] = Field(description="Fields that are hidden from you. 对您隐藏的字段。")
    version: int
    created_at: Instant
    updated_at: Instant


class AccountPage(View):
    """Some accounts, and where the next ones begin. 一页客户及下一页的起点。"""

    items: list[AccountView]
    next_cursor: str | None


class AccountSort(StrEnum):
    """What accounts are sorted by; a leading minus turns the order round. 客户的排序依据；前加减号为倒序。"""

    CREATED = "created_at"
    CREATED_DESC = "-created_at"
    NAME = "name"
    NAME_DESC = "-name"
    VALUE = "potential_value"
    VALUE_DESC = "-potential_value"


READ_AMOUNTS = "in the base currency; 1.5亿, 15000万 and 150,000,000 are read. 以本位币计；可写 1.5亿、15000万等。"


class AccountFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    q: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None,
        description="Words in names, codes and contacts; Chinese from one character, pinyin initials. 中文或拼音。",
    )
    code: Annotated[list[Text50], Field(max_length=100)] | None = Field(
        default=None, description="Account codes. 客户编号。"
    )
    external_ref: Annotated[list[Text200], Field(max_length=100)] | None = Field(
        default=None, description="Ids in another system. 其他系统中的编号。"
    )
    parent_id: UUID | None = Field(default=None, description="Accounts of this group. 属于该集团的客户。")
    owner_id: UUID | None = Field(
        default=None, description="Accounts that this person is responsible for. 由此人负责的客户。"
    )
    unassigned: bool | None = Field(
        default=None, description="true: nobody is responsible; false: somebody is. true：无人负责；false：有人负责。"
    )
    industry: Annotated[list[Text50], Field(max_length=100)] | None = Field(
        default=None, description="Industries. 行业。"
    )
    region: Annotated[list[Text50], Field(max_length=100)] | None = Field(default=None, description="Regions. 区域。")
    tier: Annotated[list[Text50], Field(max_length=20)] | None = Field(
        default=None, description="Tier codes. 级别代码。"
    )
    intent: Annotated[list[Intent], Field(max_length=3)] | None = Field(default=None, description="Intents. 合作意向。")
    lifecycle: Annotated[list[Lifecycle], Field(max_length=3)] | None = Field(
        default=None, description="Lifecycles. 客户状态。"
    )
    potential_value_min: AmountText | None = Field(
        default=None, description=f"At least this, {READ_AMOUNTS}", examples=["1.5亿"]
    )
    potential_value_max: AmountText | None = Field(
        default=None, description=f"At most this, {READ_AMOUNTS}", examples=["3000万"]
    )
    created_from: Instant | None = Field(
        default=None, description="Entered at or after this instant. 录入时间不早于此时刻。"
    )
    created_to: Instant | None = Field(default=None, description="Entered before this instant. 录入时间早于此时刻。")
    sort: AccountSort = Field(default=AccountSort.CREATED, description="The order. 排序。")


class Verification(Body):
    """The verdict on what decides distribution. 对影响分配的数据的核实结果。"""

    accept: StrictBool = Field(
        description="true: the proposed values count from now on; false: they are dropped. "
        "true：待核实的数值即刻生效；false：予以舍弃。"
    )
    reason: Text2000 | None = Field(default=None, description="Why. 原因。")
