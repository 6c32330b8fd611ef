"""Reading sessions as JSON."""

from enum import StrEnum
from ipaddress import ip_network
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StrictInt, StringConstraints

from service.domain.lending import Duty
from service.domain.states import ReadingState
from service.errors import FieldFlaw
from service.schemas.fields import Body, Instant, Text200, Text2000, View
from service.schemas.page import PageFilter


def network(text: str) -> str:
    """An address range as it is compared."""
    try:
        return str(ip_network(text))
    except ValueError:
        raise FieldFlaw(
            "not_a_network", "A network such as 10.1.2.0/24 is expected.", "应为网段，例如 10.1.2.0/24。"
        ) from None


Network = Annotated[str, StringConstraints(min_length=1, max_length=50), AfterValidator(network)]


class ReadingSessionCreate(Body):
    """Somebody wants to read a confidential item (阅览); here confidential ranks above secret."""

    item_id: UUID = Field(description="What to read.")
    purpose: Text2000 = Field(description="What it is needed for.", examples=["核对并购协议附件"])
    duration_seconds: StrictInt = Field(
        ge=1, le=14400, description="For how long, 4 hours (14400) at most.", examples=[3600]
    )
    acknowledged: Annotated[list[Duty], Field(max_length=10)] = Field(
        description="Every duty of a borrower.",
        examples=[["care", "no_alteration", "no_copying", "no_lending_on", "no_loss"]],
    )


class ReadingGrant(Body):
    """Where the session takes place."""

    place: Text200 = Field(description="The place, as people call it.", examples=["总经理办公室档案室 2 号桌"])
    networks: Annotated[list[Network], Field(min_length=1, max_length=10)] = Field(
        description="From where requests come at that place.", examples=[["10.1.2.0/24"]]
    )


class PageRequest(Body):
    """One look at one page."""

    page: StrictInt = Field(ge=1, le=2000, description="Which page, from 1.", examples=[1])


class ReadingSessionView(View):
    """A reading session; here confidential ranks above secret."""

    id: UUID
    item_id: UUID
    reader_id: UUID
    purpose: str
    duration_seconds: int
    state: str = Field(
        description="requested, approved, refused, cancelled, lapsed, active, ended, expired or revoked."
    )
    acknowledged_at: Instant
    approved_by: UUID | None
    approved_as: str | None = Field(description="general_manager, deputy_in_charge or delegate.")
    delegation_id: UUID | None
    approved_at: Instant | None
    lapses_at: Instant | None = Field(description="Until when an approved session waits for the archivist.")
    granted_by: UUID | None
    place: str | None
    networks: list[str]
    starts_at: Instant | None
    expires_at: Instant | None
    ended_at: Instant | None
    end_reason: str | None
    views: int = Field(description="How many pages were looked at; each look has an id of its own.")
    version: int
    created_at: Instant
    updated_at: Instant


class ReadingSessionPage(View):
    """Some reading sessions, and where the next ones begin."""

    items: list[ReadingSessionView]
    next_cursor: str | None


class ReadingSessionFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    item_id: UUID | None = Field(default=None, description="Sessions of this item. 该档案的阅览。")
    reader_id: UUID | None = Field(default=None, description="Sessions of this person. 此人的阅览。")
    state: Annotated[list[ReadingState], Field(max_length=9)] | None = Field(default=None, description="States.")


class ReadingViewView(View):
    """One look at one page; its id stands on the picture."""

    id: UUID = Field(description="The view's id, as on the picture.")
    page: int
    version_id: UUID = Field(description="The file that was looked at.")
    at: Instant


class ReadingViewPage(View):
    """Some looks, and where the next ones begin."""

    items: list[ReadingViewView]
    next_cursor: str | None


class ReadingViewSort(StrEnum):
    """In the order of time, or the newest first."""

    OLDEST = "at"
    NEWEST = "-at"


class ReadingViewFilter(PageFilter):
    """Some at a time."""

    sort: ReadingViewSort = Field(default=ReadingViewSort.OLDEST, description="The order.")
