"""Working days, business dates and deadlines in the business time zone.

Holidays and make-up working weekends (调休) are data that people enter; none are built in.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from service.domain.invalid import InvalidInput, invalid


class BusinessCalendar:
    """Monday to Friday without the holidays, and the make-up days, in one time zone."""

    def __init__(self, zone: ZoneInfo, holidays: Iterable[date] = (), make_up_days: Iterable[date] = ()) -> None:
        self.zone = zone
        self.holidays = frozenset(holidays)
        self.make_up_days = frozenset(make_up_days)
        if both := self.holidays & self.make_up_days:
            day = min(both)
            raise invalid(
                "", "holiday_and_make_up", f"{day} is a holiday and a make-up day.", f"{day} 既是假日又是补班日。"
            )
        self._free_weekdays = sorted(day.toordinal() for day in self.holidays if day.weekday() < 5)
        self._worked_weekends = sorted(day.toordinal() for day in self.make_up_days if day.weekday() >= 5)

    def business_date(self, instant: datetime) -> date:
        """The calendar date of an instant in the business zone; a naive time is refused."""
        if instant.utcoffset() is None:
            raise invalid("", "naive_time", "A time needs its offset from UTC.", "时间必须带有时区偏移。")
        return instant.astimezone(self.zone).date()

    def add_working_days(self, start: date, days: int) -> date:
        """The n-th working day after `start`, before it when n is negative; 0 is `start` itself."""
        if days == 0:
            return start
        before = start.toordinal() - (days < 0)
        nth = self._working_days_until(before) + days + (days < 0)
        found = 1 + bisect_left(range(1, date.max.toordinal() + 1), nth, key=self._working_days_until)
        if nth < 1 or found > date.max.toordinal():
            raise _out_of_range()
        return date.fromordinal(found)

    def working_days_between(self, start: date, end: date) -> int:
        """The working days after `start` up to and including `end`; negative when `end` comes first."""
        return self._working_days_until(end.toordinal()) - self._working_days_until(start.toordinal())

    def end_of_day(self, day: date) -> datetime:
        """The last microsecond of a date in the business zone, in UTC."""
        if day == date.max:
            raise _out_of_range()
        midnight = datetime.combine(day + timedelta(days=1), time.min, tzinfo=self.zone)
        return midnight.astimezone(UTC) - timedelta(microseconds=1)

    def deadline(self, instant: datetime, working_days: int) -> datetime:
        """The end of the n-th working day after the date of an instant, in UTC."""
        return self.end_of_day(self.add_working_days(self.business_date(instant), working_days))

    def _working_days_until(self, ordinal: int) -> int:
        """How many days were worked from 0001-01-01, a Monday, up to and including an ordinal."""
        weekdays = ordinal // 7 * 5 + min(ordinal % 7, 5)
        return weekdays - bisect_right(self._free_weekdays, ordinal) + bisect_right(self._worked_weekends, ordinal)


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day where it is shorter."""
    month = day.year * 12 + day.month - 1 + months
    first_of_next = divmod(month + 1, 12)
    try:
        last = date(first_of_next[0], first_of_next[1] + 1, 1) - timedelta(days=1)
    except (ValueError, OverflowError):
        raise _out_of_range() from None
    return last.replace(day=min(day.day, last.day))


def _out_of_range() -> InvalidInput:
    return invalid("", "date_out_of_range", "The date is outside the calendar.", "日期超出日历范围。")
