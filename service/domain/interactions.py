"""Interactions with a customer: what was planned, what came of it, and the tasks that it promised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from service.domain.calendar import BusinessCalendar
from service.domain.invalid import Flaws
from service.errors import EditWindowClosed, Forbidden


class InteractionKind(StrEnum):
    """How one meets.

    互动方式。
    """

    VISIT = "visit"
    CALL = "call"
    MEETING = "meeting"
    EMAIL = "email"
    PRESENTATION = "presentation"
    RETURN_VISIT = "return_visit"
    SURVEY = "survey"


class Side(StrEnum):
    """Whose participant somebody is.

    参与者所属的一方。
    """

    OWN = "own"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody at the table; the buying role (购买角色) is the customer's."""

    name: str
    side: Side
    title: str = ""
    buying_role: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A line of the call introduction: what we need to know, why, and how we ask."""

    need: str
    reason: str
    question: str


@dataclass(frozen=True, slots=True)
class Influence:
    """A line of the influence sheet: the view to influence, how, and the value to the customer."""

    view: str
    approach: str
    business_value: str
    personal_value: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan part of the call form: when, where, what for, with whom, against which obstacles."""

    planned_at: datetime
    purpose: str
    expected_result: str = ""
    place: str = ""
    agenda: tuple[str, ...] = ()
    obstacles: str = ""
    preparation: str = ""
    participants: tuple[Participant, ...] = ()
    questions: tuple[Question, ...] = ()
    influences: tuple[Influence, ...] = ()


@dataclass(frozen=True, slots=True)
class Commitment:
    """Something promised; without a person it is the author's, without a date it is due in a few working days."""

    action: str
    responsible_id: UUID | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome part of the call form: what happened, how long it took, what was promised."""

    happened_at: datetime
    summary: str
    minutes: int | None = None
    commitments: tuple[Commitment, ...] = ()


@dataclass(frozen=True, slots=True)
class InteractionSettings:
    """How long the author may edit, and when a promise without a date is due."""

    edit_hours: int = 24
    commitment_working_days: int = 5


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """A task to be made of a commitment."""

    subject: str
    assignee_id: UUID
    planned_on: date


def check_interaction(plan: Plan | None, outcome: Outcome | None, now: datetime, calendar: BusinessCalendar) -> None:
    """Nothing, or `InvalidInput`: there is a plan or an outcome, which has happened and precedes its promises."""
    flaws = Flaws()
    if plan is None and outcome is None:
        flaws.add("", "empty_interaction", "A plan or an outcome is needed.", "需要填写计划或结果。")
    if outcome is not None:
        _check_outcome(outcome, now, calendar, flaws)
    flaws.refuse()


def task_drafts(
    outcome: Outcome, author_id: UUID, settings: InteractionSettings, calendar: BusinessCalendar
) -> list[TaskDraft]:
    """One task for each commitment, in order; a promised date stays as promised, even on a day off."""
    happened_on = calendar.business_date(outcome.happened_at)
    usual = calendar.add_working_days(happened_on, settings.commitment_working_days)
    return [
        TaskDraft(promise.action, promise.responsible_id or author_id, promise.due_on or usual)
        for promise in outcome.commitments
    ]


def edit_closes_at(created_at: datetime, settings: InteractionSettings) -> datetime:
    """The instant from which an interaction is only amended."""
    return created_at + timedelta(hours=settings.edit_hours)


def require_editable(
    actor_id: UUID, author_id: UUID, created_at: datetime, now: datetime, settings: InteractionSettings
) -> None:
    """Nothing, or why not: only the author edits, and only within the window."""
    if actor_id != author_id:
        raise Forbidden
    if now >= edit_closes_at(created_at, settings):
        raise EditWindowClosed


def _check_outcome(outcome: Outcome, now: datetime, calendar: BusinessCalendar, flaws: Flaws) -> None:
    if outcome.happened_at > now:
        flaws.add("/outcome/happened_at", "in_the_future", "This has not happened yet.", "该时间尚未到来。")
    _check_promises(outcome.commitments, calendar.business_date(outcome.happened_at), flaws)


def _check_promises(commitments: Sequence[Commitment], happened_on: date, flaws: Flaws) -> None:
    for position, promise in enumerate(commitments):
        if promise.due_on is not None and promise.due_on < happened_on:
            flaws.add(
                f"/outcome/commitments/{position}/due_on",
                "due_before_made",
                "A promise cannot be due before it was made.",
                "承诺的到期日不能早于作出之日。",
            )
