"""Incidents as JSON: what of the archive was lost."""

from uuid import UUID

from pydantic import Field

from service.schemas.archive_keeping import TimedFilter
from service.schemas.fields import Body, Instant, Text2000, View


class IncidentCreate(Body):
    """The paper of an item is lost. 档案的纸质原件遗失。"""

    item_id: UUID = Field(description="The item whose paper you have, or keep. 纸质原件由您持有或保管的档案。")
    account: Text2000 = Field(
        description="What happened. 发生了什么。", examples=["原件在返还途中遗失，已沿途查找未果。"]
    )


class IncidentView(View):
    """Something of the archive was lost; an incident is never changed. 档案遗失事件；不可更改。"""

    id: UUID
    item_id: UUID = Field(description="The item of the archive. 档案。")
    loan_id: UUID | None = Field(description="The loan on which it was lost, if any. 遗失时所属的借阅（如有）。")
    reported_by: UUID = Field(description="Who reported it. 报告人。")
    account: str = Field(description="What happened. 发生了什么。", examples=["原件在返还途中遗失，已沿途查找未果。"])
    paper_state: str | None = Field(
        description="Where the paper is now: lost, or in_archive once it was found; null where no paper is kept. "
        "纸质原件现在何处：lost 遗失，in_archive 已寻回；没有纸质原件时为空。",
        examples=["lost"],
    )
    created_at: Instant = Field(description="When it was reported. 报告时间。")


class IncidentPage(View):
    """Some incidents, and where the next ones begin. 一页事件及下一页的起点。"""

    items: list[IncidentView]
    next_cursor: str | None


class IncidentFilter(TimedFilter):
    """Typed filters, one per field."""

    item_id: UUID | None = Field(default=None, description="Of this item. 属于该档案。")
    loan_id: UUID | None = Field(default=None, description="On this loan. 属于该次借阅。")
