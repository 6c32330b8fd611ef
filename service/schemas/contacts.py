"""Contacts as JSON: the people at a customer."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.domain.alliance import Alliance
from service.schemas.fields import UNCHANGED, Body, Day, Instant, Text50, Text200, Text2000, View

Responsibilities = Annotated[list[Text200], Field(max_length=20)]


class ContactCreate(Body):
    """A person at the customer; at least one of mobile and email is needed, and each must be valid."""

    name: Text200 = Field(description="Contact name (联系人姓名).", examples=["李娜"])
    title: Text200 | None = Field(default=None, description="Title or post.")
    department: Text200 | None = Field(default=None, description="Department at the customer.")
    mobile: Text50 | None = Field(default=None, description="Telephone (联系电话).", examples=["13800138000"])
    email: Text200 | None = Field(default=None, description="E-mail (电子邮箱).", examples=["lina@example.com"])
    address: Text200 | None = Field(default=None, description="Office address.")
    fax: Text50 | None = Field(default=None, description="Fax (传真).", examples=["0755-28780808"])
    employer: Text200 | None = Field(default=None, description="Employer (雇主), where it is not the account itself.")
    secretary: Text200 | None = Field(default=None, description="Secretary (秘书) and how to reach them.")
    reports_to: Text200 | None = Field(default=None, description="Whom they report to (上级).", examples=["采购副总裁"])
    note: Text2000 | None = Field(default=None, description="Note (备注).")
    birth_on: Day | None = Field(default=None, description="Birth date; sensitive.")
    home_address: Text200 | None = Field(default=None, description="Home address; sensitive.")
    spouse: Text200 | None = Field(default=None, description="Spouse; sensitive.")
    personal_agenda: Text2000 | None = Field(default=None, description="Personal agenda (个人议程); sensitive.")
    alliance: Alliance | None = Field(
        default=None, description="Rung of the alliance ladder (政治联盟状态); sensitive."
    )
    political_strategy: Text2000 | None = Field(default=None, description="How to win them (政治策略); sensitive.")
    education: Text2000 | None = Field(default=None, description="Education (教育背景); sensitive.")
    background: Text2000 | None = Field(
        default=None, description="Former post, company and background (以前的职位、公司和背景); sensitive."
    )
    personality: Text2000 | None = Field(
        default=None, description="Personality, style and interests (性格、风格、兴趣); sensitive."
    )
    achievements: Text2000 | None = Field(
        default=None, description="Recent decisions, projects and achievements (近期决策、项目、成就); sensitive."
    )
    responsibilities: Responsibilities = Field(
        default=[],
        description="Recent responsibilities, the weightiest first (近期职责，按重要性排序); sensitive.",
        examples=[["压缩采购成本", "更换核心系统"]],
    )
    product_criteria: Text2000 | None = Field(
        default=None, description="What they decide by, in products and technology (产品/技术决策标准); sensitive."
    )
    business_criteria: Text2000 | None = Field(
        default=None, description="What they decide by, in business (商务决策标准); sensitive."
    )


class ContactUpdate(Body):
    """A merge patch of a contact."""

    name: Text200 = UNCHANGED
    title: Text200 | None = None
    department: Text200 | None = None
    mobile: Text50 | None = None
    email: Text200 | None = None
    address: Text200 | None = None
    fax: Text50 | None = None
    employer: Text200 | None = None
    secretary: Text200 | None = None
    reports_to: Text200 | None = None
    note: Text2000 | None = None
    birth_on: Day | None = None
    home_address: Text200 | None = None
    spouse: Text200 | None = None
    personal_agenda: Text2000 | None = None
    alliance: Alliance | None = None
    political_strategy: Text2000 | None = None
    education: Text2000 | None = None
    background: Text2000 | None = None
    personality: Text2000 | None = None
    achievements: Text2000 | None = None
    responsibilities: Responsibilities = UNCHANGED
    product_criteria: Text2000 | None = None
    business_criteria: Text2000 | None = None


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
    fax: str | None
    employer: str | None
    secretary: str | None
    reports_to: str | None
    note: str | None
    birth_on: Day | None
    home_address: str | None
    spouse: str | None
    personal_agenda: str | None
    alliance: str | None
    political_strategy: str | None
    education: str | None
    background: str | None
    personality: str | None
    achievements: str | None
    responsibilities: list[str] | None
    product_criteria: str | None
    business_criteria: str | None
    redacted: list[str] = Field(description="Fields that are hidden from you.")
    version: int
    created_at: Instant
    updated_at: Instant


class ContactPage(View):
    """Some contacts, and where the next ones begin."""

    items: list[ContactView]
    next_cursor: str | None
