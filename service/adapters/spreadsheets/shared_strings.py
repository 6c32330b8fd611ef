"""The shared strings of a workbook, kept on disk: a cell names a string by its number, and memory stays flat."""

import os
import tempfile
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import IO

from service.adapters.spreadsheets.xml_streams import XmlStream
from service.domain.unreadable import refusal

_BLOCK = 1 << 16
_OFFSETS = 1 << 13
_ENTRY = array("Q").itemsize


@contextmanager
def shared_strings() -> Iterator["SharedStrings"]:
    """An empty store on disk, gone when it is closed."""
    with tempfile.TemporaryFile() as texts, tempfile.TemporaryFile() as offsets:
        yield SharedStrings(texts, offsets)


class SharedStrings:
    """The strings in the order of the file; `[number]` reads one, those that come again from a small cache."""

    def __init__(self, texts: IO[bytes], offsets: IO[bytes]) -> None:
        self._texts, self._offsets = texts, offsets
        self._feed: Iterator[None] = iter(())
        self._count = 0
        self._ends = array("Q", [0])
        self._length = 0
        self._block, self._block_at = b"", 0
        self._index, self._index_at = array("Q"), 0
        self._cached: Callable[[int], str] = lru_cache(maxsize=4096)(self._read)

    def read_from(self, source: IO[bytes]) -> None:
        """The strings of `sharedStrings.xml`, read as far as they are asked for, without phonetic readings."""
        parts: list[str] = []
        phonetic = False

        def start(name: str, _: dict[str, str]) -> None:
            nonlocal phonetic
            if name == "si":
                parts.clear()
            elif name == "rPh":
                phonetic = True
            elif name == "t":
                stream.want_text()

        def end(name: str) -> None:
            nonlocal phonetic
            if name == "t":
                parts.append("" if phonetic else stream.text())
            elif name == "rPh":
                phonetic = False
            elif name == "si":
                self._append("".join(parts))

        stream = XmlStream(start, end)
        self._feed = stream.feed(source)

    def __getitem__(self, number: int) -> str:
        while number >= self._count:
            if next(self._feed, self) is self:
                raise refusal("damaged_file")
            self._flush()
        return self._cached(number)

    def _append(self, text: str) -> None:
        """One more string."""
        data = text.encode(errors="surrogatepass")
        self._texts.write(data)
        self._length += len(data)
        self._count += 1
        self._ends.append(self._length)

    def _flush(self) -> None:
        """What was gathered written out, where `os.pread` finds it."""
        self._offsets.write(self._ends.tobytes())
        del self._ends[:]
        self._texts.flush()
        self._offsets.flush()

    def _read(self, number: int) -> str:
        """The string of a number, from the block of neighbours that the last one came with, if it can be."""
        begin, end = self._bounds(number)
        if not self._block_at <= begin <= end <= self._block_at + len(self._block):
            self._block = os.pread(self._texts.fileno(), max(_BLOCK, end - begin), begin)
            self._block_at = begin
        return self._block[begin - self._block_at : end - self._block_at].decode(errors="surrogatepass")

    def _bounds(self, number: int) -> tuple[int, int]:
        """Where the string begins and ends."""
        at = number - self._index_at
        if not 0 <= at < len(self._index) - 1:
            self._index = array("Q", os.pread(self._offsets.fileno(), _OFFSETS * _ENTRY, number * _ENTRY))
            self._index_at, at = number, 0
        return self._index[at], self._index[at + 1]
