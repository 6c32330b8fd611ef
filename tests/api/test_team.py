"""An account's team through HTTP."""

from uuid import UUID

from sqlalchemy import select

from service.models import AuditEntry
from tests.house import House


async def test_the_line_puts_a_person_on_the_team_who_then_sees_the_account(house: House) -> None:
    department, other = await house.department(), await house.department()
    owner = await house.person("sales_rep", department_id=department)
    manager = await house.person("department_manager", department_id=department)
    engineer = await house.person("tech_support", department_id=other, name="张伟")
    their_manager = await house.person("department_manager", department_id=other)
    account = await house.account(owner)
    async with house.client(engineer) as client:
        assert (await client.get(f"/v1/accounts/{account}")).status_code == 404
    async with house.client(manager) as client:
        body = {"staff_id": str(engineer.id), "role": "tech_support"}
        joined = await client.post(f"/v1/accounts/{account}/team", json=body)
        twice = await client.post(f"/v1/accounts/{account}/team", json=body)
        listed = (await client.get(f"/v1/accounts/{account}/team")).json()["items"]
        read = await client.get(joined.headers["Location"])
    assert joined.status_code == 201, joined.text
    assert (joined.json()["name"], joined.json()["role"]) == ("张伟", "tech_support")
    assert (twice.status_code, twice.json()["code"]) == (409, "already_exists")
    assert [(member["staff_code"], member["role"]) for member in listed] == [
        (owner.code, "owner"),
        (engineer.code, "tech_support"),
    ]
    assert read.json() == joined.json() == listed[1]
    for person in (engineer, their_manager):
        async with house.client(person) as client:
            assert (await client.get(f"/v1/accounts/{account}")).status_code == 200


async def test_whoever_leaves_the_team_loses_sight_and_so_does_their_department(house: House) -> None:
    department, other = await house.department(), await house.department()
    owner = await house.person("sales_rep", department_id=department)
    manager = await house.person("key_account_supervisor", department_id=department)
    engineer = await house.person("tech_support", department_id=other)
    their_manager = await house.person("department_manager", department_id=other)
    account = await house.account(owner)
    async with house.client(manager) as client:
        body = {"staff_id": str(engineer.id), "role": "tech_support"}
        joined = await client.post(f"/v1/accounts/{account}/team", json=body)
        path = joined.headers["Location"]
        blind = await client.delete(path)
        ended = await client.delete(path, headers={"If-Match": joined.headers["ETag"]})
        again = await client.delete(path, headers={"If-Match": joined.headers["ETag"]})
        missing = await client.get(path)
        listed = (await client.get(f"/v1/accounts/{account}/team")).json()["items"]
    assert [blind.status_code, ended.status_code, again.status_code, missing.status_code] == [428, 204, 404, 404]
    assert [member["role"] for member in listed] == ["owner"]
    for person in (engineer, their_manager):
        async with house.client(person) as client:
            assert (await client.get(f"/v1/accounts/{account}")).status_code == 404


async def test_the_owner_leaves_with_the_assignment_only(house: House) -> None:
    owner, leader = await house.person("sales_rep"), await house.person("general_manager")
    account = await house.account(owner)
    async with house.client(leader) as client:
        member = (await client.get(f"/v1/accounts/{account}/team")).json()["items"][0]
        refused = await client.delete(f"/v1/accounts/{account}/team/{member['id']}", headers={"If-Match": '"1-full"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "state_conflict")


async def test_only_active_people_join(house: House) -> None:
    leader = await house.person("general_manager")
    gone = await house.person("tech_support", status="left")
    account = await house.account()
    async with house.client(leader) as client:
        body = {"staff_id": str(gone.id), "role": "tech_support"}
        refused = await client.post(f"/v1/accounts/{account}/team", json=body)
        owner = await client.post(f"/v1/accounts/{account}/team", json=body | {"role": "owner"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/staff_id")
    assert (owner.status_code, owner.json()["errors"][0]["pointer"]) == (422, "/role")


async def test_members_do_not_choose_their_team_and_strangers_know_of_none(house: House) -> None:
    owner, stranger = await house.person("sales_rep"), await house.person("sales_rep")
    finance = await house.person("finance")
    account = await house.account(owner)
    body = {"staff_id": str(stranger.id), "role": "sales"}
    async with house.client(owner) as client:
        refused = await client.post(f"/v1/accounts/{account}/team", json=body)
        path = f"/v1/accounts/{account}/team"
        membership = (await client.get(path)).json()["items"][0]["id"]
    async with house.client(finance) as client:
        basics = await client.get(path)
        not_theirs = await client.delete(f"{path}/{membership}", headers={"If-Match": '"1-full"'})
    async with house.client(stranger) as client:
        hidden = [
            await client.get(path),
            await client.post(path, json=body),
            await client.get(f"{path}/{membership}"),
            await client.delete(f"{path}/{membership}", headers={"If-Match": '"1-full"'}),
        ]
    assert (refused.status_code, basics.status_code, not_theirs.status_code) == (403, 200, 403)
    assert {answer.status_code for answer in hidden} == {404}


async def test_joining_and_leaving_leave_evidence(house: House) -> None:
    leader, engineer = await house.person("general_manager"), await house.person("tech_support")
    account = await house.account()
    async with house.client(leader) as client:
        body = {"staff_id": str(engineer.id), "role": "after_sales"}
        joined = await client.post(f"/v1/accounts/{account}/team", json=body)
        await client.delete(joined.headers["Location"], headers={"If-Match": joined.headers["ETag"]})
        timeline = (await client.get(f"/v1/accounts/{account}/timeline")).json()["items"]
    async with house.services.database.reading() as connection:
        membership = UUID(joined.json()["id"])
        rows = await connection.execute(
            select(AuditEntry.action, AuditEntry.data)
            .where(AuditEntry.subject_id == membership)
            .order_by(AuditEntry.position)
        )
        told = [tuple(row) for row in rows]
    data = {"staff_id": str(engineer.id), "role": "after_sales"}
    assert told == [("membership.started", data), ("membership.ended", data)]
    assert [entry["action"] for entry in timeline] == ["membership.ended", "membership.started"]
