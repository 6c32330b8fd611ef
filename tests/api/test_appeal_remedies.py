"""Partial outcomes through HTTP: shared, swapped, later, compensated; hard rules kept, redistribution kept off."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update

from service.jobs.appeals import DEADLINES, keep_promises
from service.models import AppealPromise, Assignment, Staff
from service.operations.appeal_promises import keep_dated
from tests.dispute import REASONS, Dispute, a_dispute
from tests.house import House, Person
from tests.sharing import Sharing

MEASURED_TO = Decimal("0.000002")  # shares are whole numbers of the measure at hand, and the measure follows the parts


async def owners(house: House, account_id: UUID) -> dict[str, UUID]:
    """Role → person of an account's present assignments."""
    async with house.services.database.reading() as connection:
        now = select(Assignment.team_role, Assignment.staff_id).where(
            Assignment.account_id == account_id, Assignment.ended_at.is_(None)
        )
        return {row.team_role: row.staff_id for row in await connection.execute(now)}


async def promised(house: House) -> list[str]:
    """The states of all promises."""
    async with house.services.database.reading() as connection:
        return list(await connection.scalars(select(AppealPromise.state).order_by(AppealPromise.id)))


async def changed(house: House, model: Any, id_: Any, **values: Any) -> None:
    """Something changed behind the appeal's back."""
    async with house.services.database.transaction() as session:
        await session.execute(update(model).where(model.id == id_).values(values))


def in_days(days: int) -> str:
    """A date from today."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


async def partly(dispute: Dispute, path: str, remedy: dict[str, Any]) -> Any:
    """The answer to a partial verdict."""
    return await dispute.decide(path, "partially_upheld", remedy=remedy)


async def test_a_shared_account_counts_in_part_for_two_owners(house: House) -> None:
    dispute = await a_dispute(house)
    await house.account(dispute.seller)
    path = await dispute.heard()
    settled = await partly(dispute, path, {"kind": "share", "percent": 40})
    assert (settled.status_code, settled.json()["state"]) == (200, "partially_upheld"), settled.text
    assert await owners(house, dispute.account_id) == {"owner": dispute.owner.id, "co_owner": dispute.seller.id}
    account = f"/v1/accounts/{dispute.account_id}"
    assert [(await dispute.ask(who, "GET", account)).status_code for who in (dispute.owner, dispute.seller)] == [
        200
    ] * 2
    leader = await house.person("general_manager")
    people = (await dispute.ask(leader, "GET", "/v1/fairness")).json()["people"]
    value = {person["person_id"]: person["loads"]["value"] for person in people if person["loads"]}
    # of two accounts of equal value the seller carries one and two fifths of the other
    assert (value[str(dispute.owner.id)], value[str(dispute.seller.id)]) == ("0.600000", "1.400000")


async def test_a_shared_account_stays_where_it_is_in_the_next_plan(house: House) -> None:
    sharing = await Sharing.of(house)
    rich, idle = sharing.sellers
    accounts = [await sharing.account(rich) for _ in range(5)]
    dispute, path = await contested(sharing, accounts[0], idle)
    settled = await partly(dispute, path, {"kind": "share", "percent": 50})
    assert settled.status_code == 200, settled.text
    await sharing.applied()
    assert await owners(house, accounts[0]) == {"owner": rich.id, "co_owner": idle.id}
    held = [await owners(house, account) for account in accounts[1:]]
    assert {one["owner"] for one in held} == {rich.id, idle.id}


async def contested(sharing: Sharing, account_id: UUID, seller: Person) -> tuple[Dispute, str]:
    """An appeal against the present owner's assignment that a mediator has taken on."""
    house = sharing.house
    judge = await house.person("mediator")
    async with house.services.database.reading() as connection:
        now = select(Assignment.id).where(Assignment.account_id == account_id, Assignment.ended_at.is_(None))
        assignment = (await connection.scalars(now)).one()
    await changed(house, Assignment, assignment, assigned_by=sharing.leader.id)
    dispute = Dispute(
        house, sharing.department_id, sharing.author, sharing.sellers[0], seller, judge, account_id, assignment
    )
    return dispute, await dispute.heard()


