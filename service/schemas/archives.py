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
    "unclassified 0 < secret 1 < confidential 2 < top_secret 3: confidential ranks above secret here, so compare "
    "ranks, never names."
)
RANKS_ZH = "非密 0 < 秘密 1 < 机密 2 < 绝密 3；机密高于秘密，请比较 rank，不要比较名称。"
Group = Annotated[StrictInt, Field(ge=1, le=10)]


class ArchiveItemCreate(Body):
    """A deposit, which the archivist accepts. Confidential ranks above secret here; compare ranks.

    交存档案，由档案管理员接收。此处机密高于秘密，请比较 rank。
    """

    title: Text200 = Field(description="Title. 题名。", examples=["华东电力集团年度供货合同"])
    reference: Text200 | None = Field(
        default=None,
        description="Your own filing number; it need not be unique. 您自己的档号；可以重复。",
        examples=["HT-2026-017"],
    )
    description: Text2000 | None = Field(default=None, description="What it is about. 内容说明。")
    kind: FilingKind = Field(description="One of the fifteen filing kinds. 十五类归档类别之一。", examples=["contract"])
    original_group: Group | None = Field(
        default=None,
        description="Which of the ten groups of originals it belongs to, 1 to 10. 所属的原件分组（共十组），1 至 10。",
        examples=[8],
    )
    account_id: UUID | None = Field(default=None, description="The account that it concerns. 所涉及的客户。")
    department_id: UUID | None = Field(
        default=None,
        description="Your own department when left out; another one is for top-secret items only. "
        "不填则为您所在的部门；仅绝密档案可填其他部门。",
    )
    confidentiality: Confidentiality = Field(description=f"Class. {RANKS} 密级：{RANKS_ZH}", examples=["secret"])
    dated_on: Day | None = Field(default=None, description="The date on the document. 文件上的日期。")
    retention: Retention = Field(
        default=Retention.YEARS_30, description="How long it is kept from its acceptance. 自接收起的保管期限。"
    )


class ArchiveItemUpdate(Body):
    """A merge patch (RFC 7396): only the fields that change. The class changes by `raise` and proposals, never here.

    合并补丁（RFC 7396）：仅填写要修改的字段。密级通过 `raise` 与提议变更，不在此修改。
    """

    title: Text200 = UNCHANGED
    reference: Text200 | None = None
    description: Text2000 | None = None
    kind: FilingKind = UNCHANGED
    original_group: Group | None = None
    account_id: UUID | None = None
    dated_on: Day | None = None
    retention: Retention = Field(
        default=UNCHANGED, description="After acceptance it is only ever lengthened. 接收之后只能延长。"
    )


class ArchiveItemView(View):
    """An item of the archive. Its class is compared by `rank`: confidential ranks above secret here.

    档案。密级请按 `rank` 比较：此处机密高于秘密。
    """

    id: UUID
    code: str = Field(description="Made by the service; tells nothing of when or what. 由系统生成；不透露时间与内容。")
    reference: str | None = Field(description="The depositor's own filing number. 交存人自己的档号。")
    title: str
    description: str | None
    kind: str = Field(description="Filing kind. 归档类别。")
    original_group: int | None = Field(description="Group of originals, 1 to 10. 原件分组，1 至 10。")
    account_id: UUID | None
    department_id: UUID = Field(description="The department that deposited it. 交存部门。")
    confidentiality: str = Field(description=f"Class. {RANKS} 密级：{RANKS_ZH}")
    rank: int = Field(description="The class as a number, 0 to 3, to compare. 密级对应的数字，0 至 3，供比较。")
    state: str = Field(description="deposited, accepted, withdrawn or destroyed. 待接收、已接收、已撤回或已销毁。")
    depositor_id: UUID = Field(description="Who deposited it. 交存人。")
    accepted_at: Instant | None = Field(
        description="When the archivist accepted it; null until then. 档案管理员接收的时间；未接收时为空。"
    )
    accepted_by: UUID | None
    dated_on: Day | None = Field(description="The date on the document. 文件上的日期。")
    retention: str = Field(description="How long it is kept. 保管期限。")
    retain_until: Day | None = Field(
        description="The day until which it is kept; null for ever. 保管截止日；永久保管时为空。"
    )
    legal_hold: bool = Field(description="Nobody destroys it while this is true. 为 true 时，任何人不得销毁。")
    hold_reason: str | None
    original_held: bool = Field(description="Whether the archive holds the original on paper. 档案室是否持有纸质原件。")
    paper_state: str | None = Field(
        description="in_archive, out, overdue or lost; null where no paper is kept. "
        "在库、已借出、逾期未还或遗失；无纸质原件时为空。"
    )
    place: str | None = Field(description="Where the paper lies. 纸质原件的存放位置。")
    paper_holder_id: UUID | None = Field(description="Who has the paper now. 纸质原件的现持有人。")
    paper_due_at: Instant | None = Field(description="When the paper is due back. 纸质原件应还时间。")
    downgrade_on: Day | None = Field(
        description="The day on which two people have its class lowered by itself. 由两人确定的自动降密日期。"
    )
    downgrade_to: str | None
    destroyed_at: Instant | None
    current_version: int | None = Field(
        description="Number of the latest accepted file; null while there is none. 最近接收的文件序号；尚无文件时为空。"
    )
    version: int
    created_at: Instant
    updated_at: Instant


