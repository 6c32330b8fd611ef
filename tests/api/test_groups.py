"""Split accounts and duplicates of one group, through plans."""

from typing import Any
from uuid import UUID

from sqlalchemy import update

from service.models import Staff
from service.queries.snapshots import Scope, present_basis, read_units
from tests.house import House, Person
from tests.sharing import Sharing, path_of


async def a_split_customer(sharing: Sharing, parts: int, **fields: Any) -> list[UUID]:
    """A customer entered as a head and parts below it."""
    head = await sharing.account(**fields)
    return [head, *[await sharing.account(parent_id=head, **fields) for _ in range(parts - 1)]]


async def test_a_split_customer_goes_to_one_person_and_counts_as_one_account(house: House) -> None:
    sharing = await Sharing.of(house)
    parts = await a_split_customer(sharing, 3)
    others = [await sharing.account() for _ in range(3)]
    plan = await sharing.applied()
    assert plan["counts"]["accounts"] == 4
    owners = await sharing.owners()
    assert len(owners) == len(parts) + len(others)
    [owner] = {owners[str(part)] for part in parts}
    assert len([one for one in others if owners[str(one)] == owner]) <= 1
    decisions = await sharing.part(plan, "decisions", limit=50)
    assert {item["account_id"] for item in decisions} == {*map(str, parts), *map(str, others)}
    fairness = (await sharing.ask(sharing.author, "GET", f"{path_of(plan)}/fairness")).json()
    [count] = [one for one in fairness["dimensions"] if one["name"] == "count"]
    assert (count["after"]["max"], count["after"]["min"]) == ("1.000000", "1.000000"), count


async def test_a_group_of_several_levels_is_one_and_another_region_or_group_is_not(house: House) -> None:
    sharing = await Sharing.of(house)
    top, below = await a_split_customer(sharing, 2)
    deep = await sharing.account(parent_id=below)
    elsewhere = await sharing.account(parent_id=below, region="西北")
    plan = await sharing.planned()
    assert (plan["counts"]["accounts"], plan["counts"]["waiting"]) == (2, 1)
    decisions = {item["account_id"]: item["winner_code"] for item in await sharing.part(plan, "decisions")}
    assert decisions[str(elsewhere)] is None
    assert len({decisions[str(one)] for one in (top, below, deep)}) == 1


async def test_each_part_is_explained_and_verified_and_stays_together(house: House) -> None:
    sharing = await Sharing.of(house)
    parts = await a_split_customer(sharing, 2)
    await sharing.account()
    plan = await sharing.applied()
    held = (await sharing.ask(sharing.leader, "GET", "/v1/assignments", current="true")).json()["items"]
    for item in held:
        told = await sharing.ask(sharing.leader, "GET", f"/v1/assignments/{item['id']}/explanation")
        assert told.status_code == 200, told.text
    for who in sharing.sellers:
        own = await sharing.ask(who, "GET", "/v1/me/decisions")
        assert len(own.json()["items"]) == 3, own.text
    for verb in ("verify", "replay"):
        answer = await sharing.step(plan, verb)
        assert answer.status_code == 202, answer.text
        await sharing.ran(answer)
    again = await sharing.applied(mode="rebalance")
    owners = await sharing.owners()
    assert again["counts"]["accounts"] == 2
    assert len({owners[str(part)] for part in parts}) == 1


async def test_a_cap_counts_a_split_customer_once_and_by_hand_too(house: House) -> None:
    sharing = await Sharing.of(house, sellers=1)
    [seller] = sharing.sellers
    async with house.services.database.transaction() as session:
        there = update(Staff).where(Staff.department_id == sharing.department_id)
        await session.execute(there.values(max_accounts=0))
        await session.execute(update(Staff).where(Staff.id == seller.id).values(max_accounts=2))
    parts = await a_split_customer(sharing, 3)
    plan = await sharing.applied()
    assert (plan["counts"]["waiting"], set((await sharing.owners()).values())) == (0, {str(seller.id)})
    assert len(parts) == 3
    second, third = await sharing.account(), await sharing.account()
    for account, status in ((second, 201), (third, 409)):
        body = {"account_id": str(account), "staff_id": str(seller.id), "reason": "区域调整", "replaces_id": None}
        answer = await sharing.ask(sharing.leader, "POST", "/v1/assignments", body)
        assert answer.status_code == status, answer.text
    assert [one["code"] for one in answer.json()["errors"]] == ["count_cap"]


