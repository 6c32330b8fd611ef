"""Requests whose headers do not end, against a whole service."""

import socket

from tests.faults.running import RunningService


def answer(service: RunningService, *pieces: bytes) -> bytes:
    """What comes back until the service closes or falls silent."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as wire:
        try:
            for piece in pieces:
                wire.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # closed on us
        try:
            return wire.recv(65536)
        except ConnectionResetError:
            return b"reset"


def test_a_head_without_end_is_cut_off(service: RunningService) -> None:
    service.start()
    start = b"GET /livez HTTP/1.1\r\nHost: x\r\n"
    long_header = [start + b"X-A: ", *(b"a" * 65536 for _ in range(64)), b"\r\n\r\n"]
    many_headers = [start, *(b"".join(b"X-%d: a\r\n" % n for n in range(5000)) for _ in range(64)), b"\r\n"]
    long_path = [b"GET /", *(b"a" * 65536 for _ in range(64)), b" HTTP/1.1\r\n\r\n"]
    for pieces in (long_header, many_headers, long_path):
        assert answer(service, *pieces)[:12] in {b"HTTP/1.1 431", b"reset"}
    allowed = start + b"X-A: " + b"a" * 30_000 + b"\r\nConnection: close\r\n\r\n"
    assert answer(service, allowed).startswith(b"HTTP/1.1 200")
    body = b"a" * 900_000
    stranger = (
        b"POST /v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n"
    )
    assert answer(service, stranger + body).startswith(b"HTTP/1.1 401")
