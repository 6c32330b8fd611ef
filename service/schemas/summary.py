"""An account at one glance, as JSON."""

from uuid import UUID

from pydantic import Field

from service.schemas.fields import Day, Instant, View


class PersonInBrief(View):
    """A staff member in brief."""

    id: UUID
    code: str
    name: str = Field(examples=["张伟"])


class TierInBrief(View):
    """A grade that the account holds now."""

    scheme_code: str
    tier: str = Field(examples=["gold"])
    started_at: Instant


class InteractionInBrief(View):
    """A recent interaction."""

    id: UUID
    kind: str
    subject: str
    starts_at: Instant
    summary: str | None = Field(description="What came of it; null while it is only planned.")


class TaskInBrief(View):
    """An open task."""

    id: UUID
    subject: str
    assignee: str | None
    planned_on: Day | None
    state: str
    overdue: bool


class Counts(View):
    """How many there are of each."""

    contacts: int
    team: int = Field(description="People on the team.")
    interactions: int
    open_tasks: int
    overdue_tasks: int


class AccountSummary(View):
    """An account at one glance: who is responsible, how it is graded, what happened last, what is to be done."""

    id: UUID
    code: str
    name: str = Field(examples=["华为技术有限公司"])
    industry: str | None
    region: str | None
    lifecycle: str
    owner: PersonInBrief | None
    tiers: list[TierInBrief] = Field(max_length=20)
    latest_interactions: list[InteractionInBrief] = Field(max_length=5, description="The newest first.")
    open_tasks: list[TaskInBrief] = Field(max_length=10, description="The earliest planned date first.")
    counts: Counts
