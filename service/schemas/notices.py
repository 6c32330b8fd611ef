"""Notices as JSON: what somebody was told of, in both languages."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.schemas.fields import Instant, Text50, View
from service.schemas.page import PageFilter
from service.schemas.wording import Wording


class NoticeView(View):
    """One event that concerns you; of what you may no longer see only the fact that you were told is left.

    与您有关的一件事；您已无权查看者，仅保留曾经通知的事实。
    """

    id: UUID
    kind: str = Field(
        description="What it tells of; more kinds may come. 通知的类型；今后可能增加。", examples=["account_given"]
    )
    at: Instant
    title: Wording | None = Field(description="One line. 一行标题。")
    text: Wording | None = Field(
        description="What there is to say, with the reason where one was given. 通知内容；有理由时包括理由。"
    )
    link: str | None = Field(
        description="Where to look. 查看地址。", examples=["/v1/assignments/0197f0c2-0000-7000-8000-000000000000"]
    )
    subject_type: str | None = Field(
        description="What it is about, such as assignment or appeal. 所涉对象的类型，如归属或申诉。"
    )
    subject_id: UUID | None = Field(description="Which one it is about. 所涉对象的标识。")
    withheld: bool = Field(
        description="true: you may no longer see what it is about, so nothing of it is told. "
        "true：您已无权查看所涉对象，因此不显示内容。"
    )
    read_at: Instant | None = Field(
        description="When you marked it as read; null until then. 您标为已读的时间；未读时为空。"
    )
    version: int


class NoticePage(View):
    """Some notices, and where the next ones begin. 一页通知及下一页的起点。"""

    items: list[NoticeView]
    next_cursor: str | None


class NoticeSort(StrEnum):
    """What notices are sorted by; a leading minus turns the order round. 通知的排序依据；前加减号为倒序。"""

    CREATED = "created_at"
    CREATED_DESC = "-created_at"


class NoticeFilter(PageFilter):
    """Typed filters, one per field."""

    read: bool | None = Field(
        default=None, description="true: those that you marked as read; false: the others. true：已读；false：未读。"
    )
    kind: Annotated[list[Text50], Field(max_length=50)] | None = Field(
        default=None, description="Any of these kinds. 这些类型之一。"
    )
    sort: NoticeSort = Field(
        default=NoticeSort.CREATED_DESC, description="The order; the newest first by default. 排序；默认最新的在前。"
    )
