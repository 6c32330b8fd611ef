"""Engines and transactions: the only place that opens and commits them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self, TypeVar
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

Answer = TypeVar("Answer")

POOL_WAIT_S = 2.0
CONNECT_S = 2.0
SILENT_S = 660.0
"""How long the server waits for a sign of life from whoever holds a name; four are given meanwhile.

Longer than a worker's statement or its pause in a transaction may be: what it began is not in its successor's way.
"""

REQUEST_SERVER_SETTINGS = {
    "application_name": "evenhand",
    "statement_timeout": "3000",
    "lock_timeout": "1000",
    "idle_in_transaction_session_timeout": "5000",
    # generic plans: hot statements are prepared once and never planned again
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
}
WORKER_SERVER_SETTINGS = {
    "application_name": "evenhand-worker",
    "statement_timeout": "600000",
    "lock_timeout": "10000",
    "idle_in_transaction_session_timeout": "600000",
    "jit": "off",
    "timezone": "UTC",
    # a worker whose machine is gone holds its jobs for a minute, not for two hours
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}

ACTING = """
    SELECT set_config('app.user_id', '{}', true), set_config('app.request_id', '{}', true),
           set_config('app.booked_in', '', true), set_config('app.keeper', '', true);
"""
KEEP = text("SELECT set_config('app.keeper', 'on', true)")
HOLD = text("""
    SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))
    FROM set_config('idle_in_transaction_session_timeout', :milliseconds, true)
""")
ALIVE = text("SELECT 1")


def asyncpg_url(url: str) -> URL:
    """The address with the asyncpg driver, whatever driver or none it named."""
    return make_url(url).set(drivername="postgresql+asyncpg")


class ActingConnection(asyncpg.Connection):
    """A connection that says who acts in the message that begins its transaction: one round trip for both."""

    acting = ""

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:  # noqa: ASYNC109 - asyncpg's
        """Runs SQL; the first BEGIN after `acting` was set takes it along."""
        if query == "BEGIN;":
            query, self.acting = query + self.acting, ""
        return str(await super().execute(query, *args, timeout=timeout))


class Readers:
    """Connections that stay open in autocommit, each lent to one reader at a time, the last used first.

    Handing one out of SQLAlchemy's pool and back takes as long as reading an account (decision 0009).
    """

    def __init__(self, engine: AsyncEngine, size: int) -> None:
        self._engine = engine
        self._places: asyncio.LifoQueue[AsyncConnection | None] = asyncio.LifoQueue()
        for _ in range(size):
            self._places.put_nowait(None)  # a place whose connection is not open

    @asynccontextmanager
    async def lend(self) -> AsyncIterator[AsyncConnection]:
        """A connection within `POOL_WAIT_S`, or TimeoutError; closed when its reader fails or is cancelled."""
        connection = await self._place()
        try:
            if connection is None:
                connection = await self._engine.connect()
            yield connection
        except BaseException as error:
            failed, connection = connection, None
            if failed is not None:
                await asyncio.shield(failed.close())
            if isinstance(error, DBAPIError) and error.connection_invalidated:
                await self.close()  # the server went away: the others are dead too
            raise
        finally:
            self._places.put_nowait(connection)

    async def close(self) -> None:
        """Closes what nobody is reading on."""
        free = [self._places.get_nowait() for _ in range(self._places.qsize())]
        for _ in free:
            self._places.put_nowait(None)  # before anything can go wrong: what is not put back is lost for ever
        await asyncio.shield(asyncio.gather(*(one.close() for one in free if one is not None)))

    async def _place(self) -> AsyncConnection | None:
        """A free place, mostly at once."""
        if not self._places.empty():
            return self._places.get_nowait()
        async with asyncio.timeout(POOL_WAIT_S):
            return await self._places.get()


@dataclass(frozen=True)
class Database:
    """Two engines on one server: transactions to write, autocommit to read."""

    write: AsyncEngine
    read: AsyncEngine
    readers: Readers

    @classmethod
    def connect(cls, url: str, *, for_worker: bool = False, pool_size: int = 8) -> Self:
        """Engines for requests, or for the worker with its longer time-outs; connects lazily."""
        server_settings = WORKER_SERVER_SETTINGS if for_worker else REQUEST_SERVER_SETTINGS
        options: dict[str, Any] = {
            "pool_size": pool_size,
            "max_overflow": 0,
            "pool_timeout": POOL_WAIT_S,
            "json_serializer": lambda value: orjson.dumps(value).decode(),
            "json_deserializer": orjson.loads,
            "connect_args": {
                "timeout": CONNECT_S,
                "command_timeout": 600.0 if for_worker else 5.0,
                "server_settings": server_settings,
                "prepared_statement_cache_size": 500,
            },
        }
        acting = options["connect_args"] | {"connection_class": ActingConnection}
        write = create_async_engine(asyncpg_url(url), **options | {"connect_args": acting})
        # autocommit reads leave nothing to reset; a dead connection is retried by the reader
        read = create_async_engine(
            asyncpg_url(url),
            isolation_level="AUTOCOMMIT",
            pool_reset_on_return=None,
            skip_autocommit_rollback=True,
            **options,
        )
        return cls(write, read, Readers(read, max(1, pool_size - 1)))  # one of them listens

    @asynccontextmanager
    async def transaction(self, user_id: UUID | None = None, request_id: str = "") -> AsyncIterator[AsyncSession]:
        """One unit of work: committed at the end of the block, rolled back on any exception."""
        async with AsyncSession(self.write, expire_on_commit=False) as session, session.begin():
            await act_as(session, user_id, request_id)
            yield session

    @asynccontextmanager
    async def frozen(self) -> AsyncIterator[AsyncConnection]:
        """A connection on which every statement sees the same state of the database: REPEATABLE READ, nothing kept."""
        async with self.write.connect() as connection:
            yield await connection.execution_options(isolation_level="REPEATABLE READ")

    @asynccontextmanager
    async def holding(self, name: str) -> AsyncIterator[bool]:
        """Whether nobody else holds a name, on whatever machine, until the block ends.

        Whoever hangs holds it for `SILENT_S` more, and gets a TimeoutError when they wake up; so does, before another
        can hold it, whoever no longer reaches the server.
        """
        ended = asyncio.Event()
        async with self.write.connect() as connection, connection.begin(), asyncio.timeout(None) as limit:
            asked = {"name": name, "milliseconds": str(int(1000 * SILENT_S))}
            held = bool(await connection.scalar(HOLD, asked))
            living = asyncio.create_task(give_signs(connection, ended, limit))
            try:
                yield held
            finally:
                ended.set()
                await living

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection where every statement is its own transaction."""
        async with self.readers.lend() as connection:
            yield connection

    async def ask(self, question: Callable[[AsyncConnection], Awaitable[Answer]]) -> Answer:
        """What is read on such a connection; one that died meanwhile is replaced once."""
        try:
            async with self.reading() as connection:
                return await question(connection)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        async with self.reading() as connection:
            return await question(connection)

    async def dispose(self) -> None:
        """Closes every connection."""
        await self.readers.close()
        await self.write.dispose()
        await self.read.dispose()


