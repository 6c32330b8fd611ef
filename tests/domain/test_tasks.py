from datetime import date
from zoneinfo import ZoneInfo

import pytest

from service.domain.calendar import BusinessCalendar
from service.domain.states import TaskState
from service.domain.tasks import Progress, Punctuality, is_overdue, progress

CALENDAR = BusinessCalendar(ZoneInfo("Asia/Shanghai"))
PLANNED = date(2024, 2, 15)


def test_the_sample_of_the_division_table_was_finished_early() -> None:
    assert progress(TaskState.DONE, PLANNED, date(2024, 2, 10), date(2024, 3, 1), CALENDAR) == Progress(
        Punctuality.EARLY, -4
    )


def test_holidays_shorten_what_was_early() -> None:
    spring = BusinessCalendar(
        ZoneInfo("Asia/Shanghai"),
        holidays=[date(2024, 2, day) for day in range(10, 18)],
        make_up_days=[date(2024, 2, 4), date(2024, 2, 18)],
    )
    assert progress(TaskState.DONE, date(2024, 2, 18), date(2024, 2, 9), date(2024, 3, 1), spring) == Progress(
        Punctuality.EARLY, -1
    )


@pytest.mark.parametrize(
    ("state", "actual_on", "today", "expected"),
    [
        (TaskState.DONE, PLANNED, date(2024, 3, 1), Progress(Punctuality.ON_TIME, 0)),
        (TaskState.DONE, date(2024, 2, 19), date(2024, 3, 1), Progress(Punctuality.LATE, 2)),
        (TaskState.IN_PROGRESS, None, PLANNED, Progress(Punctuality.DUE, 0)),
        (TaskState.IN_PROGRESS, None, date(2024, 2, 8), Progress(Punctuality.DUE, -5)),
        (TaskState.IN_PROGRESS, None, date(2024, 2, 16), Progress(Punctuality.OVERDUE, 1)),
        (TaskState.NOT_STARTED, None, date(2024, 2, 20), Progress(Punctuality.OVERDUE, 3)),
        (TaskState.CANCELLED, None, date(2024, 3, 1), Progress(Punctuality.CANCELLED, None)),
    ],
)
def test_early_late_and_overdue_follow_from_the_dates(
    state: TaskState, actual_on: date | None, today: date, expected: Progress
) -> None:
    assert progress(state, PLANNED, actual_on, today, CALENDAR) == expected


def test_a_task_without_a_planned_date_is_never_late() -> None:
    assert progress(TaskState.IN_PROGRESS, None, None, date(2024, 3, 1), CALENDAR) == Progress(
        Punctuality.UNDATED, None
    )
    assert not is_overdue(TaskState.IN_PROGRESS, None, date(2024, 3, 1))


def test_only_open_tasks_are_overdue() -> None:
    overdue = {state for state in TaskState if is_overdue(state, PLANNED, date(2024, 2, 16))}
    assert overdue == {TaskState.NOT_STARTED, TaskState.IN_PROGRESS}
    assert not any(is_overdue(state, PLANNED, PLANNED) for state in TaskState)
