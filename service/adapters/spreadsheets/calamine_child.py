"""The child that reads XLS and ODS: a script that needs nothing of the service, under its own limits.

Without a sheet's name it answers with the names of the sheets; with one, first with the merged areas, then with the
rows, each `[number, cells]`; last `{"end": true}` or `{"error": code}`.
"""

import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

MOST_MEMORY = 2 << 30
"""Bytes of address space."""
MOST_SECONDS = 120
"""Seconds of processor time."""
ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA"})


def main(path: str, *sheet: str) -> None:
    """The answers for one file on standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    last: dict[str, Any] = {"end": True}
    try:
        for answer in _answers(path, *sheet):
            sys.stdout.write(json.dumps(answer, ensure_ascii=True) + "\n")
    except PasswordError:
        last = {"error": "encrypted_file"}
    except (CalamineError, OSError, ValueError, MemoryError):
        last = {"error": "damaged_file"}
    sys.stdout.write(json.dumps(last) + "\n")


def _answers(path: str, *sheet: str) -> Iterator[Any]:
    """The names of the sheets, or the merged areas and the rows of one."""
    with CalamineWorkbook.from_path(path) as workbook:
        if not sheet:
            sheets = [found for found in workbook.sheets_metadata if found.typ == SheetTypeEnum.WorkSheet]
            yield [found.name for found in sorted(sheets, key=lambda found: found.visible != SheetVisibleEnum.Visible)]
            return
        table = workbook.get_sheet_by_name(sheet[0])
        yield [(first[0], last[0], first[1]) for first, last in table.merged_cell_ranges or ()]
        for number, cells in enumerate(table.iter_rows(), 1):
            yield number, [_plain(cell) for cell in cells]


def _plain(cell: Any) -> Any:
    """A cell as JSON has it; dates and times as a pair of type and text."""
    if isinstance(cell, datetime):
        return ["datetime", cell.isoformat()]
    if isinstance(cell, date):
        return ["date", cell.isoformat()]
    if isinstance(cell, time):
        return ["time", cell.isoformat()]
    if isinstance(cell, timedelta):
        return ["seconds", cell.total_seconds()]
    return cell


if __name__ == "__main__":
    main(*sys.argv[1:])