async def test_namesakes_without_a_parent_count_as_one_and_the_explanation_says_why(house: House) -> None:
    sharing = await Sharing.of(house)
    first = await sharing.account(name="华东精密制造有限公司")
    twin = await sharing.account(name="华东精密制造 股份有限公司")
    elsewhere = await sharing.account(name="华东精密制造有限公司", industry=None)
    head, part = await a_split_customer(sharing, 2)
    again = await sharing.account(name="华东精密制造有限公司", parent_id=head)
    plan = await sharing.applied()
    assert plan["counts"]["accounts"] == 2
    owners = await sharing.owners()
    assert len({owners[str(one)] for one in (first, twin, head, part, again)}) == 1
    held = (await sharing.ask(sharing.leader, "GET", "/v1/assignments", current="true")).json()["items"]
    for item in held:
        told = (await sharing.ask(sharing.leader, "GET", f"/v1/assignments/{item['id']}/explanation")).json()
        because = {one["account_id"]: one["because"] for one in told["counted_with"]}
        if item["account_id"] == str(twin):
            assert because == {
                str(first): "same_name", str(again): "same_name", str(head): "group", str(part): "group",
            }  # fmt: skip
        if item["account_id"] == str(elsewhere):
            assert because == {}
    hidden = await sharing.ask(sharing.sellers[0], "GET", f"/v1/assignments/{held[0]['id']}/explanation")
    assert hidden.json()["counted_with"] == []


async def test_what_counted_as_one_is_named_only_to_whoever_may_see_it(house: House) -> None:
    sharing = await Sharing.of(house)
    first, twin = [await sharing.account(name="华东精密制造有限公司") for _ in range(2)]
    await sharing.applied()
    items = (await sharing.ask(sharing.leader, "GET", "/v1/assignments", current="true")).json()["items"]
    held = {item["account_id"]: item["id"] for item in items}

    async def told(who: Person) -> list[str]:
        answer = await sharing.ask(who, "GET", f"/v1/assignments/{held[str(first)]}/explanation")
        return [one["account_id"] for one in answer.json()["counted_with"]]

    assert await told(sharing.author) == await told(sharing.leader) == [str(twin)]
    stranger = await house.person("sales_rep", department_id=await house.department())
    body = {"account_id": str(twin), "staff_id": str(stranger.id), "reason": "区域调整", "replaces_id": held[str(twin)]}
    assert (await sharing.ask(sharing.leader, "POST", "/v1/assignments", body)).status_code == 201
    assert await told(sharing.author) == []
    assert await told(sharing.leader) == [str(twin)]


async def test_a_part_of_the_company_has_the_groups_that_the_whole_has(house: House) -> None:
    sharing = await Sharing.of(house, sellers=3)
    mine, other, _ = sharing.sellers
    top = await sharing.account(mine, name="甲公司")
    await sharing.account(other, parent_id=top)  # what makes it a head is somebody else's
    namesake = await sharing.account(mine, name="甲公司")
    head = await sharing.account(other)
    between = await sharing.account(other, parent_id=head)
    await sharing.account(mine, name="甲公司", parent_id=between)  # another group's
    async with house.services.database.reading() as connection:
        timezone = house.services.settings.timezone
        for scope in (Scope(), Scope(sharing.department_id), Scope(staff_ids=(mine.id,))):
            _, groups = await read_units(connection, await present_basis(connection, timezone, "any", scope))
            assert [group for group in groups if str(top) in group] == [(str(top), str(namesake))]
