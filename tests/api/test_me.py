"""Who am I, and what may I do."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.house import House, Person


async def test_a_person_learns_their_standing(house: House) -> None:
    department = await house.department()
    seller = await house.person("sales_rep", department_id=department, name="张伟")
    async with house.client(seller, **{"Accept-Language": "zh"}) as client:
        me = (await client.get("/v1/me")).json()
    assert (me["kind"], me["code"], me["name"], me["roles"]) == ("staff", seller.code, "张伟", ["sales_rep"])
    assert (me["department_id"], me["language"]) == (str(department), "zh-CN")


async def test_permissions_are_those_of_the_policy_tables(house: House) -> None:
    async def permissions(*roles: str) -> dict[tuple[str, str], str]:
        async with house.client(await house.person(*roles)) as client:
            found = (await client.get("/v1/me")).json()["permissions"]
        return {(one["resource"], one["action"]): one["rows"] for one in found}

    seller, admin, leader = [await permissions(role) for role in ("sales_rep", "admin", "general_manager")]
    assert (seller["accounts", "see"], seller["accounts", "edit"]) == ("related", "related")
    assert ("accounts", "create") not in seller
    assert (leader["accounts", "see"], leader["accounts", "create"]) == ("all", "all")
    assert admin["staff", "create"] == "all"
    assert admin.get(("accounts", "see")) in {None, "related"}
    assert ("role_grants", "approve") not in admin
    assert leader["role_grants", "approve"] == "all"
    auditor = await permissions("auditor")
    everywhere = {action for (_, action), rows in auditor.items() if rows == "all"}
    assert {action for action in everywhere if not action.startswith("see")} <= {"explain", "export"}


async def test_strangers_have_no_standing(house: House) -> None:
    async with house.client() as client:
        refused = await client.get("/v1/me")
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_whoever_acts_in_somebodys_stead_learns_by_which_letter(house: House) -> None:
    manager, deputy = await house.person("general_manager"), await house.person("deputy_general_manager")
    now = datetime.now(UTC)

    async def letter(begins: int, ends: int) -> str:
        body = {
            "holder_id": str(deputy.id), "actions": ["approve"], "classes": ["secret"], "letter": "委托书",
            "starts_at": (now + timedelta(hours=begins)).isoformat(),
            "ends_at": (now + timedelta(hours=ends)).isoformat(),
        }  # fmt: skip
        async with house.client(manager) as client:
            return str((await client.post("/v1/delegations", json=body)).json()["id"])

    async def held(who: Person) -> list[dict[str, Any]]:
        async with house.client(who) as client:
            return list((await client.get("/v1/me")).json()["delegations"])

    later, long, short = [await letter(*window) for window in ((1, 3), (-1, 9), (-1, 2))]
    assert [one["id"] for one in await held(deputy)] == [short, long]
    (first, _) = await held(deputy)
    assert (first["grantor_id"], first["actions"], first["classes"]) == (str(manager.id), ["approve"], ["secret"])
    assert await held(manager) == []
    async with house.client(manager) as client:
        await client.post(f"/v1/delegations/{short}/revoke", json={"reason": "已返回"})
    assert [one["id"] for one in await held(deputy)] == [long]
    assert later not in str(await held(deputy))
