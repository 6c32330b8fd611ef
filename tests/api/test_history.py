"""What happened to an account, through HTTP: history, timeline, summary, groups."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert

from service.domain import events
from service.journal import record
from service.models import Appeal, new_id
from service.policy import system_actor
from tests.house import House, Person

PATCH = {"Content-Type": "application/merge-patch+json"}
NEW = {
    "name": "华为技术有限公司",
    "industry": "通信设备",
    "region": "华南",
    "potential_value": {"amount": "1234.50", "currency": "CNY"},
    "intent": "high",
}


async def changed_account(house: House) -> tuple[Person, str]:
    """An account that was entered, renamed, and given another value, by its manager."""
    manager = await house.person("key_account_manager", department_id=await house.department())
    async with house.client(manager) as client:
        account = (await client.post("/v1/accounts", json=NEW)).json()["id"]
        for version, patch in enumerate(
            ({"name": "华为公司"}, {"potential_value": {"amount": "99.00", "currency": "CNY"}, "region": "华东"}), 1
        ):
            answer = await client.patch(
                f"/v1/accounts/{account}", json=patch, headers={**PATCH, "If-Match": f'"{version}-full"'}
            )
            assert answer.status_code == 200, answer.text
    return manager, account


async def test_history_tells_who_changed_what_from_what_to_what(house: House) -> None:
    manager, account = await changed_account(house)
    async with house.client(manager) as client:
        items = (await client.get(f"/v1/accounts/{account}/history")).json()["items"]
        oldest = (await client.get(f"/v1/accounts/{account}/history", params={"sort": "at"})).json()["items"]
    assert [item["action"] for item in items] == ["account.changed", "account.changed", "account.created"]
    assert oldest == items[::-1]
    assert items[0]["changes"] == {
        "potential_value": {"from": "1234.50", "to": "99.00"},
        "region": {"from": "华南", "to": "华东"},
    }
    assert items[1]["changes"] == {"name": {"from": "华为技术有限公司", "to": "华为公司"}}
    assert {(item["actor"], item["actor_id"]) for item in items} == {(f"staff:{manager.code}", str(manager.id))}


async def test_the_fields_of_the_past_are_told_for_every_instant(house: House) -> None:
    manager, account = await changed_account(house)
    async with house.client(manager) as client:
        path = f"/v1/accounts/{account}/history"
        moments = [item["at"] for item in (await client.get(path, params={"sort": "at"})).json()["items"]]
        told = [(await client.get(path, params={"as_of": at})).json() for at in moments]
        present = (await client.get(path)).json()
        before = (await client.get(path, params={"as_of": "2000-01-01T00:00:00Z"})).json()
    fields = [page["fields"] for page in told]
    assert [one["name"] for one in fields] == ["华为技术有限公司", "华为公司", "华为公司"]
    assert [one["potential_value"] for one in fields] == ["1234.50", "1234.50", "99.00"]
    assert [one["region"] for one in fields] == ["华南", "华南", "华东"]
    assert {(one["industry"], one["intent"], one["potential_currency"]) for one in fields} == {
        ("通信设备", "high", "CNY")
    }
    assert [len(page["items"]) for page in told] == [1, 2, 3]
    assert present["fields"] is None
    assert (before["fields"], before["items"]) == (None, [])


async def test_history_pages_newest_first_without_gaps(house: House) -> None:
    manager, account = await changed_account(house)
    found: list[str] = []
    async with house.client(manager) as client:
        cursor = None
        while True:
            query: dict[str, Any] = {"limit": 1} | ({"cursor": cursor} if cursor else {})
            page = (await client.get(f"/v1/accounts/{account}/history", params=query)).json()
            found += [item["action"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        other = await client.get(f"/v1/accounts/{account}/history", params={"limit": 1})
        foreign = await client.get(
            f"/v1/accounts/{account}/timeline", params={"limit": 1, "cursor": other.json()["next_cursor"]}
        )
    assert found == ["account.changed", "account.changed", "account.created"]
    assert (foreign.status_code, foreign.json()["code"]) == (400, "invalid_cursor")


async def test_the_timeline_tells_everything_around_the_account(house: House) -> None:
    seller = await house.person("sales_rep")
    account = await house.account(seller)
    happened = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    async with house.client(seller) as client:
        contact = {"name": "李娜", "email": "lina@example.com"}
        await client.post(f"/v1/accounts/{account}/contacts", json=contact)
        outcome = {"happened_at": happened, "summary": "同意试用", "commitments": [{"action": "提交报价"}]}
        body = {"account_id": str(account), "kind": "visit", "subject": "拜访", "outcome": outcome}
        await client.post("/v1/interactions", json=body)
        timeline = (await client.get(f"/v1/accounts/{account}/timeline")).json()["items"]
        logged = await client.get(f"/v1/accounts/{account}/timeline", params={"action": "interaction.logged"})
    assert [entry["action"] for entry in timeline] == ["task.created", "interaction.logged", "contact.created"]
    assert "email" in timeline[2]["fields"]
    assert [entry["action"] for entry in logged.json()["items"]] == ["interaction.logged"]


async def test_an_appeal_is_on_the_timeline_of_those_who_may_know_of_it(house: House) -> None:
    owner, colleague = await house.person("sales_rep"), await house.person("sales_rep")
    leader, manager = await house.person("director"), await house.person("general_manager")
    account = await house.account()
    await an_appeal(house, account, await house.assign(account, owner), owner)
    async with house.client(manager) as client:
        body = {"staff_id": str(colleague.id), "role": "sales"}
        assert (await client.post(f"/v1/accounts/{account}/team", json=body)).status_code == 201
    seen = {}
    for person in (owner, colleague, leader, manager):
        async with house.client(person) as client:
            items = (await client.get(f"/v1/accounts/{account}/timeline")).json()["items"]
            seen[person.id] = "appeal.filed" in [entry["action"] for entry in items]
    assert seen == {owner.id: True, manager.id: True, colleague.id: False, leader.id: False}


async def an_appeal(house: House, account: UUID, assignment: UUID, owner: Person) -> None:
    """Somebody from elsewhere appeals against the owner's assignment."""
    appellant = await house.person("sales_rep")
    row = {
        "id": new_id(),
        "assignment_id": assignment,
        "account_id": account,
        "appellant_id": appellant.id,
        "filed_by_id": appellant.id,
        "respondent_id": owner.id,
        "grounds": ["territory"],
        "statement": "该区域由我负责",
        "evidence": [],
        "state": "submitted",
        "draw_key": b"key",
        "received_at": datetime.now(UTC),
        "decide_by": datetime.now(UTC) + timedelta(days=5),
    }
    async with house.services.database.transaction() as session:
        await session.execute(insert(Appeal).values(row))
        await record(session, system_actor("test"), events.AppealFiled(row["id"], account))


