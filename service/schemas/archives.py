"""Items of the archive as JSON.

Classes are compared by `rank` only: here confidential (机密) ranks above secret (秘密).
"""

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt, model_validator

from service.domain.archives import Confidentiality, FilingKind, Retention
from service.domain.states import ArchiveState, PaperState
from service.errors import FieldFlaw
from service.schemas.fields import UNCHANGED, Body, Day, Instant, Text50, Text200, Text2000, View
from service.schemas.page import PageFilter

RANKS = (
    "unclassified 0 < secret 秘密 1 < confidential 机密 2 < top_secret 绝密 3: confidential ranks above secret here, "
    "so compare ranks, never names."
)
Group = Annotated[StrictInt, Field(ge=1, le=10)]


class ArchiveItemCreate(Body):
    """A deposit, which the archivist accepts. Confidential (机密) ranks above secret (秘密) here; compare ranks."""

    title: Text200 = Field(description="Title (题名).", examples=["华东电力集团年度供货合同"])
    reference: Text200 | None = Field(
        default=None, description="Your own filing number (档号); it need not be unique.", examples=["HT-2026-017"]
    )
    description: Text2000 | None = Field(default=None, description="What it is about.")
    kind: FilingKind = Field(description="One of the fifteen filing kinds.", examples=["contract"])
    original_group: Group | None = Field(
        default=None, description="Which of the ten groups of originals it belongs to, 1 to 10.", examples=[8]
    )
    account_id: UUID | None = Field(default=None, description="The account that it concerns.")
    department_id: UUID | None = Field(
        default=None, description="Your own department when left out; another one is for top-secret items only."
    )
    confidentiality: Confidentiality = Field(description=f"Class (密级). {RANKS}", examples=["secret"])
    dated_on: Day | None = Field(default=None, description="The date on the document.")
    retention: Retention = Field(
        default=Retention.YEARS_30, description="How long it is kept from its acceptance (保管期限)."
    )


class ArchiveItemUpdate(Body):
    """A merge patch (RFC 7396): only the fields that change. The class changes by `raise` and proposals, never here."""

    title: Text200 = UNCHANGED
    reference: Text200 | None = None
    description: Text2000 | None = None
    kind: FilingKind = UNCHANGED
    original_group: Group | None = None
    account_id: UUID | None = None
    dated_on: Day | None = None
    retention: Retention = Field(default=UNCHANGED, description="After acceptance it is only ever lengthened.")


class ArchiveItemView(View):
    """An item of the archive. Its class is compared by `rank`: confidential (机密) ranks above secret (秘密) here."""

    id: UUID
    code: str = Field(description="Made by the service; tells nothing of when or what.")
    reference: str | None = Field(description="The depositor's own filing number (档号).")
    title: str
    description: str | None
    kind: str = Field(description="Filing kind.")
    original_group: int | None = Field(description="Group of originals, 1 to 10.")
    account_id: UUID | None
    department_id: UUID = Field(description="The department that deposited it.")
    confidentiality: str = Field(description=f"Class (密级). {RANKS}")
    rank: int = Field(description="The class as a number, 0 to 3, to compare.")
    state: str = Field(description="deposited, accepted, withdrawn or destroyed.")
    depositor_id: UUID = Field(description="Who deposited it.")
    accepted_at: Instant | None = Field(description="When the archivist accepted it; null until then.")
    accepted_by: UUID | None
    dated_on: Day | None = Field(description="The date on the document.")
    retention: str = Field(description="How long it is kept.")
    retain_until: Day | None = Field(description="The day until which it is kept; null for ever.")
    legal_hold: bool = Field(description="Nobody destroys it while this is true.")
    hold_reason: str | None
    original_held: bool = Field(description="Whether the archive holds the original on paper.")
    paper_state: str | None = Field(description="in_archive, out, overdue or lost; null where no paper is kept.")
    place: str | None = Field(description="Where the paper lies.")
    paper_holder_id: UUID | None = Field(description="Who has the paper now.")
    paper_due_at: Instant | None = Field(description="When the paper is due back.")
    downgrade_on: Day | None = Field(description="The day on which two people have its class lowered by itself.")
    downgrade_to: str | None
    destroyed_at: Instant | None
    current_version: int | None = Field(description="Number of the latest accepted file; null while there is none.")
    version: int
    created_at: Instant
    updated_at: Instant


