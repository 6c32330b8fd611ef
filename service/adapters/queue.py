"""pgqueuer inside our own transactions: a job is queued exactly when the change that asks for it commits."""

import asyncio
from typing import Self

from pgqueuer.core.tm import TaskManager
from pgqueuer.ports.driver import Driver, NotifyCallback
from pgqueuer.queries import Queries
from sqlalchemy.ext.asyncio import AsyncSession

ENTRYPOINT = "evenhand"


class SessionDriver(Driver):
    """pgqueuer's driver over a session's transaction; it queues, and never listens."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._shutdown = asyncio.Event()

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        """The rows of a statement, as dictionaries."""
        connection = await self._session.connection()
        result = await connection.exec_driver_sql(query, args)
        return [dict(row) for row in result.mappings()] if result.returns_rows else []

    async def execute(self, query: str, *args: object) -> str:
        """Runs a statement without rows."""
        await self.fetch(query, *args)
        return ""

    async def notify(self, channel: str, payload: str) -> None:
        """Wakes listeners when the transaction commits."""
        await self.fetch("SELECT pg_notify($1, $2)", channel, payload)

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        """A transaction cannot listen."""
        raise TypeError(channel, callback)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """The transaction is its opener's to end."""

    @property
    def shutdown(self) -> asyncio.Event:
        """Never set: the driver lives as long as its transaction."""
        return self._shutdown

    @property
    def tm(self) -> TaskManager:
        """The task keeper that pgqueuer asks for; nothing runs in it here."""
        return TaskManager()


async def enqueue(session: AsyncSession, payload: str) -> None:
    """Puts a job into the queue; the same payload waits there only once."""
    queries = Queries(SessionDriver(session))
    await queries.enqueue(ENTRYPOINT, payload.encode(), dedupe_key=payload, on_conflict="skip")
