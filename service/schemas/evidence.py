"""Evidence as JSON: audit entries."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from service.schemas.fields import Instant, Text50, View
from service.schemas.history import TimeSort
from service.schemas.page import PageFilter


class AuditEntryView(View):
    """One fact, append-only; the bytes of `canonical` (UTF-8) are its leaf in the Merkle tree."""

    id: UUID
    position: int = Field(ge=1, description="Its number in the log; numbers may be left out.", examples=[1234])
    xid: str = Field(description="The database transaction that wrote it; entries of one transaction share it.")
    at: Instant
    actor: str = Field(description="Kind and code of whoever acted.", examples=["staff:S0001"])
    actor_id: UUID | None
    on_behalf_of: UUID | None
    action: str = Field(examples=["account.changed"])
    subject_type: str = Field(examples=["account"])
    subject_id: UUID | None
    account_id: UUID | None
    request_id: str
    data: dict[str, Any] = Field(description="What happened in detail.")
    canonical: str = Field(description="The members above in RFC 8785 form: what is sealed.")


class AuditEntryPage(View):
    """Some entries, and where the next ones begin."""

    items: list[AuditEntryView]
    next_cursor: str | None


class AuditEntryFilter(PageFilter):
    """Typed filters, one per field."""

    subject_type: Annotated[list[Text50], Field(max_length=50)] | None = Field(
        default=None, description="About records of these kinds."
    )
    subject_id: UUID | None = Field(default=None, description="About this record.")
    account_id: UUID | None = Field(default=None, description="About this account and what belongs to it.")
    action: Annotated[list[Text50], Field(max_length=50)] | None = Field(
        default=None, description="Any of these actions, such as `appeal.upheld`."
    )
    actor_id: UUID | None = Field(default=None, description="By this person or integration.")
    request_id: Annotated[str, Field(max_length=100)] | None = Field(default=None, description="Of this request.")
    at_from: Instant | None = Field(default=None, description="At or after this instant.")
    at_to: Instant | None = Field(default=None, description="Before this instant.")
    sort: TimeSort = Field(default=TimeSort.NEWEST, description="The order.")
