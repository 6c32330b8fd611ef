"""Nothing is ever given to somebody who is not at work; whoever comes back is as if they had never been away."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from service.jobs.appeals import keep_promises
from service.models import Absence, AppealPromise, Staff, new_id
from tests.dispute import Dispute, a_dispute
from tests.house import House, Person
from tests.sharing import Sharing

AWAY = ("on_leave", "left")


async def sent_away(house: House, person: Person, status: str) -> None:
    async with house.services.database.transaction() as session:
        await session.execute(update(Staff).where(Staff.id == person.id).values(status=status))


async def owner_of(dispute: Dispute) -> str:
    async with dispute.house.client(dispute.judge) as client:
        items = (await client.get("/v1/assignments", params={"current": "true"})).json()["items"]
    return next(item["staff_id"] for item in items if item["account_id"] == str(dispute.account_id))


@pytest.mark.parametrize("status", AWAY)
async def test_routing_passes_over_whoever_is_away(house: House, status: str) -> None:
    sharing = await Sharing.of(house)
    away, here = sharing.sellers
    await sharing.account(here)
    await sent_away(house, away, status)
    fresh = await sharing.account()
    routed = await sharing.ask(sharing.leader, "POST", f"/v1/accounts/{fresh}/route", {})
    assert (routed.status_code, routed.json()["staff_id"]) == (200, str(here.id)), routed.text


@pytest.mark.parametrize("status", AWAY)
async def test_a_plan_gives_nothing_to_whoever_is_away(house: House, status: str) -> None:
    sharing = await Sharing.of(house)
    away, here = sharing.sellers
    fresh = [await sharing.account() for _ in range(4)]
    await sent_away(house, away, status)
    await sharing.applied()
    assert await sharing.owners() == {str(one): str(here.id) for one in fresh}


@pytest.mark.parametrize("status", AWAY)
async def test_an_assignment_by_hand_is_refused(house: House, status: str) -> None:
    dispute = await a_dispute(house)
    await sent_away(house, dispute.seller, status)
    body = {"account_id": str(dispute.account_id), "staff_id": str(dispute.seller.id), "reason": "区域调整"}
    answer = await dispute.ask(
        dispute.boss, "POST", "/v1/assignments", body | {"replaces_id": str(dispute.assignment_id)}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "hard_rule_broken"), answer.text
    assert answer.json()["errors"][0]["code"] == "availability"


@pytest.mark.parametrize("status", AWAY)
@pytest.mark.parametrize("way", ["upheld", "share", "swap"])
async def test_no_verdict_gives_an_account_to_whoever_is_away(house: House, status: str, way: str) -> None:
    dispute = await a_dispute(house)
    theirs = await house.account(dispute.seller)
    path = await dispute.heard()
    await sent_away(house, dispute.seller, status)
    remedies: dict[str, dict[str, Any]] = {
        "upheld": {"outcome": "upheld"},
        "share": {"outcome": "partially_upheld", "remedy": {"kind": "share", "percent": 30}},
        "swap": {"outcome": "partially_upheld", "remedy": {"kind": "swap", "account_id": str(theirs)}},
    }
    answer = await dispute.decide(path, **remedies[way])
    assert (answer.status_code, answer.json()["code"]) == (409, "hard_rule_broken"), answer.text
    assert await owner_of(dispute) == str(dispute.owner.id)


@pytest.mark.parametrize("status", AWAY)
async def test_what_was_promised_for_a_date_waits_while_they_are_away(house: House, status: str) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    due = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    decided = await dispute.decide(path, "partially_upheld", remedy={"kind": "later", "due_on": due})
    assert decided.status_code == 200, decided.text
    await sent_away(house, dispute.seller, status)
    async with house.services.database.transaction() as session:
        await session.execute(update(AppealPromise).values(due_on=date(2026, 1, 2)))
    kept = partial(keep_promises, house.services.database, house.services.settings)
    assert await kept(datetime.now(UTC)) == 0
    assert await owner_of(dispute) == str(dispute.owner.id)
    await sent_away(house, dispute.seller, "active")
    assert await kept(datetime.now(UTC)) == 1
    assert await owner_of(dispute) == str(dispute.seller.id)


@pytest.mark.parametrize("status", AWAY)
async def test_compensation_waits_for_their_return_and_the_account_goes_by_the_rule(house: House, status: str) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    decided = await dispute.decide(path, "partially_upheld", remedy={"kind": "compensate"})
    assert decided.status_code == 200, decided.text
    await sent_away(house, dispute.seller, status)
    fresh = await house.account()
    routed = await dispute.ask(dispute.judge, "POST", f"/v1/accounts/{fresh}/route", {})
    assert (routed.status_code, routed.json()["reason"] == "appeal_upheld") == (200, False), routed.text
    assert routed.json()["staff_id"] != str(dispute.seller.id)
    async with house.services.database.reading() as connection:
        assert await connection.scalar(select(AppealPromise.state)) == "open"


async def test_teams_tasks_and_letters_are_refused_too(house: House) -> None:
    dispute = await a_dispute(house)
    await sent_away(house, dispute.seller, "left")
    member = {"staff_id": str(dispute.seller.id), "role": "tech_support"}
    added = await dispute.ask(dispute.boss, "POST", f"/v1/accounts/{dispute.account_id}/team", member)
    assert (added.status_code, added.json()["errors"][0]["pointer"]) == (422, "/staff_id")
    task = {"account_id": str(dispute.account_id), "subject": "商务谈判", "assignee_id": str(dispute.seller.id)}
    entered = await dispute.ask(dispute.owner, "POST", "/v1/tasks", task)
    assert (entered.status_code, entered.json()["errors"][0]["pointer"]) == (422, "/assignee_id")
    manager, deputy = await house.person("general_manager"), await house.person("deputy_general_manager")
    await sent_away(house, deputy, "left")
    letter = {
        "holder_id": str(deputy.id), "actions": ["approve"], "classes": ["secret"], "letter": "委托书",
        "starts_at": datetime.now(UTC).isoformat(), "ends_at": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
    }  # fmt: skip
    granted = await dispute.ask(manager, "POST", "/v1/delegations", letter)
    assert (granted.status_code, granted.json()["errors"][0]["pointer"]) == (422, "/holder_id")


async def absent(house: House, person: Person, first: date, last: date) -> None:
    values = {"id": new_id(), "staff_id": person.id, "kind": "leave", "starts_on": first, "ends_on": last}
    async with house.services.database.transaction() as session:
        await session.execute(insert(Absence).values(values))


async def test_whoever_was_absent_or_on_leave_is_planned_for_as_if_they_never_were(house: House) -> None:
    sharing = await Sharing.of(house, sellers=3)
    back = sharing.sellers[0]
    for at in range(12):
        await sharing.account(sharing.sellers[at % 2], potential_value_base=1000 * (at + 1))
    never_away = await sharing.planned(seed="2026-Q3")
    yesterday = datetime.now(UTC).date() - timedelta(days=2)
    await absent(house, back, yesterday - timedelta(days=40), yesterday)
    await sent_away(house, back, "on_leave")
    while_away = await sharing.planned(seed="2026-Q3")
    await sent_away(house, back, "active")
    returned = await sharing.planned(seed="2026-Q3")
    hashes = [(one["snapshot_sha256"], one["plan_sha256"]) for one in (never_away, while_away, returned)]
    assert hashes[0] == hashes[2] != hashes[1]
    winners = {item["winner_code"] for item in await sharing.part(while_away, "decisions")}
    assert back.code not in winners


async def test_arrivals_leave_an_absent_persons_accounts_alone_and_give_them_none(house: House) -> None:
    sharing = await Sharing.of(house)
    away, here = sharing.sellers
    theirs = [await sharing.account(away) for _ in range(3)]
    await sent_away(house, away, "on_leave")
    fresh = await sharing.account()
    await sharing.applied(mode="arrivals")
    owners = await sharing.owners()
    assert {owners[str(one)] for one in theirs} == {str(away.id)}
    assert owners[str(fresh)] == str(here.id)


async def test_whoever_comes_back_is_routed_to_by_their_present_load_alone(house: House) -> None:
    sharing = await Sharing.of(house)
    back, other = sharing.sellers
    for person in (back, other, other):
        await sharing.account(person)
    probe = await sharing.account()
    path = f"/v1/accounts/{probe}/route"
    await sent_away(house, back, "on_leave")
    missed = await sharing.ask(sharing.leader, "POST", path, {})
    assert missed.json()["staff_id"] == str(other.id)
    await sent_away(house, back, "active")
    later = await sharing.account()
    given = await sharing.ask(sharing.leader, "POST", f"/v1/accounts/{later}/route", {})
    assert given.json()["staff_id"] == str(back.id)
