"""What keeps an item of the archive, as JSON: links, receipts of its paper, proposals that take two people, history."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field

from service.domain.archives import Confidentiality, TwoPeople
from service.domain.states import ProposalState
from service.errors import FieldFlaw
from service.schemas.archives import RANKS, RANKS_ZH
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
    """From an item to another, or to a document elsewhere: exactly one of the two.

    由一份档案指向另一份档案或其他地方的文件，二者择一。
    """

    target_id: UUID | None = Field(
        default=None, description="Another item of the archive that you may see. 您可以查看的另一份档案。"
    )
    url: Address | None = Field(
        default=None,
        description="A document elsewhere. 其他地方的文件。",
        examples=["https://intranet.example.com/waybills/77"],
    )
    note: Text200 | None = Field(default=None, description="What it is. 说明。", examples=["运单"])


class ArchiveLinkView(View):
    """From an item to another, or to a document elsewhere; links to what you may not know of are left out.

    由一份档案指向另一份档案或其他地方的文件；您无权知悉的不列出。
    """

    id: UUID
    item_id: UUID = Field(description="The item of the archive. 档案。")
    target_id: UUID | None = Field(description="The other item. 另一份档案。")
    url: str | None = Field(description="The document elsewhere. 其他地方的文件。")
    note: str | None
    created_by: UUID
    created_at: Instant


class ArchiveLinkPage(View):
    """Some links, and where the next ones begin. 一页关联及下一页的起点。"""

    items: list[ArchiveLinkView]
    next_cursor: str | None


class TimedSort(StrEnum):
    """What they are sorted by; a leading minus turns the order round. 排序依据；前加减号为倒序。"""

    CREATED = "created_at"
    CREATED_DESC = "-created_at"


class TimedFilter(PageFilter):
    """Some at a time."""

    sort: TimedSort = Field(default=TimedSort.CREATED, description="The order. 排序。")


class ReceiptKind(StrEnum):
    """What happened to the paper. 纸质原件的经过。"""

    RECEIVED = "received"
    HANDED_OUT = "handed_out"
    RETURNED = "returned"
    COUNTED = "counted"
    LOST = "lost"
    FOUND = "found"


class CustodyReceiptCreate(Body):
    """The paper changed hands, or was looked for: a receipt, which stays.

    纸质原件易手或清点：一条交接记录，不可更改。
    """

    kind: ReceiptKind = Field(description="What happened. 发生了什么。", examples=["received"])
    person_id: UUID | None = Field(
        default=None, description="Who handed it over or took it; needed to hand it out. 交接的人；发放时必填。"
    )
    place: Text200 | None = Field(
        default=None, description="Where it lies now. 现在的存放位置。", examples=["二号库 3 架 5 层"]
    )
    due_at: Instant | None = Field(
        default=None,
        description="When what is handed out is due back; at the latest with the loan of whoever takes it. "
        "所发放原件的应还时间；最迟不晚于领取人借阅的到期时间。",
    )
    note: Text2000 | None = Field(default=None, description="Note. 备注。")


class CustodyReceiptView(View):
    """What happened to the paper. 纸质原件的经过。"""

    id: UUID
    item_id: UUID = Field(description="The item of the archive. 档案。")
    kind: str = Field(
        description="received, handed_out, returned, counted, lost or found. 移交入库、借出、归还、清点、遗失或寻回。"
    )
    person_id: UUID | None = Field(description="Who handed it over or took it. 交接的人。")
    place: str | None = Field(description="Where it lay from then on. 此后的存放位置。")
    due_at: Instant | None
    note: str | None
    recorded_by: UUID = Field(description="The archivist, or who reported the loss. 档案管理员，或报告遗失的人。")
    created_at: Instant


class CustodyReceiptPage(View):
    """Some receipts, and where the next ones begin. 一页交接记录及下一页的起点。"""

    items: list[CustodyReceiptView]
    next_cursor: str | None


class ArchiveProposalCreate(Body):
    """What takes two people. Classes: confidential ranks above secret here; compare ranks.

    须由两人共同完成的事项。此处机密高于秘密，请比较 rank。
    """

    action: TwoPeople = Field(description="lower, destroy or lift_hold. 降密、销毁或解除保全。", examples=["lower"])
    to_confidentiality: Confidentiality | None = Field(
        default=None,
        description=f"The lower class, for `lower`. {RANKS} 降低后的密级，仅用于 `lower`：{RANKS_ZH}",
        examples=["unclassified"],
    )
    effective_on: Day | None = Field(
        default=None,
        description="For `lower`: at once when left out, else on this day. "
        "仅用于 `lower`：不填则立即生效，否则自该日起。",
    )
    second_id: UUID | None = Field(
        default=None,
        description="Who is asked to decide. Needed to lower a top-secret item: that leader thereby knows of the "
        "proposal, not of the item. "
        "请谁决定。降低绝密档案密级时必填：该领导由此知道有此提议，但不知道档案内容。",
    )
    reason: Text2000 = Field(description="Why. 原因。", examples=["项目已公示"])


class ArchiveProposalView(View):
    """What takes two people. Classes: confidential ranks above secret here; compare ranks.

    须由两人共同完成的事项。此处机密高于秘密，请比较 rank。
    """

    id: UUID
    item_id: UUID = Field(description="The item of the archive. 档案。")
    action: str = Field(description="lower, destroy or lift_hold. 降密、销毁或解除保全。")
    class_as_proposed: str = Field(
        description=f"The item's class then; of another it is not confirmed. {RANKS} "
        f"提议时的密级；密级已变则不能确认。{RANKS_ZH}"
    )
    to_confidentiality: str | None = Field(description=f"The lower class. {RANKS} 降低后的密级：{RANKS_ZH}")
    effective_on: Day | None
    reason: str
    state: str = Field(description="proposed, confirmed, refused or withdrawn. 待确认、已确认、已拒绝或已撤回。")
    proposed_by: UUID = Field(description="The first person. 第一人，即提议人。")
    second_id: UUID | None = Field(description="Who was asked to decide. 被请求作出决定的人。")
    decided_by: UUID | None = Field(description="The second person. 第二人，即决定人。")
    decided_at: Instant | None
    decision_reason: str | None
    version: int
    created_at: Instant
    updated_at: Instant


class ArchiveProposalPage(View):
    """Some proposals, and where the next ones begin. 一页提议及下一页的起点。"""

    items: list[ArchiveProposalView]
    next_cursor: str | None


class ArchiveProposalFilter(TimedFilter):
    """Which proposals."""

    state: Annotated[list[ProposalState], Field(max_length=4)] | None = Field(
        default=None, description="States. 状态。"
    )


class ProposalDecision(Body):
    """The second person's word. 第二人的决定。"""

    reason: Text2000 | None = Field(default=None, description="Why. 原因。")


class ArchiveHistoryEntry(View):
    """Who did what to an item; of texts only their fields' names are told. 对档案的操作记录；文字内容只列字段名称。"""

    id: UUID
    at: Instant
    actor_id: UUID | None
    actor: str = Field(description="Kind and code of whoever acted. 操作主体的类型与代码。", examples=["staff:S0001"])
    on_behalf_of: UUID | None
    action: str = Field(examples=["archive_item.raised"])
    subject_type: str = Field(examples=["archive_item"])
    subject_id: UUID
    data: dict[str, Any] = Field(description="What is told of it. 相关说明。")


class ArchiveHistoryPage(View):
    """Some of what happened to an item. 一页档案操作记录。"""

    items: list[ArchiveHistoryEntry]
    next_cursor: str | None


class ArchiveHistorySort(StrEnum):
    """Newest first, or oldest first. 由新到旧，或由旧到新。"""

    NEWEST = "-at"
    OLDEST = "at"


class ArchiveHistoryFilter(PageFilter):
    """Some at a time."""

    sort: ArchiveHistorySort = Field(default=ArchiveHistorySort.NEWEST, description="The order. 排序。")
