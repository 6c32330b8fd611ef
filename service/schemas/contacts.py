"""Contacts as JSON: the people at a customer."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.domain.alliance import Alliance
from service.schemas.fields import UNCHANGED, Body, Day, Instant, Text50, Text200, Text2000, View

Responsibilities = Annotated[list[Text200], Field(max_length=20)]


class ContactCreate(Body):
    """A person at the customer; at least one of mobile and email is needed, and each must be valid.

    客户方的人员；手机与电子邮箱至少填一项，且须有效。
    """

    name: Text200 = Field(description="Contact name. 联系人姓名。", examples=["李娜"])
    title: Text200 | None = Field(default=None, description="Title or post. 职务或头衔。")
    department: Text200 | None = Field(default=None, description="Department at the customer. 在客户方所属的部门。")
    mobile: Text50 | None = Field(default=None, description="Telephone. 联系电话。", examples=["13800138000"])
    email: Text200 | None = Field(default=None, description="E-mail. 电子邮箱。", examples=["lina@example.com"])
    address: Text200 | None = Field(default=None, description="Office address. 办公地址。")
    fax: Text50 | None = Field(default=None, description="Fax. 传真。", examples=["0755-28780808"])
    employer: Text200 | None = Field(
        default=None, description="Employer, where it is not the account itself. 雇主；与客户本身不同时填写。"
    )
    secretary: Text200 | None = Field(default=None, description="Secretary and how to reach them. 秘书及其联系方式。")
    reports_to: Text200 | None = Field(default=None, description="Whom they report to. 上级。", examples=["采购副总裁"])
    note: Text2000 | None = Field(default=None, description="Note. 备注。")
    birth_on: Day | None = Field(default=None, description="Birth date; sensitive. 出生日期；敏感字段。")
    home_address: Text200 | None = Field(default=None, description="Home address; sensitive. 家庭住址；敏感字段。")
    spouse: Text200 | None = Field(default=None, description="Spouse; sensitive. 配偶；敏感字段。")
    personal_agenda: Text2000 | None = Field(
        default=None, description="Personal agenda; sensitive. 个人议程；敏感字段。"
    )
    alliance: Alliance | None = Field(
        default=None, description="Rung of the alliance ladder; sensitive. 政治联盟状态；敏感字段。"
    )
    political_strategy: Text2000 | None = Field(
        default=None, description="How to win them; sensitive. 政治策略；敏感字段。"
    )
    education: Text2000 | None = Field(default=None, description="Education; sensitive. 教育背景；敏感字段。")
    background: Text2000 | None = Field(
        default=None, description="Former post, company and background; sensitive. 以前的职位、公司和背景；敏感字段。"
    )
    personality: Text2000 | None = Field(
        default=None, description="Personality, style and interests; sensitive. 性格、风格、兴趣；敏感字段。"
    )
    achievements: Text2000 | None = Field(
        default=None,
        description="Recent decisions, projects and achievements; sensitive. 近期决策、项目、成就；敏感字段。",
    )
    responsibilities: Responsibilities = Field(
        default=[],
        description="Recent responsibilities, the weightiest first; sensitive. 近期职责，按重要性排序；敏感字段。",
        examples=[["压缩采购成本", "更换核心系统"]],
    )
    product_criteria: Text2000 | None = Field(
        default=None,
        description="What they decide by, in products and technology; sensitive. 产品/技术决策标准；敏感字段。",
    )
    business_criteria: Text2000 | None = Field(
        default=None, description="What they decide by, in business; sensitive. 商务决策标准；敏感字段。"
    )


class ContactUpdate(Body):
    """A merge patch of a contact. 联系人的合并补丁。"""

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
    """A contact; sensitive fields that the caller may not see are null and named in `redacted`.

    联系人；无权查看的敏感字段为空并列于 `redacted`。
    """

    id: UUID
    account_id: UUID
    name: str
    title: str | None
    department: str | None
    mobile: str | None
    mobile_state: str = Field(description="`valid`, `masked`, `invalid` or `absent`. 有效、已隐藏部分数字、无效或无。")
    email: str | None
    email_state: str = Field(description="`valid`, `masked`, `invalid` or `absent`. 有效、已隐藏部分数字、无效或无。")
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
    redacted: list[str] = Field(description="Fields that are hidden from you. 对您隐藏的字段。")
    version: int
    created_at: Instant
    updated_at: Instant


class ContactPage(View):
    """Some contacts, and where the next ones begin. 一页联系人及下一页的起点。"""

    items: list[ContactView]
    next_cursor: str | None
