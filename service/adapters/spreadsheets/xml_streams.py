"""XML read as it flows, without a tree: no entity, no document type; names come without their prefix."""

from collections.abc import Callable, Iterator
from typing import IO, NoReturn
from xml.parsers import expat

from service.domain.unreadable import refusal

_CHUNK = 1 << 16

Starts = Callable[[str, dict[str, str]], None]
Ends = Callable[[str], None]


class XmlStream:
    """A parser that calls `start(name, attributes)` and `end(name)`, and gathers text while it is wanted."""

    def __init__(self, start: Starts, end: Ends) -> None:
        self._start, self._end = start, end
        self._parts: list[str] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._root
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.EntityDeclHandler = _refuse

    def want_text(self) -> None:
        """Text is gathered from here on."""
        self._parts.clear()
        self._parser.CharacterDataHandler = self._parts.append

    def text(self) -> str:
        """The text gathered since it was wanted; no more is gathered."""
        self._parser.CharacterDataHandler = None
        return "".join(self._parts)

    def feed(self, source: IO[bytes]) -> Iterator[None]:
        """The source parsed piece by piece; whoever iterates takes what was found in between."""
        try:
            while chunk := source.read(_CHUNK):
                self._parser.Parse(chunk, False)
                yield
            self._parser.Parse(b"", True)
        except (expat.ExpatError, LookupError) as error:  # the latter for an encoding that nobody knows
            raise refusal("damaged_file") from error
        yield

    def run(self, source: IO[bytes]) -> None:
        """The whole source parsed."""
        for _ in self.feed(source):
            pass

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        """The first element tells whether names bear a prefix; where they do not, nothing stands in between."""
        if ":" in name:
            self._parser.StartElementHandler = lambda full, found: self._start(self._local(full), found)
            self._parser.EndElementHandler = lambda full: self._end(self._local(full))
        else:
            self._parser.StartElementHandler = self._start
            self._parser.EndElementHandler = self._end
        self._start(self._local(name), attributes)

    def _local(self, name: str) -> str:
        """The name without its prefix."""
        return name.rpartition(":")[2]


def _refuse(*_: object) -> NoReturn:
    """A document type is never needed, and entities are how small files grow."""
    raise refusal("entities_refused")
