"""Loans as JSON."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictInt

from service.domain.lending import Duty
from service.domain.states import LoanState
from service.schemas.fields import Body, Instant, Text2000, View
from service.schemas.page import PageFilter

RANK_NOTE = "unclassified, secret, confidential or top_secret, in this order of rank: confidential ranks above secret."
RANK_NOTE_ZH = "由低到高为非密、秘密、机密、绝密：机密高于秘密。"


class LoanCreate(Body):
    """Somebody wants to borrow an item. 借阅申请。"""

    item_id: UUID = Field(description="What to borrow. 借阅的档案。")
    borrower_id: UUID | None = Field(
        default=None,
        description="Who borrows, where their department manager applies for them; else you. "
        "由部门经理代为申请时的借阅人；否则为您本人。",
    )
    purpose: Text2000 = Field(description="What it is needed for. 用途。", examples=["核对华东区续签合同的付款条款"])
    duration_seconds: StrictInt = Field(
        ge=1,
        le=365 * 24 * 3600,
        description="For how long, from its beginning; a secret item for 4 hours (14400) at most. "
        "自开始起的秒数；秘密档案至多 4 小时（14400）。",
        examples=[7200],
    )


class LoanDecision(Body):
    """An approval, or its remark. 批准，或其说明。"""

    reason: Text2000 | None = Field(
        default=None, description="A remark for the record. 供存档的说明。", examples=["同意"]
    )


class LoanEnding(Body):
    """Why something is turned down or ended. 拒绝或终止的原因。"""

    reason: Text2000 = Field(description="Why. 原因。", examples=["事由不充分"])


class LoanRemark(Body):
    """Why a request is taken back, or nothing. 撤回申请的原因；可不填。"""

    reason: Text2000 | None = Field(default=None, description="Why. 原因。", examples=["已不需要"])


class LoanStart(Body):
    """The borrower's word. 借阅人的确认。"""

    acknowledged: Annotated[list[Duty], Field(max_length=10)] = Field(
        description="Every duty that the loan names. 借阅所列的全部义务。",
        examples=[["care", "no_alteration", "no_copying", "no_lending_on", "no_loss"]],
    )


class LoanReturn(Body):
    """Nothing needs to be said. 无须填写。"""


class LossReport(Body):
    """What happened to something that is lost. 遗失经过。"""

    account: Text2000 = Field(description="What happened. 发生了什么。", examples=["出差途中公文包遗失，已报警"])


class LoanView(View):
    """A loan; a secret one ends by itself after 4 hours at most. 借阅；秘密档案至多 4 小时，到期自动结束。"""

    id: UUID
    item_id: UUID
    class_as_lent: str = Field(
        description=f"The item's class when it was asked for. {RANK_NOTE} 申请时的档案密级，{RANK_NOTE_ZH}"
    )
    borrower_id: UUID
    applicant_id: UUID = Field(
        description="Who asked: the borrower, or their department manager. 申请人：借阅人或其部门经理。"
    )
    way: str = Field(description="direct, application or approval. 直接借阅、申请或审批。")
    purpose: str
    duration_seconds: int
    state: str = Field(
        description="requested, approved, refused, cancelled, lapsed, active, returned, expired, revoked or "
        "lost. "
        "待审批、已批准、已拒绝、已取消、逾期失效、借阅中、已归还、已到期、已终止或遗失。"
    )
    duties: list[str] = Field(
        description="What the borrower acknowledges before it begins. 开始之前借阅人须确认的义务。"
    )
    approved_by: UUID | None
    approved_as: str | None = Field(
        description="In what right: office_director, general_manager, deputy_in_charge or delegate; null for a "
        "direct borrower. "
        "审批身份：总经理办公室主任、总经理、分管副总经理或受托人；直接借阅时为空。"
    )
    delegation_id: UUID | None = Field(description="The letter on which a delegate approved. 受托人据以审批的委托书。")
    approved_at: Instant | None
    lapses_at: Instant | None = Field(
        description="Until when an approved loan waits for its beginning. 已批准的借阅须在此之前开始。"
    )
    acknowledged_at: Instant | None
    starts_at: Instant | None
    expires_at: Instant | None
    ended_at: Instant | None
    end_reason: str | None
    incident_id: UUID | None = Field(description="What a loss opened. 因遗失而立的事件。")
    version: int
    created_at: Instant
    updated_at: Instant


class LoanPage(View):
    """Some loans, and where the next ones begin. 一页借阅及下一页的起点。"""

    items: list[LoanView]
    next_cursor: str | None


class LoanFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    item_id: UUID | None = Field(default=None, description="Loans of this item. 该档案的借阅。")
    borrower_id: UUID | None = Field(default=None, description="Loans to this person. 此人的借阅。")
    state: Annotated[list[LoanState], Field(max_length=10)] | None = Field(default=None, description="States. 状态。")
