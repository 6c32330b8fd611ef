"""One transaction a request: what was not stored is never told as done; lost races and failed commits are problems."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select, text

from service.adapters.postgres import EmbeddedPostgres
from service.database import Database
from service.models import Account, AuditEntry, IdempotencyRecord, OutboxMessage, Task
from tests.house import House

NEW = {"name": "华为技术有限公司"}
PATCH = {"Content-Type": "application/merge-patch+json"}
FAILING_COMMIT = (
    """
    CREATE FUNCTION fail_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the commit fails' USING ERRCODE = '{code}';
    END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER fail_at_commit AFTER INSERT OR UPDATE ON {table} DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION fail_at_commit()
    """,
)


async def make_commits_fail(house: House, postgres: EmbeddedPostgres, table: str, code: str) -> None:
    """From now on every transaction that writes the table fails, at its commit and not before."""
    database = Database.connect(postgres.urls(house.services.database.write.url.database or "").migration)
    async with database.transaction() as session:
        for statement in FAILING_COMMIT:
            await session.execute(text(statement.format(table=table, code=code)))
    await database.dispose()


async def stored(house: House) -> dict[str, int]:
    """How many rows there are of what a write leaves."""
    tables: tuple[Any, ...] = (Account, Task, AuditEntry, OutboxMessage, IdempotencyRecord)
    async with house.services.database.reading() as connection:
        return {
            table.__tablename__: await connection.scalar(select(func.count()).select_from(table)) for table in tables
        }


@pytest.mark.parametrize(
    ("code", "status"),
    [("P0001", 500), ("23514", 422), ("23505", 409), ("40001", 503), ("57014", 503)],
)
async def test_a_commit_that_fails_is_never_told_as_done(
    committed_house: House, postgres: EmbeddedPostgres, code: str, status: int
) -> None:
    house = committed_house
    steward = await house.person("data_steward")
    await make_commits_fail(house, postgres, "accounts", code)
    before = await stored(house)
    async with house.client(steward, **{"Idempotency-Key": "once"}) as client:
        first = await client.post("/v1/accounts", json=NEW)
        again = await client.post("/v1/accounts", json=NEW)
    for answer in (first, again):
        assert answer.status_code == status, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert "Idempotent-Replayed" not in answer.headers
        assert "the commit fails" not in answer.text
    assert await stored(house) == before


async def test_a_change_whose_commit_fails_changes_nothing(committed_house: House, postgres: EmbeddedPostgres) -> None:
    house = committed_house
    seller = await house.person("sales_rep")
    account = await house.account(seller)
    await make_commits_fail(house, postgres, "accounts", "23514")
    before = await stored(house)
    path = f"/v1/accounts/{account}"
    async with house.client(seller) as client:
        read = await client.get(path)
        refused = await client.patch(path, json={"kind": "工业"}, headers={**PATCH, "If-Match": read.headers["ETag"]})
        again = await client.get(path)
    assert refused.status_code == 422
    assert again.content == read.content
    assert await stored(house) == before


async def test_of_many_who_enter_the_same_code_one_wins_and_the_others_are_told(committed_house: House) -> None:
    house = committed_house
    steward = await house.person("data_steward")
    async with house.client(steward) as client:
        answers = await asyncio.gather(
            *(client.post("/v1/accounts", json=NEW | {"code": "C-1", "name": f"客户{n}"}) for n in range(8))
        )
        listed = (await client.get("/v1/accounts", params={"code": "C-1"})).json()["items"]
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"already_exists"}
    assert len(listed) == 1


async def test_of_many_who_finish_the_same_task_one_wins(committed_house: House) -> None:
    house = committed_house
    seller = await house.person("sales_rep")
    account = await house.account(seller)
    async with house.client(seller) as client:
        body = {"account_id": str(account), "subject": "商务谈判", "assignee_id": str(seller.id)}
        created = await client.post("/v1/tasks", json=body)
        path, headers = created.headers["Location"], {"If-Match": created.headers["ETag"]}
        before = await stored(house)
        answers = await asyncio.gather(*(client.post(f"{path}/finish", json={}, headers=headers) for _ in range(6)))
        task = (await client.get(path)).json()
    after = await stored(house)
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 5
    assert (task["state"], task["version"]) == ("done", 2)
    assert after["audit_entries"] - before["audit_entries"] == 1


async def test_the_same_key_at_once_makes_one_record(committed_house: House) -> None:
    house = committed_house
    steward = await house.person("data_steward")
    async with house.client(steward, **{"Idempotency-Key": "once"}) as client:
        answers = await asyncio.gather(*(client.post("/v1/accounts", json=NEW) for _ in range(6)))
        listed = (await client.get("/v1/accounts")).json()["items"]
    made = [answer for answer in answers if answer.status_code == 201]
    assert made
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"idempotency_in_progress"}
    assert {answer.json()["id"] for answer in made} == {listed[0]["id"]}
    assert len(listed) == 1