async def test_history_timeline_and_summary_are_not_for_readers_of_basics(house: House) -> None:
    finance, stranger = await house.person("finance"), await house.person("sales_rep")
    account = await house.account(await house.person("sales_rep"), potential_value=777)
    for part in ("history", "timeline", "summary"):
        async with house.client(finance) as client:
            refused = await client.get(f"/v1/accounts/{account}/{part}")
        async with house.client(stranger) as client:
            hidden = await client.get(f"/v1/accounts/{account}/{part}")
        assert (refused.status_code, hidden.status_code) == (403, 404), part
        assert "777" not in refused.text


async def test_a_reader_of_basics_learns_no_value_by_filter_or_order(house: House) -> None:
    finance = await house.person("finance")
    for value in (100, 300, 200):
        await house.account(potential_value=value, potential_value_base=value, intent="high")
    async with house.client(finance) as client:
        listed = (await client.get("/v1/accounts")).json()["items"]
        answers = [
            await client.get("/v1/accounts", params=params)
            for params in (
                {"potential_value_min": "150"},
                {"potential_value_max": "150"},
                {"intent": "high"},
                {"sort": "potential_value"},
                {"sort": "-potential_value"},
            )
        ]
    assert len(listed) == 3
    assert {item["potential_value"] for item in listed} == {None}
    assert all(answer.json()["items"] == [] for answer in answers)


