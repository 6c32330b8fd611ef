"""What happened to an account, as JSON: its history of changes and its timeline."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from service.schemas.fields import Instant, Text50, View
from service.schemas.page import PageFilter


class TimeSort(StrEnum):
    """Newest first, or oldest first. 由新到旧，或由旧到新。"""

    NEWEST = "-at"
    OLDEST = "at"


class HistoryEntry(View):
    """Who changed what, from what to what. 谁把什么由何改为何。"""

    id: UUID
    at: Instant
    actor_id: UUID | None
    actor: str = Field(description="Kind and code of whoever acted. 操作主体的类型与代码。", examples=["staff:S0001"])
    on_behalf_of: UUID | None
    action: str = Field(examples=["account.changed"])
    subject_type: str = Field(examples=["account"])
    subject_id: UUID
    changes: dict[str, Any] = Field(
        description="Field → {from, to}; sensitive contact fields are not kept here. "
        "字段 → {from, to}；联系人的敏感字段不在此保留。"
    )


class HistoryPage(View):
    """Some changes, newest first; with `as_of` also the account's fields as they were.

    部分变更，最新的在前；填写 `as_of` 时另含客户当时的字段。
    """

    items: list[HistoryEntry]
    next_cursor: str | None
    fields: dict[str, Any] | None = Field(
        description="With `as_of`: the account's fields at that instant, null when it was not entered yet. "
        "填写 `as_of` 时：客户在该时刻的字段；当时尚未录入则为空。"
    )


class HistoryFilter(PageFilter):
    """Which changes."""

    as_of: Instant | None = Field(
        default=None,
        description="Only what had happened by then, and the fields as of then. 仅限当时已发生的事，字段取当时的值。",
    )
    subject_type: Annotated[list[Text50], Field(max_length=10)] | None = Field(
        default=None,
        description="Changes of `account`, `contact`, `interaction` or `task`. 客户、联系人、拜访或任务的变更。",
    )
    subject_id: UUID | None = Field(default=None, description="Changes of this one record. 仅此一条记录的变更。")
    actor_id: UUID | None = Field(default=None, description="Changes by this person. 由此人作出的变更。")
    sort: TimeSort = Field(default=TimeSort.NEWEST, description="The order. 排序。")


class TimelineEntry(View):
    """Something that happened around an account. 与客户有关的一件事。"""

    id: UUID
    at: Instant
    actor_id: UUID | None
    actor: str = Field(description="Kind and code of whoever acted. 操作主体的类型与代码。", examples=["staff:S0001"])
    on_behalf_of: UUID | None
    action: str = Field(examples=["interaction.logged"])
    subject_type: str = Field(examples=["interaction"])
    subject_id: UUID | None
    fields: list[str] = Field(description="Names of the fields that changed. 变更字段的名称。")


class TimelinePage(View):
    """What happened, newest first. 发生的事，最新的在前。"""

    items: list[TimelineEntry]
    next_cursor: str | None


class TimelineFilter(PageFilter):
    """Which part of the timeline."""

    action: Annotated[list[Text50], Field(max_length=50)] | None = Field(
        default=None, description="Only these actions, such as `interaction.logged`. 仅限这些动作。"
    )
    at_from: Instant | None = Field(default=None, description="At or after this instant. 不早于此时刻。")
    at_to: Instant | None = Field(default=None, description="Before this instant. 早于此时刻。")
    sort: TimeSort = Field(default=TimeSort.NEWEST, description="The order. 排序。")
