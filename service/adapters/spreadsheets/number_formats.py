"""What a number of a spreadsheet is shown as: a date, an amount of money, or a number (ECMA-376 part 1, 18.8.30)."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import IO

from service.adapters.spreadsheets.xml_streams import XmlStream
from service.domain.amounts import from_float
from service.domain.tables import Cell, cell_text

NUMBER, DATE = "", "date"
"""How a style shows a number; anything else is the mark of a currency."""

_BUILT_IN_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|[_*].')
_BRACKET = re.compile(r"\[(?:\$([^\]-]*)(?:-([0-9A-Fa-f]+))?|([hms]+)|[^\]]*)\]", re.IGNORECASE)
_DATE_LETTER = re.compile(r"[ymdhs]", re.IGNORECASE)
_MARK = re.compile(r"(?:[A-Z]{1,2})?\$|[¥￥€£₩₹₽฿₫]|(?<![A-Za-z])(?:[A-Z]{3})(?![A-Za-z])|元|円")
_OF_LOCALE = {
    "804": "CNY",
    "411": "JPY",
    "409": "USD",
    "404": "TWD",
    "c04": "HKD",
    "1004": "SGD",
    "1009": "CAD",
    "c09": "AUD",
}

_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - a spreadsheet's days know no zone
_DAYS = 2_958_466


def read_styles(source: IO[bytes]) -> list[str]:
    """How each cell style shows numbers, in the order of the styles: `NUMBER`, `DATE` or a currency mark."""
    codes: dict[str, str] = {}
    styles: list[str] = []
    inside = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        if name == "numFmt":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            inside = True
        elif name == "xf" and inside:
            number = attributes.get("numFmtId", "0")
            built_in = number.isdecimal() and int(number) in _BUILT_IN_DATES
            styles.append(shown_as(codes[number]) if number in codes else DATE if built_in else NUMBER)

    def end(name: str) -> None:
        nonlocal inside
        if name == "cellXfs":
            inside = False

    XmlStream(start, end).run(source)
    return styles


def shown_as(code: str) -> str:
    """How a format code shows a number."""
    first = code.partition(";")[0]
    literals = " ".join(found[1] or found[2] or "" for found in _LITERAL.finditer(first))
    bare = _LITERAL.sub(" ", first)
    for found in _BRACKET.finditer(bare):
        mark, locale, elapsed = (found[1] or "").strip(), (found[2] or "").lower(), found[3]
        if elapsed:
            return NUMBER
        if mark:
            return _OF_LOCALE.get(locale, mark) if mark in "$¥￥" else mark
    bare = _BRACKET.sub("", bare)
    if bare.strip().casefold() != "general" and _DATE_LETTER.search(bare):
        return DATE
    mark = _MARK.search(f"{bare} {literals}")
    return mark[0] if mark else NUMBER


def typed_number(text: str, style: str, *, from_1904: bool) -> Cell:
    """The value of a numeric cell: a number as Excel shows it, a date, a time, or an amount with its mark as text."""
    number = Decimal(text) if text.isdecimal() and len(text) <= 15 else from_float(float(text))
    if style == DATE:
        return _moment(number, from_1904=from_1904)
    plain: int | Decimal = int(number) if number == number.to_integral_value() else number
    return f"{style} {cell_text(plain)}" if style else plain


def _moment(serial: Decimal, *, from_1904: bool) -> Cell:
    """The day, instant or time of a serial number; the day that 1900 did not have stays a number."""
    if not 0 <= serial < _DAYS or (int(serial) == 60 and not from_1904):
        return int(serial) if serial == int(serial) else serial
    seconds = round((serial % 1) * 86400)
    if serial < 1 and not from_1904:
        return (_EPOCH + timedelta(seconds=seconds % 86400)).time()
    early = serial < 60 and not from_1904
    epoch = _EPOCH_1904 if from_1904 else _EPOCH
    moment = epoch + timedelta(days=int(serial) + early, seconds=seconds)
    return date(moment.year, moment.month, moment.day) if moment.time() == time() else moment
