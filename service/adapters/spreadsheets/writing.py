"""CSV and XLSX written row by row, so that no cell is ever taken for a formula (OWASP, CSV injection).

A text that begins, after NFKC and trimming, with = + - @ or a control character is forced to be text: in CSV by an
apostrophe before it, which reading takes away again; in XLSX by the type of the cell.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from service.domain.tables import Cell, cell_text
from service.domain.unreadable import refusal

MOST_ROWS_XLSX = 1_048_576
LONGEST_CELL_XLSX = 32_767
_EXACT_DIGITS = 15

_MARK = "\ufeff"
_FORMULA = tuple("=+-@")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def write_csv(path: Path, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """A CSV file in UTF-8 with a byte order mark, as Excel wants it, lines ended by CRLF (RFC 4180)."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(_MARK)
        writer = csv.writer(stream)
        writer.writerow(map(_guarded, headings))
        writer.writerows(map(_guarded, row) for row in rows)


def write_xlsx(path: Path, headings: Sequence[str], rows: Iterable[Sequence[Cell]], *, sheet: str = "Sheet1") -> None:
    """An XLSX file with one sheet, typed numbers and dates, memory flat; raises `InvalidInput` beyond its limits."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as workbook:
        formats = {
            "text": workbook.add_format({"quote_prefix": True}),
            "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
            "instant": workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "heading": workbook.add_format({"bold": True}),
        }
        table = workbook.add_worksheet(sheet)
        table.freeze_panes(1, 0)
        for column, heading in enumerate(headings):
            table.write_string(0, column, _within_limits(heading), formats["heading"])
        for number, row in enumerate(rows, 1):
            if number >= MOST_ROWS_XLSX:
                raise refusal("too_many_rows_for_xlsx", limit=MOST_ROWS_XLSX - 1)
            for column, cell in enumerate(row):
                _write_cell(table, number, column, cell, formats)


def begins_like_a_formula(text: str) -> bool:
    """Whether a spreadsheet may take the text for a formula or command."""
    begin = text[:1] if text[:1].isalnum() else unicodedata.normalize("NFKC", text).lstrip()[:1]
    return begin.startswith(_FORMULA) or text[:1] in ("\t", "\r", "\n") or _CONTROL.match(text) is not None


def _guarded(cell: Cell) -> str:
    """The cell as CSV has it."""
    text = cell_text(cell)
    return f"'{text}" if isinstance(cell, str | tuple) and begins_like_a_formula(text) else text


def _write_cell(table: Any, row: int, column: int, cell: Cell, formats: dict[str, Any]) -> None:
    """One cell in its type; a number that a binary float does not hold exactly is text."""
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        table.write_boolean(row, column, cell)
    elif isinstance(cell, datetime) and cell.tzinfo is None:
        table.write_datetime(row, column, cell, formats["instant"])
    elif isinstance(cell, date) and not isinstance(cell, datetime):
        table.write_datetime(row, column, datetime.combine(cell, time()), formats["date"])
    elif isinstance(cell, int | Decimal) and len(Decimal(cell).as_tuple().digits) <= _EXACT_DIGITS:
        table.write_number(row, column, cell)
    else:
        text = _within_limits(cell_text(cell))
        table.write_string(row, column, text, formats["text"] if begins_like_a_formula(text) else None)


def _within_limits(text: str) -> str:
    """The text, unless a cell of XLSX cannot hold it."""
    if len(text) > LONGEST_CELL_XLSX:
        raise refusal("cell_too_long_for_xlsx", limit=LONGEST_CELL_XLSX)
    return text