class ArchiveItemPage(View):
    """Some items, and where the next ones begin. Classes are compared by `rank`."""

    items: list[ArchiveItemView]
    next_cursor: str | None


class ArchiveItemSort(StrEnum):
    """What items are sorted by; a leading minus turns the order round."""

    CREATED = "created_at"
    CREATED_DESC = "-created_at"


class ArchiveItemFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values. Compare classes by `rank`."""

    q: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="A part of title, reference or code. 题名、文号或编号的一部分。"
    )
    code: Annotated[list[Text50], Field(max_length=100)] | None = Field(
        default=None, description="Codes of items. 档案编号。"
    )
    kind: Annotated[list[FilingKind], Field(max_length=15)] | None = Field(default=None, description="Filing kinds.")
    original_group: Annotated[list[Annotated[int, Field(ge=1, le=10)]], Field(max_length=10)] | None = Field(
        default=None, description="Groups of originals. 原件分组。"
    )
    account_id: UUID | None = Field(default=None, description="Items of this account. 该客户的档案。")
    department_id: UUID | None = Field(default=None, description="Items of this department. 该部门的档案。")
    depositor_id: UUID | None = Field(default=None, description="What this person deposited. 由此人交存。")
    confidentiality: Annotated[list[Confidentiality], Field(max_length=4)] | None = Field(
        default=None, description=f"Classes. {RANKS}"
    )
    state: Annotated[list[ArchiveState], Field(max_length=4)] | None = Field(default=None, description="States.")
    paper_state: Annotated[list[PaperState], Field(max_length=4)] | None = Field(
        default=None, description="Where the paper is."
    )
    legal_hold: bool | None = Field(
        default=None, description="true: under legal hold; false: not. true：处于法律保全；false：未处于。"
    )
    retain_until_to: Day | None = Field(
        default=None, description="Kept until this day or earlier. 保管期限不晚于此日。"
    )
    created_from: Instant | None = Field(
        default=None, description="Deposited at or after this instant. 交存时间不早于此时刻。"
    )
    created_to: Instant | None = Field(default=None, description="Deposited before this instant. 交存时间早于此时刻。")
    sort: ArchiveItemSort = Field(default=ArchiveItemSort.CREATED, description="The order.")


class Acceptance(Body):
    """The archivist takes a deposit over; from confidential (机密, above secret here) upwards with the original."""

    original_held: StrictBool = Field(
        default=False, description="Whether the original on paper was handed over.", examples=[True]
    )
    place: Text200 | None = Field(default=None, description="Where the paper lies.", examples=["二号库 3 架 5 层"])

    @model_validator(mode="after")
    def only_paper_lies_somewhere(self) -> Self:
        """A place is that of paper which was handed over."""
        if self.place is not None and not self.original_held:
            raise FieldFlaw(
                "place_without_original",
                "A place is told of an original that was handed over.",
                "仅移交纸质原件时填写存放位置。",
            )
        return self


class ArchiveReason(Body):
    """Why."""

    reason: Text2000 = Field(description="Why.", examples=["内容涉及投标报价"])


class ClassRaise(Body):
    """A higher class, effective at once. Confidential (机密) ranks above secret (秘密) here; compare ranks."""

    confidentiality: Confidentiality = Field(description=f"The new class. {RANKS}", examples=["confidential"])
    reason: Text2000 = Field(description="Why.", examples=["内容涉及投标报价"])