async def test_two_named_accounts_are_swapped_at_once_and_both_stay(house: House) -> None:
    dispute = await a_dispute(house)
    theirs = await house.account(dispute.seller)
    path = await dispute.heard()
    for model, cap in ((dispute.seller.id, 1), (dispute.owner.id, 1)):
        await changed(house, Staff, model, max_accounts=cap)
    settled = await partly(dispute, path, {"kind": "swap", "account_id": str(theirs)})
    assert settled.status_code == 200, settled.text
    assert await owners(house, dispute.account_id) == {"owner": dispute.seller.id}
    assert await owners(house, theirs) == {"owner": dispute.owner.id}
    async with house.services.database.reading() as connection:
        pinned = await connection.scalars(select(Assignment.pinned_until).where(Assignment.ended_at.is_(None)))
        assert all(until and until > datetime.now(UTC) for until in pinned)


async def test_a_swap_keeps_hard_rules_on_both_sides(house: House) -> None:
    dispute = await a_dispute(house)
    far = await house.account(dispute.seller, region="西北")
    path = await dispute.heard()
    refused = await partly(dispute, path, {"kind": "swap", "account_id": str(far)})
    assert (refused.status_code, refused.json()["code"]) == (409, "hard_rule_broken")
    assert [(error["code"], error["pointer"]) for error in refused.json()["errors"]] == [("region", "/remedy")]
    assert await owners(house, dispute.account_id) == {"owner": dispute.owner.id}


async def test_only_an_account_of_the_beneficiary_is_swapped_and_none_that_is_under_appeal(house: House) -> None:
    dispute = await a_dispute(house)
    foreign = await house.account(dispute.owner)
    path = await dispute.heard()
    for account in (foreign, uuid4()):
        refused = await partly(dispute, path, {"kind": "swap", "account_id": str(account)})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/remedy/account_id")
    theirs = await house.account()
    assignment = await house.assign(theirs, dispute.seller, assigned_by=dispute.boss.id)
    assert (await dispute.file(dispute.owner, assignment_id=str(assignment))).status_code == 201
    refused = await partly(dispute, path, {"kind": "swap", "account_id": str(theirs)})
    assert (refused.status_code, refused.json()["code"]) == (409, "account_under_appeal")