async def give_signs(connection: AsyncConnection, ended: asyncio.Event, limit: asyncio.Timeout) -> None:
    """Signs of life until an end; whoever works within the limit is stopped once none is answered, or not in time."""
    now, patience = asyncio.get_running_loop().time, SILENT_S * 3 / 4  # less than the server's
    while not (ended.is_set() or limit.expired()):
        limit.reschedule(now() + patience)
        try:
            await asyncio.wait_for(ended.wait(), SILENT_S / 4)
        except TimeoutError:
            try:
                await connection.execute(ALIVE)
            except (DBAPIError, OSError):
                patience = 0.0


async def act_as(session: AsyncSession, user_id: UUID | None, request_id: str) -> None:
    """The row-level settings of this transaction; always overwritten, a savepoint would keep the last actor's.

    The session remembers the request, for the evidence that it writes.
    """
    session.info["request_id"] = request_id
    acting = ACTING.format(user_id or "", request_id.replace("'", "''"))
    driver: Any = await session.run_sync(lambda inner: inner.connection().connection.driver_connection)
    if driver.is_in_transaction():
        await driver.execute(acting)
    else:
        driver.acting = acting


async def keep_archive(session: AsyncSession | AsyncConnection) -> None:
    """The rest of this transaction sees every item of the archive: for what the service does by itself."""
    await session.execute(KEEP)


def sqlstate(error: BaseException) -> str:
    """The five characters by which PostgreSQL names an error, or nothing."""
    original = getattr(error, "orig", None)
    return getattr(original, "sqlstate", None) or getattr(getattr(original, "__cause__", None), "sqlstate", None) or ""
