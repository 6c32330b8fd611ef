"""Appeals under races: whoever comes first wins, whoever comes later is told so, and the account has one owner."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
from sqlalchemy import func, select, update

from service.jobs.appeals import escalate_overdue_appeals
from service.models import Appeal, Assignment, AuditEntry, OutboxMessage
from tests.dispute import Dispute, a_dispute
from tests.house import House
from tests.sharing import Sharing


async def raced(*requests: Callable[[], Awaitable[httpx.Response]]) -> list[httpx.Response]:
    """The answers to requests that start together."""
    return list(await asyncio.gather(*(request() for request in requests)))


async def counted(dispute: Dispute) -> dict[str, int]:
    """How often each thing happened to the account's appeals and assignments, by the evidence."""
    async with dispute.house.services.database.reading() as connection:
        entries = select(AuditEntry.action, func.count()).where(
            AuditEntry.account_id == dispute.account_id, AuditEntry.subject_type.in_(("appeal", "assignment"))
        )
        happened = {row[0]: row[1] for row in await connection.execute(entries.group_by(AuditEntry.action))}
        sent = select(OutboxMessage.type, func.count()).where(OutboxMessage.subject_type.in_(("appeal", "assignment")))
        assert {row[0]: row[1] for row in await connection.execute(sent.group_by(OutboxMessage.type))} == happened
    return happened


async def present_owners(dispute: Dispute) -> list[object]:
    """Who has the account now."""
    async with dispute.house.services.database.reading() as connection:
        now = select(Assignment.staff_id).where(
            Assignment.account_id == dispute.account_id, Assignment.ended_at.is_(None)
        )
        return list(await connection.scalars(now))


async def test_of_fifty_decisions_one_wins(committed_house: House) -> None:
    dispute = await a_dispute(committed_house)
    path = await dispute.heard()
    outcomes = ["upheld", "rejected"] * 25
    answers = await raced(*(partial(dispute.decide, path, outcome) for outcome in outcomes))
    statuses = Counter(answer.status_code for answer in answers)
    assert statuses == {200: 1, 409: 49}, statuses
    won = next(answer.json() for answer in answers if answer.status_code == 200)
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"illegal_transition"}
    assert (await dispute.ask(dispute.judge, "GET", path)).json()["state"] == won["state"]
    expected = dispute.seller.id if won["state"] == "upheld" else dispute.owner.id
    assert await present_owners(dispute) == [expected]
    happened = await counted(dispute)
    assert happened[f"appeal.{won['state']}"] == 1
    assert len({"appeal.upheld", "appeal.rejected"} & set(happened)) == 1


async def test_fifty_filings_make_one_open_appeal(committed_house: House) -> None:
    dispute = await a_dispute(committed_house)
    answers = await raced(*[dispute.file] * 50)
    statuses = Counter((answer.status_code, answer.json().get("code")) for answer in answers)
    assert statuses == {(201, None): 1, (409, "appeal_already_open"): 49}
    assert (await counted(dispute))["appeal.filed"] == 1