async def test_the_summary_shows_the_account_at_one_glance(house: House) -> None:
    seller = await house.person("sales_rep", name="张伟")
    account = await house.account(seller, name="华为技术有限公司")
    now = datetime.now(UTC)
    async with house.client(seller) as client:
        await client.post(f"/v1/accounts/{account}/contacts", json={"name": "李娜", "email": "lina@example.com"})
        outcome = {"happened_at": (now - timedelta(days=1)).isoformat(), "summary": "同意试用"}
        visit = {"account_id": str(account), "kind": "visit", "subject": "拜访", "outcome": outcome}
        call = {"account_id": str(account), "kind": "call", "subject": "预约"}
        plan = {"planned_at": (now + timedelta(days=1)).isoformat(), "purpose": "确认采购计划"}
        await client.post("/v1/interactions", json=visit)
        await client.post("/v1/interactions", json=call | {"plan": plan})
        task = {"account_id": str(account), "subject": "提交报价", "assignee_id": str(seller.id)}
        await client.post("/v1/tasks", json=task | {"planned_on": "2024-02-15"})
        await client.post("/v1/tasks", json=task | {"subject": "无期限"})
        answer = await client.get(f"/v1/accounts/{account}/summary")
        again = await client.get(f"/v1/accounts/{account}/summary", headers={"If-None-Match": answer.headers["ETag"]})
    summary = answer.json()
    assert summary["owner"] == {"id": str(seller.id), "code": seller.code, "name": "张伟"}
    assert [(one["subject"], one["summary"]) for one in summary["latest_interactions"]] == [
        ("预约", None),
        ("拜访", "同意试用"),
    ]
    assert [(one["subject"], one["assignee"], one["overdue"]) for one in summary["open_tasks"]] == [
        ("提交报价", "张伟", True),
        ("无期限", "张伟", False),
    ]
    assert summary["counts"] == {"contacts": 1, "team": 1, "interactions": 2, "open_tasks": 2, "overdue_tasks": 1}
    assert summary["tiers"] == []
    assert again.status_code == 304


@pytest.mark.parametrize("length", [1, 2, 3])
async def test_no_account_is_part_of_its_own_group(house: House, length: int) -> None:
    leader = await house.person("data_steward")
    chain = [await house.account() for _ in range(length)]
    async with house.client(leader, **PATCH) as client:
        for child, parent in zip(chain[1:], chain, strict=False):
            headers = {"If-Match": '"1-full"'}
            joined = await client.patch(f"/v1/accounts/{child}", json={"parent_id": str(parent)}, headers=headers)
            assert joined.status_code == 200, joined.text
        closing = await client.patch(
            f"/v1/accounts/{chain[0]}", json={"parent_id": str(chain[-1])}, headers={"If-Match": '"1-full"'}
        )
        members = (await client.get("/v1/accounts", params={"parent_id": str(chain[0])})).json()["items"]
    assert (closing.status_code, closing.json()["errors"][0]["code"]) == (422, "own_parent")
    assert [item["id"] for item in members] == [str(child) for child in chain[1:2]]


async def test_two_changes_at_once_close_no_circle(committed_house: House) -> None:
    house = committed_house
    steward = await house.person("data_steward")
    one, two = await house.account(), await house.account()
    headers = {**PATCH, "If-Match": '"1-full"'}
    async with house.client(steward) as client:
        answers = await asyncio.gather(
            client.patch(f"/v1/accounts/{one}", json={"parent_id": str(two)}, headers=headers),
            client.patch(f"/v1/accounts/{two}", json={"parent_id": str(one)}, headers=headers),
        )
        parents = [(await client.get(f"/v1/accounts/{id_}")).json()["parent_id"] for id_ in (one, two)]
    assert sorted(answer.status_code for answer in answers) == [200, 422]
    assert parents.count(None) == 1
