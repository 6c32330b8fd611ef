"""What keeps an item of the archive, as JSON: links, receipts of its paper, proposals that take two people, history."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field

from service.domain.archives import Confidentiality, TwoPeople
from service.domain.states import ProposalState
from service.errors import FieldFlaw
from service.schemas.archives import RANKS
from service.schemas.fields import Body, Day, Instant, Text200, Text2000, View
from service.schemas.page import PageFilter


def secure(address: str) -> str:
    """An address that a reader may follow."""
    if not address.startswith("https://") or any(sign.isspace() for sign in address):
        raise FieldFlaw(
            "bad_address", "An address that begins with https:// is expected.", "应为以 https:// 开头的地址。"
        )
    return address


Address = Annotated[str, Field(min_length=9, max_length=2000), AfterValidator(secure)]


class ArchiveLinkCreate(Body):
    """From an item to another, or to a document elsewhere: exactly one of the two."""

    target_id: UUID | None = Field(default=None, description="Another item of the archive that you may see.")
    url: Address | None = Field(
        default=None, description="A document elsewhere.", examples=["https://intranet.example.com/waybills/77"]
    )
    note: Text200 | None = Field(default=None, description="What it is.", examples=["运单"])


class ArchiveLinkView(View):
    """From an item to another, or to a document elsewhere; links to what you may not know of are left out."""

    id: UUID
    item_id: UUID = Field(description="The item of the archive.")
    target_id: UUID | None = Field(description="The other item.")
    url: str | None = Field(description="The document elsewhere.")
    note: str | None
    created_by: UUID
    created_at: Instant


class ArchiveLinkPage(View):
    """Some links, and where the next ones begin."""

    items: list[ArchiveLinkView]
    next_cursor: str | None


class TimedSort(StrEnum):
    """What they are sorted by; a leading minus turns the order round."""

    CREATED = "created_at"
    CREATED_DESC = "-created_at"


class TimedFilter(PageFilter):
    """Some at a time."""

    sort: TimedSort = Field(default=TimedSort.CREATED, description="The order.")


class ReceiptKind(StrEnum):
    """What happened to the paper."""

    RECEIVED = "received"
    HANDED_OUT = "handed_out"
    RETURNED = "returned"
    COUNTED = "counted"
    LOST = "lost"
    FOUND = "found"


class CustodyReceiptCreate(Body):
    """The paper changed hands, or was looked for: a receipt, which stays."""

    kind: ReceiptKind = Field(description="What happened.", examples=["received"])
    person_id: UUID | None = Field(default=None, description="Who handed it over or took it; needed to hand it out.")
    place: Text200 | None = Field(default=None, description="Where it lies now.", examples=["二号库 3 架 5 层"])
    due_at: Instant | None = Field(
        default=None,
        description="When what is handed out is due back; at the latest with the loan of whoever takes it.",
    )
    note: Text2000 | None = Field(default=None, description="Note (备注).")


class CustodyReceiptView(View):
    """What happened to the paper."""

    id: UUID
    item_id: UUID = Field(description="The item of the archive.")
    kind: str = Field(description="received, handed_out, returned, counted, lost or found.")
    person_id: UUID | None = Field(description="Who handed it over or took it.")
    place: str | None = Field(description="Where it lay from then on.")
    due_at: Instant | None
    note: str | None
    recorded_by: UUID = Field(description="The archivist, or who reported the loss.")
    created_at: Instant


class CustodyReceiptPage(View):
    """Some receipts, and where the next ones begin."""

    items: list[CustodyReceiptView]
    next_cursor: str | None


class ArchiveProposalCreate(Body):
    """What takes two people. Classes: confidential (机密) ranks above secret (秘密) here; compare ranks."""

    action: TwoPeople = Field(description="lower, destroy or lift_hold.", examples=["lower"])
    to_confidentiality: Confidentiality | None = Field(
        default=None, description=f"The lower class, for `lower`. {RANKS}", examples=["unclassified"]
    )
    effective_on: Day | None = Field(default=None, description="For `lower`: at once when left out, else on this day.")
    second_id: UUID | None = Field(
        default=None,
        description="Who is asked to decide. Needed to lower a top-secret item: that leader thereby knows of the "
        "proposal, not of the item.",
    )
    reason: Text2000 = Field(description="Why.", examples=["项目已公示"])


class ArchiveProposalView(View):
    """What takes two people. Classes: confidential (机密) ranks above secret (秘密) here; compare ranks."""

    id: UUID
    item_id: UUID = Field(description="The item of the archive.")
    action: str = Field(description="lower, destroy or lift_hold.")
    class_as_proposed: str = Field(description=f"The item's class then; of another it is not confirmed. {RANKS}")
    to_confidentiality: str | None = Field(description=f"The lower class. {RANKS}")
    effective_on: Day | None
    reason: str
    state: str = Field(description="proposed, confirmed, refused or withdrawn.")
    proposed_by: UUID = Field(description="The first person.")
    second_id: UUID | None = Field(description="Who was asked to decide.")
    decided_by: UUID | None = Field(description="The second person.")
    decided_at: Instant | None
    decision_reason: str | None
    version: int
    created_at: Instant
    updated_at: Instant


class ArchiveProposalPage(View):
    """Some proposals, and where the next ones begin."""

    items: list[ArchiveProposalView]
    next_cursor: str | None


class ArchiveProposalFilter(TimedFilter):
    """Which proposals."""

    state: Annotated[list[ProposalState], Field(max_length=4)] | None = Field(default=None, description="States.")


class ProposalDecision(Body):
    """The second person's word."""

    reason: Text2000 | None = Field(default=None, description="Why.")


class ArchiveHistoryEntry(View):
    """Who did what to an item; of texts only their fields' names are told."""

    id: UUID
    at: Instant
    actor_id: UUID | None
    actor: str = Field(description="Kind and code of whoever acted.", examples=["staff:S0001"])
    on_behalf_of: UUID | None
    action: str = Field(examples=["archive_item.raised"])
    subject_type: str = Field(examples=["archive_item"])
    subject_id: UUID
    data: dict[str, Any] = Field(description="What is told of it.")


class ArchiveHistoryPage(View):
    """Some of what happened to an item."""

    items: list[ArchiveHistoryEntry]
    next_cursor: str | None


class ArchiveHistorySort(StrEnum):
    """Newest first, or oldest first."""

    NEWEST = "-at"
    OLDEST = "at"


class ArchiveHistoryFilter(PageFilter):
    """Some at a time."""

    sort: ArchiveHistorySort = Field(default=ArchiveHistorySort.NEWEST, description="The order.")
