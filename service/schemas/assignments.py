"""Assignments and routings as JSON: who is responsible for which account, since when and why."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.schemas.fields import Body, Instant, Text2000, View
from service.schemas.page import PageFilter
from service.schemas.wording import Wording


class Origin(StrEnum):
    """Where an assignment comes from. 归属的来源。"""

    PLAN = "plan"
    ROUTED = "routed"
    MANUAL = "manual"
    APPEAL = "appeal"
    HANDOVER = "handover"


class AssignmentCreate(Body):
    """An assignment by hand; the hard rules of the published rulebook are kept.

    人工分配；须遵守已发布规则手册的硬性规则。
    """

    account_id: UUID = Field(description="The account. 客户。")
    staff_id: UUID = Field(description="Who is responsible from now on. 今后的负责人。")
    reason: Text2000 = Field(
        description="Why this person. 指定此人的理由。", examples=["与客户总部同城，且已服务其子公司三年"]
    )
    replaces_id: UUID | None = Field(
        default=None,
        description="The present assignment, which this one ends; null when nobody has the account. Another one: "
        "409 `already_owned`. "
        "由此结束的现行归属；客户无人负责时为空。与现状不符则返回 409 `already_owned`。",
    )
    pinned_until: Instant | None = Field(
        default=None,
        description="Redistribution leaves the account alone until then, for the same reason. "
        "在此之前重新分配不变动该客户，理由同上。",
    )


class Pin(Body):
    """How long redistribution leaves an assignment alone, and why. 某项归属多久不参与重新分配，以及原因。"""

    pinned_until: Instant = Field(description="An instant to come. 将来的时刻。")
    reason: Text2000 = Field(description="Why. 原因。", examples=["重大项目投标期间"])


class Unpin(Body):
    """Why an assignment takes part in redistribution again. 恢复参与重新分配的理由。"""

    reason: Text2000 = Field(description="Why. 原因。", examples=["项目已结束"])


class AssignmentView(View):
    """Who is responsible for an account in one team role, from one instant to another.

    一段时间内客户在某一团队角色上的负责人。
    """

    id: UUID
    account_id: UUID
    account_code: str
    staff_id: UUID
    staff_code: str
    team_role: str
    started_at: Instant
    ended_at: Instant | None
    origin: str = Field(description="plan, routed, manual, appeal or handover. 分配方案、按规则、人工、申诉或交接。")
    reason: str | None = Field(description="What a person wrote who assigned by hand. 人工分配者所写的理由。")
    plan_id: UUID | None
    decision_id: UUID | None = Field(
        description="The latest decision that gave the account to this person. 将客户分给此人的最近一次决定。"
    )
    appeal_id: UUID | None
    pinned_until: Instant | None
    pin_reason: str | None
    assigned_by: UUID | None
    version: int
    created_at: Instant
    updated_at: Instant


class AssignmentPage(View):
    """Some assignments, and where the next ones begin. 一页归属及下一页的起点。"""

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
    origin: Annotated[list[Origin], Field(max_length=5)] | None = Field(default=None, description="Origins. 来源。")


class RouteRequest(Body):
    """Between whom one account is decided. 一个客户在哪些人之间分配。"""

    department_id: UUID | None = Field(
        default=None,
        description="The team, with all below it, that shares the account; the whole company if null. "
        "参与分配该客户的团队及其全部下级；空表示全公司。",
    )


class RoutingView(View):
    """What the rule said about one account. 按规则对一个客户的决定。"""

    decision_id: UUID
    account_id: UUID
    account_code: str
    staff_id: UUID | None = Field(
        description="Who is responsible now; null when the account waits. 现任负责人；客户等待分配时为空。"
    )
    assignment_id: UUID | None
    reason: str = Field(description="Code of why it came out so. 结果原因的代码。")
    reason_text: Wording
    remedy: str | None = Field(
        description="Code of what would help an account that waits. 对等待分配的客户，解决办法的代码。"
    )
    remedy_text: Wording | None
