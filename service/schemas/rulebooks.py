"""Rulebooks as JSON: what decides who gets which account."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from service.domain.distribution.rulebook import Rulebook
from service.domain.states import VersionState
from service.schemas.explanations import BlockedBy
from service.schemas.fields import UNCHANGED, Body, Code, Instant, Text50, Text2000, View
from service.schemas.page import PageFilter
from service.schemas.wording import Wording

Definition = Annotated[
    dict[str, Any],
    Field(
        max_length=20,
        examples=[Rulebook().to_mapping()],
        description="The rules as data: `hard_rules`, points of `fit`, `priority` and `balance`, `misfit_price`, "
        "`move_price`, `move_budget`, `giants`, `freshness`, `tie_key`, `arrivals`, and `team_roles` with sections of "
        "their own; 100 points weigh 1. What is left out has its default.",
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


class Expected(StrEnum):
    """What the hard rules must say of a pair."""

    ALLOWED = "allowed"
    REFUSED = "refused"


class RulebookTestCreate(Body):
    """A pair that the rulebook must refuse or allow; what anybody carries does not matter."""

    account_id: UUID = Field(description="The account.")
    staff_id: UUID = Field(description="The person.")
    expected: Expected = Field(description="What the hard rules must say.", examples=["refused"])
    note: Text2000 | None = Field(default=None, description="Why.", examples=["该业务员曾任职于此客户"])


class RulebookTestView(View):
    """A test beside a rulebook."""

    id: UUID
    rulebook_id: UUID
    account_id: UUID
    account_code: str
    staff_id: UUID
    staff_code: str
    expected: str = Field(description="allowed or refused.")
    note: str | None = Field(description="Why.")
    created_by: UUID
    created_at: Instant


class RulebookTestPage(View):
    """The tests of a rulebook, in the order of their making."""

    items: list[RulebookTestView]
    next_cursor: None = Field(description="Null: a rulebook's tests come at once.")


class RulebookTestResult(View):
    """What came of one test."""

    test_id: UUID
    account_id: UUID
    account_code: str
    staff_id: UUID
    staff_code: str
    expected: str = Field(description="allowed or refused.")
    passed: bool = Field(description="Whether the rulebook does what is expected.")
    failed: list[BlockedBy] = Field(description="The hard rules that refuse the pair.")
    text: Wording


class RulebookTestRun(View):
    """What came of all tests, on the accounts and people as they are now."""

    passed: bool = Field(description="Whether all passed.")
    results: list[RulebookTestResult]


class RuleAmendmentView(View):
    """One field in which two rulebooks differ."""

    pointer: str = Field(description="JSON Pointer into the definition.", examples=["/fit/geography"])
    before: Any = Field(description="In the other rulebook; null where it is not there.")
    after: Any = Field(description="In this one.")
    text: Wording


class RulebookDiffView(View):
    """What a rulebook says otherwise than another."""

    rulebook_id: UUID
    against_id: UUID
    amendments: list[RuleAmendmentView]


class RulebookDiffQuery(Body):
    """Against which rulebook."""

    against: UUID = Field(description="The rulebook that counts as before. 作为对照的规则手册。")


class AcknowledgementView(View):
    """Whether somebody concerned has read a rulebook."""

    staff_id: UUID
    staff_code: str
    name: str = Field(examples=["张伟"])
    acknowledged_at: Instant | None = Field(description="Null: has not read it.")


class AcknowledgementPage(View):
    """Some people concerned, and where the next ones begin."""

    items: list[AcknowledgementView]
    next_cursor: str | None


class AcknowledgementFilter(PageFilter):
    """Typed filters."""

    acknowledged: bool | None = Field(
        default=None, description="true: has read it; false: has not. true：已阅读；false：未阅读。"
    )


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
    precedent_id: UUID | None = Field(description="The verdict on an appeal from which the draft was opened.")
    version: int
    created_at: Instant
    updated_at: Instant


class RulebookPage(View):
    """Some versions of rulebooks, and where the next ones begin."""

    items: list[RulebookView]
    next_cursor: str | None


class RulebookFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    code: Annotated[list[Text50], Field(max_length=100)] | None = Field(
        default=None, description="Rulebook codes. 规则手册代码。"
    )
    state: Annotated[list[VersionState], Field(max_length=3)] | None = Field(default=None, description="States.")
