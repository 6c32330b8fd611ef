"""Evidence: one audit entry and one outbox message for each change, canonical bytes, nothing altered afterwards."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
import rfc8785
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from service.adapters.postgres import EmbeddedPostgres
from service.database import Database
from service.domain.events import AccessRefused, AssignmentStarted
from service.journal import plain, record
from service.models import AuditEntry, OutboxMessage, new_id
from service.policy import system_actor
from service.queries.audit_entries import canonical_text
from tests.house import House

PATCH = {"Content-Type": "application/merge-patch+json"}
SEALED = [column.key for column in AuditEntry.__table__.columns if column.key != "xid"]


async def recorded(house: House) -> list[Any]:
    """Every audit entry so far, in order."""
    async with house.services.database.reading() as connection:
        columns = (*AuditEntry.__table__.columns, canonical_text().label("canonical"))
        return list((await connection.execute(select(*columns).order_by(AuditEntry.position))).all())


async def sent(house: House) -> list[tuple[Any, ...]]:
    """Every outbox message so far, in order."""
    columns = (OutboxMessage.id, OutboxMessage.type, OutboxMessage.subject_type, OutboxMessage.subject_id)
    async with house.services.database.reading() as connection:
        rows = await connection.execute(select(*columns, OutboxMessage.at).order_by(OutboxMessage.position))
        return [tuple(row) for row in rows]


async def a_day_of_work(house: House) -> list[str]:
    """Every write of accounts, contacts, interactions and tasks once; returns the actions that should be recorded."""
    department = await house.department()
    manager = await house.person("key_account_manager", department_id=department)
    steward = await house.person("data_steward")
    happened = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    async with house.client(manager) as client:

        async def post(path: str, body: dict[str, Any], etag: str | None = None) -> Any:
            answer = await client.post(path, json=body, headers={"If-Match": etag} if etag else {})
            assert answer.status_code in {200, 201}, answer.text
            return answer

        async def patch(path: str, body: dict[str, Any], etag: str) -> Any:
            answer = await client.patch(path, json=body, headers={**PATCH, "If-Match": etag})
            assert answer.status_code == 200, answer.text
            return answer

        async def delete(path: str, etag: str) -> None:
            assert (await client.delete(path, headers={"If-Match": etag})).status_code == 204

        new = {"name": "华为技术有限公司", "potential_value": {"amount": "12.50", "currency": "CNY"}}
        account = await post("/v1/accounts", new)
        path = account.headers["Location"]
        account = await patch(path, {"kind": "工业"}, account.headers["ETag"])
        contact = await post(f"{path}/contacts", {"name": "李娜", "email": "lina@example.com"})
        contact = await patch(contact.headers["Location"], {"title": "总监"}, contact.headers["ETag"])
        await delete(f"{path}/contacts/{contact.json()['id']}", contact.headers["ETag"])
        outcome = {"happened_at": happened, "summary": "同意试用", "commitments": [{"action": "提交报价"}]}
        body = {"account_id": account.json()["id"], "kind": "visit", "subject": "拜访", "outcome": outcome}
        interaction = await post("/v1/interactions", body)
        visit = interaction.headers["Location"]
        interaction = await patch(visit, {"subject": "回访"}, interaction.headers["ETag"])
        interaction = await post(f"{visit}/amend", {"note": "补充"}, interaction.headers["ETag"])
        await delete(visit, interaction.headers["ETag"])
        body = {"account_id": account.json()["id"], "subject": "商务谈判", "assignee_id": str(manager.id)}
        task = await post("/v1/tasks", body)
        work = task.headers["Location"]
        task = await patch(work, {"note": "需提前准备"}, task.headers["ETag"])
        task = await post(f"{work}/finish", {}, task.headers["ETag"])
        await delete(work, task.headers["ETag"])
    async with house.client(steward) as client:
        etag = (await client.get(path)).headers["ETag"]
        verified = await client.post(f"{path}/verify", json={"accept": True}, headers={"If-Match": etag})
        assert verified.status_code == 200, verified.text
    async with house.client(manager) as client:
        await client.delete(path, headers={"If-Match": verified.headers["ETag"]})
    return [
        *("account.created", "account.changed", "contact.created", "contact.changed", "contact.deleted"),
        *("interaction.logged", "task.created", "interaction.changed", "interaction.amended", "interaction.deleted"),
        *("task.created", "task.changed", "task.changed", "task.deleted", "account.verified", "account.deleted"),
    ]


async def test_every_change_leaves_one_entry_and_one_message(house: House) -> None:
    expected = await a_day_of_work(house)
    entries, messages = await recorded(house), await sent(house)
    assert [entry.action for entry in entries] == expected
    assert messages == [(entry.id, entry.action, entry.subject_type, entry.subject_id, entry.at) for entry in entries]


async def test_canonical_bytes_are_the_columns_in_rfc_8785_form(house: House) -> None:
    await a_day_of_work(house)
    entries = await recorded(house)
    assert entries
    for entry in entries:
        columns = {name: plain(getattr(entry, name)) for name in SEALED}
        assert entry.canonical.encode() == rfc8785.dumps(columns | {"xid": str(entry.xid)}), entry.action


async def test_odd_texts_are_sealed_in_rfc_8785_form(house: House) -> None:
    odd = "".join(map(chr, (*range(1, 0x21), 0x22, 0x5C, 0x7F, 0x80, 0x2028, 0xE000, 0xFEFF, 0x1F600)))
    actor = system_actor(odd)
    async with house.services.database.transaction(request_id=odd) as session:
        await record(session, actor, AccessRefused(None, data={odd: [odd, None, True, 2**53 - 1], "\ue000": 1, "𐀀": 2}))
    (entry,) = await recorded(house)
    columns = {name: plain(getattr(entry, name)) for name in SEALED} | {"xid": str(entry.xid)}
    assert columns["actor"] == f"system:{odd}"
    assert entry.canonical.encode() == rfc8785.dumps(columns)


async def test_many_facts_at_once_are_each_sealed_with_their_own_data(house: House) -> None:
    shared: dict[str, Any] = {"origin": "plan", "plan_id": new_id()}
    told = [shared if at % 2 else {"at": at, "odd": False} for at in range(201)]
    facts = [AssignmentStarted(new_id(), None, data) for data in told]
    async with house.services.database.transaction(request_id="many") as session:
        await record(session, system_actor("test"), *facts)
        heard = await session.execute(select(OutboxMessage.id, OutboxMessage.subject_id, OutboxMessage.type))
        messages = {row.id: (row.subject_id, row.type) for row in heard}
    entries = await recorded(house)
    assert [entry.subject_id for entry in entries] == [fact.subject_id for fact in facts]
    assert [entry.data for entry in entries] == [plain(data) for data in told]
    assert messages == {entry.id: (entry.subject_id, "assignment.started") for entry in entries}


async def test_an_auditor_reads_entries_and_hashes_them_again(house: House) -> None:
    await a_day_of_work(house)
    auditor = await house.person("auditor")
    stored = {str(entry.id): hashlib.sha256(entry.canonical.encode()).hexdigest() for entry in await recorded(house)}
    seen: list[dict[str, Any]] = []
    async with house.client(auditor) as client:
        cursor = None
        while True:
            query = {"limit": 7} | ({"cursor": cursor} if cursor else {})
            page = (await client.get("/v1/audit-entries", params=query)).json()
            seen += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        one = await client.get(f"/v1/audit-entries/{seen[0]['id']}")
    assert [entry["id"] for entry in seen] == list(stored)[::-1]
    assert one.json() == seen[0]
    for entry in seen:
        told = {name: value for name, value in entry.items() if name != "canonical"}
        assert orjson.loads(entry["canonical"]) == told
        assert hashlib.sha256(entry["canonical"].encode()).hexdigest() == stored[entry["id"]]
        assert entry["xid"].isdigit()


async def test_entries_are_filtered(house: House) -> None:
    await a_day_of_work(house)
    manager = await house.person("general_manager")
    entries = await recorded(house)
    account, actor = entries[0].account_id, entries[0].actor_id
    contact = next(entry.subject_id for entry in entries if entry.subject_type == "contact")
    async with house.client(manager) as client:

        async def actions(**params: Any) -> list[str]:
            answer = await client.get("/v1/audit-entries", params={"sort": "at", "limit": 200, **params})
            assert answer.status_code == 200, answer.text
            return [entry["action"] for entry in answer.json()["items"]]

        assert await actions(subject_id=str(contact)) == ["contact.created", "contact.changed", "contact.deleted"]
        assert await actions(account_id=str(account)) == [entry.action for entry in entries]
        assert await actions(account_id=str(uuid4())) == []
        assert await actions(action=["account.verified", "account.deleted"]) == ["account.verified", "account.deleted"]
        assert await actions(actor_id=str(actor), subject_type="account") == [
            *("account.created", "account.changed", "account.deleted"),
        ]
        cut = entries[3].at.isoformat()
        assert await actions(at_to=cut) + await actions(at_from=cut) == [entry.action for entry in entries]
        assert await actions(request_id=entries[5].request_id) == ["interaction.logged", "task.created"]


@pytest.mark.parametrize("role", ["sales_rep", "department_manager", "director", "data_steward", "admin", "finance"])
async def test_evidence_is_for_auditors_and_the_general_manager(house: House, role: str) -> None:
    await a_day_of_work(house)
    person = await house.person(role)
    entry = (await recorded(house))[0]
    async with house.client(person) as client:
        listed = await client.get("/v1/audit-entries")
        read = await client.get(f"/v1/audit-entries/{entry.id}")
    assert (listed.status_code, read.status_code) == (403, 404)


async def test_a_refused_attempt_is_recorded_and_leaves_nothing_else(house: House) -> None:
    account = await house.account()
    auditor = await house.person("auditor")
    async with house.client(auditor) as client:
        refused = await client.post(f"/v1/accounts/{account}/contacts", json={"name": "李娜", "mobile": "13800138000"})
    entries = await recorded(house)
    assert refused.status_code == 403
    assert [(entry.action, entry.actor_id) for entry in entries] == [("access.refused", auditor.id)]
    assert entries[0].request_id == refused.headers["X-Request-Id"]


STATEMENTS = (
    "UPDATE audit_entries SET action = 'nothing'",
    "DELETE FROM audit_entries",
    "TRUNCATE audit_entries",
    "UPDATE outbox_messages SET type = 'nothing'",
    "DELETE FROM outbox_messages",
    "TRUNCATE outbox_messages",
)


@pytest.mark.parametrize("statement", STATEMENTS)
async def test_neither_the_service_nor_the_owner_alters_evidence(
    committed_house: House, postgres: EmbeddedPostgres, statement: str
) -> None:
    house = committed_house
    await house.account()
    leader = await house.person("data_steward")
    async with house.client(leader) as client:
        assert (await client.post("/v1/accounts", json={"name": "华为"})).status_code == 201
    before = await recorded(house)
    urls = postgres.urls(house.services.database.write.url.database or "")
    for url in (urls.service, urls.migration):
        database = Database.connect(url)
        with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
            async with database.transaction() as session:
                await session.execute(text(statement))
        await database.dispose()
    assert await recorded(house) == before
    assert len(before) == 1
