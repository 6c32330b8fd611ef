"""The cells of one sheet's XML as rows of values (ECMA-376 part 1, 18.3.1)."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import IO, Protocol

from service.adapters.spreadsheets.number_formats import NUMBER, typed_number
from service.adapters.spreadsheets.xml_streams import XmlStream
from service.domain.tables import MOST_COLUMNS, Cell, CellFlaw, Row, parse_column
from service.domain.unreadable import Unreadable, refusal

_ESCAPED = re.compile(r"_x((?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_")


class Strings(Protocol):
    """The shared strings by number."""

    def __getitem__(self, number: int) -> str: ...


class SheetCells:
    """Turns the events of a sheet's XML into rows; `styles` tells how each cell style shows numbers."""

    def __init__(self, strings: Strings, styles: Sequence[str], *, from_1904: bool) -> None:
        self._strings, self._styles, self._from_1904 = strings, styles, from_1904
        self._columns: dict[str, int] = {}
        self._ready: list[Row] = []
        self._number = 0
        self._cells: list[Cell] = []
        self._flaws: list[CellFlaw] = []
        self._next = 0
        self._attributes: dict[str, str] = {}
        self._value: str | None = None
        self._inline: list[str] = []
        self._formula: str | None = None
        self._phonetic = False
        self._stream = XmlStream(self._start, self._end)

    def rows(self, source: IO[bytes]) -> Iterator[Row]:
        """The rows of the sheet in its order, blank ones too."""
        for _ in self._stream.feed(source):
            yield from self._ready
            self._ready.clear()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._attributes = attributes
        elif name in ("v", "f", "t"):
            self._stream.want_text()
        elif name == "row":
            self._number = _row_number(attributes.get("r"), self._number)
            self._cells, self._flaws, self._next = [], [], 0
        elif name == "rPh":
            self._phonetic = True

    def _end(self, name: str) -> None:
        if name == "v":
            self._value = self._stream.text()
        elif name == "c":
            self._cell()
        elif name == "row":
            self._ready.append(Row(self._number, tuple(self._cells), tuple(self._flaws)))
        elif name == "t":
            text = self._stream.text()
            if not self._phonetic:
                self._inline.append(text)
        elif name == "f":
            self._formula = self._stream.text()
        elif name == "rPh":
            self._phonetic = False

    def _cell(self) -> None:
        """The cell that has just ended put into its column."""
        column = self._column(self._attributes.get("r"))
        self._next = column + 1
        value = self._read(column)
        self._value, self._formula = None, None
        self._inline.clear()
        if value is None or value == "":
            return
        if column >= MOST_COLUMNS:
            if not any(flaw.code == "too_many_columns" for flaw in self._flaws):
                self._flaws.append(CellFlaw("too_many_columns", facts={"limit": MOST_COLUMNS}))
            return
        missing = column - len(self._cells)
        if missing:
            self._cells.extend([None] * missing)
        if column < len(self._cells):
            self._cells[column] = value
        else:
            self._cells.append(value)

    def _column(self, reference: str | None) -> int:
        """The column of a cell; one without a reference follows the last."""
        if reference is None:
            return self._next
        letters = reference.rstrip("0123456789")
        column = self._columns.get(letters)
        if column is None:
            try:
                column = self._columns.setdefault(letters, parse_column(letters[:4]))
            except Unreadable as flaw:
                raise refusal(flaw.code) from None
        return column

    def _read(self, column: int) -> Cell:
        """The value of the cell by its type."""
        kind, text = self._attributes.get("t", "n"), self._value
        if kind == "inlineStr":
            return _unescaped("".join(self._inline))
        if text is None or (text == "" and self._formula is not None and kind != "str"):
            if self._formula is None:
                return None
            self._flaws.append(CellFlaw("formula_without_value", column))
            return f"={self._formula}"
        if kind == "e":
            self._flaws.append(CellFlaw("cell_error", column))
            return text
        try:
            return self._typed(kind, text)
        except ValueError:
            self._flaws.append(CellFlaw("cell_error", column))
            return text

    def _typed(self, kind: str, text: str) -> Cell:
        """The value of a text in the sheet's XML by the cell's type."""
        if kind == "s":
            return _unescaped(self._strings[int(text)])
        if kind == "str":
            return _unescaped(text)
        if kind == "b":
            return text.strip() in ("1", "true")
        if kind == "d":
            return datetime.fromisoformat(text)
        style = self._attributes.get("s", "0")
        index = int(style)
        shown = self._styles[index] if index < len(self._styles) else NUMBER
        return typed_number(text.strip(), shown, from_1904=self._from_1904)


def _row_number(stated: str | None, last: int) -> int:
    """The number of a row; rows only ever go down."""
    number = int(stated) if stated is not None and stated.isdecimal() and len(stated) < 10 else last + 1
    if number <= last:
        raise refusal("damaged_file")
    return number


def _unescaped(text: str) -> str:
    """A string with the characters that XML cannot hold put back: `_x000D_` is a carriage return; no lone surrogate."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
