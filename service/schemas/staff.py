"""Staff as JSON: what distribution knows of people, and how they get in."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, EmailStr, Field, StrictInt

from service.domain.notices import Language
from service.domain.people import Role
from service.domain.states import StaffStatus
from service.schemas.fields import (
    UNCHANGED,
    Body,
    Code,
    DecimalText,
    Instant,
    Text50,
    Text200,
    Text2000,
    View,
    stored,
)
from service.schemas.page import PageFilter

Words = Annotated[list[Text50], Field(max_length=100)]
Level = Annotated[StrictInt, Field(ge=1, le=5)]
Fte = Annotated[DecimalText, Field(gt=0, le=1, decimal_places=3)]
Hours = Annotated[DecimalText, Field(ge=0, max_digits=8, decimal_places=2)]
Count = Annotated[StrictInt, Field(ge=0, le=100_000)]
Email = Annotated[EmailStr, Field(max_length=200), AfterValidator(stored)]


class StaffCreate(Body):
    """A new person; roles are granted and the status moves through addresses of their own, or by an imported list.

    新人员；角色与状态通过各自的接口变更，也可用导入的名单变更。
    """

    code: Code = Field(
        description="Unique staff code, which is the user name too. 唯一的工号，也是用户名。", examples=["S0001"]
    )
    name: Text200 = Field(description="Name. 姓名。", examples=["张伟"])
    title: Text200 | None = Field(default=None, description="Post. 职务。", examples=["大客户经理"])
    email: Email | None = Field(default=None, description="E-mail. 电子邮箱。", examples=["zhangwei@example.com"])
    department_id: UUID | None = Field(default=None, description="Where the person works. 所在部门。")
    regions: Words = Field(
        default=[], description="Regions whose market the person knows. 熟悉市场的区域。", examples=[["华东"]]
    )
    industries: Words = Field(
        default=[], description="Industries that the person knows. 熟悉的行业。", examples=[["制造"]]
    )
    products: Words = Field(
        default=[], description="Products that the person sells. 销售的产品。", examples=[["产品A"]]
    )
    experience_level: Level = Field(
        default=1, description="1 (new) to 5 (most experienced). 1（新手）至 5（最有经验）。"
    )
    fte: Fte = Field(
        default=Decimal(1),
        description="Share of full time, above 0 up to 1. 全职比例，大于 0，不超过 1。",
        examples=["0.8"],
    )
    max_accounts: Count | None = Field(
        default=None, description="At most so many accounts; null: no cap. 客户数量上限；空表示不限。"
    )
    max_workload_hours: Hours | None = Field(
        default=None, description="At most so many hours a month; null: no cap. 每月工时上限；空表示不限。"
    )
    language: Language | None = Field(
        default=None,
        description="Of the mails that the person gets; null: the default. 此人邮件所用的语言；空取默认语言。",
    )


class StaffUpdate(Body):
    """A merge patch (RFC 7396): only the fields that change; null empties a field.

    合并补丁（RFC 7396）：仅填写要修改的字段；null 表示清空。
    """

    name: Text200 = UNCHANGED
    title: Text200 | None = None
    email: Email | None = None
    department_id: UUID | None = None
    regions: Words = UNCHANGED
    industries: Words = UNCHANGED
    products: Words = UNCHANGED
    experience_level: Level = UNCHANGED
    fte: Fte = UNCHANGED
    max_accounts: Count | None = None
    max_workload_hours: Hours | None = None
    language: Language | None = None


class StaffView(View):
    """A person of the company; what the caller may not see is null and named in `redacted`.

    公司人员；无权查看的字段为空并列于 `redacted`。
    """

    id: UUID
    code: str
    name: str
    title: str | None
    email: str | None
    department_id: UUID | None
    roles: list[str] = Field(
        description="Roles that count now; granted through /v1/role-grants. 现行有效的角色；通过 /v1/role-grants 授予。"
    )
    regions: list[str]
    industries: list[str]
    products: list[str]
    experience_level: int
    fte: DecimalText | None
    max_accounts: int | None
    max_workload_hours: DecimalText | None
    language: str | None = Field(
        description="en or zh-CN: of the mails that the person gets; null: the default. "
        "en 或 zh-CN：此人邮件所用的语言；空取默认语言。"
    )
    status: str = Field(
        description="invited, active, on_leave or left; only the active are assigned to. "
        "已邀请、在职、休假中或已离职；仅在职者参与分配。"
    )
    redacted: list[str] = Field(description="Fields that are hidden from you. 对您隐藏的字段。")
    version: int
    created_at: Instant
    updated_at: Instant


class StaffPage(View):
    """Some people, and where the next ones begin. 一页人员及下一页的起点。"""

    items: list[StaffView]
    next_cursor: str | None


class StaffSort(StrEnum):
    """What people are sorted by; a leading minus turns the order round. 人员的排序依据；前加减号为倒序。"""

    CREATED = "created_at"
    CREATED_DESC = "-created_at"
    CODE = "code"
    CODE_DESC = "-code"


class StaffFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    q: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None,
        description="Words in name and code; Chinese from one character, pinyin initials. 搜索文字；中文或拼音首字母。",
    )
    code: Annotated[list[Text50], Field(max_length=200)] | None = Field(default=None, description="Staff codes. 工号。")
    department_id: Annotated[list[UUID], Field(max_length=100)] | None = Field(
        default=None, description="People of these departments. 这些部门的人员。"
    )
    role: Annotated[list[Role], Field(max_length=30)] | None = Field(
        default=None, description="Holders of a role. 担任该角色的人员。"
    )
    status: Annotated[list[StaffStatus], Field(max_length=4)] | None = Field(
        default=None, description="Statuses. 状态。"
    )
    region: Words | None = Field(default=None, description="Who knows one of these regions. 熟悉这些区域之一的人员。")
    industry: Words | None = Field(
        default=None, description="Who knows one of these industries. 熟悉这些行业之一的人员。"
    )
    product: Words | None = Field(default=None, description="Who sells one of these products. 销售这些产品之一的人员。")
    experience_level_min: Annotated[int, Field(ge=1, le=5)] | None = Field(
        default=None, description="At least this experienced. 经验等级不低于此。"
    )
    sort: StaffSort = Field(default=StaffSort.CREATED, description="The order. 排序。")


class StatusChange(Body):
    """Why somebody's status changes. 变更人员状态的原因。"""

    reason: Text2000 | None = Field(default=None, description="Why. 原因。", examples=["产假结束"])


class InvitationView(View):
    """A one-time link token that sets a password; shown once, only its hash is kept.

    设置密码用的一次性链接令牌；仅显示一次，系统只保存其散列值。
    """

    staff_id: UUID
    username: str = Field(description="With which the person logs in afterwards. 此后登录所用的用户名。")
    token: str = Field(
        description="Goes to POST /v1/auth/password together with the new password. "
        "连同新密码提交至 POST /v1/auth/password。"
    )
    expires_at: Instant