class ArchiveItemPage(View):
    """Some items, and where the next ones begin. Classes are compared by `rank`.

    一页档案及下一页的起点。密级请按 `rank` 比较。
    """

    items: list[ArchiveItemView]
    next_cursor: str | None


class ArchiveItemSort(StrEnum):
    """What items are sorted by; a leading minus turns the order round. 档案的排序依据；前加减号为倒序。"""

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
    kind: Annotated[list[FilingKind], Field(max_length=15)] | None = Field(
        default=None, description="Filing kinds. 归档类别。"
    )
    original_group: Annotated[list[Annotated[int, Field(ge=1, le=10)]], Field(max_length=10)] | None = Field(
        default=None, description="Groups of originals. 原件分组。"
    )
    account_id: UUID | None = Field(default=None, description="Items of this account. 该客户的档案。")
    department_id: UUID | None = Field(default=None, description="Items of this department. 该部门的档案。")
    depositor_id: UUID | None = Field(default=None, description="What this person deposited. 由此人交存。")
    confidentiality: Annotated[list[Confidentiality], Field(max_length=4)] | None = Field(
        default=None, description=f"Classes. {RANKS} 密级：{RANKS_ZH}"
    )
    state: Annotated[list[ArchiveState], Field(max_length=4)] | None = Field(default=None, description="States. 状态。")
    paper_state: Annotated[list[PaperState], Field(max_length=4)] | None = Field(
        default=None, description="Where the paper is. 纸质原件所在。"
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
    sort: ArchiveItemSort = Field(default=ArchiveItemSort.CREATED, description="The order. 排序。")


class Acceptance(Body):
    """The archivist takes a deposit over; from confidential (above secret here) upwards with the original.

    档案管理员接收交存的档案；机密（此处高于秘密）及以上须移交原件。
    """

    original_held: StrictBool = Field(
        default=False,
        description="Whether the original on paper was handed over. 纸质原件是否已移交。",
        examples=[True],
    )
    place: Text200 | None = Field(
        default=None, description="Where the paper lies. 纸质原件的存放位置。", examples=["二号库 3 架 5 层"]
    )

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
    """Why. 原因。"""

    reason: Text2000 = Field(description="Why. 原因。", examples=["内容涉及投标报价"])


class ClassRaise(Body):
    """A higher class, effective at once. Confidential ranks above secret here; compare ranks.

    提高密级，立即生效。此处机密高于秘密，请比较 rank。
    """

    confidentiality: Confidentiality = Field(
        description=f"The new class. {RANKS} 新的密级：{RANKS_ZH}", examples=["confidential"]
    )
    reason: Text2000 = Field(description="Why. 原因。", examples=["内容涉及投标报价"])
