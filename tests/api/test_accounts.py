"""Accounts through HTTP."""

import asyncio
from uuid import uuid4

import pytest

from tests.house import House

NEW = {
    "name": "华为技术有限公司",
    "industry": "通信设备",
    "region": "华南",
    "potential_value": {"amount": "1234.50", "currency": "CNY"},
    "intent": "high",
}


async def test_a_manager_enters_an_account_and_reads_it_back(house: House) -> None:
    manager = await house.person("key_account_manager", department_id=await house.department())
    async with house.client(manager) as client:
        created = await client.post("/v1/accounts", json=NEW)
        assert created.status_code == 201, created.text
        read = await client.get(created.headers["Location"])
    assert read.json() == created.json()
    assert read.headers["ETag"] == created.headers["ETag"] == '"1-full"'
    assert read.json()["potential_value_base"] == {"amount": "1234.50", "currency": "CNY"}
    assert read.json()["verified_by"] == str(manager.id)


async def test_an_unchanged_account_is_not_sent_again(house: House) -> None:
    leader = await house.person("general_manager")
    account = await house.account()
    async with house.client(leader) as client:
        etag = (await client.get(f"/v1/accounts/{account}")).headers["ETag"]
        again = await client.get(f"/v1/accounts/{account}", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_seller_sees_only_their_own_accounts(house: House) -> None:
    mine, other = await house.person("sales_rep"), await house.person("sales_rep")
    seen, hidden = await house.account(mine), await house.account(other)
    async with house.client(mine) as client:
        listed = (await client.get("/v1/accounts")).json()["items"]
        refused = await client.get(f"/v1/accounts/{hidden}")
        unknown = await client.get(f"/v1/accounts/{uuid4()}")
    assert [item["id"] for item in listed] == [str(seen)]
    assert refused.status_code == unknown.status_code == 404
    ignored = {"instance", "request_id"}
    assert {k: v for k, v in refused.json().items() if k not in ignored} == {
        k: v for k, v in unknown.json().items() if k not in ignored
    }


async def test_pages_follow_each_other_without_gaps(house: House) -> None:
    seller = await house.person("sales_rep")
    accounts = [str(await house.account(seller)) for _ in range(7)]
    found: list[str] = []
    async with house.client(seller) as client:
        cursor: str | None = ""
        while cursor is not None:
            query = {"limit": 3} | ({"cursor": cursor} if cursor else {})
            body = (await client.get("/v1/accounts", params=query)).json()
            found += [item["id"] for item in body["items"]]
            cursor = body["next_cursor"]
    assert found == accounts


async def test_search_finds_chinese_from_one_character_and_by_initials(house: House) -> None:
    leader = await house.person("director")
    await house.account(name="华为技术有限公司")
    await house.account(name="中兴通讯股份有限公司")
    async with house.client(leader) as client:
        for query in ("华", "华为", "为技术", "hwjs", "HWJS"):
            items = (await client.get("/v1/accounts", params={"q": query})).json()["items"]
            assert [item["name"] for item in items] == ["华为技术有限公司"], query
        assert (await client.get("/v1/accounts", params={"q": "没有"})).json()["items"] == []


async def test_lists_sort_by_pinyin_and_by_value(house: House) -> None:
    leader = await house.person("director")
    for name, value in (("中兴", 3), ("阿里", 1), ("华为", 2)):
        await house.account(name=name, potential_value_base=value)
    async with house.client(leader) as client:
        by_name = (await client.get("/v1/accounts", params={"sort": "name"})).json()["items"]
        by_value = (await client.get("/v1/accounts", params={"sort": "-potential_value", "limit": 2})).json()
        rest = await client.get(
            "/v1/accounts", params={"sort": "-potential_value", "limit": 2, "cursor": by_value["next_cursor"]}
        )
    assert [item["name"] for item in by_name] == ["阿里", "华为", "中兴"]
    assert [item["name"] for item in by_value["items"] + rest.json()["items"]] == ["中兴", "华为", "阿里"]


async def test_a_change_needs_the_current_etag(house: House) -> None:
    seller = await house.person("sales_rep")
    account = await house.account(seller)
    headers = {"Content-Type": "application/merge-patch+json"}
    async with house.client(seller) as client:
        path = f"/v1/accounts/{account}"
        absent = await client.patch(path, json={"kind": "工业"}, headers=headers)
        assert absent.status_code == 428
        stale = await client.patch(path, json={"kind": "工业"}, headers={**headers, "If-Match": '"9-full"'})
        assert stale.status_code == 412
        fresh = await client.patch(path, json={"kind": "工业"}, headers={**headers, "If-Match": '"1-full"'})
        assert (fresh.status_code, fresh.json()["kind"], fresh.json()["version"]) == (200, "工业", 2)
        plain = await client.patch(path, json={"kind": "x"}, headers={"If-Match": '"2-full"'})
        assert plain.status_code == 415


async def test_what_decides_distribution_counts_only_once_verified(house: House) -> None:
    department = await house.department()
    seller = await house.person("sales_rep", department_id=department)
    manager = await house.person("department_manager", department_id=department)
    account = await house.account(seller)
    patch = {"potential_value": {"amount": "999.00", "currency": "CNY"}}
    headers = {"Content-Type": "application/merge-patch+json", "If-Match": '"1-full"'}
    async with house.client(seller) as client:
        body = (await client.patch(f"/v1/accounts/{account}", json=patch, headers=headers)).json()
        assert body["potential_value"]["amount"] == "100000.00"
        assert body["proposed"]["fields"]["potential_value"] == "999.00"
        alone = await client.post(
            f"/v1/accounts/{account}/verify", json={"accept": True}, headers={"If-Match": '"2-full"'}
        )
        assert alone.status_code == 403
    async with house.client(manager) as client:
        verified = await client.post(
            f"/v1/accounts/{account}/verify", json={"accept": True}, headers={"If-Match": '"2-full"'}
        )
    assert verified.status_code == 200, verified.text
    assert verified.json()["potential_value"]["amount"] == "999.00"
    assert verified.json()["proposed"] is None


async def test_the_same_idempotency_key_makes_one_account(house: House) -> None:
    manager = await house.person("key_account_manager", department_id=await house.department())
    async with house.client(manager, **{"Idempotency-Key": "k-1"}) as client:
        first = await client.post("/v1/accounts", json=NEW)
        again = await client.post("/v1/accounts", json=NEW)
        other = await client.post("/v1/accounts", json=NEW | {"name": "另一家"})
        listed = (await client.get("/v1/accounts")).json()["items"]
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(listed) == 1


async def test_a_hundred_writers_with_one_etag_leave_one_change(committed_house: House) -> None:
    house = committed_house
    seller = await house.person("sales_rep")
    account = await house.account(seller)
    headers = {"Content-Type": "application/merge-patch+json", "If-Match": '"1-full"'}
    async with house.client(seller) as client:
        answers = await asyncio.gather(
            *(client.patch(f"/v1/accounts/{account}", json={"kind": f"k{n}"}, headers=headers) for n in range(20))
        )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 412}


