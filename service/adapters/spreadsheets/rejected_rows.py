"""The rows of an import that were not taken, as a file that can be mended and sent again."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from service.adapters.spreadsheets.writing import write_csv, write_xlsx
from service.domain.invalid import Sentence
from service.domain.row_reading import CellProblem
from service.domain.tables import Cell

PROBLEM_HEADING = "问题 / Problem"
"""The heading of the added column; a file that is sent again is read as if it were not there."""

Rejected = tuple[Sequence[Cell], Sequence[CellProblem]]
"""The cells of a row as they were typed, and what was wrong with them."""


def write_rejected(
    path: Path,
    kind: Literal["csv", "xlsx"],
    headings: Sequence[str],
    rejected: Iterable[Rejected],
    *,
    language: str | None = None,
) -> None:
    """The rejected rows under their own headings, after a column that tells why, in both languages or in one."""
    write = write_xlsx if kind == "xlsx" else write_csv
    write(path, [PROBLEM_HEADING, *headings], ([_reasons(problems, language), *cells] for cells, problems in rejected))


def _reasons(problems: Sequence[CellProblem], language: str | None) -> str:
    """What was wrong with a row, each problem with the heading of its column."""
    return " | ".join(
        f"{problem.heading}: {_told(problem.detail, language)}" if problem.heading else _told(problem.detail, language)
        for problem in problems
    )


def _told(detail: Sentence, language: str | None) -> str:
    """A sentence in the language asked for, or in both."""
    return detail.in_language(language) if language else f"{detail.zh} {detail.en}"
