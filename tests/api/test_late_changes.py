"""A plan shows who changed people or accounts shortly before it, and whether they gain by it."""

from typing import Any

from service.schemas.late_changes import LateChangePage
from tests.house import House, Person
from tests.sharing import Sharing, path_of


async def patched(sharing: Sharing, who: Person, path: str, body: dict[str, Any]) -> None:
    etag = (await sharing.ask(who, "GET", path)).headers["ETag"]
    headers = {"If-Match": etag, "Content-Type": "application/merge-patch+json"}
    async with sharing.house.client(who, **headers) as client:
        answer = await client.patch(path, json=body)
    assert answer.status_code == 200, answer.text


async def changes(sharing: Sharing, plan: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    items = await sharing.part(plan, "late-changes", **query)
    LateChangePage.model_validate({"items": items, "next_cursor": None})
    return items


async def test_own_profiles_and_values_that_were_raised_by_who_gains_are_shown(house: House) -> None:
    sharing = await Sharing.of(house)
    seller, _ = sharing.sellers
    schemer = await house.person("sales_rep", "admin", department_id=sharing.department_id)
    account = await sharing.account(seller)
    await patched(sharing, schemer, f"/v1/staff/{schemer.id}", {"max_accounts": 0, "email": "new@example.com"})
    money = {"amount": "900000.00", "currency": "CNY"}
    await patched(sharing, seller, f"/v1/accounts/{account}", {"potential_value": money})
    etag = (await sharing.ask(sharing.author, "GET", f"/v1/accounts/{account}")).headers["ETag"]
    async with house.client(sharing.author, **{"If-Match": etag}) as client:
        verified = await client.post(f"/v1/accounts/{account}/verify", json={"accept": True})
    assert verified.status_code == 200, verified.text
    await patched(sharing, seller, f"/v1/accounts/{account}", {"name": "华东机械有限公司"})
    await patched(sharing, seller, f"/v1/accounts/{account}", {"external_ref": "X-1"})
    plan = await sharing.planned(mode="arrivals")
    shown = await changes(sharing, plan)
    assert sorted(item["fields"] for item in shown if "name" in item["fields"]) == [["name"]]
    assert not any("external_ref" in item["fields"] for item in shown)
    told = {(item["kind"], item["actor_id"]): item for item in shown if item["fields"] != ["name"]}
    own = told["profile", str(schemer.id)]
    assert (own["by_themselves"], own["by_candidate"], own["staff_code"]) == (True, True, schemer.code)
    assert set(own["fields"]) == {"email", "max_accounts"}
    raised = told["value", str(seller.id)]
    assert (raised["by_winner"], raised["by_candidate"], raised["account_id"]) == (True, True, str(account))
    assert "potential_value" in raised["fields"]
    assert told["verification", str(sharing.author.id)]["by_winner"] is False
    assert "900000" not in str(told)
    assert len(await changes(sharing, plan, kind="profile")) == 1


async def test_what_lies_before_the_window_or_after_the_snapshot_or_concerns_others_is_not_shown(house: House) -> None:
    sharing = await Sharing.of(house)
    admin = await house.person("admin")
    bystander = await house.person("finance")
    await patched(sharing, admin, f"/v1/staff/{sharing.sellers[0].id}", {"title": "客户经理"})
    await patched(sharing, admin, f"/v1/staff/{bystander.id}", {"title": "会计"})
    await sharing.account(sharing.sellers[0])
    plan = await sharing.planned()
    await patched(sharing, admin, f"/v1/staff/{sharing.sellers[1].id}", {"title": "客户经理"})
    [only] = await changes(sharing, plan)
    assert (only["staff_code"], only["by_themselves"]) == (sharing.sellers[0].code, False)
    async with house.client(admin) as client:
        etag = (await client.get("/v1/settings/late_change_days")).headers["ETag"]
        body = {"value": 1}
        headers = {"If-Match": etag, "Content-Type": "application/merge-patch+json"}
        changed = await client.patch("/v1/settings/late_change_days", json=body, headers=headers)
    assert changed.status_code == 200, changed.text
    assert len(await changes(sharing, plan)) == 1
    seller = await sharing.ask(sharing.sellers[0], "GET", f"{path_of(plan)}/late-changes")
    assert seller.status_code == 404
