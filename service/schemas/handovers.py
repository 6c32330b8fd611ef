"""Handovers as JSON."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.domain.handovers import Held
from service.schemas.fields import Body, Code, Text2000, View
from service.schemas.page import PageFilter
from service.schemas.wording import Wording


class HandoverCreate(Body):
    """Who is to take over a person's accounts, and by which grades."""

    department_id: UUID | None = Field(
        default=None,
        description="The team, with all below it, that takes over; the person's own department if null, the whole "
        "company if they have none.",
    )
    scheme_code: Code | None = Field(
        default=None, description="The tier scheme whose grades count; the one in use if null.", examples=["five_tiers"]
    )
    reason: Text2000 = Field(description="Why.", examples=["张伟将于月底离职"])


class HandoverItemView(View):
    """One piece of what the person has, and what the handover does with it."""

    kind: str = Field(
        description="account, task, team, appeal, loan, reading_session, paper, delegation or department."
    )
    id: UUID = Field(description="Of the account, task, membership, appeal and so on.")
    account_id: UUID | None
    label: str | None = Field(description="Its code, subject or name, where that tells nothing that is classified.")
    state: str | None = Field(description="Its present state; of a membership, the role.")
    fate: str = Field(
        description="not_proposed, assigned, unassigned, stays, ended, withdrawn, redrawn, mediation_ended, cancelled, "
        "lapsed, revoked, to_return or to_replace."
    )
    fate_text: Wording
    new_staff_id: UUID | None = Field(description="Who gets it. 接手人。")
    new_staff_code: str | None = Field(description="Their code.")
    reason: str | None = Field(description="Of an account: why the rule chose so, or why nobody may take it.")
    reason_text: Wording | None
    remedy: str | None = Field(description="Of an account that nobody may take: what would help.")
    remedy_text: Wording | None


class HandoverView(View):
    """What a person still has and what becomes of it, as far as you may know of each piece."""

    staff_id: UUID
    staff_code: str
    staff_status: str = Field(description="invited, active, on_leave or left.")
    plan_id: UUID | None = Field(description="The latest plan for their accounts; null before one was asked for.")
    plan_state: str | None = Field(description="The plan's state; its proposals stand while proposed or approved.")
    items: list[HandoverItemView]
    next_cursor: str | None


class HandoverFilter(PageFilter):
    """Which pieces."""

    kind: Annotated[list[Held], Field(max_length=9)] | None = Field(
        default=None, description="Any of these kinds. 这些类型之一。"
    )
