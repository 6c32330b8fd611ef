"""What one request knows: who asks, in which language, on which connection."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, cast

from fastapi import Depends, Request

from service.policy import Actor

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

    from service.domain.rate_limits import Allowance
    from service.http.services import Services
    from service.operations.archive_versions import NewFile
    from service.operations.import_arrival import Arrival

KEY = "evenhand"
NOBODY = Actor(kind="anonymous", id=None, name="anonymous")


@dataclass(slots=True)
class Context:
    """Filled by the middleware and the route; handlers only read it."""

    services: "Services"
    request_id: str
    tongue: str
    method: str
    path: str
    if_none_match: str | None = None
    actor: Actor = NOBODY
    allowance: "Allowance | None" = None
    spoke: bool = False
    arrival: "Arrival | None" = None
    new_file: "NewFile | None" = None
    _session: "AsyncSession | None" = None
    _connection: "AsyncConnection | None" = None

    @property
    def language(self) -> str:
        """The language that the caller reads; an answer made with it says so (Content-Language)."""
        self.spoke = True
        return self.tongue

    @property
    def session(self) -> "AsyncSession":
        """The unit of work of a writing request."""
        assert self._session is not None, "a reading request has no session"
        return self._session

    @property
    def connection(self) -> "AsyncConnection":
        """The autocommit connection of a reading request."""
        assert self._connection is not None, "a writing request has no reading connection"
        return self._connection

    async def reader(self) -> "AsyncConnection":
        """Where to read: the reading connection, or the open transaction so that an answer shows its own change."""
        return self._connection or await self.session.connection()

    @property
    def caller(self) -> str:
        """A stable name for whoever asks: cursors and idempotency keys are bound to it."""
        return f"{self.actor.kind}:{self.actor.id}"


async def context_of(request: Request) -> Context:
    """The request's context, as a dependency."""
    return cast("Context", request.scope[KEY])


Ctx = Annotated[Context, Depends(context_of)]
