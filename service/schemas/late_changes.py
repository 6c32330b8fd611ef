"""Changes shortly before a plan, as JSON."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.schemas.fields import Instant, View
from service.schemas.history import TimeSort
from service.schemas.page import PageFilter


class LateChangeKind(StrEnum):
    """What was changed. 变更的内容。"""

    PROFILE = "profile"
    VALUE = "value"
    VERIFICATION = "verification"


class LateChangeView(View):
    """A change of a candidate, or of what decides an account, shortly before a plan.

    方案之前不久，候选人资料或影响分配的客户数据的变更。
    """

    id: UUID = Field(description="Of the audit entry. 审计记录的标识。")
    at: Instant
    kind: str = Field(description="profile, value or verification. 人员资料、客户数据或核实。")
    actor_id: UUID | None
    actor: str = Field(
        description="Kind and code of whoever changed it. 变更者的类型与代码。", examples=["staff:S0001"]
    )
    account_id: UUID | None
    account_code: str | None
    staff_id: UUID | None = Field(description="Whose profile it is. 资料所属的人员。")
    staff_code: str | None
    fields: list[str] = Field(description="Names of what changed. 变更字段的名称。")
    by_themselves: bool = Field(description="Somebody changed their own profile. 本人变更了自己的资料。")
    by_candidate: bool = Field(description="A candidate of the plan changed it. 由方案的候选人变更。")
    by_winner: bool = Field(
        description="Whoever changed the account's data gets or keeps it by the plan. "
        "变更客户数据的人按该方案获得或保留该客户。"
    )


class LateChangePage(View):
    """Some changes, and where the next ones begin. 一页变更及下一页的起点。"""

    items: list[LateChangeView]
    next_cursor: str | None


class LateChangeFilter(PageFilter):
    """Which changes."""

    kind: Annotated[list[LateChangeKind], Field(max_length=3)] | None = Field(default=None, description="Kinds. 类型。")
    sort: TimeSort = Field(default=TimeSort.NEWEST, description="The order. 排序。")
