"""CSV (RFC 4180 and what people make of it), one record at a time: memory does not grow with the file.

Every delimiter, line end and multi-line cell that spreadsheets write is read; a quotation mark out of place costs its
own record, which is reported with its text.
"""

import csv
from collections import Counter, deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from service.domain.tables import MOST_COLUMNS, CellFlaw, Row

LONGEST_RECORD = 1 << 20
"""Characters of a record, its line ends included."""
MOST_LINES = 500
"""Lines of a record; a quotation mark that is open longer was never closed."""

_DELIMITERS = ",;\t|"
_SAMPLE_RECORDS = 50


def delimiter_of(path: Path, codec: str) -> str:
    """The delimiter that parts most of the first records alike into the most cells; a comma where none does."""
    with _open(path, codec) as stream:
        stated = _stated_delimiter(stream.readline(LONGEST_RECORD))
    if stated is not None:
        return stated
    return max(_DELIMITERS, key=lambda mark: _evenness(path, codec, mark))


def read_delimited(path: Path, codec: str, delimiter: str) -> Iterator[Row]:
    """The records that say anything, numbered as a spreadsheet shows them."""
    with _open(path, codec) as stream:
        lines = _Lines(stream)
        records = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
        number = 0
        while True:
            lines.begin()
            number += 1
            try:
                cells = next(records)
            except StopIteration:
                return
            except (csv.Error, _Endless) as error:
                yield Row(
                    number, (lines.give_up(error),), (CellFlaw(_code_of(error), facts={"limit": LONGEST_RECORD}),)
                )
                continue
            if number == 1 and _stated_delimiter(lines.text()) is not None:
                continue
            if len(cells) > MOST_COLUMNS:
                yield Row(number, (lines.text(),), (CellFlaw("too_many_columns", facts={"limit": MOST_COLUMNS}),))
            elif any(cells):
                yield Row(number, tuple(cells))


def _open(path: Path, codec: str) -> TextIO:
    """The file as text, its line ends untouched, without a byte order mark."""
    stream = path.open(encoding=codec, newline="")
    if stream.read(1) != "\ufeff":
        stream.seek(0)
    return stream


class _Endless(Exception):  # noqa: N818 - the record is
    """A record is longer than any record may be; `code` tells in which way."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Lines:
    """The lines of a file for `csv.reader`, remembered until the record is whole so that it can be given up."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: deque[str] = deque()
        self._taken: list[str] = []
        self._length = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._stream.readline(LONGEST_RECORD)
        if not line:
            raise StopIteration
        self._taken.append(line)
        self._length += len(line)
        if len(self._taken) > MOST_LINES or self._length >= LONGEST_RECORD:
            raise _Endless("unclosed_quote" if len(self._taken) > 1 else "row_too_long")
        return line

    def begin(self) -> None:
        """The next line begins a record."""
        self._taken.clear()
        self._length = 0

    def text(self) -> str:
        """The record as it stands in the file."""
        return "".join(self._taken).rstrip("\r\n")

    def give_up(self, error: Exception) -> str:
        """The text of a record that cannot be taken apart; of an endless one the first line, the rest waits."""
        if _code_of(error) == "unclosed_quote" and len(self._taken) > 1:
            self._waiting.extendleft(reversed(self._taken[1:]))
            del self._taken[1:]
        elif self._length >= LONGEST_RECORD:
            self._skip_line()
        return self.text()

    def _skip_line(self) -> None:
        """The rest of a line that is too long, unread."""
        while (rest := self._stream.readline(LONGEST_RECORD)) and not rest.endswith(("\n", "\r")):
            pass


def _code_of(error: Exception) -> str:
    """What was wrong with a record."""
    if isinstance(error, _Endless):
        return error.code
    if "unexpected end" in str(error):
        return "unclosed_quote"
    return "row_too_long" if "field larger" in str(error) else "stray_quote"


def _stated_delimiter(line: str) -> str | None:
    """The delimiter of a first line `sep=;`, which Excel writes and reads."""
    text = line.strip("\r\n\ufeff\"'")
    return text[4] if len(text) == 5 and text.casefold().startswith("sep=") else None


def _evenness(path: Path, codec: str, delimiter: str) -> float:
    """How many cells beyond the first the delimiter gives, weighed by the share of records that agree."""
    with _open(path, codec) as stream:
        lines = iter(lambda: stream.readline(LONGEST_RECORD), "")
        try:
            records = islice(csv.reader(lines, delimiter=delimiter, skipinitialspace=True), _SAMPLE_RECORDS)
            widths = Counter(len(cells) for cells in records if any(cells))
        except csv.Error:
            return 0.0
    if not widths:
        return 0.0
    width, count = widths.most_common(1)[0]
    return (width - 1) * count / widths.total()
