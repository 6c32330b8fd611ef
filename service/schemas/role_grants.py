"""Role grants as JSON."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from service.domain.people import Role
from service.domain.states import GrantState
from service.errors import FieldFlaw
from service.schemas.fields import Body, Instant, Text2000, View
from service.schemas.page import PageFilter


def of_people(role: Role) -> Role:
    """A role that people hold; API keys have scopes of their own."""
    if role is Role.INTEGRATION:
        raise FieldFlaw("not_for_people", "Integrations hold API keys, not roles.", "系统集成使用 API 密钥，而非角色。")
    return role


class RoleGrantCreate(Body):
    """Somebody is to hold a role. 授予某人角色。"""

    staff_id: UUID = Field(description="Who; never yourself. 人员；不能是本人。")
    role: Annotated[Role, AfterValidator(of_people)] = Field(description="Which role. 角色。", examples=["sales_rep"])
    reason: Text2000 | None = Field(default=None, description="Why. 原因。", examples=["任华东区业务员"])


class GrantVerdict(Body):
    """Why a grant is approved, refused or revoked. 批准、拒绝或撤销角色授予的理由。"""

    reason: Text2000 | None = Field(default=None, description="Why. 原因。", examples=["工作调动"])


class RoleGrantView(View):
    """A role that somebody holds, held, or waits for. 某人现有、曾有或待批准的角色。"""

    id: UUID
    staff_id: UUID
    role: str
    state: str = Field(description="proposed, effective, refused or revoked. 待批准、有效、已拒绝或已撤销。")
    reason: str | None
    granted_by: UUID | None = Field(description="Null for a grant by the command line. 由命令行授予时为空。")
    approved_by: UUID | None = Field(description="The second person, where the role needs one. 第二人；按角色需要时。")
    started_at: Instant | None
    ended_at: Instant | None
    version: int
    created_at: Instant
    updated_at: Instant


class RoleGrantPage(View):
    """Some grants, and where the next ones begin. 一页角色授予及下一页的起点。"""

    items: list[RoleGrantView]
    next_cursor: str | None


class RoleGrantFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    staff_id: UUID | None = Field(default=None, description="Grants of this person. 此人的角色。")
    role: Annotated[list[Role], Field(max_length=30)] | None = Field(default=None, description="Roles. 角色。")
    state: Annotated[list[GrantState], Field(max_length=4)] | None = Field(default=None, description="States. 状态。")
