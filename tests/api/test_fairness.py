"""Fairness now, through HTTP."""

from service.queries.fairness import fairness_effect
from service.schemas.fairness import FairnessView
from tests.house import House
from tests.sharing import Sharing


async def test_loads_are_told_as_they_lie_now(house: House) -> None:
    sharing = await Sharing.of(house)
    rich, idle = sharing.sellers
    for _ in range(3):
        await sharing.account(rich)
    await sharing.account()
    answer = await sharing.ask(sharing.leader, "GET", "/v1/fairness")
    view = FairnessView.model_validate(answer.json())
    value = view.dimensions[0]
    assert (value.name, value.total, value.now.max, value.now.min) == ("value", "40000000", "1.500000", "0.000000")
    assert [(person.code, person.loads["value"]) for person in view.people] == [
        (rich.code, "1.500000"),
        (idle.code, "0.000000"),
    ]
    assert (view.waiting, value.now.max_person_id) == (1, rich.id)
    await sharing.account(idle)
    again = await sharing.ask(sharing.leader, "GET", "/v1/fairness")
    assert again.json()["snapshot_sha256"] != view.snapshot_sha256


async def test_sellers_know_themselves_managers_their_line_and_leaders_everybody(house: House) -> None:
    sharing = await Sharing.of(house)
    outsider = await house.person("sales_rep", department_id=await house.department())
    for seller in (*sharing.sellers, outsider):
        await sharing.account(seller)
    auditor = await house.person("auditor")
    expected = {
        sharing.sellers[0]: {sharing.sellers[0].code},
        sharing.author: {seller.code for seller in sharing.sellers},
        sharing.leader: {seller.code for seller in (*sharing.sellers, outsider)},
        auditor: {seller.code for seller in (*sharing.sellers, outsider)},
    }
    for who, codes in expected.items():
        body = (await sharing.ask(who, "GET", "/v1/fairness")).json()
        assert len(body["people"]) == 3
        assert {person["code"] for person in body["people"]} - {None} == codes
        assert {person["person_id"] is None for person in body["people"] if person["code"] is None} <= {True}
    seller = (await sharing.ask(sharing.sellers[0], "GET", "/v1/fairness")).json()
    assert (seller["giants"], seller["claims"]["widest"]) == ([], [])
    assert {part["total"] for part in seller["dimensions"]} == {None}
    assert body["giants"]
    for part in seller["dimensions"]:
        assert part["now"]["max_person_id"] in {None, str(sharing.sellers[0].id)}


async def test_without_a_rulebook_there_is_no_measure(house: House) -> None:
    seller = await house.person("sales_rep")
    async with house.client(seller) as client:
        answer = await client.get("/v1/fairness")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_published_rulebook")


async def test_the_effect_of_one_reassignment_is_told_before_it_happens(house: House) -> None:
    sharing = await Sharing.of(house)
    rich, idle = sharing.sellers
    account, _ = [await sharing.account(rich) for _ in range(2)]
    async with house.services.database.transaction() as session:
        effect = await fairness_effect(session, {account: idle.id}, "Asia/Shanghai")
    value = effect["dimensions"][0]
    assert (value["before"]["cv"], value["after"]["cv"]) == ("1.000000", "0.000000")
    assert {person["code"]: person["after"]["value"] for person in effect["people"]} == {
        rich.code: "1.000000",
        idle.code: "1.000000",
    }
    assert effect["claims"]["after"]["all_loads"] == 0
    assert await sharing.owners() == {str(account): str(rich.id) for account in (account, _)}
