from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.calendar import BusinessCalendar, add_months
from service.domain.invalid import InvalidInput

SHANGHAI = ZoneInfo("Asia/Shanghai")
# National Day 2024 as people enter it: seven days off, worked for on a Sunday before and a Saturday after.
NATIONAL_DAY = BusinessCalendar(
    SHANGHAI,
    holidays=[date(2024, 10, day) for day in range(1, 8)],
    make_up_days=[date(2024, 9, 29), date(2024, 10, 12)],
)
DAYS = st.dates(date(2000, 1, 1), date(2050, 12, 31))


def works(calendar: BusinessCalendar, day: date) -> bool:
    """What a working day is, said anew."""
    return day in calendar.make_up_days or (day.weekday() < 5 and day not in calendar.holidays)


@st.composite
def calendars(draw: st.DrawFn) -> BusinessCalendar:
    near = st.dates(date(2023, 12, 1), date(2024, 3, 31))
    holidays = draw(st.sets(near, max_size=30))
    return BusinessCalendar(SHANGHAI, holidays, draw(st.sets(near, max_size=30)) - holidays)


NEAR = st.dates(date(2023, 11, 1), date(2024, 4, 30))


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2024, 9, 27), True),
        (date(2024, 9, 28), False),
        (date(2024, 9, 29), True),
        (date(2024, 10, 1), False),
        (date(2024, 10, 7), False),
        (date(2024, 10, 8), True),
        (date(2024, 10, 12), True),
        (date(2024, 10, 13), False),
    ],
)
def test_holidays_are_off_and_make_up_weekends_are_worked(day: date, worked: bool) -> None:
    assert NATIONAL_DAY.working_days_between(day - timedelta(days=1), day) == worked


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2024, 9, 27), 1, date(2024, 9, 29)),
        (date(2024, 9, 30), 1, date(2024, 10, 8)),
        (date(2024, 9, 30), 5, date(2024, 10, 12)),
        (date(2024, 10, 3), 1, date(2024, 10, 8)),
        (date(2024, 10, 3), -1, date(2024, 9, 30)),
        (date(2024, 10, 8), -2, date(2024, 9, 29)),
        (date(2024, 10, 3), 0, date(2024, 10, 3)),
    ],
)
def test_working_days_are_counted_over_holidays(start: date, days: int, end: date) -> None:
    assert NATIONAL_DAY.add_working_days(start, days) == end


def test_a_holiday_on_a_weekend_and_a_make_up_day_in_the_week_change_nothing() -> None:
    plain = BusinessCalendar(SHANGHAI)
    odd = BusinessCalendar(SHANGHAI, holidays=[date(2024, 6, 8)], make_up_days=[date(2024, 6, 5)])
    days = [date(2024, 6, 1) + timedelta(days=offset) for offset in range(30)]
    assert [odd.add_working_days(day, 1) for day in days] == [plain.add_working_days(day, 1) for day in days]


@given(calendars(), NEAR, st.integers(-40, 40))
def test_adding_and_counting_agree_with_walking_day_by_day(calendar: BusinessCalendar, start: date, days: int) -> None:
    step = timedelta(days=1 if days > 0 else -1)
    walked, left = start, abs(days)
    while left:
        walked += step
        left -= works(calendar, walked)
    assert calendar.add_working_days(start, days) == walked


@given(calendars(), NEAR, NEAR)
def test_counting_is_the_number_of_worked_days_after_the_start(
    calendar: BusinessCalendar, start: date, end: date
) -> None:
    earlier, later = sorted((start, end))
    days = [earlier + timedelta(days=offset) for offset in range(1, (later - earlier).days + 1)]
    count = sum(works(calendar, day) for day in days)
    assert calendar.working_days_between(start, end) == (count if start <= end else -count)


@given(calendars(), NEAR, st.integers(1, 60))
def test_counting_and_stepping_back_undo_adding(calendar: BusinessCalendar, start: date, days: int) -> None:
    there = calendar.add_working_days(start, days)
    assert calendar.working_days_between(start, there) == days
    if works(calendar, start):
        assert calendar.add_working_days(there, -days) == start


def test_the_business_date_is_the_date_in_the_business_zone() -> None:
    assert NATIONAL_DAY.business_date(datetime(2024, 9, 30, 15, 59, tzinfo=UTC)) == date(2024, 9, 30)
    assert NATIONAL_DAY.business_date(datetime(2024, 9, 30, 16, 0, tzinfo=UTC)) == date(2024, 10, 1)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(InvalidInput) as refusal:
        NATIONAL_DAY.business_date(datetime(2024, 9, 30, 12))  # noqa: DTZ001
    assert [flaw.code for flaw in refusal.value.errors] == ["naive_time"]


def test_a_day_ends_before_midnight_of_the_business_zone_in_utc() -> None:
    end = NATIONAL_DAY.end_of_day(date(2024, 9, 30))
    assert end == datetime(2024, 9, 30, 15, 59, 59, 999999, tzinfo=UTC)
    assert end.tzinfo is UTC


@given(DAYS, st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia"]))
def test_the_end_of_a_day_is_its_last_microsecond_in_any_zone(day: date, zone: str) -> None:
    calendar = BusinessCalendar(ZoneInfo(zone))
    end = calendar.end_of_day(day)
    assert calendar.business_date(end) <= day
    assert calendar.business_date(end + timedelta(microseconds=1)) > day


def test_a_deadline_is_the_end_of_the_nth_working_day() -> None:
    noticed = datetime(2024, 9, 30, 17, 0, tzinfo=UTC)  # 1 October in Shanghai
    assert NATIONAL_DAY.deadline(noticed, 1) == datetime(2024, 10, 8, 15, 59, 59, 999999, tzinfo=UTC)


def test_a_day_cannot_be_off_and_made_up_at_once() -> None:
    with pytest.raises(InvalidInput) as refusal:
        BusinessCalendar(SHANGHAI, [date(2024, 10, 1)], [date(2024, 10, 1)])
    assert [flaw.code for flaw in refusal.value.errors] == ["holiday_and_make_up"]


@pytest.mark.parametrize(
    ("day", "months", "result"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 11, 30), 3, date(2025, 2, 28)),
        (date(2024, 12, 15), 1, date(2025, 1, 15)),
        (date(2024, 3, 31), -1, date(2024, 2, 29)),
        (date(2024, 1, 10), -1, date(2023, 12, 10)),
        (date(2024, 5, 5), 0, date(2024, 5, 5)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last(day: date, months: int, result: date) -> None:
    assert add_months(day, months) == result


def test_dates_beyond_the_calendar_are_refused() -> None:
    plain = BusinessCalendar(SHANGHAI)
    for beyond in (
        lambda: plain.add_working_days(date.max, 1),
        lambda: plain.add_working_days(date.min, -1),
        lambda: plain.end_of_day(date.max),
        lambda: add_months(date.max, 1),
        lambda: add_months(date.min, -1),
    ):
        with pytest.raises(InvalidInput) as refusal:
            beyond()
        assert [flaw.code for flaw in refusal.value.errors] == ["date_out_of_range"]
