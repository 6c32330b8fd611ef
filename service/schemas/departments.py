"""Departments as JSON."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.schemas.fields import UNCHANGED, Body, Instant, Text200, View
from service.schemas.page import PageFilter


class DepartmentCreate(Body):
    """A new part of the company. 新部门。"""

    name: Text200 = Field(description="Unique name. 唯一的名称。", examples=["大客户部"])
    parent_id: UUID | None = Field(
        default=None,
        description="The department above; its managers see what this sees. "
        "上级部门；其管理者可以看到下级所能看到的内容。",
    )
    manager_id: UUID | None = Field(default=None, description="Who heads it. 部门主管。")
    deputy_in_charge_id: UUID | None = Field(
        default=None,
        description="The deputy general manager in charge, who approves secret loans. "
        "分管副总经理，负责审批秘密档案的借阅。",
    )


class DepartmentUpdate(Body):
    """A merge patch (RFC 7396): only the fields that change; null empties a field.

    合并补丁（RFC 7396）：仅填写要修改的字段；null 表示清空。
    """

    name: Text200 = UNCHANGED
    parent_id: UUID | None = None
    manager_id: UUID | None = None
    deputy_in_charge_id: UUID | None = None


class DepartmentView(View):
    """A part of the company. 部门。"""

    id: UUID
    name: str
    parent_id: UUID | None
    manager_id: UUID | None
    deputy_in_charge_id: UUID | None
    version: int
    created_at: Instant
    updated_at: Instant


class DepartmentPage(View):
    """Some departments, and where the next ones begin. 一页部门及下一页的起点。"""

    items: list[DepartmentView]
    next_cursor: str | None


class DepartmentFilter(PageFilter):
    """Typed filters, one per field."""

    name: Annotated[list[Text200], Field(max_length=100)] | None = Field(default=None, description="Names. 名称。")
    parent_id: UUID | None = Field(default=None, description="Directly below this department. 该部门的直属下级。")
    top: bool | None = Field(
        default=None, description="true: nothing is above; false: something is. true：无上级；false：有上级。"
    )
    manager_id: UUID | None = Field(default=None, description="Headed by this person. 由此人主管。")
    deputy_in_charge_id: UUID | None = Field(default=None, description="This deputy is in charge. 由该副总经理分管。")
