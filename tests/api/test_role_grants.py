"""Role grants through HTTP: who gives whom which power."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from service.domain.people import TWO_PERSON_ROLES, Role
from service.models import AuditEntry
from tests.house import House, Person

ORDINARY = sorted(set(Role) - TWO_PERSON_ROLES - {Role.INTEGRATION})


async def grant(client: httpx.AsyncClient, person: Person, role: str) -> httpx.Response:
    return await client.post("/v1/role-grants", json={"staff_id": str(person.id), "role": role, "reason": "接任"})


async def decide(client: httpx.AsyncClient, created: httpx.Response, verb: str) -> httpx.Response:
    return await client.post(f"{created.headers['Location']}/{verb}", json={"reason": "工作需要"})


async def roles_of(client: httpx.AsyncClient, person: Person) -> Any:
    return (await client.get(f"/v1/staff/{person.id}")).json()["roles"]


async def actions(house: House) -> list[str]:
    async with house.services.database.reading() as connection:
        rows = await connection.scalars(
            select(AuditEntry.action).where(AuditEntry.subject_type == "role_grant").order_by(AuditEntry.position)
        )
    return list(rows)


@pytest.mark.parametrize("role", ORDINARY)
async def test_an_ordinary_role_counts_at_once(house: House, role: str) -> None:
    admin, person = await house.person("admin"), await house.person()
    async with house.client(admin) as client:
        before = (await client.get(f"/v1/staff/{person.id}")).headers["ETag"]
        created = await grant(client, person, role)
        assert (created.status_code, created.json()["state"]) == (201, "effective"), created.text
        after = await client.get(f"/v1/staff/{person.id}")
    assert after.json()["roles"] == [role]
    assert after.headers["ETag"] != before
    assert await actions(house) == ["role_grant.activated"]


@pytest.mark.parametrize("role", sorted(TWO_PERSON_ROLES))
async def test_a_powerful_role_waits_for_a_second_person_from_the_leaders(house: House, role: str) -> None:
    admin, leader, person = await house.person("admin"), await house.person("general_manager"), await house.person()
    async with house.client(admin) as client:
        created = await grant(client, person, role)
        assert (created.status_code, created.json()["state"]) == (201, "proposed")
        assert await roles_of(client, person) == []
        assert (await decide(client, created, "approve")).status_code == 403
    async with house.client(leader) as client:
        approved = await decide(client, created, "approve")
        assert (approved.status_code, approved.json()["approved_by"]) == (200, str(leader.id)), approved.text
        assert await roles_of(client, person) == [role]
    assert await actions(house) == ["role_grant.requested", "role_grant.activated"]


async def test_an_admin_who_grants_themself_a_role_is_refused_and_remembered(house: House) -> None:
    admin = await house.person("admin")
    async with house.client(admin) as client:
        for role in ("general_manager", "data_steward", "admin"):
            refused = await grant(client, admin, role)
            assert (refused.status_code, refused.json()["code"]) == (403, "own_role_refused")
        assert await roles_of(client, admin) == ["admin"]
        assert (await client.get("/v1/role-grants")).json()["items"][1:] == []
    async with house.services.database.reading() as connection:
        refusals = await connection.scalars(select(AuditEntry.actor_id).where(AuditEntry.action == "access.refused"))
    assert list(refusals) == [admin.id] * 3


async def test_nobody_approves_their_own_proposal_or_their_own_role(house: House) -> None:
    leader, other, person = [await house.person(role) for role in ("general_manager", "director", "sales_rep")]
    async with house.client(leader) as client:
        proposed = await grant(client, person, "auditor")
        alone = await decide(client, proposed, "approve")
        for_other = await grant(client, other, "archivist")
    async with house.client(other) as client:
        for_oneself = await decide(client, for_other, "approve")
        refused_oneself = await decide(client, for_other, "refuse")
        second = await decide(client, proposed, "approve")
    assert (alone.status_code, alone.json()["code"]) == (403, "second_person_needed")
    assert (for_oneself.status_code, for_oneself.json()["code"]) == (403, "own_role_refused")
    assert (refused_oneself.status_code, refused_oneself.json()["code"]) == (403, "own_role_refused")
    assert (second.status_code, second.json()["state"]) == (200, "effective")


async def test_a_proposal_is_refused_once_and_may_be_made_again(house: House) -> None:
    admin, leader, person = [await house.person(role) for role in ("admin", "director", "sales_rep")]
    async with house.client(admin) as client:
        proposed = await grant(client, person, "mediator")
        twice = await grant(client, person, "mediator")
    async with house.client(leader) as client:
        refused = await decide(client, proposed, "refuse")
        again = await decide(client, proposed, "approve")
    async with house.client(admin) as client:
        fresh = await grant(client, person, "mediator")
        withdrawn = await decide(client, fresh, "refuse")
    assert (twice.status_code, twice.json()["code"]) == (409, "already_exists")
    assert (refused.status_code, refused.json()["state"]) == (200, "refused")
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
    assert (fresh.status_code, withdrawn.json()["state"]) == (201, "refused")


async def test_a_revoked_role_no_longer_counts_and_nobody_revokes_their_own(house: House) -> None:
    admin, person = await house.person("admin"), await house.person()
    async with house.client(admin) as client:
        created = await grant(client, person, "data_steward")
    account = await house.account()
    async with house.client(person) as client:
        assert (await client.get(f"/v1/accounts/{account}")).status_code == 200
        mine = (await client.get("/v1/role-grants")).json()["items"]
        assert [item["role"] for item in mine] == ["data_steward"]
    async with house.client(admin) as client:
        own = (await client.get("/v1/role-grants", params={"staff_id": str(admin.id)})).json()["items"][0]
        assert (await client.post(f"/v1/role-grants/{own['id']}/revoke", json={})).status_code == 403
        revoked = await decide(client, created, "revoke")
        assert (revoked.status_code, revoked.json()["state"]) == (200, "revoked")
        assert (await decide(client, created, "revoke")).status_code == 409
    async with house.client(person) as client:
        assert (await client.get(f"/v1/accounts/{account}")).status_code == 404


async def test_a_role_is_granted_to_people_who_work_here_only(house: House) -> None:
    admin, gone, person = await house.person("admin"), await house.person(status="left"), await house.person()
    async with house.client(admin) as client:
        left = await grant(client, gone, "sales_rep")
        key = await grant(client, person, "integration")
        unknown = await grant(client, person, "emperor")
    assert [answer.status_code for answer in (left, key, unknown)] == [422, 422, 422]
    assert left.json()["errors"][0]["code"] == "unknown_staff"
    assert key.json()["errors"][0]["code"] == "not_for_people"


async def test_a_role_approved_after_its_holder_left_does_not_count(house: House) -> None:
    admin, leader, person = [await house.person(role) for role in ("admin", "director", "sales_rep")]
    async with house.client(admin) as client:
        proposed = await grant(client, person, "auditor")
        await client.post(f"/v1/staff/{person.id}/leave", json={})
    async with house.client(leader) as client:
        assert (await decide(client, proposed, "approve")).json()["code"] == "illegal_transition"


async def test_sellers_neither_grant_nor_see_the_roles_grants_of_others(house: House) -> None:
    seller, other, admin = [await house.person(role) for role in ("sales_rep", "sales_rep", "admin")]
    async with house.client(admin) as client:
        created = await grant(client, other, "tech_support")
    async with house.client(seller) as client:
        assert (await grant(client, other, "admin")).status_code == 403
        assert (await client.get(created.headers["Location"])).status_code == 404
        assert (await decide(client, created, "revoke")).status_code == 404
        assert [item["staff_id"] for item in (await client.get("/v1/role-grants")).json()["items"]] == [str(seller.id)]
