"""What every file with rows comes to, whatever its format: numbered rows of typed cells, and their flaws."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType

from service.domain.unreadable import Unreadable

Cell = str | int | Decimal | bool | date | datetime | time | timedelta | tuple[str, ...] | None
"""A cell's value; None is blank, a tuple a list of texts (NDJSON)."""

MOST_COLUMNS = 1000
"""Rows with more cells are refused with `too_many_columns`."""


CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Characters that no text has a use for."""


@dataclass(frozen=True, slots=True)
class CellFlaw:
    """What the file's reader found wrong, before anybody asked what the cell means; without a column, the whole row."""

    code: str
    column: int | None = None
    facts: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file as people count (first line 1), its cells without blank ones at the end."""

    number: int
    cells: tuple[Cell, ...]
    flaws: tuple[CellFlaw, ...] = ()

    @property
    def is_blank(self) -> bool:
        """Whether nothing is written in it."""
        return not self.flaws and all(
            cell is None or (isinstance(cell, str) and not cell.strip()) for cell in self.cells
        )


def cell_text(cell: Cell) -> str:
    """A cell as text that reads back as the same value; "" for a blank one."""
    if isinstance(cell, str) or cell is None:
        return cell or ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, tuple):
        return "、".join(cell)
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def visible(text: str) -> str:
    """A text with control characters shown by their symbols (U+2400 onward), which no database refuses."""
    return CONTROL.sub(lambda found: chr(0x2400 + ord(found[0])) if found[0] < " " else "\u2421", text)


def column_letters(column: int) -> str:
    """The name of a column as spreadsheets show it: 0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def parse_column(letters: str) -> int:
    """The index of a column from its letters: A is 0, AA is 26."""
    index = 0
    for letter in letters:
        if not "A" <= letter <= "Z":
            raise Unreadable("damaged_file")
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
