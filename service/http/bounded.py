"""The server's HTTP protocol with a bound on what comes before a body, and a way to end a connection at once."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.http.leases import ABORT

LARGEST_HEAD = 64 * 1024  # bytes of request line and headers; they may exceed it by one read
REFUSAL = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class BoundedHttp(HttpToolsProtocol):
    """Ends a connection whose request line and headers do not come to an end; lets the application end one (ABORT)."""

    _in_head = True
    _read = 0

    def on_message_begin(self) -> None:
        """A request begins."""
        self._in_head, self._read = True, 0
        super().on_message_begin()
        self.scope["extensions"] = {ABORT: {"abort": self.transport.abort}}

    def on_headers_complete(self) -> None:
        """Its headers are there; what follows is counted by others."""
        self._in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Reads on, unless the head is too large by now."""
        super().data_received(data)
        self._read += len(data)
        if self._in_head and self._read > LARGEST_HEAD and not self.transport.is_closing():
            self.transport.write(REFUSAL)
            self.transport.close()
