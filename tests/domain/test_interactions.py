from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from service.domain.calendar import BusinessCalendar
from service.domain.interactions import (
    Commitment,
    InteractionKind,
    InteractionSettings,
    Outcome,
    Participant,
    Plan,
    Side,
    TaskDraft,
    check_interaction,
    edit_closes_at,
    require_editable,
    task_drafts,
)
from service.domain.invalid import InvalidInput
from service.errors import EditWindowClosed, Forbidden

CALENDAR = BusinessCalendar(ZoneInfo("Asia/Shanghai"), holidays=[date(2024, 6, 10)])
SETTINGS = InteractionSettings()
AUTHOR, COLLEAGUE = UUID(int=1), UUID(int=2)
NOW = datetime(2024, 6, 6, 8, 0, tzinfo=UTC)
PLAN = Plan(NOW, "介绍新方案", participants=(Participant("张伟", Side.CUSTOMER, "采购经理", "决策者"),))


def an_outcome(*commitments: Commitment, happened_at: datetime = NOW) -> Outcome:
    return Outcome(happened_at, "客户同意试用", 45, commitments)


def codes(plan: Plan | None, outcome: Outcome | None) -> list[tuple[str | None, str]]:
    with pytest.raises(InvalidInput) as refusal:
        check_interaction(plan, outcome, NOW, CALENDAR)
    return [(flaw.pointer, flaw.code) for flaw in refusal.value.errors]


def test_the_four_daily_kinds_are_known() -> None:
    assert {"visit", "call", "meeting", "email"} <= set(InteractionKind)


def test_each_commitment_becomes_a_task_with_its_person_and_date() -> None:
    outcome = an_outcome(
        Commitment("发送报价", COLLEAGUE, date(2024, 6, 8)),
        Commitment("安排演示", None, date(2024, 6, 12)),
    )
    assert task_drafts(outcome, AUTHOR, SETTINGS, CALENDAR) == [
        TaskDraft("发送报价", COLLEAGUE, date(2024, 6, 8)),
        TaskDraft("安排演示", AUTHOR, date(2024, 6, 12)),
    ]


def test_a_promise_without_a_date_is_due_in_five_working_days() -> None:
    drafts = task_drafts(an_outcome(Commitment("寄样品")), AUTHOR, SETTINGS, CALENDAR)
    assert [draft.planned_on for draft in drafts] == [date(2024, 6, 14)]


def test_the_day_of_a_meeting_is_that_of_the_business_zone() -> None:
    late = an_outcome(Commitment("寄样品"), happened_at=datetime(2024, 6, 5, 16, 30, tzinfo=UTC))
    assert task_drafts(late, AUTHOR, SETTINGS, CALENDAR)[0].planned_on == date(2024, 6, 14)


@pytest.mark.parametrize("outcome", [None, an_outcome(), an_outcome(Commitment("寄样品", due_on=date(2024, 6, 6)))])
def test_a_plan_alone_or_with_its_outcome_is_accepted(outcome: Outcome | None) -> None:
    check_interaction(PLAN, outcome, NOW, CALENDAR)


def test_an_outcome_needs_no_plan() -> None:
    check_interaction(None, an_outcome(), NOW, CALENDAR)


def test_an_interaction_without_plan_and_outcome_is_refused() -> None:
    assert codes(None, None) == [("", "empty_interaction")]


def test_an_outcome_has_happened_and_its_promises_lie_ahead() -> None:
    outcome = an_outcome(
        Commitment("可行", due_on=date(2024, 6, 9)),
        Commitment("过早", due_on=date(2024, 6, 6)),
        happened_at=NOW + timedelta(days=1),
    )
    assert codes(PLAN, outcome) == [
        ("/outcome/happened_at", "in_the_future"),
        ("/outcome/commitments/1/due_on", "due_before_made"),
    ]


def test_the_author_edits_within_a_day() -> None:
    require_editable(AUTHOR, AUTHOR, NOW, NOW + timedelta(hours=24, microseconds=-1), SETTINGS)
    assert edit_closes_at(NOW, SETTINGS) == NOW + timedelta(hours=24)


def test_after_a_day_an_interaction_is_only_amended() -> None:
    with pytest.raises(EditWindowClosed):
        require_editable(AUTHOR, AUTHOR, NOW, NOW + timedelta(hours=24), SETTINGS)


def test_nobody_else_edits() -> None:
    with pytest.raises(Forbidden):
        require_editable(COLLEAGUE, AUTHOR, NOW, NOW, SETTINGS)
