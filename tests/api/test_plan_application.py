"""Applying a plan: all at once, only while the data are those that it was computed from."""

import asyncio
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update

from service.jobs.schedule import KINDS
from service.jobs.worker import run_job
from service.models import Account, Assignment, AuditEntry, Job, Rulebook, Staff
from tests.house import House
from tests.sharing import Sharing, path_of


async def changed(house: House, statement: Any) -> None:
    async with house.services.database.transaction() as session:
        await session.execute(statement)


async def job_of(house: House, plan: dict[str, Any]) -> Job:
    async with house.services.database.transaction() as session:
        return await session.get_one(Job, UUID(plan["job_id"]))


async def test_an_applied_plan_makes_its_owners_responsible_and_leaves_evidence(house: House) -> None:
    sharing = await Sharing.of(house)
    rich, idle = sharing.sellers
    accounts = [await sharing.account(rich) for _ in range(5)]
    fresh = await sharing.account()
    plan = await sharing.applied()
    decided = {item["account_id"]: item for item in await sharing.part(plan, "decisions")}
    owners = await sharing.owners()
    assert owners == {account: item["winner_id"] for account, item in decided.items()}
    assert sorted(owners.values()) == sorted([str(rich.id), str(idle.id)] * 3)
    assert owners[str(fresh)] in {str(rich.id), str(idle.id)}
    current = (await sharing.ask(sharing.leader, "GET", "/v1/assignments", current="true")).json()["items"]
    assert {item["decision_id"] for item in current} == {item["id"] for item in decided.values()}
    moved = [item for item in current if item["origin"] == "plan"]
    assert {item["plan_id"] for item in moved} == {plan["id"]}
    assert len(moved) == plan["counts"]["moved"] + plan["counts"]["begun"]
    async with house.services.database.transaction() as session:
        statement = select(AuditEntry.action, func.count()).group_by(AuditEntry.action)
        counted = {row.action: row[1] for row in await session.execute(statement)}
        behalf = await session.scalar(
            select(AuditEntry.on_behalf_of).where(AuditEntry.action == "distribution_plan.applied")
        )
    assert counted["assignment.started"] == len(moved)
    assert counted["assignment.ended"] == plan["counts"]["moved"]
    assert behalf == sharing.leader.id
    assert len(accounts) == 5
    async with house.client(idle) as client:
        seen = {item["id"] for item in (await client.get("/v1/accounts")).json()["items"]}
    assert seen == {account for account, owner in owners.items() if owner == str(idle.id)}


async def test_a_plan_is_applied_only_once_approved_and_only_once(house: House) -> None:
    sharing = await Sharing.of(house)
    await sharing.account()
    plan = await sharing.planned()
    early = await sharing.step(plan, "apply")
    assert (early.status_code, early.json()["code"]) == (409, "illegal_transition")
    assert (await sharing.step(plan, "approve")).status_code == 200
    first = await sharing.step(plan, "apply", sharing.author)
    second = await sharing.step(plan, "apply")
    assert (second.status_code, second.json()["code"]) == (409, "state_conflict")
    done = await sharing.ran(first)
    assert done["state"] == "applied"
    assert (await sharing.step(plan, "apply")).status_code == 409


async def test_a_job_that_is_taken_up_again_after_its_end_changes_nothing(house: House) -> None:
    sharing = await Sharing.of(house)
    await sharing.account()
    plan = await sharing.applied()
    before = await sharing.owners()
    services = house.services
    await run_job(services.database, services.settings, KINDS, UUID(plan["job_id"]))
    assert (await job_of(house, plan)).state == "succeeded"
    assert await sharing.owners() == before


