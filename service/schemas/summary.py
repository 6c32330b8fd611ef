"""An account at one glance, as JSON."""

from uuid import UUID

from pydantic import Field

from service.schemas.fields import Day, Instant, View


class PersonInBrief(View):
    """A staff member in brief. 员工简况。"""

    id: UUID
    code: str
    name: str = Field(examples=["张伟"])


class TierInBrief(View):
    """A grade that the account holds now. 客户现有的级别。"""

    scheme_code: str
    tier: str = Field(examples=["gold"])
    started_at: Instant


class InteractionInBrief(View):
    """A recent interaction. 最近的互动。"""

    id: UUID
    kind: str
    subject: str
    starts_at: Instant
    summary: str | None = Field(description="What came of it; null while it is only planned. 结果；仅为计划时为空。")


class TaskInBrief(View):
    """An open task. 未完成的任务。"""

    id: UUID
    subject: str
    assignee: str | None
    planned_on: Day | None
    state: str
    overdue: bool


class Counts(View):
    """How many there are of each. 各类记录的数量。"""

    contacts: int
    team: int = Field(description="People on the team. 团队人数。")
    interactions: int
    open_tasks: int
    overdue_tasks: int


class AccountSummary(View):
    """An account at one glance: who is responsible, how it is graded, what happened last, what is to be done.

    客户概览：负责人、级别、近况与待办。
    """

    id: UUID
    code: str
    name: str = Field(examples=["华为技术有限公司"])
    industry: str | None
    region: str | None
    lifecycle: str
    owner: PersonInBrief | None
    tiers: list[TierInBrief] = Field(max_length=20)
    latest_interactions: list[InteractionInBrief] = Field(max_length=5, description="The newest first. 最新的在前。")
    open_tasks: list[TaskInBrief] = Field(
        max_length=10, description="The earliest planned date first. 计划日期最早的在前。"
    )
    counts: Counts