async def test_a_second_proposal_keeps_the_first_and_both_proposers_are_barred_from_verifying(house: House) -> None:
    department = await house.department()
    seller = await house.person("sales_rep", department_id=department)
    supervisor = await house.person("key_account_supervisor", department_id=department)
    account = await house.account(seller)
    headers = {"Content-Type": "application/merge-patch+json"}
    async with house.client(seller) as client:
        path = f"/v1/accounts/{account}"
        await client.patch(path, json={"region": "华南"}, headers=headers | {"If-Match": '"1-full"'})
        body = (await client.patch(path, json={"intent": "high"}, headers=headers | {"If-Match": '"2-full"'})).json()
    assert body["proposed"]["fields"] == {"region": "华南", "intent": "high"}
    assert body["proposed"]["by"] == [str(seller.id)]
    async with house.client(supervisor) as client:
        verified = await client.post(f"{path}/verify", json={"accept": True}, headers={"If-Match": '"3-full"'})
    assert (verified.json()["region"], verified.json()["intent"]) == ("华南", "high")


async def test_accepting_a_proposal_keeps_what_further_fields_became_meanwhile(house: House) -> None:
    department = await house.department()
    seller = await house.person("sales_rep", department_id=department)
    manager = await house.person("department_manager", department_id=department)
    account = await house.account(seller, custom={"设备": "旧", "楼层": 3, "车位": 2})
    path, patched = f"/v1/accounts/{account}", {"Content-Type": "application/merge-patch+json"}
    async with house.client(seller) as client:
        await client.patch(path, json={"custom": {"设备": "新"}}, headers=patched | {"If-Match": '"1-full"'})
        second = {"custom": {"车位": None}}
        body = (await client.patch(path, json=second, headers=patched | {"If-Match": '"2-full"'})).json()
    assert body["custom"] == {"设备": "旧", "楼层": 3, "车位": 2}
    assert body["proposed"]["fields"] == {"custom": {"设备": "新", "车位": None}}
    async with house.client(manager) as client:
        await client.patch(path, json={"custom": {"楼层": 5}}, headers=patched | {"If-Match": '"3-full"'})
        verified = await client.post(f"{path}/verify", json={"accept": True}, headers={"If-Match": '"4-full"'})
    assert verified.status_code == 200, verified.text
    assert (verified.json()["custom"], verified.json()["proposed"]) == ({"设备": "新", "楼层": 5}, None)


async def test_further_fields_that_stay_as_they_are_propose_nothing(house: House) -> None:
    seller = await house.person("sales_rep", department_id=await house.department())
    account = await house.account(seller, custom={"楼层": 3})
    headers = {"Content-Type": "application/merge-patch+json", "If-Match": '"1-full"'}
    async with house.client(seller) as client:
        body = (await client.patch(f"/v1/accounts/{account}", json={"custom": {"楼层": 3}}, headers=headers)).json()
    assert (body["proposed"], body["version"]) == (None, 1)


@pytest.mark.parametrize("code", ["华东-001", "COX&KINGS.NS", "A 1"])
async def test_codes_are_taken_as_imports_take_them(house: House, code: str) -> None:
    manager = await house.person("key_account_manager", department_id=await house.department())
    async with house.client(manager) as client:
        made = await client.post("/v1/accounts", json={"name": "华兴科技", "code": code})
        listed = (await client.get("/v1/accounts", params={"code": code})).json()["items"]
    assert (made.status_code, made.json()["code"]) == (201, code)
    assert [item["code"] for item in listed] == [code]


@pytest.mark.parametrize("code", ["客" * 41, "A\n1", "A\u200b1", " "])
async def test_a_code_that_nobody_could_type_again_is_refused(house: House, code: str) -> None:
    manager = await house.person("key_account_manager", department_id=await house.department())
    async with house.client(manager) as client:
        refused = await client.post("/v1/accounts", json={"name": "华兴科技", "code": code})
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/code"]
