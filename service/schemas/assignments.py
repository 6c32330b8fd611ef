"""Assignments and routings as JSON: who is responsible for which account, since when and why."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.schemas.fields import Body, Instant, Text2000, View
from service.schemas.page import PageFilter
from service.schemas.wording import Wording


class Origin(StrEnum):
    """Where an assignment comes from."""

    PLAN = "plan"
    ROUTED = "routed"
    MANUAL = "manual"
    APPEAL = "appeal"
    HANDOVER = "handover"


class AssignmentCreate(Body):
    """An assignment by hand; the hard rules of the published rulebook are kept."""

    account_id: UUID = Field(description="The account (客户).")
    staff_id: UUID = Field(description="Who is responsible from now on (负责人).")
    reason: Text2000 = Field(description="Why this person.", examples=["与客户总部同城，且已服务其子公司三年"])
    replaces_id: UUID | None = Field(
        default=None,
        description="The present assignment, which this one ends; null when nobody has the account. "
        "Another one: 409 `already_owned`.",
    )
    pinned_until: Instant | None = Field(
        default=None, description="Redistribution leaves the account alone until then, for the same reason."
    )


class Pin(Body):
    """How long redistribution leaves an assignment alone, and why."""

    pinned_until: Instant = Field(description="An instant to come.")
    reason: Text2000 = Field(description="Why.", examples=["重大项目投标期间"])


class Unpin(Body):
    """Why an assignment takes part in redistribution again."""

    reason: Text2000 = Field(description="Why.", examples=["项目已结束"])


class AssignmentView(View):
    """Who is responsible for an account in one team role, from one instant to another."""

    id: UUID
    account_id: UUID
    account_code: str
    staff_id: UUID
    staff_code: str
    team_role: str
    started_at: Instant
    ended_at: Instant | None
    origin: str = Field(description="plan, routed, manual, appeal or handover.")
    reason: str | None = Field(description="What a person wrote who assigned by hand.")
    plan_id: UUID | None
    decision_id: UUID | None = Field(description="The latest decision that gave the account to this person.")
    appeal_id: UUID | None
    pinned_until: Instant | None
    pin_reason: str | None
    assigned_by: UUID | None
    version: int
    created_at: Instant
    updated_at: Instant


class AssignmentPage(View):
    """Some assignments, and where the next ones begin."""

    items: list[AssignmentView]
    next_cursor: str | None


class AssignmentFilter(PageFilter):
    """Typed filters, one per field; repeat one for any of several values."""

    account_id: UUID | None = Field(default=None, description="Of this account. 属于该客户。")
    staff_id: UUID | None = Field(default=None, description="Of this person. 属于此人。")
    plan_id: UUID | None = Field(default=None, description="Begun by this plan. 由该方案产生。")
    current: bool | None = Field(
        default=None, description="true: has not ended; false: has. true：未结束；false：已结束。"
    )
    pinned: bool | None = Field(
        default=None, description="true: with a pin; false: without. true：已锁定；false：未锁定。"
    )
    origin: Annotated[list[Origin], Field(max_length=5)] | None = Field(default=None, description="Origins.")


class RouteRequest(Body):
    """Between whom one account is decided."""

    department_id: UUID | None = Field(
        default=None, description="The team, with all below it, that shares the account; the whole company if null."
    )


class RoutingView(View):
    """What the rule said about one account."""

    decision_id: UUID
    account_id: UUID
    account_code: str
    staff_id: UUID | None = Field(description="Who is responsible now; null when the account waits.")
    assignment_id: UUID | None
    reason: str = Field(description="Code of why it came out so.")
    reason_text: Wording
    remedy: str | None = Field(description="Code of what would help an account that waits.")
    remedy_text: Wording | None
