"""A handover that is applied while an appeal is filed or decided: one outcome, and no account without its due."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update

from service.jobs.appeals import keep_promises
from service.models import Account, AccountDivision, Appeal, AppealPromise, Assignment, Staff, StageDuty, new_id
from tests.concurrency.waiting import until_somebody_waits
from tests.dispute import REASONS, a_dispute
from tests.house import House, Person
from tests.sharing import Sharing


async def assignments(sharing: Sharing) -> dict[str, str]:
    """Account id → id of its present assignment."""
    answer = await sharing.ask(sharing.leader, "GET", "/v1/assignments", current="true", limit=200)
    return {item["account_id"]: item["id"] for item in answer.json()["items"]}


async def file(sharing: Sharing, by: Person, account: Any) -> httpx.Response:
    held = (await assignments(sharing))[str(account)]
    body = {"assignment_id": held, "grounds": ["territory"], "statement": "该客户在本人区域。"}
    return await sharing.ask(by, "POST", "/v1/appeals", body)


async def heard(sharing: Sharing, by: Person, account: Any, judge: Person) -> str:
    """The path of an appeal that somebody has taken on."""
    path = (await file(sharing, by, account)).headers["Location"]
    async with sharing.house.services.database.transaction() as session:
        await session.execute(update(Appeal).values(reviewer_id=judge.id, state="under_review"))
    return path


async def raced(sharing: Sharing, plan: dict[str, Any], request: Any) -> tuple[httpx.Response, str]:
    """The answer to a request that starts together with a plan's application, and the plan's state."""
    accepted = await sharing.step(plan, "apply")
    answer, _ = await asyncio.gather(request, sharing.ran(accepted), return_exceptions=True)
    assert isinstance(answer, httpx.Response), answer
    told = await sharing.ask(sharing.leader, "GET", f"/v1/distribution-plans/{plan['id']}")
    return answer, told.json()["state"]


async def one_owner_each(sharing: Sharing, accounts: list[Any]) -> None:
    async with sharing.house.services.database.reading() as connection:
        current = select(Assignment.account_id).where(Assignment.ended_at.is_(None), Assignment.team_role == "owner")
        assert sorted(await connection.scalars(current)) == sorted(accounts)


@pytest.mark.parametrize("later", [0.0, 0.05, 0.15])
async def test_an_appeal_filed_meanwhile_stops_the_handover_or_comes_too_late(
    committed_house: House, later: float
) -> None:
    sharing = await Sharing.of(committed_house, sellers=3)
    leaver, rich, idle = sharing.sellers
    await committed_house.person("mediator")
    accounts = [await sharing.account(leaver) for _ in range(4)] + [await sharing.account(rich)]
    plan = await sharing.approved(mode="leaver", staff_id=str(leaver.id))
    held = (await assignments(sharing))[str(accounts[0])]
    body = {"assignment_id": held, "grounds": ["territory"], "statement": "该客户在本人区域。"}

    async def filed() -> httpx.Response:
        await asyncio.sleep(later)
        return await sharing.ask(idle, "POST", "/v1/appeals", body)

    answer, state = await raced(sharing, plan, filed())
    owners = await sharing.owners()
    assert (answer.status_code, state) in {(201, "superseded"), (409, "applied")}, answer.text
    if state == "superseded":
        assert {owners[str(one)] for one in accounts[:4]} == {str(leaver.id)}
    else:
        assert answer.json()["code"] == "assignment_ended"
        assert str(leaver.id) not in owners.values()
    await one_owner_each(sharing, accounts)


async def test_an_appeal_decided_meanwhile_keeps_its_verdict(committed_house: House) -> None:
    sharing = await Sharing.of(committed_house, sellers=3)
    leaver, rich, idle = sharing.sellers
    judge = await committed_house.person("mediator")
    accounts = [await sharing.account(leaver) for _ in range(3)] + [await sharing.account(rich)]
    path = await heard(sharing, idle, accounts[0], judge)
    plan = await sharing.approved(mode="leaver", staff_id=str(leaver.id))
    verdict = REASONS | {"outcome": "upheld"}
    answer, state = await raced(sharing, plan, sharing.ask(judge, "POST", f"{path}/decide", verdict))
    owners = await sharing.owners()
    assert (answer.status_code, owners[str(accounts[0])]) == (200, str(idle.id)), answer.text
    assert state in {"applied", "superseded"}
    assert (str(leaver.id) in owners.values()) == (state == "superseded")
    await one_owner_each(sharing, accounts)


async def test_a_leaver_who_decides_meanwhile_is_heard_once_or_replaced(committed_house: House) -> None:
    sharing = await Sharing.of(committed_house, sellers=3)
    owner, _, idle = sharing.sellers
    leaver, other = await committed_house.person("mediator"), await committed_house.person("mediator")
    account = await sharing.account(owner)
    path = await heard(sharing, idle, account, leaver)
    plan = await sharing.approved(mode="leaver", staff_id=str(leaver.id))
    verdict = REASONS | {"outcome": "upheld"}
    answer, state = await raced(sharing, plan, sharing.ask(leaver, "POST", f"{path}/decide", verdict))
    appeal = (await sharing.ask(sharing.leader, "GET", path)).json()
    assert state in {"applied", "superseded"}
    if answer.status_code == 200:
        assert (appeal["state"], (await sharing.owners())[str(account)]) == ("upheld", str(idle.id))
    else:
        assert (answer.status_code, state, appeal["state"]) == (404, "applied", "under_review"), answer.text
        assert appeal["reviewer_id"] in {str(other.id), str(sharing.leader.id)}
    await one_owner_each(sharing, [account])


async def test_a_promise_that_is_kept_meanwhile_does_not_lapse_with_its_holder(committed_house: House) -> None:
    dispute = await a_dispute(committed_house)
    path = await dispute.heard()
    decided = await dispute.decide(path, "partially_upheld", remedy={"kind": "compensate"})
    assert decided.status_code == 200, decided.text
    admin, database = await committed_house.person("admin"), committed_house.services.database
    async with database.transaction() as session:
        await session.execute(update(AppealPromise).values(state="kept"))
        leave = f"/v1/staff/{dispute.seller.id}/leave"
        leaving = asyncio.create_task(dispute.ask(admin, "POST", leave, {"reason": "离职"}))
        await asyncio.sleep(0.3)
        person = select(Staff.id).where(Staff.id == dispute.seller.id).with_for_update(read=True, nowait=True)
        assert await session.scalar(person) == dispute.seller.id
    assert (await leaving).status_code == 200
    async with database.reading() as connection:
        assert await connection.scalar(select(AppealPromise.state)) == "kept"


async def test_whoever_keeps_a_promise_waits_for_its_appeal_before_anything_else(committed_house: House) -> None:
    dispute = await a_dispute(committed_house)
    path = await dispute.heard()
    due_on = str(date.today() + timedelta(days=3))
    decided = await dispute.decide(path, "partially_upheld", remedy={"kind": "later", "due_on": due_on})
    assert decided.status_code == 200, decided.text
    services = committed_house.services
    async with services.database.transaction() as session:
        await session.execute(select(Appeal.id).with_for_update())
        then = datetime.now(UTC) + timedelta(days=5)
        keeping = asyncio.create_task(keep_promises(services.database, services.settings, then))
        await asyncio.sleep(0.3)
        promise = await session.scalar(select(AppealPromise.id).with_for_update(nowait=True))
        assert promise is not None
    assert await keeping == 1
    async with services.database.reading() as connection:
        current = select(Assignment.staff_id).where(Assignment.ended_at.is_(None), Assignment.team_role == "owner")
        assert await connection.scalar(current) == dispute.seller.id


async def test_a_stage_that_is_divided_anew_meanwhile_stays_with_whoever_was_given_it(committed_house: House) -> None:
    sharing = await Sharing.of(committed_house, sellers=3)
    leaver, rich, idle = sharing.sellers
    await sharing.account(leaver)
    account, database = await sharing.account(rich), committed_house.services.database
    duty = {"account_id": account, "stage": "negotiation"}
    async with database.transaction() as session:
        session.add(AccountDivision(id=new_id(), account_id=account, scale="small", complexity="simple"))
        session.add(StageDuty(id=new_id(), staff_id=leaver.id, **duty))
    plan = await sharing.approved(mode="leaver", staff_id=str(leaver.id))
    async with database.transaction() as session:  # as a division does
        await session.execute(select(Account.id).where(Account.id == account).with_for_update(key_share=True))
        applying = asyncio.create_task(sharing.ran(await sharing.step(plan, "apply")))
        await session.execute(update(StageDuty).values(ended_at=func.now()))
        session.add(StageDuty(id=new_id(), staff_id=idle.id, **duty))
        await session.flush()
        await until_somebody_waits(committed_house)
    assert (await applying)["state"] == "applied"
    async with database.reading() as connection:
        present = select(StageDuty.staff_id).where(StageDuty.ended_at.is_(None))
        assert (await connection.scalars(present)).all() == [idle.id]
