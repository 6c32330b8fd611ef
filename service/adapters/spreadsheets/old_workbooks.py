"""XLS and ODS, read whole by calamine in a process of its own, whose memory and time are limited.

A sheet of these formats cannot be read as a stream, and a few bytes can claim a huge one. The child sends its rows as
lines of JSON: this process's memory does not grow with the file, and it outlives whatever the file does to the child.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any

from service.adapters.spreadsheets import calamine_child
from service.adapters.spreadsheets.merged_cells import Merge, fill_merged
from service.domain.amounts import from_float
from service.domain.tables import MOST_COLUMNS, Cell, CellFlaw, Row
from service.domain.unreadable import SENTENCES, refusal


def sheets_of(path: Path) -> tuple[str, ...]:
    """The names of the sheets that are shown, in the order of their tabs; raises `InvalidInput`."""
    with _child(path) as answers:
        return tuple(next(_lines(answers)))


def read_old_sheet(path: Path, sheet: str) -> Iterator[Row]:
    """The rows of a sheet that say anything; raises `InvalidInput`."""
    with _child(path, sheet) as answers:
        lines = _lines(answers)
        merges = [Merge(first + 1, last + 1, column) for first, last, column in next(lines)]
        yield from fill_merged((_row(number, cells) for number, cells in lines), merges)


@contextmanager
def _child(path: Path, *sheet: str) -> Iterator[IO[bytes]]:
    """The answers of a child that reads the file; it ends with this block."""
    command = [sys.executable, "-I", calamine_child.__file__, str(path), *sheet]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=quiet, stdout=subprocess.PIPE, stderr=quiet) as child:  # noqa: S603 - our script
        assert child.stdout is not None
        try:
            yield child.stdout
        finally:
            child.kill()


def _lines(answers: IO[bytes]) -> Iterator[Any]:
    """The child's answers; what it could not read, or did not live to tell, is refused."""
    for line in answers:
        answer = json.loads(line)
        if isinstance(answer, dict) and "end" in answer:
            return
        if isinstance(answer, dict) and "error" in answer:
            raise refusal(answer["error"] if answer["error"] in SENTENCES else "damaged_file")
        yield answer
    raise refusal("damaged_file")


def _row(number: int, cells: list[Any]) -> Row:
    """One row from its JSON."""
    if len(cells) > MOST_COLUMNS:
        return Row(
            number,
            tuple(map(_cell, cells[:MOST_COLUMNS])),
            (CellFlaw("too_many_columns", facts={"limit": MOST_COLUMNS}),),
        )
    flaws = tuple(
        CellFlaw("cell_error", column)
        for column, cell in enumerate(cells)
        if isinstance(cell, str) and cell in calamine_child.ERRORS
    )
    return Row(number, tuple(map(_cell, cells)), flaws)


def _cell(cell: Any) -> Cell:
    """A value from its JSON: a pair names a type that JSON has none for."""
    if cell == "":
        return None
    if isinstance(cell, float):
        number = from_float(cell)
        return int(number) if number == number.to_integral_value() else number
    if not isinstance(cell, list):
        return cell if isinstance(cell, str | int | bool) else None
    kind, value = cell
    if kind == "seconds":
        return timedelta(seconds=value)
    if kind == "time":
        return time.fromisoformat(value)
    moment = datetime.fromisoformat(value)
    return moment if kind == "datetime" and moment.time() != time() else date(moment.year, moment.month, moment.day)
