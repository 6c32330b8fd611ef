"""Messages to other systems as JSON (Standard Webhooks)."""

from uuid import UUID

from pydantic import Field

from service.schemas.fields import Instant, View


class WebhookMessage(View):
    """That something happened to a record: ids and a type, never content."""

    id: UUID = Field(description="The event; the same when it is sent again.")
    type: str = Field(description="What happened.", examples=["appeal.upheld"])
    at: Instant = Field(description="When it happened.")
    sequence: int = Field(description="Grows from event to event of one record.")
    subject_type: str = Field(description="What kind of record.", examples=["appeal"])
    subject_id: UUID | None = Field(description="Which record; null for the company as a whole.")
