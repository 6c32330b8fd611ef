"""An account's team as JSON."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from service.schemas.fields import Body, Instant, View


class TeamRole(StrEnum):
    """What somebody does for an account besides its owner. 除负责人之外，在客户团队中的任务分工。"""

    SALES = "sales"
    TECH_SUPPORT = "tech_support"
    MARKETING = "marketing"
    FINANCE = "finance"
    LEADER = "leader"
    AFTER_SALES = "after_sales"
    OPERATIONS = "operations"
    CUSTOMER_SERVICE = "customer_service"


class MemberCreate(Body):
    """A new member of an account's team. 客户团队的新成员。"""

    staff_id: UUID = Field(description="Who joins. 加入团队的人。")
    role: TeamRole = Field(
        description="What they do for the account. 在该客户团队中的职责。", examples=["tech_support"]
    )


class MemberView(View):
    """A current member of an account's team. 客户团队的现有成员。"""

    id: UUID
    account_id: UUID
    staff_id: UUID
    staff_code: str
    name: str = Field(examples=["张伟"])
    title: str | None
    role: str = Field(
        description="`owner` for the person responsible, `originator` for who entered the account. "
        "`owner` 为负责人，`originator` 为录入该客户的人。"
    )
    started_at: Instant


class TeamPage(View):
    """Some members, and where the next ones begin. 一页团队成员及下一页的起点。"""

    items: list[MemberView]
    next_cursor: str | None
