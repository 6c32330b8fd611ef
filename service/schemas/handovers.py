"""Handovers as JSON."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.domain.handovers import Held
from service.schemas.fields import Body, Code, Text2000, View
from service.schemas.page import PageFilter
from service.schemas.wording import Wording


class HandoverCreate(Body):
    """Who is to take over a person's accounts, and by which grades. 某人的客户由谁接手，以及所依据的级别。"""

    department_id: UUID | None = Field(
        default=None,
        description="The team, with all below it, that takes over; the person's own department if null, the "
        "whole company if they have none. "
        "接手的团队及其全部下级；空则为此人所在部门，没有部门则为全公司。",
    )
    scheme_code: Code | None = Field(
        default=None,
        description="The tier scheme whose grades count; the one in use if null. 所依据的分级方案；空则取现用方案。",
    )
    reason: Text2000 = Field(description="Why. 原因。", examples=["张伟将于月底离职"])


class HandoverItemView(View):
    """One piece of what the person has, and what the handover does with it. 此人名下的一项事物及其交接去向。"""

    kind: str = Field(
        description="account, task, team, appeal, loan, reading_session, paper, delegation or department. "
        "客户、任务、团队、申诉、借阅、阅览、纸质档案、委托书或部门。"
    )
    id: UUID = Field(
        description="Of the account, task, membership, appeal and so on. 客户、任务、团队成员、申诉等的标识。"
    )
    account_id: UUID | None
    label: str | None = Field(
        description="Its code, subject or name, where that tells nothing that is classified. "
        "编号、主题或名称；不透露涉密内容。"
    )
    state: str | None = Field(
        description="Its present state; of a membership, the role. 当前状态；团队成员则为其角色。"
    )
    fate: str = Field(
        description="not_proposed, assigned, unassigned, stays, ended, withdrawn, redrawn, mediation_ended, "
        "cancelled, lapsed, revoked, to_return or to_replace. "
        "尚未提出、已指定、无人接手、保持不变、已结束、已撤回、重新抽取、调解终止、已取消、已失效、"
        "已撤销、待归还或待接替。"
    )
    fate_text: Wording
    new_staff_id: UUID | None = Field(description="Who gets it. 接手人。")
    new_staff_code: str | None = Field(description="Their code. 接手人的工号。")
    reason: str | None = Field(
        description="Of an account: why the rule chose so, or why nobody may take it. "
        "用于客户：按规则选定的理由，或无人可接手的原因。"
    )
    reason_text: Wording | None
    remedy: str | None = Field(
        description="Of an account that nobody may take: what would help. 用于无人可接手的客户：解决办法的代码。"
    )
    remedy_text: Wording | None


class HandoverView(View):
    """What a person still has and what becomes of it, as far as you may know of each piece.

    此人名下尚有的事物及其去向，以您有权知悉者为限。
    """

    staff_id: UUID
    staff_code: str
    staff_status: str = Field(description="invited, active, on_leave or left. 已邀请、在职、休假中或已离职。")
    plan_id: UUID | None = Field(
        description="The latest plan for their accounts; null before one was asked for. "
        "为其客户所作的最近方案；尚未发起时为空。"
    )
    plan_state: str | None = Field(
        description="The plan's state; its proposals stand while proposed or approved. "
        "方案的状态；待批准或已批准时，其提议有效。"
    )
    items: list[HandoverItemView]
    next_cursor: str | None


class HandoverFilter(PageFilter):
    """Which pieces."""

    kind: Annotated[list[Held], Field(max_length=9)] | None = Field(
        default=None, description="Any of these kinds. 这些类型之一。"
    )
