"""Rulebooks as JSON: what decides who gets which account."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from service.domain.distribution.rulebook import Rulebook
from service.domain.states import VersionState
from service.schemas.fields import UNCHANGED, Body, Code, Instant, Text50, Text2000, View
from service.schemas.page import PageFilter

Definition = Annotated[
    dict[str, Any],
    Field(
        max_length=20,
        examples=[Rulebook().to_mapping()],
        description="The rules as data: `hard_rules`, points of `fit`, `priority` and `balance`, `misfit_price`, "
        "`move_price`, `tie_key`, `arrivals`; 100 points weigh 1. What is left out has its default.",
    ),
]


class RulebookCreate(Body):
    """A new draft; a code that exists already makes its next version."""

    code: Code = Field(description="Code of the rulebook, shared by its versions.", examples=["standard"])
    definition: Definition = Field(default={})


class RulebookUpdate(Body):
    """A merge patch (RFC 7396) of a draft; null gives a rule its default again."""

    definition: Definition = UNCHANGED


class RulebookVerdict(Body):
    """Why a version is published or retired."""

    reason: Text2000 | None = Field(default=None, description="Why.", examples=["全体业务员已确认"])


class RulebookView(View):
    """One version of a rulebook; once published it never changes."""

    id: UUID
    code: str
    number: int = Field(description="The version's number within its code.")
    state: str = Field(description="draft, published or retired.")
    definition: Definition
    text_en: str = Field(description="The rules in English, written from the definition.")
    text_zh: str = Field(description="The rules in Chinese, written from the definition.")
    author_id: UUID
    publisher_id: UUID | None
    published_at: Instant | None
    retired_at: Instant | None
    version: int
    created_at: Instant
    updated_at: Instant


class RulebookPage(View):
    """Some versions of rulebooks, and where the next ones begin."""

    items: list[RulebookView]
    next_cursor: str | None


class RulebookFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    code: Annotated[list[Text50], Field(max_length=100)] | None = Field(default=None, description="Rulebook codes.")
    state: Annotated[list[VersionState], Field(max_length=3)] | None = Field(default=None, description="States.")
