"""What a file shows before anybody has said how to read it: its table, its headings, what each column seems to be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from service.adapters.spreadsheets.opening import Table, open_table
from service.domain.headings import SAMPLE_ROWS, Column, Headings, find_headings
from service.domain.tables import Row, cell_text, column_letters, visible
from service.domain.unreadable import Unreadable, refusal, sentence
from service.errors import Sentence
from service.queries.imports import SENSITIVE_CELLS

SAMPLES, LONGEST_SAMPLE = 3, 100


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file in the store, and what was seen in it: the columns with samples of their cells, and what is odd."""

    key: str
    filename: str
    sha256: str
    size: int
    look: "Look"


@dataclass(frozen=True, slots=True)
class Look:
    """How a file is read, its columns as suggested, and notices in both languages."""

    format: str
    encoding: str | None
    sheet: str | None
    columns: tuple[Column, ...]
    samples: tuple[tuple[str, ...], ...]
    notices: tuple[dict[str, Any], ...]


def look_into(path: Path, *, name: str, target: str, encoding: str | None, sheet: str | None) -> Look:
    """What a file shows; raises `InvalidInput` with pointer `/file` for one that cannot be taken."""
    table, headings = opened(path, name=name, target=target, encoding=encoding, sheet=sheet)
    first = list(islice(records(table, headings), SAMPLE_ROWS))
    samples = tuple(tuple(_samples(column.column, first)) for column in headings.columns)
    return Look(table.format, table.encoding, table.sheet, headings.columns, samples, tuple(_notices(table, headings)))


def opened(path: Path, *, name: str, target: str, encoding: str | None, sheet: str | None) -> tuple[Table, Headings]:
    """A file's table and its headings."""
    table = open_table(path, name=name, encoding=encoding, sheet=sheet)
    try:
        cells = [row.cells for row in table.head(SAMPLE_ROWS)]
        headings = find_headings(cells, target, surely_first=table.headings_first)
    except Unreadable as flaw:
        raise refusal(flaw.code, limit=SAMPLE_ROWS) from None
    return table, headings


def records(table: Table, headings: Headings) -> Iterator[Row]:
    """The rows below the headings, from the first."""
    return islice(table.rows(), headings.rows_above, None)


def mapping_of(columns: Sequence[Column], samples: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Columns as an import keeps them; the cells of sensitive fields are no samples."""
    return [
        {
            "column": column.column,
            "letters": column_letters(column.column),
            "heading": column.heading,
            "field": column.field,
            "confidence": str(column.confidence),
            "multiplier": str(column.multiplier),
            "currency": column.currency,
            "samples": [] if column.field in SENSITIVE_CELLS else list(shown),
        }
        for column, shown in zip(columns, samples, strict=True)
    ]


def told(sentences: Sentence) -> dict[str, str]:
    """A sentence in both languages, as JSON holds it."""
    return {"en": sentences.en, "zh": sentences.zh}


def _samples(column: int, rows: Sequence[Row]) -> list[str]:
    """Some different cells of a column."""
    texts = (cell_text(row.cells[column]).strip() for row in rows if column < len(row.cells))
    return list(islice(dict.fromkeys(visible(text)[:LONGEST_SAMPLE] for text in texts if text), SAMPLES))


def _notices(table: Table, headings: Headings) -> Iterator[dict[str, Any]]:
    """What was odd about the file and its headings."""
    for notice in table.notices:
        yield {"code": notice.code, "detail": told(notice.detail), "columns": []}
    for flaw in headings.flaws:
        letters = [column_letters(column) for column in flaw.columns]
        yield {"code": flaw.code, "detail": told(sentence(flaw.code)), "columns": letters}
