"""Holidays and make-up working days as JSON."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.schemas.fields import Body, Day, Instant, Text200, View
from service.schemas.page import PageFilter


class HolidayKind(StrEnum):
    """A day off, or a day worked instead. 放假或调休上班。"""

    HOLIDAY = "holiday"
    MAKE_UP = "make_up"


class HolidayCreate(Body):
    """A day that differs from the week's usual. 与平常工作日历不同的一天。"""

    on_date: Day = Field(description="The day. 日期。", examples=["2026-10-01"])
    kind: HolidayKind = Field(
        description="`holiday`: nobody works; `make_up`: a weekend day that is worked. "
        "`holiday`：放假；`make_up`：周末调休上班。"
    )
    name: Text200 = Field(description="What it is called. 名称。", examples=["国庆节"])


class HolidayView(View):
    """A day that differs from the week's usual. 与平常工作日历不同的一天。"""

    id: UUID
    on_date: Day
    kind: str
    name: str
    version: int
    created_at: Instant
    updated_at: Instant


class HolidayPage(View):
    """Some days, and where the next ones begin. 一页特殊日期及下一页的起点。"""

    items: list[HolidayView]
    next_cursor: str | None


class HolidaySort(StrEnum):
    """What days are sorted by; a leading minus turns the order round. 特殊日期的排序依据；前加减号为倒序。"""

    DATE = "on_date"
    DATE_DESC = "-on_date"


class HolidayFilter(PageFilter):
    """Typed filters, one per field."""

    kind: Annotated[list[HolidayKind], Field(max_length=2)] | None = Field(default=None, description="Kinds. 类型。")
    on_from: Day | None = Field(default=None, description="On or after this day. 不早于此日。")
    on_to: Day | None = Field(default=None, description="On or before this day. 不晚于此日。")
    sort: HolidaySort = Field(default=HolidaySort.DATE, description="The order. 排序。")
