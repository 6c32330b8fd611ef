"""One account at a time, by the one rule on the present ledger."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from service.domain.distribution.ledger import Ledger
from service.domain.distribution.routing import route
from service.domain.distribution.snapshot import Snapshot
from service.models import Absence, Decision, new_id
from service.models import Snapshot as SnapshotRow
from service.schemas.assignments import RoutingView
from tests.house import House, Person
from tests.sharing import Sharing


async def routed(sharing: Sharing, account_id: UUID, who: Person | None = None, **body: Any) -> dict[str, Any]:
    path = f"/v1/accounts/{account_id}/route"
    answer = await sharing.ask(who or sharing.leader, "POST", path, body)
    assert answer.status_code == 200, answer.text
    RoutingView.model_validate(answer.json())
    return answer.json()


async def test_an_account_goes_to_whom_the_rule_names_and_the_evidence_says_so_again(house: House) -> None:
    sharing = await Sharing.of(house)
    rich, idle = sharing.sellers
    for _ in range(3):
        await sharing.account(rich)
    account = await sharing.account()
    outcome = await routed(sharing, account)
    assert (outcome["staff_id"], outcome["reason"]) == (str(idle.id), "lowest_score")
    assert (await sharing.owners())[str(account)] == str(idle.id)
    made = await sharing.ask(sharing.leader, "GET", f"/v1/assignments/{outcome['assignment_id']}")
    assert (made.json()["origin"], made.json()["decision_id"]) == ("routed", outcome["decision_id"])
    async with house.services.database.transaction() as session:
        decision = await session.get_one(Decision, UUID(outcome["decision_id"]))
        row = await session.get_one(SnapshotRow, decision.snapshot_sha256)
    assert decision.place == 1
    again = route(Ledger.of(Snapshot.from_bytes(row.content)), str(account))
    assert (again.winner, again.runner_up, again.margin) == (
        str(decision.winner_id),
        str(decision.runner_up_id),
        decision.margin,
    )


async def test_a_routed_account_stays_where_the_rule_still_wants_it(house: House) -> None:
    sharing = await Sharing.of(house)
    account = await sharing.account()
    first, second = await routed(sharing, account), await routed(sharing, account)
    assert (first["staff_id"], first["assignment_id"]) == (second["staff_id"], second["assignment_id"])
    made = await sharing.ask(sharing.leader, "GET", f"/v1/assignments/{first['assignment_id']}")
    assert made.json()["decision_id"] == second["decision_id"]


async def test_an_account_that_nobody_may_have_waits_with_its_remedy(house: House) -> None:
    sharing = await Sharing.of(house)
    outcome = await routed(sharing, await sharing.account(region="西北"))
    assert (outcome["staff_id"], outcome["assignment_id"]) == (None, None)
    assert outcome["reason"] == "no_eligible_person"
    assert "覆盖该地域" in outcome["remedy_text"]["zh"]


async def test_where_arrivals_wait_for_the_plan_routing_says_so(house: House) -> None:
    sharing = await Sharing.of(house, arrivals="wait_for_plan")
    outcome = await routed(sharing, await sharing.account())
    assert (outcome["reason"], outcome["remedy"]) == ("waits_for_plan", "make_plan")
    assert outcome["remedy_text"] == {"en": "Make a distribution plan.", "zh": "请制定分配方案。"}


async def test_who_is_absent_today_gets_no_new_account(house: House) -> None:
    sharing = await Sharing.of(house)
    away, there = sharing.sellers
    yesterday, tomorrow = (date.today() + timedelta(days=days) for days in (-1, 1))
    async with house.services.database.transaction() as session:
        values = {"id": new_id(), "staff_id": away.id, "starts_on": yesterday, "ends_on": tomorrow, "kind": "sick"}
        await session.execute(insert(Absence).values(values))
    for _ in range(3):
        assert (await routed(sharing, await sharing.account()))["staff_id"] == str(there.id)


async def test_a_team_routes_among_its_own_people(house: House) -> None:
    sharing = await Sharing.of(house)
    department = await house.department()
    only = await house.person("sales_rep", department_id=department)
    await sharing.account(only)
    outcome = await routed(sharing, await sharing.account(), department_id=str(department))
    assert (outcome["staff_id"], outcome["reason"]) == (str(only.id), "only_candidate")
    unknown = await sharing.ask(
        sharing.leader, "POST", f"/v1/accounts/{await sharing.account()}/route", {"department_id": str(only.id)}
    )
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/department_id")


async def test_only_managers_of_the_line_and_leaders_route(house: House) -> None:
    sharing = await Sharing.of(house)
    owner, other = sharing.sellers
    path = f"/v1/accounts/{await sharing.account(owner)}/route"
    assert (await sharing.ask(owner, "POST", path, {})).status_code == 403
    assert (await sharing.ask(other, "POST", path, {})).status_code == 404
    assert (await sharing.ask(sharing.author, "POST", path, {})).status_code == 200


async def test_the_same_key_routes_once(house: House) -> None:
    sharing = await Sharing.of(house)
    account = await sharing.account()
    async with house.client(sharing.leader, **{"Idempotency-Key": "r-1"}) as client:
        first, again = [await client.post(f"/v1/accounts/{account}/route", json={}) for _ in range(2)]
    assert (again.content, again.headers["Idempotent-Replayed"]) == (first.content, "true")
    async with house.services.database.transaction() as session:
        assert len((await session.scalars(select(Decision.id))).all()) == 1


async def test_parallel_arrivals_are_shared_as_if_they_came_one_by_one(committed_house: House) -> None:
    house = committed_house
    sharing = await Sharing.of(house, sellers=3)
    accounts = [await sharing.account() for _ in range(9)]
    outcomes = await asyncio.gather(*(routed(sharing, account) for account in accounts))
    winners = [outcome["staff_id"] for outcome in outcomes]
    assert sorted(winners.count(str(seller.id)) for seller in sharing.sellers) == [3, 3, 3]
