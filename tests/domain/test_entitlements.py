from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.calendar import BusinessCalendar, add_months
from service.domain.entitlements import entitlement_schedule, months_owed
from service.domain.tier_schemes import Tier, read_scheme
from service.domain.tier_templates import ABC, FIVE_TIERS

CALENDAR = BusinessCalendar(
    ZoneInfo("Asia/Shanghai"),
    holidays=[date(2024, 10, day) for day in range(1, 8)],
    make_up_days=[date(2024, 9, 29), date(2024, 10, 12)],
)
GOLD, DIAMOND, PLATINUM, WHITE_GOLD, SILVER = read_scheme(FIVE_TIERS).tiers


def dates(tier: Tier, code: str, start_on: date, months: int) -> list[date]:
    return [due.due_on for due in entitlement_schedule(tier, start_on, range(months), CALENDAR) if due.code == code]


def test_the_visits_of_a_month_fall_on_the_ends_of_equal_parts_of_its_working_days() -> None:
    # October 2024 has 19 working days: 8–12 (Saturday made up), 14–18, 21–25, 28–31.
    assert dates(GOLD, "visit", date(2024, 10, 1), 1) == [
        date(2024, 10, 12),
        date(2024, 10, 18),
        date(2024, 10, 25),
        date(2024, 10, 31),
    ]


def test_the_named_person_and_the_plan_are_there_within_ten_working_days() -> None:
    assert dates(GOLD, "named_person", date(2024, 9, 30), 1) == [date(2024, 10, 18)]
    assert dates(GOLD, "plan", date(2024, 9, 30), 1) == [date(2024, 10, 18)]
    assert dates(SILVER, "named_person", date(2024, 9, 30), 1) == []


def test_recurring_services_are_due_at_the_end_of_their_periods() -> None:
    assert dates(SILVER, "return_visit", date(2024, 7, 8), 12) == [
        date(2024, 9, 30),
        date(2025, 1, 7),
        date(2025, 4, 7),
        date(2025, 7, 7),
    ]
    assert dates(SILVER, "return_visit", date(2024, 7, 8), 2) == []


def test_standing_privileges_have_no_date() -> None:
    codes = {due.code for due in entitlement_schedule(read_scheme(ABC).tiers[0], date(2024, 1, 1), range(24), CALENDAR)}
    assert codes == {"named_person", "plan", "visit", "needs_analysis", "service_evaluation"}


def test_a_month_without_working_days_moves_its_visit_to_the_next_one() -> None:
    closed = BusinessCalendar(ZoneInfo("Asia/Shanghai"), [date(2024, 2, day) for day in range(1, 30)])
    visits = [
        due.due_on
        for due in entitlement_schedule(WHITE_GOLD, date(2024, 2, 1), range(1), closed)
        if due.code == "visit"
    ]
    assert visits == [date(2024, 3, 1)]


@given(
    st.sampled_from([GOLD, DIAMOND, PLATINUM, WHITE_GOLD, SILVER]),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(1, 24),
)
def test_every_duty_lies_on_a_working_day_and_every_month_has_its_visits(
    tier: Tier, start_on: date, months: int
) -> None:
    schedule = entitlement_schedule(tier, start_on, range(months), CALENDAR)
    assert [due.due_on for due in schedule] == sorted(due.due_on for due in schedule)
    assert all(due.name.en and due.name.zh for due in schedule)
    assert {CALENDAR.working_days_between(due.due_on - timedelta(days=1), due.due_on) for due in schedule} <= {1}
    for month in range(months):
        begins, ends = add_months(start_on, month), add_months(start_on, month + 1)
        visits = [due for due in schedule if due.code == "visit" and begins <= due.due_on < ends]
        assert len(visits) == tier.entitlements.visits_per_month


@given(
    st.sampled_from([GOLD, DIAMOND, PLATINUM, WHITE_GOLD, SILVER]),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(0, 24),
    st.integers(0, 24),
)
def test_months_dated_later_promise_what_they_would_have_promised_at_once(
    tier: Tier, start_on: date, first: int, more: int
) -> None:
    parts = [*entitlement_schedule(tier, start_on, range(first), CALENDAR),
             *entitlement_schedule(tier, start_on, range(first, first + more), CALENDAR)]  # fmt: skip
    whole = entitlement_schedule(tier, start_on, range(first + more), CALENDAR)
    assert sorted(parts, key=lambda due: (due.due_on, due.code)) == whole


@pytest.mark.parametrize(
    ("today", "months"),
    [
        (date(2024, 1, 31), 12),
        (date(2024, 2, 28), 12),
        (date(2024, 2, 29), 13),  # the last day of a shorter month ends the first month
        (date(2024, 3, 30), 13),
        (date(2024, 3, 31), 14),
        (date(2025, 1, 31), 24),
        (date(2023, 12, 31), 12),
    ],
)
def test_as_many_months_stay_ahead_as_pass(today: date, months: int) -> None:
    assert months_owed(date(2024, 1, 31), today, 12) == months
