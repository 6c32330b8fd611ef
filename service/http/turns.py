"""Routings of one team wait for each other in the process, before any of them takes a connection."""

import asyncio
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

from fastapi import Response

from service.http.route import Endpoint
from service.http.strict_json import StrictRequest

_TURNS: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()


class InTurn(Endpoint):
    """The address whose requests with the same body hold one lock of the database in turn.

    Waiting for that lock inside transactions would use up the pool that all other requests share.
    """

    async def around(self, request: StrictRequest, serve: Callable[[StrictRequest], Awaitable[Response]]) -> Response:
        """Serves a request once those before it, which want the same, have ended."""
        turn = _TURNS.setdefault(await request.body(), asyncio.Lock())
        async with turn:
            return await serve(request)
