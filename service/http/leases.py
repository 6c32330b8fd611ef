"""Content that is open for a time only: asked before each piece, watched beside, and cut in the middle if need be.

A reader who stalls leaves what was written last in the server's buffer, from where it would reach the kernel whenever
they go on; so the end of a right ends the connection itself, buffer and all.
"""

import asyncio
import math
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from typing import Any
from weakref import WeakValueDictionary

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from service.errors import Forbidden

ABORT = "evenhand.abort"  # the ASGI extension of the server's own protocol (http/bounded.py)
ASKED_EVERY_S = 0.3
FRESH_S = 0.1  # how long an answer counts for further pieces: less than a second with the rest
PATIENCE_S = 0.5  # how long an answer may take: without one nothing is open
PATIENCE_AT_FIRST_S = 5.0  # the same before anything has gone out
Left = Callable[[], Awaitable[float]]


class LeaseEnded(Exception):  # noqa: N818 - what happened
    """Whoever reads may not any more."""


class Lease:
    """One person's right to one thing, looked at a few times a second as long as anybody reads by it."""

    def __init__(self, left: Left) -> None:
        """`left` tells for how many seconds the right lasts at most, 0 when it has ended."""
        self._left = left
        self._asked, self._ends = -math.inf, 0.0
        self._asking: asyncio.Task[None] | None = None
        self._readers: set[Callable[[], None]] = set()
        self._watch: asyncio.Task[None] | None = None

    async def expect(self, patience_s: float = PATIENCE_S) -> float:
        """When the right ends at the latest, by this machine's monotonic clock; LeaseEnded when nobody can tell.

        Those who ask while a question is on its way get its answer, those who ask right after it the same one.
        """
        if time.monotonic() - self._asked > FRESH_S or self._ends <= time.monotonic():
            await self._answer(patience_s)
        if self._ends <= time.monotonic():
            raise LeaseEnded
        return self._ends

    async def _answer(self, patience_s: float) -> None:
        """Waits for the answer to the question that is on its way, or to a new one."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask(patience_s))
        await asyncio.shield(self._asking)

    async def _ask(self, patience_s: float) -> None:
        """Learns when the right ends, counted from before the question; long ago where it cannot be told."""
        asked = time.monotonic()
        try:
            async with asyncio.timeout(patience_s):
                ends = asked + await self._left()
        except Exception:  # noqa: BLE001 - whatever the reason: what cannot be asked is not allowed
            ends = 0.0
        self._asked, self._ends = asked, ends

    @contextmanager
    def watched(self, cut: Callable[[], None]) -> Iterator[None]:
        """Calls `cut` as soon as the right ends within the block."""
        self._readers.add(cut)
        if self._watch is None:
            self._watch = asyncio.create_task(self._look())
        try:
            yield
        finally:
            self._readers.discard(cut)
            if not self._readers and self._watch is not None:
                self._watch.cancel()
                self._watch = None

    async def _look(self) -> None:
        """Asks again and again; where the end is near, cuts by the clock, because a crowd would delay the answer."""
        left = math.inf
        while left > ASKED_EVERY_S:
            await self._answer(PATIENCE_S)
            left = self._ends - time.monotonic()
            await asyncio.sleep(max(0.0, min(left, ASKED_EVERY_S)))
        self._watch = None
        for cut in tuple(self._readers):
            cut()


_LEASES: WeakValueDictionary[Any, Lease] = WeakValueDictionary()


def lease_of(name: Any, left: Left) -> Lease:
    """The lease that all readings of this name in this process share."""
    return _LEASES.setdefault(name, Lease(left))


class LeasedResponse(Response):
    """A file that goes out piece by piece while its reader may have it; its length is told, so a cut is an error."""

    def __init__(
        self, pieces: AsyncGenerator[bytes, None], size: int, media_type: str, headers: Mapping[str, str], lease: Lease
    ) -> None:
        """Pieces of at most 256 KiB that come to `size` bytes."""
        super().__init__(media_type=media_type, headers={"Content-Length": str(size), **headers})
        self._pieces, self._lease = pieces, lease

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Sends what may be sent; the connection ends with the lease, and what was read from with the connection."""
        abort = scope.get("extensions", {}).get(ABORT, {"abort": lambda: None})["abort"]
        async with aclosing(self._pieces) as pieces:
            first = await anext(pieces, b"")
            try:
                await self._lease.expect(PATIENCE_AT_FIRST_S)
            except LeaseEnded:
                raise Forbidden from None
            with self._lease.watched(abort):
                try:
                    await self._send(first, pieces, send)
                except LeaseEnded:
                    abort()
                    await asyncio.sleep(0)  # the server learns that its connection is gone

    async def _send(self, first: bytes, pieces: AsyncGenerator[bytes, None], send: Send) -> None:
        """Everything, piece by piece; LeaseEnded before the first that may not go out any more."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": first, "more_body": True})
        async for piece in pieces:
            await self._lease.expect()
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
