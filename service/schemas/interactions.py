"""Interactions as JSON: visits, calls, meetings and messages, with the plan and the outcome part of the call forms."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictInt

from service.domain.interactions import InteractionKind, Side
from service.schemas.fields import UNCHANGED, Blank200, Blank2000, Body, Day, Instant, Text200, Text2000, View
from service.schemas.page import PageFilter


class Participant(Body):
    """Somebody at the table."""

    name: Text200 = Field(description="Name.", examples=["李娜"])
    side: Side = Field(description="Ours or the customer's.")
    title: Blank200 = Field(default="", description="Title or post.")
    buying_role: Blank200 = Field(default="", description="Buying role (购买角色).")


class Question(Body):
    """A line of the call introduction."""

    need: Text2000 = Field(description="What we need to know.")
    reason: Blank2000 = Field(default="", description="Why.")
    question: Blank2000 = Field(default="", description="How we ask.")


class Influence(Body):
    """A line of the influence sheet, or an argument of a presentation."""

    view: Text2000 = Field(description="Which view of theirs we can influence.")
    approach: Blank2000 = Field(default="", description="How.")
    business_value: Blank2000 = Field(default="", description="Business value to them.")
    personal_value: Blank2000 = Field(default="", description="Political or personal value to them.")


Agenda = Annotated[list[Text200], Field(max_length=50)]
Participants = Annotated[list[Participant], Field(max_length=100)]
Questions = Annotated[list[Question], Field(max_length=50)]
Influences = Annotated[list[Influence], Field(max_length=50)]


class InteractionPlan(Body):
    """The plan part: when, where, what for, with whom, against which obstacles."""

    planned_at: Instant = Field(description="When it is to begin.")
    purpose: Text2000 = Field(description="Purpose.", examples=["确认年度采购计划"])
    expected_result: Blank2000 = Field(default="", description="Expected result.")
    place: Blank200 = Field(default="", description="Location.", examples=["深圳总部"])
    agenda: Agenda = Field(default=[], description="Agenda, point by point.")
    obstacles: Blank2000 = Field(default="", description="Competing views or obstacles.")
    preparation: Blank2000 = Field(default="", description="Resources and preparation.")
    participants: Participants = Field(default=[], description="Who takes part, on both sides.")
    questions: Questions = Field(default=[], description="What we need to know, why, and how we ask.")
    influences: Influences = Field(default=[], description="Which views we can influence, and the value to them.")


class Commitment(Body):
    """Something promised; it becomes a task."""

    action: Text200 = Field(description="What was promised.", examples=["三日内提交报价"])
    responsible_id: UUID | None = Field(default=None, description="Who does it; whoever tells the outcome if left out.")
    due_on: Day | None = Field(default=None, description="Until when; within a few working days if left out.")


Commitments = Annotated[list[Commitment], Field(max_length=50)]


class InteractionOutcome(Body):
    """The outcome part: what happened, how long it took, what was promised."""

    happened_at: Instant = Field(description="When it began.")
    summary: Text2000 = Field(description="What happened.", examples=["客户同意试用新产品"])
    minutes: StrictInt | None = Field(default=None, ge=0, le=1440, description="How long it took.")
    commitments: Commitments = Field(default=[], description="What was promised, by whom, until when.")


class InteractionCreate(Body):
    """A new interaction: planned, or told after it happened, or both."""

    account_id: UUID = Field(description="With which customer.")
    kind: InteractionKind = Field(description="How one meets.")
    subject: Text200 = Field(description="What it is about.", examples=["年度合作洽谈"])
    plan: InteractionPlan | None = Field(default=None, description="The plan part.")
    outcome: InteractionOutcome | None = Field(default=None, description="The outcome part.")


class PlanUpdate(Body):
    """A merge patch of the plan part."""

    planned_at: Instant = UNCHANGED
    purpose: Text2000 = UNCHANGED
    expected_result: Blank2000 | None = None
    place: Blank200 | None = None
    agenda: Agenda | None = None
    obstacles: Blank2000 | None = None
    preparation: Blank2000 | None = None
    participants: Participants | None = None
    questions: Questions | None = None
    influences: Influences | None = None


class OutcomeUpdate(Body):
    """A merge patch of the outcome part; commitments that were not there before become tasks."""

    happened_at: Instant = UNCHANGED
    summary: Text2000 = UNCHANGED
    minutes: Annotated[StrictInt, Field(ge=0, le=1440)] | None = None
    commitments: Commitments | None = None


class InteractionUpdate(Body):
    """A merge patch by the author within a day."""

    kind: InteractionKind = UNCHANGED
    subject: Text200 = UNCHANGED
    plan: PlanUpdate | None = None
    outcome: OutcomeUpdate | None = None


class AmendmentCreate(Body):
    """An addition to an interaction, at any time; the outcome of a planned one is told here too."""

    note: Text2000 = Field(description="What is added.", examples=["客户来电更正：预算为 200 万元"])
    outcome: InteractionOutcome | None = Field(default=None, description="The outcome, where none was told yet.")


class AmendmentView(View):
    """An addition, and whose it is."""

    at: Instant
    author_id: UUID
    note: str


class InteractionView(View):
    """An interaction: what was planned, what came of it, what was added."""

    id: UUID
    account_id: UUID
    kind: str = Field(examples=["visit"])
    subject: str
    starts_at: Instant = Field(description="When it happened, or is planned to.")
    plan: InteractionPlan | None
    outcome: InteractionOutcome | None
    amendments: list[AmendmentView]
    author_id: UUID
    editable_until: Instant = Field(description="Until then the author edits it; afterwards it is only amended.")
    version: int
    created_at: Instant
    updated_at: Instant


class InteractionPage(View):
    """Some interactions, and where the next ones begin."""

    items: list[InteractionView]
    next_cursor: str | None


class InteractionSort(StrEnum):
    """What interactions are sorted by; a leading minus turns the order round."""

    LATEST = "-starts_at"
    EARLIEST = "starts_at"
    CREATED = "created_at"
    CREATED_DESC = "-created_at"


class InteractionFilter(PageFilter):
    """Typed filters, one per field."""

    account_id: UUID | None = Field(default=None, description="With this account. 与该客户的互动。")
    kind: Annotated[list[InteractionKind], Field(max_length=7)] | None = Field(
        default=None, description="Of these kinds."
    )
    author_id: UUID | None = Field(default=None, description="Logged by this person. 由此人记录。")
    starts_from: Instant | None = Field(
        default=None, description="Beginning at or after this instant. 开始时间不早于此时刻。"
    )
    starts_to: Instant | None = Field(default=None, description="Beginning before this instant. 开始时间早于此时刻。")
    sort: InteractionSort = Field(default=InteractionSort.LATEST, description="The order.")
