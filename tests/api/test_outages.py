"""A database that is away for a moment, or altogether: told as 503, and forgotten as soon as it is back."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from service import database
from service.adapters.keys import Keys
from service.adapters.postgres import EmbeddedPostgres
from service.database import Database
from service.http.services import Services
from service.main import create_app
from service.migrations import schema_head
from service.models import new_id
from service.settings import Settings
from tests.house import House

CUT = text("""
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = :name AND pid <> pg_backend_pid() AND backend_type = 'client backend'
""")


async def cut_connections(house: House, postgres: EmbeddedPostgres) -> None:
    """Ends every connection that the service keeps, as a restarted server does."""
    name = house.services.database.write.url.database or ""
    other = Database.connect(postgres.urls("evenhand_shared").service)
    async with other.reading() as connection:
        await connection.execute(CUT, {"name": name})
    await other.dispose()


async def test_connections_that_died_are_replaced_before_anybody_hears_of_it(
    committed_house: House, postgres: EmbeddedPostgres
) -> None:
    house = committed_house
    account = await house.account(seller := await house.person("sales_rep"))
    async with house.client(seller) as client:
        several = await asyncio.gather(*(client.get(f"/v1/accounts/{account}") for _ in range(5)))
        assert {answer.status_code for answer in several} == {200}
        await cut_connections(house, postgres)
        house.services.identities.forget()
        assert (await client.get(f"/v1/accounts/{account}")).status_code == 200


async def test_a_reader_who_gives_up_takes_no_connection_along(committed_house: House) -> None:
    places = committed_house.services.database

    async def sleep() -> None:
        async with places.reading() as connection:
            await connection.execute(text("SELECT pg_sleep(60)"))

    for _ in range(10):
        reader = asyncio.create_task(sleep())
        await asyncio.sleep(0.02)
        reader.cancel()
        assert [type(error) for error in await asyncio.gather(reader, return_exceptions=True)] == [
            asyncio.CancelledError
        ]
    assert await places.ask(lambda connection: connection.scalar(text("SELECT 1"))) == 1


async def test_closing_that_is_cut_short_loses_no_place(committed_house: House) -> None:
    places = committed_house.services.database
    await asyncio.gather(*(places.ask(lambda connection: connection.scalar(text("SELECT 1"))) for _ in range(3)))
    closing = asyncio.create_task(places.readers.close())
    await asyncio.sleep(0)
    closing.cancel()
    await asyncio.wait({closing})
    assert closing.cancelled()
    async with AsyncExitStack() as stack:
        for _ in range(7):
            await stack.enter_async_context(places.reading())


async def test_who_waits_too_long_for_a_connection_is_refused_and_the_next_in_time_is_not(
    committed_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "POOL_WAIT_S", 0.05)
    places, done = committed_house.services.database, asyncio.Event()
    seller = await committed_house.person("sales_rep")

    async def hold() -> None:
        async with places.reading():
            await done.wait()

    holders = [asyncio.create_task(hold()) for _ in range(7)]
    await asyncio.sleep(0.3)
    async with committed_house.client(seller) as client:
        refused = await client.get("/v1/accounts")
        assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
        done.set()
        await asyncio.gather(*holders)
        assert (await client.get("/v1/accounts")).status_code == 200


async def test_a_database_out_of_reach_is_503_for_whoever_has_to_be_looked_up(
    keys: Keys, settings: Settings, tmp_path: Path
) -> None:
    nowhere = Database.connect(f"postgresql://evenhand_app@/evenhand?host={tmp_path}")
    services = Services.build(settings, nowhere, keys, tmp_path, schema_head())
    house = House(services, create_app(services))
    assert services.issuer
    token = services.issuer.issue(new_id(), "staff")
    async with house.client(Authorization=f"Bearer {token}") as client:
        answers = [await client.get(path) for path in ("/v1/me", "/readyz")]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert [answer.json()["code"] for answer in answers] == ["database_unavailable"] * 2
    assert all("Retry-After" in answer.headers for answer in answers)
    await nowhere.dispose()
