"""Contacts as JSON: the people at a customer."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from service.schemas.fields import UNCHANGED, Body, Day, Instant, Text50, Text200, Text2000, View


class Alliance(StrEnum):
    """The alliance ladder (政治联盟状态): how far a contact stands by us, from opponent to champion."""

    OPPONENT = "opponent"
    NEUTRAL = "neutral"
    ENGAGED_1 = "engaged_1"
    ENGAGED_2 = "engaged_2"
    ENGAGED_3 = "engaged_3"
    ENGAGED_4 = "engaged_4"
    ENGAGED_5 = "engaged_5"
    SUPPORTER_1 = "supporter_1"
    SUPPORTER_2 = "supporter_2"
    SUPPORTER_3 = "supporter_3"
    SUPPORTER_4 = "supporter_4"
    SUPPORTER_5 = "supporter_5"
    CHAMPION_1 = "champion_1"
    CHAMPION_2 = "champion_2"
    CHAMPION_3 = "champion_3"
    CHAMPION_4 = "champion_4"
    CHAMPION_5 = "champion_5"


class ContactCreate(Body):
    """A person at the customer; at least one of mobile and email is needed, and each must be valid."""

    name: Text200 = Field(description="Contact name (联系人姓名).", examples=["李娜"])
    title: Text200 | None = Field(default=None, description="Title or post.")
    department: Text200 | None = Field(default=None, description="Department at the customer.")
    mobile: Text50 | None = Field(default=None, description="Telephone (联系电话).", examples=["13800138000"])
    email: Text200 | None = Field(default=None, description="E-mail (电子邮箱).", examples=["lina@example.com"])
    address: Text200 | None = Field(default=None, description="Office address.")
    note: Text2000 | None = Field(default=None, description="Note (备注).")
    birth_on: Day | None = Field(default=None, description="Birth date; sensitive.")
    home_address: Text200 | None = Field(default=None, description="Home address; sensitive.")
    spouse: Text200 | None = Field(default=None, description="Spouse; sensitive.")
    personal_agenda: Text2000 | None = Field(default=None, description="Personal agenda (个人议程); sensitive.")
    alliance: Alliance | None = Field(
        default=None, description="Rung of the alliance ladder (政治联盟状态); sensitive."
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
    birth_on: Day | None = None
    home_address: Text200 | None = None
    spouse: Text200 | None = None
    personal_agenda: Text2000 | None = None
    alliance: Alliance | None = None
    political_strategy: Text2000 | None = None


class ContactView(View):
    """A contact; sensitive fields that the caller may not see are null and named in `redacted`."""

    id: UUID
    account_id: UUID
    name: str
    title: str | None
    department: str | None
    mobile: str | None
    mobile_state: str = Field(description="`valid`, `masked`, `invalid` or `absent`.")
    email: str | None
    email_state: str = Field(description="`valid`, `masked`, `invalid` or `absent`.")
    address: str | None
    note: str | None
    birth_on: Day | None
    home_address: str | None
    spouse: str | None
    personal_agenda: str | None
    alliance: str | None
    political_strategy: str | None
    redacted: list[str] = Field(description="Fields that are hidden from you.")
    version: int
    created_at: Instant
    updated_at: Instant


class ContactPage(View):
    """Some contacts, and where the next ones begin."""

    items: list[ContactView]
    next_cursor: str | None
