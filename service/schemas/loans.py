"""Loans as JSON."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictInt

from service.domain.lending import Duty
from service.domain.states import LoanState
from service.schemas.fields import Body, Instant, Text2000, View
from service.schemas.page import PageFilter

RANK_NOTE = "unclassified, secret, confidential or top_secret, in this order of rank: confidential ranks above secret."


class LoanCreate(Body):
    """Somebody wants to borrow an item (借阅)."""

    item_id: UUID = Field(description="What to borrow.")
    borrower_id: UUID | None = Field(
        default=None,
        description="Who borrows, where their department manager applies for them; else you.",
    )
    purpose: Text2000 = Field(description="What it is needed for.", examples=["核对华东区续签合同的付款条款"])
    duration_seconds: StrictInt = Field(
        ge=1,
        le=365 * 24 * 3600,
        description="For how long, from its beginning; a secret item for 4 hours (14400) at most.",
        examples=[7200],
    )


class LoanDecision(Body):
    """An approval, or its remark."""

    reason: Text2000 | None = Field(default=None, description="A remark for the record.", examples=["同意"])


class LoanEnding(Body):
    """Why something is turned down or ended."""

    reason: Text2000 = Field(description="Why.", examples=["事由不充分"])


class LoanRemark(Body):
    """Why a request is taken back, or nothing."""

    reason: Text2000 | None = Field(default=None, description="Why.", examples=["已不需要"])


class LoanStart(Body):
    """The borrower's word."""

    acknowledged: Annotated[list[Duty], Field(max_length=10)] = Field(
        description="Every duty that the loan names.",
        examples=[["care", "no_alteration", "no_copying", "no_lending_on", "no_loss"]],
    )


class LoanReturn(Body):
    """Nothing needs to be said."""


class LossReport(Body):
    """What happened to something that is lost."""

    account: Text2000 = Field(description="What happened.", examples=["出差途中公文包遗失，已报警"])


class LoanView(View):
    """A loan; a secret one ends by itself after 4 hours at most."""

    id: UUID
    item_id: UUID
    class_as_lent: str = Field(description=f"The item's class when it was asked for. {RANK_NOTE}")
    borrower_id: UUID
    applicant_id: UUID = Field(description="Who asked: the borrower, or their department manager.")
    way: str = Field(description="direct, application or approval.")
    purpose: str
    duration_seconds: int
    state: str = Field(
        description="requested, approved, refused, cancelled, lapsed, active, returned, expired, revoked or lost."
    )
    duties: list[str] = Field(description="What the borrower acknowledges before it begins.")
    approved_by: UUID | None
    approved_as: str | None = Field(
        description="In what right: office_director, general_manager, deputy_in_charge or delegate; "
        "null for a direct borrower."
    )
    delegation_id: UUID | None = Field(description="The letter on which a delegate approved.")
    approved_at: Instant | None
    lapses_at: Instant | None = Field(description="Until when an approved loan waits for its beginning.")
    acknowledged_at: Instant | None
    starts_at: Instant | None
    expires_at: Instant | None
    ended_at: Instant | None
    end_reason: str | None
    incident_id: UUID | None = Field(description="What a loss opened.")
    version: int
    created_at: Instant
    updated_at: Instant


class LoanPage(View):
    """Some loans, and where the next ones begin."""

    items: list[LoanView]
    next_cursor: str | None


class LoanFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    item_id: UUID | None = Field(default=None, description="Loans of this item. 该档案的借阅。")
    borrower_id: UUID | None = Field(default=None, description="Loans to this person. 此人的借阅。")
    state: Annotated[list[LoanState], Field(max_length=10)] | None = Field(default=None, description="States.")
