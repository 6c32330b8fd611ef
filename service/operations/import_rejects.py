"""The rows that an import did not take, as a file that can be mended and sent again."""

import asyncio
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from service.adapters.spreadsheets.rejected_rows import Rejected, write_rejected
from service.domain.row_reading import CellProblem
from service.errors import Sentence
from service.queries.imports import rejected_rows
from service.schemas.import_rows import RejectedFormat


async def rejects_file(
    connection: AsyncConnection, import_: Any, kind: RejectedFormat, hidden: Collection[int]
) -> Path:
    """A file with the rejected rows of the last run, which the caller removes; hidden columns are blank.

    It is written in a thread while the rows come page by page, so that memory does not grow with them.
    """
    headings = [column["heading"] for column in import_.mapping]
    loop, pages = asyncio.get_running_loop(), rejected_rows(connection, import_)

    def rows() -> Iterator[Rejected]:
        while page := asyncio.run_coroutine_threadsafe(anext(pages, []), loop).result():
            yield from (rejected(row, hidden) for row in page)

    with kept_file(kind) as path:
        await asyncio.to_thread(write_rejected, path, kind.value, headings, rows())
    return path


@contextmanager
def kept_file(kind: RejectedFormat) -> Iterator[Path]:
    """A new file on disk that stays, unless what is written to it fails."""
    with NamedTemporaryFile(suffix=f".{kind}", delete=False) as file:
        path = Path(file.name)
    try:
        yield path
    except BaseException:
        path.unlink()
        raise


def rejected(row: Any, hidden: Collection[int]) -> Rejected:
    """One row as it was typed, and what was wrong with it."""
    cells = ["" if position in hidden else cell for position, cell in enumerate(row.cells)]
    problems = [
        CellProblem(error["code"], Sentence(**error["detail"]), heading=error["heading"]) for error in row.errors
    ]
    return cells, problems
