"""Departments through HTTP."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.house import House

PATCH = {"Content-Type": "application/merge-patch+json"}


async def change(client: httpx.AsyncClient, path: str, **fields: Any) -> httpx.Response:
    etag = (await client.get(path)).headers["ETag"]
    return await client.patch(path, json=fields, headers=PATCH | {"If-Match": etag})


async def parents(house: House) -> dict[UUID, UUID | None]:
    from sqlalchemy import select

    from service.models import Department

    async with house.services.database.reading() as connection:
        rows = (await connection.execute(select(Department.id, Department.parent_id))).all()
    return {row.id: row.parent_id for row in rows}


async def test_an_admin_sets_up_changes_and_closes_a_department(house: House) -> None:
    admin, head = await house.person("admin"), await house.person("department_manager")
    async with house.client(admin) as client:
        company = await client.post("/v1/departments", json={"name": "总公司"})
        assert company.status_code == 201, company.text
        created = await client.post("/v1/departments", json={"name": "大客户部", "parent_id": company.json()["id"]})
        path = created.headers["Location"]
        named = await change(client, path, manager_id=str(head.id), deputy_in_charge_id=str(admin.id))
        assert (named.status_code, named.json()["manager_id"], named.json()["version"]) == (200, str(head.id), 2)
        emptied = await change(client, path, manager_id=None)
        assert (emptied.json()["manager_id"], emptied.json()["deputy_in_charge_id"]) == (None, str(admin.id))
        etag = emptied.headers["ETag"]
        assert (await client.delete(path, headers={"If-Match": etag})).status_code == 204
        assert (await client.get(path)).status_code == 404
        assert (await client.post("/v1/departments", json={"name": "大客户部"})).status_code == 201


async def test_departments_are_listed_by_what_is_above_and_who_heads_them(house: House) -> None:
    seller, head = await house.person("sales_rep"), await house.person("department_manager")
    top = await house.department("总公司")
    below = await house.department("华东区", parent_id=top)
    admin = await house.person("admin")
    async with house.client(admin) as client:
        await change(client, f"/v1/departments/{below}", manager_id=str(head.id))
    async with house.client(seller) as client:
        for query, expected in (
            ({"parent_id": str(top)}, [below]),
            ({"top": "true"}, [top]),
            ({"top": "false"}, [below]),
            ({"manager_id": str(head.id)}, [below]),
            ({"name": ["华东区", "无"]}, [below]),
        ):
            items = (await client.get("/v1/departments", params=query)).json()["items"]
            assert [item["id"] for item in items] == [str(one) for one in expected], query
        assert (await client.post("/v1/departments", json={"name": "私设"})).status_code == 403
        assert (await change(client, f"/v1/departments/{top}", name="改名")).status_code == 403


async def test_names_are_unique_and_references_exist(house: House) -> None:
    admin, gone = await house.person("admin"), await house.person(status="left")
    await house.department("大客户部")
    async with house.client(admin) as client:
        twice = await client.post("/v1/departments", json={"name": "大客户部"})
        answers = [
            await client.post("/v1/departments", json={"name": "新部", field: value})
            for field, value in (
                ("parent_id", str(uuid4())),
                ("manager_id", str(uuid4())),
                ("manager_id", str(gone.id)),
                ("deputy_in_charge_id", str(gone.id)),
            )
        ]
        empty = await change(client, f"/v1/departments/{await house.department()}", name=None)
    assert (twice.status_code, twice.json()["code"]) == (409, "already_exists")
    assert [answer.status_code for answer in answers] == [422] * 4
    assert [answer.json()["errors"][0]["pointer"] for answer in answers] == [
        "/parent_id",
        "/manager_id",
        "/manager_id",
        "/deputy_in_charge_id",
    ]
    assert empty.status_code == 422


async def test_no_department_stands_below_itself(house: House) -> None:
    admin = await house.person("admin")
    top = await house.department()
    middle = await house.department(parent_id=top)
    bottom = await house.department(parent_id=middle)
    async with house.client(admin) as client:
        for parent in (top, middle, bottom):
            refused = await change(client, f"/v1/departments/{top}", parent_id=str(parent))
            assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "circle")
        assert (await change(client, f"/v1/departments/{bottom}", parent_id=str(top))).status_code == 200


async def test_two_moves_at_once_do_not_close_a_circle(committed_house: House) -> None:
    house = committed_house
    admin = await house.person("admin")
    for _ in range(3):
        one, other = await house.department(), await house.department()
        async with house.client(admin) as client:
            await asyncio.gather(
                change(client, f"/v1/departments/{one}", parent_id=str(other)),
                change(client, f"/v1/departments/{other}", parent_id=str(one)),
            )
        above = await parents(house)
        assert {above[one], above[other]} != {one, other}


async def test_a_department_with_people_or_departments_stays(house: House) -> None:
    admin = await house.person("admin")
    top = await house.department()
    below = await house.department(parent_id=top)
    await house.person(department_id=below)
    async with house.client(admin) as client:
        for one in (top, below):
            refused = await client.delete(f"/v1/departments/{one}", headers={"If-Match": '"1-full"'})
            assert (refused.status_code, refused.json()["code"]) == (409, "still_referenced")


async def test_moving_a_department_moves_who_sees_its_peoples_accounts(house: House) -> None:
    admin = await house.person("admin")
    old, new = await house.department(), await house.department()
    team = await house.department(parent_id=old)
    seller = await house.person("sales_rep", department_id=await house.department(parent_id=team))
    before = await house.person("department_manager", department_id=old)
    after = await house.person("department_manager", department_id=new)
    account = await house.account(seller)

    async def seen() -> list[int]:
        statuses = []
        for manager in (before, after):
            async with house.client(manager) as client:
                statuses.append((await client.get(f"/v1/accounts/{account}")).status_code)
        return statuses

    assert await seen() == [200, 404]
    async with house.client(admin) as client:
        assert (await change(client, f"/v1/departments/{team}", parent_id=str(new))).status_code == 200
    assert await seen() == [404, 200]
