from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from service.adapters.postgres import EmbeddedPostgres


@asynccontextmanager
async def connection(url: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as opened:
        yield opened
    await engine.dispose()


async def scalar(opened: AsyncConnection, sql: str) -> object:
    return (await opened.execute(text(sql))).scalar()


async def refusal(url: str, sql: str) -> str:
    async with connection(url) as opened:
        with pytest.raises(DBAPIError) as refused:
            await opened.execute(text(sql))
    return str(refused.value.orig)


async def test_each_url_logs_in_as_its_role(server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "1")
    for url, role in zip(server.urls(), ("evenhand_app", "evenhand_owner"), strict=True):
        async with connection(url) as opened:
            assert await scalar(opened, "SELECT session_user || '@' || current_database()") == f"{role}@evenhand"


async def test_neither_role_has_a_power_over_the_server(server: EmbeddedPostgres) -> None:
    powers = "rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication"
    facts = server.execute(f"SELECT rolname, {powers} FROM pg_roles WHERE rolname LIKE 'evenhand%' ORDER BY 1")
    assert facts == "evenhand_app|f\nevenhand_owner|f"
    assert server.execute("SELECT count(*) FROM pg_auth_members WHERE member::regrole::text LIKE 'evenhand%'") == "0"


async def test_the_service_owns_nothing_and_makes_nothing_that_lasts(server: EmbeddedPostgres) -> None:
    service = server.urls().service
    assert "permission denied for schema public" in await refusal(service, "CREATE TABLE mine (id int)")
    assert "permission denied for database" in await refusal(service, "CREATE SCHEMA mine")
    assert "permission denied" in await refusal(service, "SET ROLE evenhand_owner")
    assert "permission denied to create role" in await refusal(service, "CREATE ROLE another")
    assert "external program" in await refusal(service, "COPY (SELECT 1) TO PROGRAM 'true'")
    owned = "SELECT count(*) FROM pg_shdepend WHERE refobjid = 'evenhand_app'::regrole AND deptype = 'o'"
    assert server.execute(owned, "evenhand") == "0"


async def test_the_service_sees_only_what_row_level_security_shows(server: EmbeddedPostgres) -> None:
    server.create_database("rows")
    urls = server.urls("rows")
    async with connection(urls.migration) as owner:
        for statement in (
            "CREATE TABLE items AS SELECT generate_series(1, 10) AS id",
            "ALTER TABLE items ENABLE ROW LEVEL SECURITY",
            "CREATE POLICY even ON items FOR SELECT USING (id % 2 = 0)",
            "GRANT SELECT ON items TO evenhand_app",
        ):
            await owner.execute(text(statement))
        await owner.commit()
    async with connection(urls.service) as service:
        assert await scalar(service, "SELECT count(*) FROM items") == 5
    async with connection(urls.service) as service:
        await service.execute(text("SET row_security = off"))
        with pytest.raises(DBAPIError, match="would be affected by row-level security"):
            await service.execute(text("SELECT count(*) FROM items"))
    assert "must be owner" in await refusal(urls.service, "ALTER TABLE items DISABLE ROW LEVEL SECURITY")


async def test_the_owner_may_create_the_extensions_that_migrations_need(server: EmbeddedPostgres) -> None:
    server.create_database("extended")
    async with connection(server.urls("extended").migration) as owner:
        await owner.execute(text("CREATE EXTENSION pg_trgm"))
        await owner.execute(text("CREATE EXTENSION btree_gist"))
        assert await scalar(owner, "SELECT cardinality(show_trgm('华为技术有限公司'))") == 9


async def test_a_copy_of_a_template_has_its_tables_and_the_same_rights(server: EmbeddedPostgres) -> None:
    server.create_database("original")
    server.execute("CREATE TABLE kept AS SELECT 1 AS id; GRANT SELECT ON kept TO evenhand_app", "original")
    server.create_database("copy", template="original")
    server.create_database("copy", template="original")
    async with connection(server.urls("copy").service) as service:
        assert await scalar(service, "SELECT id FROM kept") == 1
    access = "SELECT datname, datacl FROM pg_database WHERE datname IN ('copy', 'evenhand') ORDER BY 1"
    copied, own = (line.split("|")[1] for line in server.execute(access).splitlines())
    assert copied == own
    server.drop_database("copy")
    server.drop_database("copy")
    assert server.execute("SELECT count(*) FROM pg_database WHERE datname = 'copy'") == "0"


async def test_names_are_quoted_on_their_way_into_sql_and_urls(server: EmbeddedPostgres) -> None:
    name = '客户\'s "demo" & co?/1'
    server.create_database(name)
    async with connection(server.urls(name).service) as service:
        assert await scalar(service, "SELECT current_database()") == name
    server.drop_database(name)


async def test_the_servers_own_database_holds_utf_8(server: EmbeddedPostgres) -> None:
    async with connection(server.urls().service) as service:
        assert await scalar(service, "SELECT current_setting('server_encoding')") == "UTF8"


def test_a_start_heals_a_missing_role(begun: Path, bindir: Path | None) -> None:
    with EmbeddedPostgres(begun, bindir=bindir, durable=False) as server:
        server.execute("DROP DATABASE evenhand; DROP ROLE evenhand_app")
    with EmbeddedPostgres(begun, bindir=bindir, durable=False) as server:
        assert server.execute("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'evenhand%'") == "2"
        assert server.execute("SELECT current_database()", "evenhand") == "evenhand"
