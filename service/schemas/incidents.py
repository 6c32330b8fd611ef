"""Incidents as JSON: what of the archive was lost."""

from uuid import UUID

from pydantic import Field

from service.schemas.archive_keeping import TimedFilter
from service.schemas.fields import Body, Instant, Text2000, View


class IncidentCreate(Body):
    """The paper of an item is lost."""

    item_id: UUID = Field(description="The item whose paper you have, or keep.")
    account: Text2000 = Field(description="What happened.", examples=["原件在返还途中遗失，已沿途查找未果。"])


class IncidentView(View):
    """Something of the archive was lost; an incident is never changed."""

    id: UUID
    item_id: UUID = Field(description="The item of the archive.")
    loan_id: UUID | None = Field(description="The loan on which it was lost, if any.")
    reported_by: UUID = Field(description="Who reported it.")
    account: str = Field(description="What happened.", examples=["原件在返还途中遗失，已沿途查找未果。"])
    paper_state: str | None = Field(
        description="Where the paper is now: lost, or in_archive once it was found; null where no paper is kept.",
        examples=["lost"],
    )
    created_at: Instant = Field(description="When it was reported.")


class IncidentPage(View):
    """Some incidents, and where the next ones begin."""

    items: list[IncidentView]
    next_cursor: str | None


class IncidentFilter(TimedFilter):
    """Typed filters, one per field."""

    item_id: UUID | None = Field(default=None, description="Of this item. 属于该档案。")
    loan_id: UUID | None = Field(default=None, description="On this loan. 属于该次借阅。")
