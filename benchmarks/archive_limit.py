"""The limit of a file of the archive: a bare Starlette handler copies the same bytes to the same store, unsealed."""

import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from service.adapters.files import FileStore

STORE = FileStore.in_state(Path(os.environ["EVENHAND_STATE"]))
PIECE = 1 << 18  # what the service hands on at a time


async def send(request: Request) -> Response:
    """The body as it comes into the store."""
    key = f"limit/{secrets.token_hex(16)}"
    await STORE.write(key, request.stream())
    return Response(key, 201)


async def fetch(request: Request) -> Response:
    """An object as it lies in the store, in pieces as small as the service's."""
    return StreamingResponse(cut(STORE.read(request.query_params["key"])), media_type="application/pdf")


async def cut(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in pieces of PIECE at most."""
    async for piece in pieces:
        for start in range(0, len(piece), PIECE):
            yield piece[start : start + PIECE]


app = Starlette(routes=[Route("/file", send, methods=["POST"]), Route("/file", fetch)])
