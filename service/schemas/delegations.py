"""Delegations as JSON."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from service.schemas.appeals import distinct
from service.schemas.fields import Body, Instant, Text200, Text2000, View
from service.schemas.page import PageFilter


class DelegatedAction(StrEnum):
    """What may be entrusted. 可以委托的事项。"""

    APPROVE = "approve"


class DelegatedClass(StrEnum):
    """For what it may be entrusted; here confidential ranks above secret. 可以委托的密级；此处机密高于秘密。"""

    SECRET = "secret"  # noqa: S105 - a class of papers
    CONFIDENTIAL = "confidential"


class DelegationCreate(Body):
    """A letter of delegation of a general manager who is away on business. 总经理出差期间的委托书。"""

    holder_id: UUID = Field(
        description="A deputy general manager or the office director. 受托人：副总经理或总经理办公室主任。"
    )
    actions: Annotated[list[DelegatedAction], Field(min_length=1, max_length=1), AfterValidator(distinct)] = Field(
        description="What they may do: approve loans and reading sessions. 可代行的事项：审批借阅与阅览。",
        examples=[["approve"]],
    )
    classes: Annotated[list[DelegatedClass], Field(min_length=1, max_length=2), AfterValidator(distinct)] = Field(
        description="Of which classes; here confidential ranks above secret. 适用的密级；此处机密高于秘密。",
        examples=[["secret"]],
    )
    starts_at: Instant = Field(description="From when on. 开始时间。", examples=["2036-03-03T00:00:00Z"])
    ends_at: Instant = Field(description="Until when. 结束时间。", examples=["2036-03-07T00:00:00Z"])
    letter: Text200 = Field(
        description="The letter's title or number. 委托书的标题或文号。", examples=["委托书〔2026〕3 号"]
    )
    letter_item_id: UUID | None = Field(default=None, description="The letter in the archive. 档案中的委托书。")


class DelegationEnding(Body):
    """Why a delegation ends early. 提前结束委托的原因。"""

    reason: Text2000 = Field(description="Why. 原因。", examples=["已返回公司"])


class DelegationView(View):
    """A delegation; the holder gains approval, never sight, and passes nothing on.

    委托；受托人只获得审批权，不获得查看权，也不得转委托。
    """

    id: UUID
    grantor_id: UUID
    holder_id: UUID
    actions: list[str]
    classes: list[str] = Field(
        description="secret, confidential; here confidential ranks above secret. 秘密、机密；此处机密高于秘密。"
    )
    starts_at: Instant
    ends_at: Instant
    letter: str
    letter_item_id: UUID | None
    state: str = Field(
        description="effective or revoked; it counts from `starts_at` to `ends_at`. "
        "有效或已撤销；自 `starts_at` 起至 `ends_at` 止。"
    )
    revoked_at: Instant | None
    revoked_reason: str | None
    version: int
    created_at: Instant
    updated_at: Instant


class DelegationPage(View):
    """Some delegations, and where the next ones begin. 一页委托及下一页的起点。"""

    items: list[DelegationView]
    next_cursor: str | None


class DelegationFilter(PageFilter):
    """Typed filters, one per field."""

    holder_id: UUID | None = Field(default=None, description="Delegations to this person. 受托人为此人的委托。")
    grantor_id: UUID | None = Field(default=None, description="Delegations by this person. 委托人为此人的委托。")
