"""Appeals against a plan that was computed, approved and applied for real."""

from typing import Any

from sqlalchemy import update

from service.models import Department
from tests.dispute import REASONS
from tests.house import House, Person
from tests.sharing import Sharing

APPEAL = {"grounds": ["rule_misapplied"], "statement": "该客户位于我负责的区域，请说明为何归他人。"}


async def lost(sharing: Sharing, who: Person) -> dict[str, Any]:
    """A decision in which the person was considered and somebody else won."""
    found = await sharing.ask(who, "GET", "/v1/me/decisions", won="false")
    return dict(found.json()["items"][0])


async def filed(sharing: Sharing, who: Person, assignment_id: str) -> dict[str, Any]:
    """The person's appeal."""
    answer = await sharing.ask(who, "POST", "/v1/appeals", APPEAL | {"assignment_id": assignment_id})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_from_ones_own_decisions_to_an_account_that_the_next_plan_leaves_alone(house: House) -> None:
    sharing = await Sharing.of(house)
    judge = await house.person("mediator")
    for _ in range(6):
        await sharing.account()
    await sharing.applied()
    seller, _ = sharing.sellers
    decision = await lost(sharing, seller)
    appeal = await filed(sharing, seller, decision["assignment_id"])
    assert (appeal["respondent_id"], appeal["reviewer_id"]) == (None, str(judge.id))
    path = f"/v1/appeals/{appeal['id']}"
    assert (await sharing.ask(judge, "POST", f"{path}/review", {})).status_code == 200
    explained = await sharing.ask(judge, "GET", f"/v1/assignments/{decision['assignment_id']}/explanation")
    assert (explained.status_code, len(explained.json()["full"]["candidates"])) == (200, 2)
    verdict = REASONS | {"outcome": "upheld"}
    upheld = await sharing.ask(judge, "POST", f"{path}/decide", verdict)
    assert upheld.status_code == 200, upheld.text
    after = await sharing.ask(seller, "GET", f"/v1/assignments/{upheld.json()['new_assignment_id']}/explanation")
    assert "申诉" in str(after.json())
    assert (await sharing.owners())[appeal["account_id"]] == str(seller.id)
    await sharing.applied()
    assert (await sharing.owners())[appeal["account_id"]] == str(seller.id)


async def test_whoever_approved_the_plan_is_neither_drawn_nor_able_to_take_it_on(house: House) -> None:
    sharing = await Sharing.of(house)
    for _ in range(4):
        await sharing.account()
    await sharing.applied()
    decision = await lost(sharing, sharing.sellers[0])
    appeal = await filed(sharing, sharing.sellers[0], decision["assignment_id"])
    assert appeal["reviewer_id"] is None
    refused = await sharing.ask(sharing.leader, "POST", f"/v1/appeals/{appeal['id']}/review", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "no_independent_reviewer")
    await house.person("mediator")
    refused = await sharing.ask(sharing.leader, "POST", f"/v1/appeals/{appeal['id']}/review", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "reviewer_approved_plan")


async def test_an_account_under_appeal_is_left_alone_by_redistribution(house: House) -> None:
    sharing = await Sharing.of(house)
    rich, idle = sharing.sellers
    accounts = [str(await sharing.account(rich)) for _ in range(4)]
    held = (await sharing.ask(sharing.leader, "GET", "/v1/assignments", current="true")).json()["items"]
    assignment = next(item for item in held if item["account_id"] == accounts[0])
    await filed(sharing, idle, assignment["id"])
    await sharing.applied()
    owners = await sharing.owners()
    assert owners[accounts[0]] == str(rich.id)
    assert str(idle.id) in owners.values()


async def test_a_seller_whom_the_plan_excluded_may_ask_why_but_not_appeal(house: House) -> None:
    sharing = await Sharing.of(house)
    excluded = await house.person("sales_rep", department_id=sharing.department_id, regions=["西北"])
    await sharing.account()
    await sharing.applied()
    decision = await lost(sharing, excluded)
    why = await sharing.ask(excluded, "GET", f"/v1/assignments/{decision['assignment_id']}/explanation")
    assert why.status_code == 200
    refused = await sharing.ask(excluded, "POST", "/v1/appeals", APPEAL | {"assignment_id": decision["assignment_id"]})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_yours_to_appeal")
    assert "ask the manager of your department: the administrator" in refused.json()["detail"]
    leads = update(Department).where(Department.id == sharing.department_id).values(manager_id=sharing.author.id)
    async with house.services.database.transaction() as session:
        await session.execute(leads)
    async with house.client(excluded, **{"Accept-Language": "zh-CN"}) as client:
        told = await client.post("/v1/appeals", json=APPEAL | {"assignment_id": decision["assignment_id"]})
    assert f"请联系您的经理 {sharing.author.code}：" in told.json()["detail"]