async def test_withdrawal_against_decision_has_one_outcome(committed_house: House) -> None:
    dispute = await a_dispute(committed_house)
    path = await dispute.heard()
    withdrawal = partial(dispute.ask, dispute.seller, "POST", f"{path}/withdraw", {})
    decision = partial(dispute.decide, path, "upheld")
    answers = await raced(*[withdrawal, decision] * 10)
    won = [answer.json()["state"] for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    assert {answer.status_code for answer in answers} == {200, 409}
    expected = dispute.seller.id if won == ["upheld"] else dispute.owner.id
    assert await present_owners(dispute) == [expected]


async def test_upholding_against_a_reassignment_by_hand_leaves_one_owner(committed_house: House) -> None:
    house = committed_house
    dispute = await a_dispute(house)
    path = await dispute.heard()
    third = await house.person("sales_rep", department_id=dispute.department_id)
    by_hand = {
        "account_id": str(dispute.account_id),
        "staff_id": str(third.id),
        "reason": "区域调整",
        "replaces_id": str(dispute.assignment_id),
    }
    upheld, assigned = await raced(
        partial(dispute.decide, path, "upheld"), partial(dispute.ask, dispute.boss, "POST", "/v1/assignments", by_hand)
    )
    outcome = (upheld.status_code, assigned.status_code)
    assert outcome in {(200, 409), (409, 201)}, (upheld.text, assigned.text)
    loser = assigned if outcome == (200, 409) else upheld
    assert loser.json()["code"] in {"already_owned", "assignment_ended"}
    assert await present_owners(dispute) == [dispute.seller.id if outcome == (200, 409) else third.id]
    state = (await dispute.ask(dispute.judge, "GET", path)).json()["state"]
    assert state == ("upheld" if outcome == (200, 409) else "under_review")
    happened = await counted(dispute)
    assert (happened["assignment.started"], happened["assignment.ended"]) == (1, 1)


async def test_two_appeals_against_one_assignment_are_not_both_upheld(committed_house: House) -> None:
    house = committed_house
    dispute = await a_dispute(house)
    rival = await house.person("sales_rep", department_id=dispute.department_id)
    paths = [(await dispute.file(person)).headers["Location"] for person in (dispute.seller, rival)]
    for path in paths:
        assert (await dispute.ask(dispute.judge, "POST", f"{path}/review", {})).status_code == 200
    answers = await raced(*(partial(dispute.decide, path, "upheld") for path in paths))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert next(answer.json()["code"] for answer in answers if answer.status_code == 409) == "assignment_ended"
    assert len(await present_owners(dispute)) == 1


async def test_a_deadline_that_passes_while_it_is_decided_has_one_outcome(committed_house: House) -> None:
    house = committed_house
    dispute = await a_dispute(house)
    path = await dispute.heard()
    await house.person("mediator")
    async with house.services.database.transaction() as session:
        await session.execute(update(Appeal).values(decide_by=datetime.now(UTC) - timedelta(seconds=1)))
    escalation = escalate_overdue_appeals(house.services.database, house.services.settings, datetime.now(UTC))
    decided, escalated = await asyncio.gather(dispute.decide(path, "upheld"), escalation)
    assert (decided.status_code, escalated) in {(200, 0), (403, 1)}
    happened = await counted(dispute)
    assert ("appeal.upheld" in happened) == (decided.status_code == 200)
    assert ("appeal.escalated" in happened) == (escalated == 1)


async def test_one_of_many_reviewers_takes_an_appeal_on(committed_house: House) -> None:
    dispute = await a_dispute(committed_house)
    path = await dispute.filed()
    answers = await raced(*[partial(dispute.ask, dispute.judge, "POST", f"{path}/review", {})] * 10)
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 9}
    assert (await counted(dispute))["appeal.reviewed"] == 1


async def test_a_plan_that_is_applied_while_an_appeal_is_filed_has_one_outcome(committed_house: House) -> None:
    house = committed_house
    sharing = await Sharing.of(house)
    await house.person("mediator")
    rich, idle = sharing.sellers
    accounts = [await sharing.account(rich) for _ in range(6)]
    held = (await sharing.ask(sharing.leader, "GET", "/v1/assignments", current="true")).json()["items"]
    before = {item["account_id"]: item["id"] for item in held}
    plan = await sharing.approved()
    moving = [item["account_id"] for item in await sharing.part(plan, "moves")]
    assert moving
    body = {"assignment_id": before[moving[0]], "grounds": ["other"], "statement": "请复核。"}
    accepted = await sharing.step(plan, "apply")
    filed, applied = await asyncio.gather(
        sharing.ask(idle, "POST", "/v1/appeals", body),
        sharing.ran(accepted),
        return_exceptions=True,
    )
    assert isinstance(filed, httpx.Response)
    state = (await sharing.ask(sharing.leader, "GET", f"/v1/distribution-plans/{plan['id']}")).json()["state"]
    owners = await sharing.owners()
    assert (filed.status_code, state) in {(201, "superseded"), (409, "applied")}, (filed.text, applied)
    if filed.status_code == 201:
        assert owners == dict.fromkeys(map(str, accounts), str(rich.id))
    else:
        assert (filed.json()["code"], owners[moving[0]]) == ("assignment_ended", str(idle.id))


async def test_of_many_answers_in_a_mediation_each_side_counts_once(committed_house: House) -> None:
    dispute = await a_dispute(committed_house)
    path, mediator = await dispute.heard(), await committed_house.person("mediator")
    await dispute.ask(dispute.judge, "POST", f"{path}/mediate", {})
    proposal = {"minutes": "双方到场。", "outcome": "upheld"}
    assert (await dispute.ask(mediator, "POST", f"{path}/propose", proposal)).status_code == 200
    sides = [(dispute.seller, "accept"), (dispute.owner, "refuse"), (dispute.owner, "accept")]
    answers = await raced(
        *(partial(dispute.ask, who, "POST", f"{path}/answer", {"answer": said}) for who, said in sides * 5)
    )
    assert {answer.status_code for answer in answers} <= {200, 409}
    body = (await dispute.ask(dispute.judge, "GET", path)).json()
    assert (body["state"], len(body["mediations"])) == ("under_review", 1)
    assert body["mediations"][0]["result"] in {"agreed", "refused"}
    assert (await counted(dispute))["appeal.resumed"] == 1
