"""Accounts and contacts as JSON."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from service.schemas.fields import (
    UNCHANGED,
    Body,
    Code,
    DecimalText,
    Instant,
    Money,
    Text50,
    Text200,
    Text2000,
    View,
)

Products = Annotated[list[Text50], Field(max_length=50)]
Custom = Annotated[dict[str, Any], Field(max_length=50)]


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

    code: Code | None = Field(default=None, description="Unique account code; made by the service when left out.")
    external_ref: Text200 | None = Field(default=None, description="The account's id in another system.")
    parent_id: UUID | None = Field(default=None, description="The group (集团) that the account belongs to.")
    name: Text200 = Field(description="Customer name (客户名称).", examples=["华为技术有限公司"])
    kind: Text50 | None = Field(default=None, description="Kind of customer, such as industrial or government.")
    industry: Text50 | None = Field(default=None, description="Industry (行业类型).", examples=["通信设备"])
    region: Text50 | None = Field(default=None, description="Region (地域分布).", examples=["华南"])
    potential_value: Money | None = Field(default=None, description="Potential value a year (潜在价值).")
    potential_value_on: date | None = Field(default=None, description="The day that the value was true.")
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
    potential_value_on: date | None = None
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
    potential_value_on: date | None
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


class AccountFilter(Body):
    """Typed filters, one per field; repeat one for any of several values."""

    q: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Words in names, codes and contacts; Chinese from one character, pinyin initials."
    )
    code: Annotated[list[Text50], Field(max_length=100)] | None = Field(default=None, description="Account codes.")
    external_ref: Annotated[list[Text200], Field(max_length=100)] | None = Field(
        default=None, description="Ids in another system."
    )
    parent_id: UUID | None = Field(default=None, description="Accounts of this group.")
    owner_id: UUID | None = Field(default=None, description="Accounts that this person is responsible for.")
    unassigned: bool | None = Field(default=None, description="true: nobody is responsible; false: somebody is.")
    industry: Annotated[list[Text50], Field(max_length=100)] | None = Field(default=None, description="Industries.")
    region: Annotated[list[Text50], Field(max_length=100)] | None = Field(default=None, description="Regions.")
    tier: Annotated[list[Text50], Field(max_length=20)] | None = Field(default=None, description="Tier codes.")
    intent: Annotated[list[Intent], Field(max_length=3)] | None = Field(default=None, description="Intents.")
    lifecycle: Annotated[list[Lifecycle], Field(max_length=3)] | None = Field(default=None, description="Lifecycles.")
    potential_value_min: DecimalText | None = Field(
        default=None, description="At least, in the base currency; 万 and 亿 are read."
    )
    potential_value_max: DecimalText | None = Field(default=None, description="At most, in the base currency.")
    created_from: Instant | None = Field(default=None, description="Entered at or after this instant.")
    created_to: Instant | None = Field(default=None, description="Entered before this instant.")
    limit: int = Field(default=50, ge=1, le=200, description="How many at most.")
    cursor: Annotated[str, Field(max_length=2000)] | None = Field(default=None, description="From `next_cursor`.")
    sort: AccountSort = Field(default=AccountSort.CREATED, description="The order.")


class Verification(Body):
    """The verdict on what decides distribution."""

    accept: bool = Field(description="true: the proposed values count from now on; false: they are dropped.")
    reason: Text2000 | None = Field(default=None, description="Why.")


class ContactCreate(Body):
    """A person at the customer; at least one of mobile and email is needed, and each must be valid."""

    name: Text200 = Field(description="Contact name (联系人姓名).", examples=["李娜"])
    title: Text200 | None = Field(default=None, description="Title or post.")
    department: Text200 | None = Field(default=None, description="Department at the customer.")
    mobile: Text50 | None = Field(default=None, description="Telephone (联系电话).", examples=["13800138000"])
    email: Text200 | None = Field(default=None, description="E-mail (电子邮箱).", examples=["lina@example.com"])
    address: Text200 | None = Field(default=None, description="Office address.")
    note: Text2000 | None = Field(default=None, description="Note (备注).")
    birth_on: date | None = Field(default=None, description="Birth date; sensitive.")
    home_address: Text200 | None = Field(default=None, description="Home address; sensitive.")
    spouse: Text200 | None = Field(default=None, description="Spouse; sensitive.")
    personal_agenda: Text2000 | None = Field(default=None, description="Personal agenda (个人议程); sensitive.")
    alliance: Text50 | None = Field(
        default=None, description="Rung of the alliance ladder (政治联盟状态), such as `supporter_2`; sensitive."
    )
    political_strategy: Text2000 | None = Field(default=None, description="How to win them (政治策略); sensitive.")


class ContactUpdate(Body):
    """A merge patch of a contact."""

    name: Text200 = UNCHANGED
    title: Text200 | None = None
    department: Text200 | None = None
    mobile: Text50 | None = None
    email: Text200 | None = None
    address: Text200 | None = None
    note: Text2000 | None = None
    birth_on: date | None = None
    home_address: Text200 | None = None
    spouse: Text200 | None = None
    personal_agenda: Text2000 | None = None
    alliance: Text50 | None = None
    political_strategy: Text2000 | None = None


class ContactView(View):
    """A contact; sensitive fields that the caller may not see are null and named in `redacted`."""

    id: UUID
    account_id: UUID
    name: str
    title: str | None
    department: str | None
    mobile: str | None
    mobile_state: str = Field(description="valid, masked, invalid or absent.")
    email: str | None
    email_state: str = Field(description="valid, masked, invalid or absent.")
    address: str | None
    note: str | None
    birth_on: date | None
    home_address: str | None
    spouse: str | None
    personal_agenda: str | None
    alliance: str | None
    political_strategy: str | None
    redacted: list[str]
    version: int
    created_at: Instant
    updated_at: Instant


class ContactPage(View):
    """Some contacts, and where the next ones begin."""

    items: list[ContactView]
    next_cursor: str | None


class HistoryEntry(View):
    """Who changed what, from what to what."""

    id: UUID
    at: Instant
    actor_id: UUID | None
    actor: str
    on_behalf_of: UUID | None
    action: str
    changes: dict[str, Any] = Field(description="Field → {from, to}.")


class HistoryPage(View):
    """Some changes, newest first."""

    items: list[HistoryEntry]
    next_cursor: str | None


class TimelineEntry(View):
    """Something that happened around an account."""

    id: UUID
    at: Instant
    actor_id: UUID | None
    action: str
    subject_type: str
    subject_id: UUID | None


class TimelinePage(View):
    """What happened, newest first."""

    items: list[TimelineEntry]
    next_cursor: str | None
