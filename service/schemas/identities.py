"""Identities of the identity provider as JSON."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from service.schemas.fields import Body, Instant, View
from service.schemas.page import PageFilter

Subject = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[ -~]+$")]


class IdentityCreate(Body):
    """Somebody at the identity provider is one of our people."""

    staff_id: UUID = Field(description="Who; never yourself.")
    subject: Subject = Field(
        description="The `sub` of their tokens, exactly as the provider writes it.",
        examples=["248289761001"],
    )


class IdentityView(View):
    """Whom a subject of the identity provider stands for."""

    id: UUID
    staff_id: UUID
    issuer: str = Field(description="The `iss` of their tokens.")
    subject: str = Field(description="The `sub` of their tokens.")
    tokens_valid_from: Instant | None = Field(description="Tokens issued before do not count; null: all count.")
    linked_by: UUID = Field(description="Who linked it.")
    version: int
    created_at: Instant
    updated_at: Instant


class IdentityPage(View):
    """Some identities, and where the next ones begin."""

    items: list[IdentityView]
    next_cursor: str | None


class IdentityFilter(PageFilter):
    """Typed filters, one per field."""

    staff_id: UUID | None = Field(default=None, description="Identities of this person. 此人的身份。")
    subject: Subject | None = Field(default=None, description="The identity of this `sub`. 该 `sub` 对应的身份。")
