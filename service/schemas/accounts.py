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
    """How willing a customer is to work with us (合作意向)."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Lifecycle(StrEnum):
    """Where the relation with a customer stands."""

    PROSPECT = "prospect"
    ACTIVE = "active"
    FORMER = "former"


class Watch(StrEnum):
    """Why an account is watched: fast growing (成长快) or lost (丢失)."""

    GROWING = "growing"
    LOST = "lost"


class AccountCreate(Body):
    """A new account."""

    code: AccountCode | None = Field(
        default=None,
        description="Unique account code; made by the service when left out.",
        examples=["A-1001", "华东-001"],
    )
    external_ref: Text200 | None = Field(default=None, description="The account's id in another system.")
    parent_id: UUID | None = Field(default=None, description="The group (集团) that the account belongs to.")
    name: Text200 = Field(description="Customer name (客户名称).", examples=["华为技术有限公司"])
    kind: Text50 | None = Field(default=None, description="Kind of customer, such as industrial or government.")
    industry: Text50 | None = Field(default=None, description="Industry (行业类型).", examples=["通信设备"])
    region: Text50 | None = Field(default=None, description="Region (地域分布).", examples=["华南"])
    potential_value: Money | None = Field(default=None, description="Potential value a year (潜在价值).")
    potential_value_on: Day | None = Field(default=None, description="The day that the value was true.")
    intent: Intent | None = Field(default=None, description="Cooperation intent (合作意向).")
    products: Products = Field(default=[], description="Products that the account needs (产品匹配度).")
    lifecycle: Lifecycle = Field(default=Lifecycle.PROSPECT, description="Prospect, active or former.")
    source: Text200 | None = Field(default=None, description="Where the data comes from.")
    custom: Custom = Field(default={}, description="Further fields that the company keeps.")


class AccountUpdate(Body):
    """A merge patch (RFC 7396): only the fields that change; null empties a field."""

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
    """An account; what the caller may not see is null and named in `redacted`."""

    id: UUID
    code: str
    external_ref: str | None
    parent_id: UUID | None
    name: str
    kind: str | None
    industry: str | None
    region: str | None
    potential_value: Money | None
    potential_value_base: Money | None = Field(description="In the base currency, by the dated exchange rate.")
    potential_value_on: Day | None
    intent: str | None
    products: list[str]
    lifecycle: str
    owner_id: UUID | None = Field(description="The staff member who is responsible now (负责人).")
    source: str | None
    verified_at: Instant | None = Field(description="When what decides distribution was last verified.")
    verified_by: UUID | None
    proposed: dict[str, Any] | None = Field(description="Changes that wait for verification.")
    watch: str | None
    watch_reason: str | None
    custom: dict[str, Any]
    redacted: list[str] = Field(description="Fields that are hidden from you.")
    version: int
    created_at: Instant
    updated_at: Instant


class AccountPage(View):
    """Some accounts, and where the next ones begin."""

    items: list[AccountView]
    next_cursor: str | None


class AccountSort(StrEnum):
    """What accounts are sorted by; a leading minus turns the order round."""

    CREATED = "created_at"
    CREATED_DESC = "-created_at"
    NAME = "name"
    NAME_DESC = "-name"
    VALUE = "potential_value"
    VALUE_DESC = "-potential_value"


READ_AMOUNTS = "in the base currency; 1.5亿, 15000万 and 150,000,000 are read. 以本位币计；可写 1.5亿、15000万等。"


class AccountFilter(Body):
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
    intent: Annotated[list[Intent], Field(max_length=3)] | None = Field(default=None, description="Intents.")
    lifecycle: Annotated[list[Lifecycle], Field(max_length=3)] | None = Field(default=None, description="Lifecycles.")
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
    limit: int = Field(default=50, ge=1, le=200, description="How many at most. 最多返回几条。")
    cursor: Annotated[str, Field(max_length=2000)] | None = Field(
        default=None, description="From `next_cursor`. 取自上一页的 `next_cursor`。"
    )
    sort: AccountSort = Field(default=AccountSort.CREATED, description="The order.")


class Verification(Body):
    """The verdict on what decides distribution."""

    accept: StrictBool = Field(description="true: the proposed values count from now on; false: they are dropped.")
    reason: Text2000 | None = Field(default=None, description="Why.")
