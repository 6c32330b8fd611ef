"""The one file of a form (RFC 7578) as it arrives: nothing of it is put down on the way."""

from collections.abc import AsyncIterator

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from service.errors import MalformedForm

FORM_TYPE = "multipart/form-data"
FIELD = "file"
LONGEST_HEADER = 2048


class FileOfForm:
    """Reads a form until its file begins, then hands out the file's bytes."""

    def __init__(self, request: Request) -> None:
        """MalformedForm for a body that is no form."""
        _, options = parse_options_header(request.headers.get("content-type", ""))
        boundary = options.get(b"boundary", b"")
        if not 0 < len(boundary) <= 70:
            raise MalformedForm
        self._stream = request.stream()
        self._pieces: list[bytes] = []
        self._name, self._value, self._headers = b"", b"", dict[bytes, bytes]()
        self._files = 0
        self._complete = False
        self.filename, self.declared = "", ""
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part,
                "on_header_field": self._header_name,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_headers_finished": self._begin,
                "on_part_data": lambda data, start, end: self._pieces.append(data[start:end]),
                "on_end": self._end,
            },
        )

    async def begin(self) -> None:
        """Reads on until the file's name and type are known."""
        while not self._files:
            await self._read()

    async def pieces(self) -> AsyncIterator[bytes]:
        """The file's bytes; MalformedForm where the form ends too early, or holds more than one file."""
        while True:
            for piece in self._pieces:
                yield piece
            self._pieces.clear()
            if self._complete:
                break
            await self._read()
        async for _ in self._stream:
            pass  # what follows a form's end says nothing

    async def _read(self) -> None:
        try:
            piece = await anext(self._stream)
            self._parser.write(piece)
        except (StopAsyncIteration, FormParserError, ClientDisconnect):
            raise MalformedForm from None

    def _part(self) -> None:
        self._headers.clear()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]
        if len(self._name) > LONGEST_HEADER:
            raise MalformedForm

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        if len(self._value) > LONGEST_HEADER:
            raise MalformedForm

    def _header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name, self._value = b"", b""

    def _begin(self) -> None:
        self._files += 1
        _, told = parse_options_header(self._headers.get(b"content-disposition", b""))
        if self._files > 1 or told.get(b"name") != FIELD.encode() or b"filename" not in told:
            raise MalformedForm
        self.filename = told[b"filename"].decode("utf-8", "replace")
        self.declared = self._headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip()

    def _end(self) -> None:
        self._complete = True
