"""Calendar dates as people write them: 2024-02-15, 2024年2月15日, 15.02.2024, 15 Feb 2024, 民国113年2月15日."""

import re
import unicodedata
from datetime import date, datetime

from service.domain.unreadable import Unreadable

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH_NUMBER = {name: number for number, month in enumerate(_MONTHS, 1) for name in (month, month[:3])} | {"sept": 9}
_TIME = r"(?:[T\s]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[ap]m)?\s*(?:z|[+-]\d{2}:?\d{2})?)?"
_WEEKDAY = re.compile(r"[\s(]*(?:星期|周|週|礼拜)[一二三四五六日天]\)?\s*")
_ISO = re.compile(r"[12]\d{3}-\d\d-\d\d")
_YEAR_FIRST = re.compile(
    rf"(?P<roc>民国|民國)?(?P<y>\d{{2,4}})\s*[-/.年]\s*(?P<m>\d{{1,2}})\s*[-/.月]\s*(?P<d>\d{{1,2}})\s*[日号號]?{_TIME}",
    re.IGNORECASE,
)
_YEAR_LAST = re.compile(
    rf"(?P<a>\d{{1,2}})\s*(?P<mark>[-/.])\s*(?P<b>\d{{1,2}})\s*[-/.]\s*(?P<y>\d{{4}}){_TIME}", re.IGNORECASE
)
_DAY_NAMED = re.compile(
    rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s-]+(?P<m>[a-z]+)\.?,?[\s-]+(?P<y>\d{{4}}){_TIME}", re.IGNORECASE
)
_MONTH_NAMED = re.compile(
    rf"(?P<m>[a-z]+)\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}}){_TIME}", re.IGNORECASE
)
_COMPACT = re.compile(r"(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)")
_NO_DAY = re.compile(
    r"\d{4}\s*(?:[-/.年]\s*\d{1,2}\s*月?|年)?|\d{1,2}\s*[-/.月]\s*\d{1,2}\s*[日号號]?|[a-z]+\.?,?\s+\d{4}",
    re.IGNORECASE,
)


def read_date(text: str, *, day_first: bool | None = None) -> date:
    """The day that a text names; a time after it is left aside. Raises `Unreadable`.

    15.02.2024 has one reading and 05.02.2024 two (`ambiguous_date`), unless `day_first` says what the author meant.
    """
    if _ISO.fullmatch(text):
        return _day(*map(int, text.split("-")))
    plain = _WEEKDAY.sub(" ", unicodedata.normalize("NFKC", text)).strip()
    if found := _YEAR_FIRST.fullmatch(plain):
        return _year_first(found)
    if found := _YEAR_LAST.fullmatch(plain):
        return _year_last(int(found["a"]), int(found["b"]), int(found["y"]), day_first=day_first)
    if found := _DAY_NAMED.fullmatch(plain) or _MONTH_NAMED.fullmatch(plain):
        return _named(found)
    if found := _COMPACT.fullmatch(plain):
        return _day(int(found["y"]), int(found["m"]), int(found["d"]))
    if _NO_DAY.fullmatch(plain):
        raise Unreadable("date_incomplete")
    raise Unreadable("date_is_a_number" if plain.isdecimal() else "not_a_date")


def typed_date(value: datetime | date) -> date:
    """The day of a cell that a spreadsheet keeps as a date. Raises `Unreadable`."""
    return _finite(value.date() if isinstance(value, datetime) else value)


def _year_first(found: re.Match[str]) -> date:
    """Year, month, day; the Republic's years count from 1911, and two digits alone do not tell the century."""
    year = int(found["y"])
    if found["roc"]:
        return _day(year + 1911, int(found["m"]), int(found["d"]))
    if len(found["y"]) < 4:
        raise Unreadable("ambiguous_date")
    return _day(year, int(found["m"]), int(found["d"]))


def _year_last(first: int, second: int, year: int, *, day_first: bool | None) -> date:
    """Day and month in either order, where only one order makes a date."""
    if day_first is None:
        if first <= 12 and second <= 12 and first != second:
            raise Unreadable("ambiguous_date")
        day_first = first > 12
    return _day(year, second, first) if day_first else _day(year, first, second)


def _named(found: re.Match[str]) -> date:
    """A date whose month is an English word."""
    month = _MONTH_NUMBER.get(found["m"].lower())
    if month is None:
        raise Unreadable("not_a_date")
    return _day(int(found["y"]), month, int(found["d"]))


def _day(year: int, month: int, day: int) -> date:
    """The day, if the calendar has it."""
    try:
        return _finite(date(year, month, day))
    except ValueError:
        raise Unreadable("no_such_date") from None


def _finite(day: date) -> date:
    """A day but the calendar's first and last, which stand for "none" and "never" and are stored as infinity."""
    if day in (date.min, date.max):
        raise Unreadable("no_such_date")
    return day
