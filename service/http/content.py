"""The content of an item on its way out: proven chunk by chunk, and asked before each whether it may still go."""

import time
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from sqlalchemy import and_, or_, select
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from service.errors import Forbidden
from service.http.context import Context
from service.models import ArchiveItem, ArchiveVersion
from service.operations.archive_content import Content, own_upload
from service.policy import allowed

Check = Callable[[], Awaitable[None]]
ASKED_EVERY_S = 0.25


class ContentResponse(Response):
    """A file as an attachment; its length is told first, so that whatever cuts it is an error for the reader."""

    def __init__(self, content: Content, check: Check) -> None:
        name = quote(content.filename)
        headers = {
            "Content-Length": str(content.size),
            "Content-Disposition": f"attachment; filename=\"content\"; filename*=UTF-8''{name}",
        }
        super().__init__(media_type=content.media_type, headers=headers)
        self._chunks, self._check = content.chunks(), check

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Sends the first chunk once it is proven, then each further one that may still go."""
        first = await anext(self._chunks)
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": first, "more_body": True})
        async for chunk in self._chunks:
            await self._check()
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def still_open(context: Context, content: Content) -> Check:
    """Asks the database a few times a second whether the caller may still open this; Forbidden when not."""
    services, actor = context.services, context.actor
    right = or_(allowed(actor, "open", ArchiveItem), own_upload(actor))
    statement = (
        select(right)
        .join(ArchiveVersion, and_(ArchiveVersion.item_id == ArchiveItem.id, ArchiveVersion.id == content.version_id))
        .where(allowed(actor, "see", ArchiveItem), ArchiveVersion.wrapped_key.is_not(None))
    )
    asked = time.monotonic()

    async def check() -> None:
        nonlocal asked
        if time.monotonic() - asked < ASKED_EVERY_S:
            return
        async with services.database.transaction(actor.id, context.request_id) as session:
            if not await session.scalar(statement):
                raise Forbidden
        asked = time.monotonic()

    return check
