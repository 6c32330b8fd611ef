"""Merged cells: what stands in the topmost one is meant for all rows that it spans."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from service.domain.tables import Cell, Row


class Merge(NamedTuple):
    """An area of merged cells: the row numbers it spans, as in `Row.number`, and its first column."""

    first_row: int
    last_row: int
    column: int


def fill_merged(rows: Iterable[Row], merges: Iterable[Merge]) -> Iterator[Row]:
    """The rows with the value of each merged area in all of its rows; a row that says nothing else stays away.

    Only the first column of an area is filled: a heading merged over two columns stays over the first.
    """
    waiting = sorted((merge for merge in merges if merge.first_row < merge.last_row), reverse=True)
    active: dict[int, tuple[int, Cell]] = {}
    for row in rows:
        while waiting and waiting[-1].first_row <= row.number:
            merge = waiting.pop()
            value = row.cells[merge.column] if merge.column < len(row.cells) else None
            if merge.first_row == row.number and value is not None:
                active[merge.column] = (merge.last_row, value)
        if row.is_blank:
            continue
        yield _filled(row, active) if active else row


def _filled(row: Row, active: dict[int, tuple[int, Cell]]) -> Row:
    """The row with the values of the areas that it belongs to: column → last row of the area, value."""
    cells = list(row.cells)
    for column in [column for column, (last_row, _) in active.items() if last_row < row.number]:
        del active[column]
    for column, (_, value) in active.items():
        cells.extend([None] * (column + 1 - len(cells)))
        if cells[column] is None:
            cells[column] = value
    return replace(row, cells=tuple(cells))
