"""Absences of staff as JSON."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.schemas.fields import UNCHANGED, Body, Day, Instant, Text2000, View
from service.schemas.page import PageFilter


class AbsenceKind(StrEnum):
    """Why somebody is away. 缺勤原因。"""

    VACATION = "vacation"
    SICK_LEAVE = "sick_leave"
    PARENTAL_LEAVE = "parental_leave"
    BUSINESS_TRIP = "business_trip"
    TRAINING = "training"
    OTHER = "other"


class AbsenceCreate(Body):
    """Days on which a person is away and takes no new accounts. 人员不在岗、不承接新客户的日期。"""

    starts_on: Day = Field(description="The first day. 首日。", examples=["2026-02-16"])
    ends_on: Day = Field(description="The last day. 末日。", examples=["2026-02-20"])
    kind: AbsenceKind = Field(description="Why. 原因。")
    note: Text2000 | None = Field(default=None, description="Note. 备注。", examples=["春节探亲"])


class AbsenceUpdate(Body):
    """A merge patch (RFC 7396): only the fields that change; null empties a field.

    合并补丁（RFC 7396）：仅填写要修改的字段；null 表示清空。
    """

    starts_on: Day = UNCHANGED
    ends_on: Day = UNCHANGED
    kind: AbsenceKind = UNCHANGED
    note: Text2000 | None = None


class AbsenceView(View):
    """Days on which a person is away. 人员不在岗的日期。"""

    id: UUID
    staff_id: UUID
    starts_on: Day
    ends_on: Day
    kind: str
    note: str | None
    version: int
    created_at: Instant
    updated_at: Instant


class AbsencePage(View):
    """Some absences, and where the next ones begin. 一页缺勤及下一页的起点。"""

    items: list[AbsenceView]
    next_cursor: str | None


class AbsenceSort(StrEnum):
    """What absences are sorted by; a leading minus turns the order round. 缺勤的排序依据；前加减号为倒序。"""

    STARTS = "starts_on"
    STARTS_DESC = "-starts_on"


class AbsenceFilter(PageFilter):
    """Typed filters, one per field."""

    kind: Annotated[list[AbsenceKind], Field(max_length=10)] | None = Field(default=None, description="Kinds. 类型。")
    on_from: Day | None = Field(default=None, description="Away on this day or later. 缺勤日不早于此日。")
    on_to: Day | None = Field(default=None, description="Away on this day or earlier. 缺勤日不晚于此日。")
    sort: AbsenceSort = Field(default=AbsenceSort.STARTS, description="The order. 排序。")