async def test_later_means_at_its_date_and_not_before(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    early = await partly(dispute, path, {"kind": "later", "due_on": in_days(-1)})
    assert (early.status_code, early.json()["errors"][0]["pointer"]) == (422, "/remedy/due_on")
    settled = await partly(dispute, path, {"kind": "later", "due_on": in_days(10)})
    assert settled.status_code == 200, settled.text
    services = house.services
    assert await keep_promises(services.database, services.settings, datetime.now(UTC) + timedelta(days=8)) == 0
    assert await owners(house, dispute.account_id) == {"owner": dispute.owner.id}
    due = datetime.now(UTC) + timedelta(days=11)
    assert await keep_promises(services.database, services.settings, due) == 1
    assert await owners(house, dispute.account_id) == {"owner": dispute.seller.id}
    assert (await keep_promises(services.database, services.settings, due), await promised(house)) == (0, ["kept"])


async def test_a_dated_promise_waits_for_hard_rules_and_lapses_when_the_account_went_elsewhere(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    await partly(dispute, path, {"kind": "later", "due_on": in_days(3)})
    await changed(house, Staff, dispute.seller.id, regions=["西北"])
    services, due = house.services, datetime.now(UTC) + timedelta(days=5)
    assert await keep_promises(services.database, services.settings, due) == 0
    assert await promised(house) == ["open"]
    await changed(house, Assignment, dispute.assignment_id, ended_at=datetime.now(UTC))
    assert await keep_promises(services.database, services.settings, due) == 1
    assert await promised(house) == ["lapsed"]


async def test_a_dated_promise_waits_while_the_second_instance_hears_the_appeal(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    await partly(dispute, path, {"kind": "later", "due_on": in_days(3)})
    escalated = await dispute.ask(dispute.seller, "POST", f"{path}/escalate", {"reason": "应立即归我。"})
    assert escalated.status_code == 200, escalated.text
    services, due = house.services, datetime.now(UTC) + timedelta(days=5)
    assert await keep_promises(services.database, services.settings, due) == 0
    async with services.database.transaction() as session:
        promise_id = (await session.scalars(select(AppealPromise.id))).one()
        assert not await keep_dated(session, DEADLINES, promise_id, services.settings.timezone)
    assert (await promised(house), await owners(house, dispute.account_id)) == (["open"], {"owner": dispute.owner.id})


async def compensated(sharing: Sharing) -> tuple[Person, Dispute]:
    """Somebody to whom an appeal about a silver account of 100,000 promised the next one like it."""
    account = await sharing.account(sharing.sellers[0])
    dispute, path = await contested(sharing, account, sharing.sellers[1])
    settled = await partly(dispute, path, {"kind": "compensate"})
    assert settled.status_code == 200, settled.text
    return sharing.sellers[1], dispute


async def test_routing_gives_the_next_account_of_at_least_this_value_and_tier_to_them_first(house: House) -> None:
    sharing = await Sharing.of(house)
    seller, _ = await compensated(sharing)
    await changed(house, Staff, seller.id, experience_level=5)
    await house.account(seller)
    await house.account(seller)  # more loaded than the other: the rule would not name them
    poorer = await sharing.account(potential_value=50_000, potential_value_base=50_000)
    ungraded = await sharing.account(tier=None)
    better = await sharing.account(tier="gold")
    next_one = await sharing.account()
    routed = {}
    for account in (poorer, ungraded, better, next_one):
        answer = await sharing.ask(sharing.leader, "POST", f"/v1/accounts/{account}/route", {})
        assert answer.status_code in (200, 201), answer.text
        routed[account] = answer.json()
    assert routed[better]["staff_id"] == str(seller.id)
    assert routed[better]["reason"] == "appeal_upheld"
    assert [routed[one]["reason"] == "appeal_upheld" for one in (poorer, ungraded, next_one)] == [False] * 3
    assert await promised(house) == ["kept"]
    why = await sharing.ask(sharing.leader, "GET", f"/v1/assignments/{routed[better]['assignment_id']}/explanation")
    assert "申诉" in why.text


async def test_a_plan_gives_what_was_promised_first(house: House) -> None:
    sharing = await Sharing.of(house)
    seller, _ = await compensated(sharing)
    waiting = [await sharing.account() for _ in range(3)]
    await sharing.applied()
    assert await promised(house) == ["kept"]
    assert await owners(house, waiting[0]) == {"owner": seller.id}


async def test_a_plan_that_only_asks_what_would_be_keeps_no_promise(house: House) -> None:
    sharing = await Sharing.of(house)
    await compensated(sharing)
    await sharing.account()
    await sharing.planned(what_if={"definition": {"move_price": 7}})
    assert await promised(house) == ["open"]


async def test_hard_rules_come_before_promises(house: House) -> None:
    sharing = await Sharing.of(house)
    await compensated(sharing)
    far = await sharing.account(region="西北")
    answer = await sharing.ask(sharing.leader, "POST", f"/v1/accounts/{far}/route", {})
    assert (answer.json()["staff_id"], await promised(house)) == (None, ["open"])


async def test_a_second_instance_that_upholds_ends_what_the_first_settled(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    await partly(dispute, path, {"kind": "share", "percent": 30})
    second = await house.person("mediator")
    await dispute.ask(dispute.seller, "POST", f"{path}/escalate", {"reason": "应全部归我。"})
    upheld = await dispute.decide(path, "upheld", by=second)
    assert upheld.status_code == 200, upheld.text
    assert await owners(house, dispute.account_id) == {"owner": dispute.seller.id}
    assert [one["outcome"] for one in upheld.json()["verdicts"]] == ["partially_upheld", "upheld"]


async def test_an_appeal_that_names_nobody_is_settled_by_compensation_only(house: House) -> None:
    dispute = await a_dispute(house)
    path = (await dispute.file(dispute.owner, grounds=["overload"])).headers["Location"]
    await dispute.ask(dispute.judge, "POST", f"{path}/review", {})
    refused = await partly(dispute, path, {"kind": "share", "percent": 50})
    assert (refused.status_code, refused.json()["code"]) == (409, "state_conflict")
    assert (await partly(dispute, path, {"kind": "compensate"})).status_code == 200


@pytest.mark.parametrize(
    "remedy",
    [{"kind": "share", "percent": 0}, {"kind": "share", "percent": 100}, {"kind": "gift"}, {"kind": "share"}, {}],
)
async def test_a_remedy_is_concrete(house: House, remedy: dict[str, Any]) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    assert (await partly(dispute, path, remedy)).status_code == 422


async def uneven(house: House, **rules: Any) -> tuple[Dispute, str, list[UUID]]:
    """An appeal of somebody with nothing against one of ten equal accounts of a colleague."""
    sharing = await Sharing.of(house, **rules)
    accounts = [await sharing.account(sharing.sellers[0]) for _ in range(10)]
    dispute, path = await contested(sharing, accounts[0], sharing.sellers[1])
    return dispute, path, accounts[1:]


async def test_upholding_moves_what_the_effect_showed_and_no_more_than_the_budget(house: House) -> None:
    dispute, path, others = await uneven(house)
    shown = (await dispute.ask(dispute.judge, "GET", f"{path}/effect")).json()
    ways = {(one["from_id"], one["to_id"]) for one in shown["moves"]}
    assert (len(shown["moves"]), ways) == (3, {(str(dispute.owner.id), str(dispute.seller.id))})
    upheld = await dispute.decide(path, "upheld")
    assert upheld.json()["fairness_effect"] == shown["fairness"]
    moved = {str(account) for account in others if (await owners(house, account))["owner"] == dispute.seller.id}
    assert moved == {one["account_id"] for one in shown["moves"]}


async def test_a_budget_of_none_moves_nothing_beside(house: House) -> None:
    dispute, path, others = await uneven(house, move_budget={"appeal_accounts": 0})
    assert (await dispute.ask(dispute.judge, "GET", f"{path}/effect")).json()["moves"] == []
    assert (await dispute.decide(path, "upheld")).status_code == 200
    assert {(await owners(house, account))["owner"] for account in others} == {dispute.owner.id}


async def test_a_verdict_with_a_remedy_is_replayed_by_its_key(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    verdict = REASONS | {"outcome": "partially_upheld", "remedy": {"kind": "compensate"}}
    async with house.client(dispute.judge, **{"Idempotency-Key": "part"}) as client:
        first, again = [await client.post(f"{path}/decide", json=verdict) for _ in range(2)]
    assert (first.status_code, again.content) == (200, first.content)
    async with house.services.database.reading() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM appeal_promises")) == 1


async def previewed(dispute: Dispute, path: str, **query: str) -> Any:
    """What the judge is shown of a partial outcome."""
    async with dispute.house.client(dispute.judge) as client:
        return await client.get(f"{path}/effect", params=query)


async def loads_now(dispute: Dispute) -> dict[str, dict[str, str]]:
    """Everybody's loads, as a leader reads them."""
    leader = await dispute.house.person("general_manager")
    people = (await dispute.ask(leader, "GET", "/v1/fairness")).json()["people"]
    return {person["person_id"]: person["loads"] for person in people}


def loads_of(effect: dict[str, Any], when: str) -> dict[str, dict[str, str]]:
    """The loads of those concerned before or after, as a preview tells them."""
    return {person["person_id"]: person[when] for person in effect["fairness"]["people"]}


@pytest.mark.parametrize("percent", [1, 40, 99])
async def test_the_effect_of_a_share_is_what_follows(house: House, percent: int) -> None:
    dispute = await a_dispute(house)
    await house.account(dispute.seller)
    await house.account(await house.person("sales_rep"), potential_value=70_000, potential_value_base=70_000)
    path = await dispute.heard()
    before = await loads_now(dispute)
    shown = await previewed(dispute, path, remedy="share", percent=str(percent))
    assert shown.status_code == 200, shown.text
    effect = shown.json()
    assert (effect["remedy"], effect["hard_rules"], effect["moves"]) == ("share", [], [])
    assert await loads_now(dispute) == before
    assert (await partly(dispute, path, {"kind": "share", "percent": percent})).status_code == 200
    after = await loads_now(dispute)
    for person in (str(dispute.owner.id), str(dispute.seller.id)):
        assert loads_of(effect, "before")[person] == before[person]
        foreseen, came = (Decimal(loads[person]["value"]) for loads in (loads_of(effect, "after"), after))
        assert abs(foreseen - came) <= MEASURED_TO
    counted = [loads_of(effect, "after")[str(one.id)]["count"] for one in (dispute.owner, dispute.seller)]
    assert counted == ["1.000000", "2.000000"]


async def test_the_effect_of_a_swap_is_what_follows(house: House) -> None:
    dispute = await a_dispute(house)
    theirs = await house.account(dispute.seller, potential_value=300_000, potential_value_base=300_000)
    path = await dispute.heard()
    shown = await previewed(dispute, path, remedy="swap", account_id=str(theirs))
    assert shown.status_code == 200, shown.text
    effect = shown.json()
    [move] = effect["moves"]
    assert (move["account_id"], move["from_id"], move["to_id"]) == (
        str(theirs), str(dispute.seller.id), str(dispute.owner.id),
    )  # fmt: skip
    assert await owners(house, theirs) == {"owner": dispute.seller.id}
    settled = await partly(dispute, path, {"kind": "swap", "account_id": str(theirs)})
    assert settled.json()["fairness_effect"] == effect["fairness"]
    assert loads_of(effect, "after") == {
        person: loads for person, loads in (await loads_now(dispute)).items() if person in loads_of(effect, "after")
    }


async def test_the_effect_tells_which_hard_rule_binds_which_account_of_a_swap(house: House) -> None:
    dispute = await a_dispute(house)
    far = await house.account(dispute.seller, region="西北")
    path = await dispute.heard()
    rules = (await previewed(dispute, path, remedy="swap", account_id=str(far))).json()["hard_rules"]
    assert [(one["account_id"], one["staff_id"], one["rule"]) for one in rules] == [
        (str(far), str(dispute.owner.id), "region")
    ]


async def test_the_effect_of_later_is_that_of_the_account_alone_and_of_compensation_none_yet(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    later = (await previewed(dispute, path, remedy="later")).json()
    assert (
        loads_of(later, "after")[str(dispute.seller.id)]["count"]
        > loads_of(later, "before")[str(dispute.seller.id)]["count"]
    )
    assert later["moves"] == []
    promised_only = (await previewed(dispute, path, remedy="compensate")).json()
    assert loads_of(promised_only, "after") == loads_of(promised_only, "before")


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"remedy": "share"}, "percent"),
        ({"percent": "40"}, "percent"),
        ({"remedy": "later", "percent": "40"}, "percent"),
        ({"remedy": "swap"}, "account_id"),
        ({"remedy": "compensate", "account_id": str(uuid4())}, "account_id"),
        ({"remedy": "swap", "account_id": str(uuid4())}, "account_id"),
        ({"remedy": "half"}, "remedy"),
        ({"remedy": "share", "percent": "100"}, "percent"),
    ],
)
async def test_a_remedy_is_asked_about_with_what_it_needs(house: House, query: dict[str, str], wrong: str) -> None:
    dispute = await a_dispute(house)
    refused = await previewed(dispute, await dispute.heard(), **query)
    assert refused.status_code == 422, refused.text
    assert [error["parameter"] for error in refused.json()["errors"]] == [wrong]
