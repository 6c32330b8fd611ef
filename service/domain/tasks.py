"""Tasks: early, late and overdue, counted in working days from the planned and the actual date."""

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from service.domain.calendar import BusinessCalendar
from service.domain.states import TaskState


class Punctuality(StrEnum):
    """How a task stands to its planned date; `due` while there is time left."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"
    DUE = "due"
    OVERDUE = "overdue"
    UNDATED = "undated"
    CANCELLED = "cancelled"


class Progress(NamedTuple):
    """How a task stands, and by how many working days it is past its planned date (negative: before it)."""

    punctuality: Punctuality
    working_days_late: int | None


def progress(
    state: TaskState, planned_on: date | None, actual_on: date | None, today: date, calendar: BusinessCalendar
) -> Progress:
    """How a task stands on a business date: done by its actual date, open by today."""
    if state is TaskState.CANCELLED:
        return Progress(Punctuality.CANCELLED, None)
    if planned_on is None:
        return Progress(Punctuality.UNDATED, None)
    if actual_on is not None:
        return Progress(_finished(planned_on, actual_on), calendar.working_days_between(planned_on, actual_on))
    late = calendar.working_days_between(planned_on, today)
    return Progress(Punctuality.OVERDUE if is_overdue(state, planned_on, today) else Punctuality.DUE, late)


def is_overdue(state: TaskState, planned_on: date | None, today: date) -> bool:
    """Whether an open task's planned date has passed; derived, never stored."""
    return state in (TaskState.NOT_STARTED, TaskState.IN_PROGRESS) and planned_on is not None and planned_on < today


def _finished(planned_on: date, actual_on: date) -> Punctuality:
    if actual_on == planned_on:
        return Punctuality.ON_TIME
    return Punctuality.EARLY if actual_on < planned_on else Punctuality.LATE