async def test_data_that_changed_since_supersede_the_plan_and_are_named(house: House) -> None:
    sharing = await Sharing.of(house)
    accounts = [await sharing.account(code=f"KH-{number}") for number in range(3)]
    plan = await sharing.approved()
    await changed(house, update(Account).where(Account.id == accounts[0]).values(potential_value_base=7))
    await changed(house, update(Staff).where(Staff.id == sharing.sellers[0].id).values(max_accounts=1))
    await house.assign(accounts[1], sharing.sellers[1])
    stale = await sharing.ran(await sharing.step(plan, "apply"))
    assert (stale["state"], stale["problem"]["code"]) == ("superseded", "plan_stale")
    assert {(one["code"], *one["fields"]) for one in stale["problem"]["changed"]} == {
        ("KH-0", "potential_value"),
        ("KH-1", "owner_id"),
        (sharing.sellers[0].code, "max_accounts"),
    }
    assert "潜在价值" in stale["problem"]["zh"]
    job = await job_of(house, stale)
    assert (job.state, (job.problem or {})["code"]) == ("failed", "plan_stale")
    assert set(await sharing.owners()) == {str(accounts[1])}


async def test_a_plan_by_rules_that_are_no_longer_in_force_is_superseded(house: House) -> None:
    sharing = await Sharing.of(house)
    await sharing.account()
    plan = await sharing.approved()
    await changed(house, update(Rulebook).values(state="retired"))
    stale = await sharing.ran(await sharing.step(plan, "apply"))
    [one] = stale["problem"]["changed"]
    assert (stale["state"], one["kind"], one["fields"]) == ("superseded", "rulebook", ["retired"])
    assert f"规则手册 {one['code']}（已停用）" in stale["problem"]["zh"]
    assert await sharing.owners() == {}


async def test_an_account_entered_since_is_no_part_of_the_plan_and_does_not_stop_it(house: House) -> None:
    sharing = await Sharing.of(house)
    await sharing.account()
    plan = await sharing.approved()
    late = await sharing.account()
    await house.person("sales_rep")
    done = await sharing.ran(await sharing.step(plan, "apply"))
    assert done["state"] == "applied"
    assert str(late) not in await sharing.owners()


async def test_a_person_who_left_since_is_not_made_responsible(house: House) -> None:
    sharing = await Sharing.of(house)
    await sharing.account()
    plan = await sharing.approved()
    await changed(house, update(Staff).where(Staff.id == sharing.sellers[0].id).values(status="left"))
    stale = await sharing.ran(await sharing.step(plan, "apply"))
    assert stale["state"] == "superseded"
    assert stale["problem"]["changed"] == [{"kind": "person", "code": sharing.sellers[0].code, "fields": ["gone"]}]


async def test_a_reader_never_sees_half_of_a_plan(committed_house: House) -> None:
    house = committed_house
    sharing = await Sharing.of(house)
    for _ in range(40):
        await sharing.account()
    accepted = await sharing.step(await sharing.approved(), "apply")
    counts: set[int] = set()

    async def watch(running: asyncio.Task[Any]) -> None:
        while not running.done():
            async with house.services.database.reading() as connection:
                statement = select(func.count()).where(Assignment.ended_at.is_(None))
                counts.add((await connection.execute(statement)).scalar_one())

    running = asyncio.create_task(sharing.ran(accepted))
    await watch(running)
    assert (await running)["state"] == "applied"
    assert 0 in counts
    assert counts <= {0, 40}


async def test_an_application_waits_for_whoever_holds_the_ledger(committed_house: House) -> None:
    house = committed_house
    sharing = await Sharing.of(house)
    await sharing.account()
    accepted = await sharing.step(await sharing.approved(), "apply")
    async with house.services.database.transaction() as session:
        from service.operations.hard_rules import hold_ledger

        await hold_ledger(session, sharing.department_id)
        running = asyncio.create_task(sharing.ran(accepted))
        waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        async with house.services.database.reading() as connection:
            while not (await connection.execute(waiting)).scalar_one():
                assert not running.done()
        assert (await sharing.ask(sharing.author, "GET", path_of(accepted.json()))).json()["state"] == "approved"
    assert (await running)["state"] == "applied"
