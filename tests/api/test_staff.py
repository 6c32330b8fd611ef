"""Staff through HTTP."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select, update

from service.errors import NotAssignable
from service.models import AuditEntry, RoleGrant, Staff
from service.operations.assignments import Handover, hand_over
from service.operations.organisation import expect_assignable
from service.policy import system_actor
from tests.house import House

PATCH = {"Content-Type": "application/merge-patch+json"}
NEW = {
    "code": "S-0001",
    "name": "张伟",
    "title": "大客户经理",
    "email": "zhangwei@example.com",
    "regions": ["华东"],
    "industries": ["制造"],
    "products": ["产品A"],
    "experience_level": 4,
    "fte": "0.8",
    "max_accounts": 40,
    "max_workload_hours": "120.50",
}


async def change(client: httpx.AsyncClient, path: str, **fields: Any) -> httpx.Response:
    etag = (await client.get(path)).headers["ETag"]
    return await client.patch(path, json=fields, headers=PATCH | {"If-Match": etag})


async def test_an_admin_enters_a_person_who_waits_to_be_active(house: House) -> None:
    admin = await house.person("admin")
    async with house.client(admin) as client:
        created = await client.post("/v1/staff", json=NEW)
        assert created.status_code == 201, created.text
        body = created.json()
        assert (await client.get(created.headers["Location"])).json() == body
    assert {name: body[name] for name in NEW} == NEW | {"fte": "0.800"}
    assert (body["status"], body["roles"], body["redacted"]) == ("invited", [], [])


@pytest.mark.parametrize("field", [{"roles": ["admin"]}, {"status": "active"}, {"version": 9}, {"id": str(uuid4())}])
async def test_roles_and_status_are_never_written_directly(house: House, field: dict[str, Any]) -> None:
    admin = await house.person("admin")
    async with house.client(admin) as client:
        created = await client.post("/v1/staff", json=NEW | field)
        patched = await change(client, f"/v1/staff/{admin.id}", **field)
    assert (created.status_code, patched.status_code) == (422, 422)
    assert created.json()["errors"][0]["code"] == patched.json()["errors"][0]["code"] == "extra_forbidden"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "S 1"),
        ("name", ""),
        ("email", "not-an-address"),
        ("department_id", "01234567-89ab-4cde-8f01-23456789abcd"),
        ("experience_level", 6),
        ("fte", "0"),
        ("fte", "1.1"),
        ("fte", 0.5),
        ("max_accounts", -1),
        ("max_workload_hours", "-1"),
        ("regions", ["华东"] * 101),
    ],
)
async def test_what_makes_no_sense_is_refused_where_it_stands(house: House, field: str, value: Any) -> None:
    admin = await house.person("admin")
    async with house.client(admin) as client:
        refused = await client.post("/v1/staff", json=NEW | {field: value})
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["pointer"] == f"/{field}"


async def test_colleagues_see_who_works_here_but_not_their_details(house: House) -> None:
    seller, other = await house.person("sales_rep"), await house.person("sales_rep", email="lina@example.com", fte=0.5)
    async with house.client(seller) as client:
        hidden = (await client.get(f"/v1/staff/{other.id}")).json()
        own = (await client.get(f"/v1/staff/{seller.id}")).json()
        listed = (await client.get("/v1/staff")).json()["items"]
    assert (hidden["email"], hidden["fte"], hidden["roles"]) == (None, None, ["sales_rep"])
    assert hidden["redacted"] == ["email", "fte", "max_accounts", "max_workload_hours"]
    assert own["redacted"] == []
    assert [item["email"] for item in listed] == [None, None]
    async with house.client(other) as client:
        again = (await client.get("/v1/staff")).json()["items"]
    assert [item["email"] for item in again] == [None, "lina@example.com"]


async def test_people_are_found_by_name_initials_role_and_what_they_know(house: House) -> None:
    admin = await house.person("admin", code="ADM")
    async with house.client(admin) as client:
        department = (await client.post("/v1/departments", json={"name": "大客户部"})).json()["id"]
        wei = (await client.post("/v1/staff", json=NEW | {"department_id": department})).json()["id"]
        await client.post("/v1/staff", json=NEW | {"code": "S-0002", "name": "李娜", "regions": ["华南"]})
        for query in (
            {"q": "张"},
            {"q": "zw"},
            {"q": "s-0001"},
            {"department_id": department},
            {"region": ["华东", "西北"], "status": "invited"},
            {"code": "S-0001"},
        ):
            found = (await client.get("/v1/staff", params=query)).json()["items"]
            assert [item["id"] for item in found] == [wei], query
        admins = (await client.get("/v1/staff", params={"role": "admin"})).json()["items"]
        assert [item["id"] for item in admins] == [str(admin.id)]
        assert (await client.get("/v1/staff", params={"q": "50%"})).json()["items"] == []
        by_code = (await client.get("/v1/staff", params={"sort": "-code", "limit": 2})).json()
        rest = (await client.get("/v1/staff", params={"sort": "-code", "cursor": by_code["next_cursor"]})).json()
    assert [item["code"] for item in by_code["items"] + rest["items"]] == ["S-0002", "S-0001", "ADM"]


async def test_only_an_admin_writes_staff_and_a_stale_change_is_refused(house: House) -> None:
    leader, admin, seller = [await house.person(role) for role in ("director", "admin", "sales_rep")]
    path = f"/v1/staff/{seller.id}"
    async with house.client(leader) as client:
        assert (await client.post("/v1/staff", json=NEW)).status_code == 403
        assert (await change(client, path, name="改名")).status_code == 403
        assert (await client.post(f"{path}/leave", json={})).status_code == 403
    async with house.client(admin) as client:
        stale = await client.patch(path, json={"name": "改名"}, headers=PATCH | {"If-Match": '"7-full"'})
        assert stale.status_code == 412
        assert (await change(client, path, name="王芳")).json()["name"] == "王芳"
        assert [item["id"] for item in (await client.get("/v1/staff", params={"q": "wf"})).json()["items"]] == [
            str(seller.id)
        ]


async def test_an_entry_tells_that_an_address_changed_but_not_to_what(house: House) -> None:
    admin, seller = await house.person("admin"), await house.person("sales_rep")
    async with house.client(admin) as client:
        await change(client, f"/v1/staff/{seller.id}", email="new@example.com", experience_level=3)
    async with house.services.database.reading() as connection:
        data = await connection.scalar(select(AuditEntry.data).where(AuditEntry.action == "staff.changed"))
    assert data == {"changes": {"experience_level": {"from": 1, "to": 3}}, "fields": ["email", "experience_level"]}


async def test_who_moves_to_another_department_takes_who_sees_their_accounts_along(house: House) -> None:
    admin = await house.person("admin")
    old, new = await house.department(), await house.department()
    seller = await house.person("sales_rep", department_id=old)
    managers = [await house.person("department_manager", department_id=one) for one in (old, new)]
    account = await house.account(seller)
    async with house.client(admin) as client:
        assert (await change(client, f"/v1/staff/{seller.id}", department_id=str(new))).status_code == 200
    statuses = []
    for manager in managers:
        async with house.client(manager) as client:
            statuses.append((await client.get(f"/v1/accounts/{account}")).status_code)
    assert statuses == [404, 200]


@pytest.mark.parametrize(
    ("before", "verb", "after"),
    [
        ("invited", "activate", "active"),
        ("active", "suspend", "on_leave"),
        ("on_leave", "activate", "active"),
        ("active", "leave", "left"),
        ("left", "reinstate", "invited"),
        ("left", "activate", None),
        ("invited", "suspend", None),
        ("active", "reinstate", None),
    ],
)
async def test_statuses_lead_where_they_may(house: House, before: str, verb: str, after: str | None) -> None:
    admin, person = await house.person("admin"), await house.person("sales_rep", status=before)
    async with house.client(admin) as client:
        answer = await client.post(f"/v1/staff/{person.id}/{verb}", json={"reason": "产假结束"})
    if after:
        assert (answer.status_code, answer.json()["status"]) == (200, after)
    else:
        assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")


async def test_nobody_moves_or_removes_themself(house: House) -> None:
    admin = await house.person("admin")
    async with house.client(admin) as client:
        left = await client.post(f"/v1/staff/{admin.id}/leave", json={})
        gone = await client.delete(f"/v1/staff/{admin.id}", headers={"If-Match": '"1-full"'})
    assert (left.status_code, gone.status_code) == (403, 403)
    assert left.json()["code"] == gone.json()["code"] == "own_role_refused"


async def test_who_leaves_loses_every_role_and_gets_no_account_any_more(house: House) -> None:
    admin, seller = await house.person("admin"), await house.person("sales_rep", "key_account_manager")
    account = await house.account()
    async with house.client(admin) as client:
        left = await client.post(f"/v1/staff/{seller.id}/leave", json={})
    assert left.json()["roles"] == []
    async with house.services.database.transaction() as session:
        states = await session.scalars(select(RoleGrant.state).where(RoleGrant.staff_id == seller.id))
        assert set(states) == {"revoked"}
        with pytest.raises(NotAssignable):
            await hand_over(session, system_actor("test"), [Handover(account, seller.id)], "manual")


async def test_only_the_active_become_responsible(house: House) -> None:
    people: dict[str, UUID] = {
        status: (await house.person(status=status)).id for status in ("active", "invited", "on_leave", "left")
    }
    async with house.services.database.transaction() as session:
        await expect_assignable(session, [people.pop("active")])
        for person in people.values():
            with pytest.raises(NotAssignable):
                await expect_assignable(session, [person])


async def test_a_mistake_is_removed_but_not_somebody_with_accounts(house: House) -> None:
    admin, owner, mistake = [await house.person(role) for role in ("admin", "sales_rep", "sales_rep")]
    await house.account(owner)
    async with house.client(admin) as client:
        kept = await client.delete(f"/v1/staff/{owner.id}", headers={"If-Match": '"1-full"'})
        gone = await client.delete(f"/v1/staff/{mistake.id}", headers={"If-Match": '"1-full"'})
        assert (await client.get(f"/v1/staff/{mistake.id}")).status_code == 404
        again = await client.post("/v1/staff", json=NEW | {"code": mistake.code})
    assert (kept.status_code, kept.json()["code"]) == (409, "still_referenced")
    assert (gone.status_code, again.status_code) == (204, 201)


async def test_somebody_without_any_role_sees_only_themself(house: House) -> None:
    nobody, other = await house.person(), await house.person("sales_rep")
    async with house.client(nobody) as client:
        assert (await client.get(f"/v1/staff/{nobody.id}")).status_code == 200
        assert (await client.get(f"/v1/staff/{other.id}")).status_code == 404
        assert [item["id"] for item in (await client.get("/v1/staff")).json()["items"]] == [str(nobody.id)]
    async with house.services.database.transaction() as session:
        await session.execute(update(Staff).where(Staff.id == nobody.id).values(status="left"))
    house.services.identities.forget()
    async with house.client(nobody) as client:
        assert (await client.get(f"/v1/staff/{nobody.id}")).status_code == 401
