"""One cell of a known column: how its kind of field is read, from text or from what a spreadsheet typed."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

from service.domain.amounts import LARGEST, Money, read_money, read_number
from service.domain.currencies import MARKS, resolve
from service.domain.headings import Column
from service.domain.import_fields import Kind
from service.domain.tables import CONTROL, Cell, cell_text
from service.domain.unreadable import Unreadable
from service.domain.written_dates import read_date, typed_date
from service.domain.written_values import (
    LEVELS,
    LIFECYCLES,
    ORDER_STATES,
    STAFF_STATUSES,
    TASK_STATES,
    is_nothing,
    read_list,
    read_share,
    read_word,
)

Value = str | Decimal | int | bool | date | Money | tuple[str, ...]
"""What a cell comes to: money with its currency, shares as ratios, states and levels as codes."""

CellReader = Callable[[Cell, Sequence[str]], tuple[Value | None, bool]]
"""Cell and currency hints (ISO, best first) → value, None for nothing; whether it says all that was typed."""

LONGEST = MappingProxyType({Kind.NAME: 300, Kind.TEXT: 4000, Kind.CONTACT: 300, Kind.LIST: 4000, Kind.VERBATIM: 32767})
"""Characters that a field of the kind may hold; 32767 is what a cell of a spreadsheet holds."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How the author of a file writes: the currency of unmarked amounts (ISO), the decimal mark, the order of dates."""

    currency: str | None = None
    decimal_mark: str | None = None
    day_first: bool | None = None


def reader_of(column: Column, kind: Kind, habits: Habits) -> CellReader:
    """The reader for all cells of a column."""
    match kind:
        case Kind.MONEY:
            return _money_reader(column, habits)
        case Kind.NUMBER | Kind.WHOLE | Kind.SHARE:
            return _number_reader(column, kind, habits)
        case Kind.DATE:
            return _date_reader(habits)
        case Kind.LIST | Kind.CURRENCY | Kind.IGNORED:
            return {Kind.LIST: _list, Kind.CURRENCY: _currency, Kind.IGNORED: _nothing}[kind]
        case Kind.TASK_STATE | Kind.ORDER_STATE | Kind.LEVEL | Kind.LIFECYCLE | Kind.STAFF_STATUS:
            return _word_reader(kind)
        case Kind.NAME | Kind.TEXT | Kind.CONTACT | Kind.VERBATIM:
            return _text_reader(kind)


def written(cell: Cell) -> str:
    """What somebody typed into a cell: NFC, trimmed, without the apostrophe that keeps a text from being a formula."""
    text = (cell if isinstance(cell, str) else cell_text(cell)).strip()
    if CONTROL.search(text):
        raise Unreadable("control_character")
    if text.startswith("'") and _is_guarded(text[1:]):
        text = text[1:].strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _is_guarded(text: str) -> bool:
    """Whether a text is one that writing puts an apostrophe before."""
    return text[:1].isspace() or unicodedata.normalize("NFKC", text[:1]).startswith(("=", "+", "-", "@"))


def _text_reader(kind: Kind) -> CellReader:
    """Text; a mark for nothing is nothing, but stays the text of a contact detail and of what is kept verbatim."""
    longest, keeps_marks = LONGEST[kind], kind in (Kind.CONTACT, Kind.VERBATIM)

    def read(cell: Cell, _: Sequence[str]) -> tuple[Value | None, bool]:
        text = written(cell)
        if not text or (len(text) <= 12 and not keeps_marks and is_nothing(text)):
            return None, True
        if len(text) > longest:
            raise Unreadable("text_too_long")
        return text, True

    return read


def _money_reader(column: Column, habits: Habits) -> CellReader:
    """Money in the cell's currency, else the heading's, else the first hint for unmarked amounts."""
    sign_free = column.field == "account.potential_value"
    of_heading = (column.currency,) if column.currency else ()

    def read(cell: Cell, hints: Sequence[str]) -> tuple[Value | None, bool]:
        if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
            money = Money(Decimal(cell))
        else:
            text = written(cell)
            if is_nothing(text):
                return None, True
            money = read_money(text, (*of_heading, *hints), habits.decimal_mark)
        amount = money.amount if money.scaled else money.amount * column.multiplier
        if sign_free and amount < 0:
            raise Unreadable("negative_number")
        if abs(amount) >= LARGEST:
            raise Unreadable("number_too_large")
        return Money(amount, money.currency or column.currency, money.as_of), not money.more

    return read


def _number_reader(column: Column, kind: Kind, habits: Habits) -> CellReader:
    """A number; whole and without sign where the field counts something."""
    sign_free = kind is not Kind.NUMBER

    def read(cell: Cell, _: Sequence[str]) -> tuple[Value | None, bool]:
        if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
            number = Decimal(cell)
        else:
            text = written(cell)
            if is_nothing(text):
                return None, True
            percent = kind is Kind.SHARE and not text[-1:].isdigit()
            number = read_share(text, habits.decimal_mark) if percent else read_number(text, habits.decimal_mark)
        number *= column.multiplier
        if sign_free and number < 0:
            raise Unreadable("negative_number")
        if kind is Kind.WHOLE:
            if number != number.to_integral_value():
                raise Unreadable("not_a_whole_number")
            return int(number), True
        return number, True

    return read


def _date_reader(habits: Habits) -> CellReader:
    """A day; a time beside it makes the reading less than what was typed."""

    def read(cell: Cell, _: Sequence[str]) -> tuple[Value | None, bool]:
        if isinstance(cell, date):
            return typed_date(cell), not isinstance(cell, datetime) or cell_text(cell).find(":") < 0
        text = written(cell)
        if is_nothing(text):
            return None, True
        return read_date(text, day_first=habits.day_first), ":" not in text

    return read


_WORDS = MappingProxyType(
    {
        Kind.TASK_STATE: (TASK_STATES, "unknown_state"),
        Kind.ORDER_STATE: (ORDER_STATES, "unknown_state"),
        Kind.LEVEL: (LEVELS, "unknown_level"),
        Kind.LIFECYCLE: (LIFECYCLES, "unknown_state"),
        Kind.STAFF_STATUS: (STAFF_STATUSES, "unknown_state"),
    }
)


def _word_reader(kind: Kind) -> CellReader:
    """The code of a state or level."""
    words, code = _WORDS[kind]

    def read(cell: Cell, _: Sequence[str]) -> tuple[Value | None, bool]:
        text = written(cell)
        return (None, True) if is_nothing(text) else (read_word(text, words, code), True)

    return read


def _list(cell: Cell, _: Sequence[str]) -> tuple[Value | None, bool]:
    """The entries of a list."""
    text = written(cell)
    if len(text) > LONGEST[Kind.LIST]:
        raise Unreadable("text_too_long")
    entries = tuple(dict.fromkeys(map(written, cell))) if isinstance(cell, tuple) else read_list(text)
    return entries or None, True


_OF_PENCE = re.compile("[A-Z]{2}[a-z]")


def _currency(cell: Cell, hints: Sequence[str]) -> tuple[Value | None, bool]:
    """An ISO code from a code, a sign or a name; GBp, as exchanges quote pence, is none."""
    text = written(cell)
    if is_nothing(text):
        return None, True
    marks = MARKS.get(unicodedata.normalize("NFKC", text).casefold())
    if marks is None or _OF_PENCE.fullmatch(text):
        raise Unreadable("unknown_currency")
    return resolve([marks], hints), True


def _nothing(_cell: Cell, _hints: Sequence[str]) -> tuple[Value | None, bool]:
    """What numbers the rows of a file, or told what was wrong with them, says nothing of the record."""
    return None, True
