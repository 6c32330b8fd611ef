"""Fixtures: one server a run, one migrated template, and for each test either a rollback or a database of its own."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from service.adapters.keys import Keys, new_keys
from service.adapters.passwords import Passwords
from service.adapters.postgres import EmbeddedPostgres
from service.database import Database, asyncpg_url
from service.http.services import Services
from service.jobs import watching
from service.logs import configure
from service.main import create_app
from service.migrations import migrate, schema_head
from service.settings import Settings
from tests.house import House, RolledBack

TEMPLATE = "evenhand_template"
SHARED = "evenhand_shared"
LONG = frozenset({"concurrency", "demo", "faults", "lives", "policy"})
STATEMENTS = 5000  # more than all tests together have
CHEAP_PASSWORDS = Passwords(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files of few long tests come first: left for the end, one of them keeps all workers but its own waiting."""
    items.sort(key=lambda item: item.path.parent.name not in LONG)


def pytest_collection_finish() -> None:
    """What is loaded by now lives until the end: nobody looks for garbage among it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The embedded server, or the one whose programs EVENHAND_TEST_PG_BIN names."""
    chosen = os.environ.get("EVENHAND_TEST_PG_BIN")
    # not under pytest's own folder, which the server's account may not enter
    with (
        TemporaryDirectory() as folder,
        EmbeddedPostgres(Path(folder), bindir=Path(chosen) if chosen else None, durable=False) as server,
    ):
        server.create_database(TEMPLATE)
        urls = server.urls(TEMPLATE)
        migrate(urls.service, urls.migration)
        server.create_database(SHARED, TEMPLATE)
        yield server


@pytest.fixture(scope="session", autouse=True)
def nobody_looks_meanwhile() -> Iterator[None]:
    """A plan that takes long is not asked how far it is: a database of one connection cannot store it and answer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watching, "LOOK_EVERY_S", 3600.0)
        yield


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys.read(new_keys())


@pytest.fixture(scope="session")
def settings() -> Settings:
    """A server's settings; what it logs comes out as a server writes it, not as structlog draws it for a terminal."""
    settings = Settings(_env_file=None, embedded_issuer=True, log_level="info")
    configure(settings.log_level)
    return settings


@pytest.fixture(scope="session")
async def shared(postgres: EmbeddedPostgres) -> AsyncIterator[AsyncEngine]:
    """Connections for all tests that leave no trace, so that statements are compiled and prepared once.

    The last used is lent first: a second one is opened only for a test whose module keeps one to itself.
    """
    engine = create_async_engine(
        asyncpg_url(postgres.urls(SHARED).service),
        pool_size=2,
        pool_use_lifo=True,
        query_cache_size=STATEMENTS,
        connect_args={"prepared_statement_cache_size": STATEMENTS},
    )
    yield engine
    await engine.dispose()


@pytest.fixture
async def house(shared: AsyncEngine, keys: Keys, settings: Settings, tmp_path: Path) -> AsyncIterator[House]:
    """A company whose every trace is rolled back; one request at a time."""
    async with shared.connect() as connection:
        transaction = await connection.begin()
        database = RolledBack(connection)
        services = Services.build(settings, database, keys, tmp_path, schema_head())
        services = replace(services, passwords=CHEAP_PASSWORDS)
        yield House(services, create_app(services))
        async with database.alone():
            await transaction.rollback()


@pytest.fixture
async def committed_house(
    postgres: EmbeddedPostgres, keys: Keys, settings: Settings, tmp_path: Path
) -> AsyncIterator[House]:
    """A company in a database of its own, where commits are real and requests may race."""
    name = f"evenhand_{os.urandom(6).hex()}"
    await asyncio.to_thread(postgres.create_database, name, TEMPLATE)
    database = Database.connect(postgres.urls(name).service)
    services = Services.build(settings, database, keys, tmp_path, schema_head())
    services = replace(services, passwords=CHEAP_PASSWORDS)
    yield House(services, create_app(services))
    await database.dispose()
    await asyncio.to_thread(postgres.drop_database, name)
