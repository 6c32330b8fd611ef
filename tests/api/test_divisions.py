"""The division of labour on an account through HTTP: stages, responsible people, tasks, and what is missing."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.domain.division import Complexity as Involved
from service.domain.division import Scale as Size
from service.domain.division import Stage, stages_of
from service.jobs.waiting import retry_waiting
from service.models import AccountMembership, AuditEntry, Staff, StageDuty, Task, new_id
from service.schemas.divisions import DivisionView
from tests.dispute import a_dispute
from tests.house import House, Person
from tests.noticing import kinds, tell_all
from tests.sharing import Sharing

FUNCTIONS = ("tech_support", "marketing", "finance", "leader", "after_sales")


class Company:
    """An account with an owner, a manager and a team of every function."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.team: dict[str, Person] = {}

    @classmethod
    async def of(cls, house: House) -> "Company":
        company = cls(house)
        department = await house.department()
        company.boss = await house.person("department_manager", department_id=department)
        company.owner = await house.person("sales_rep", department_id=department)
        company.account = await house.account(company.owner)
        for function in FUNCTIONS:
            person = company.team[function] = await house.person(department_id=department)
            values = {"account_id": company.account, "holder_id": person.id, "holder_kind": "staff", "role": function}
            async with house.services.database.transaction() as session:
                await session.execute(insert(AccountMembership).values(id=new_id(), **values))
        return company

    boss: Person
    owner: Person
    account: UUID

    @property
    def path(self) -> str:
        return f"/v1/accounts/{self.account}/division"

    async def read(self, by: Person | None = None) -> dict[str, Any]:
        async with self.house.client(by or self.owner) as client:
            answer = await client.get(self.path)
        assert answer.status_code == 200, answer.text
        DivisionView.model_validate(answer.json())
        return answer.json()

    async def write(self, by: Person | None = None, match: str = "*", **body: Any) -> httpx.Response:
        headers = {"If-Match": match, "Content-Type": "application/merge-patch+json"}
        async with self.house.client(by or self.boss, **headers) as client:
            return await client.patch(self.path, json=body)

    def everybody(self) -> list[dict[str, Any]]:
        """Whoever has the function, for each stage of a large project."""
        people = {"sales": self.owner, **self.team}
        functions = {
            "needs": "sales", "negotiation": "sales", "contract": "sales", "market_news": "marketing",
            "solution": "tech_support", "technical_support": "tech_support", "amount_audit": "finance",
            "payment": "finance", "after_sales": "after_sales", "supervision": "leader",
        }  # fmt: skip
        return [{"stage": stage, "staff_id": str(people[one].id)} for stage, one in functions.items()]


def found(view: dict[str, Any]) -> set[tuple[str, str]]:
    return {(stage["stage"], one["code"]) for stage in view["stages"] for one in stage["findings"]}


async def test_a_division_is_complete_once_each_stage_has_one_person_and_their_task(house: House) -> None:
    company = await Company.of(house)
    before = await company.read()
    assert (before["scale"], before["complexity"], before["version"], before["complete"]) == (
        "small", "simple", 0, False,
    )  # fmt: skip
    needed = {stage["stage"] for stage in before["stages"] if stage["needed"]}
    assert needed == set(stages_of(Size.SMALL, Involved.SIMPLE))
    assert found(before) == {(one, code) for one in needed for code in ("nobody_responsible", "no_task")}
    written = await company.write(
        scale="large", complexity="complex", needs="一体化交付", responsible=company.everybody()
    )
    assert written.status_code == 200, written.text
    view = written.json()
    assert (view["complete"], view["needs"], found(view)) == (True, "一体化交付", set())
    assert [stage["stage"] for stage in view["stages"]] == [*Stage]
    async with house.client(company.team["finance"]) as client:
        tasks = (await client.get("/v1/tasks", params={"assignee_id": str(company.team["finance"].id)})).json()["items"]
        timeline = (await client.get(f"/v1/accounts/{company.account}/timeline")).json()["items"]
    assert {(task["stage"], task["origin"], task["state"]) for task in tasks} == {
        ("payment", "division", "not_started"), ("amount_audit", "division", "not_started"),
    }  # fmt: skip
    assert all(" / " in task["subject"] for task in tasks)
    assert "division.changed" in {entry["action"] for entry in timeline}


async def test_it_adjusts_to_a_smaller_project_and_drops_redundant_stages(house: House) -> None:
    company = await Company.of(house)
    await company.write(scale="large", responsible=company.everybody())
    smaller = await company.write(scale="small")
    assert (smaller.json()["complete"], found(smaller.json())) == (True, set())
    async with house.services.database.reading() as connection:
        rows = dict((await connection.execute(select(Task.stage, Task.state))).all())
        current = set(await connection.scalars(select(StageDuty.stage).where(StageDuty.ended_at.is_(None))))
    assert {stage for stage, state in rows.items() if state == "cancelled"} == set(Stage) - current
    assert current == set(stages_of(Size.SMALL, Involved.SIMPLE))
    alone = await company.write(responsible=[{"stage": "payment", "staff_id": str(company.owner.id)}])
    assert (alone.status_code, alone.json()["complete"]) == (200, True)
    grown = await company.write(scale="medium")
    assert found(grown.json()) >= {("payment", "wrong_function"), ("amount_audit", "nobody_responsible")}


async def test_another_person_takes_the_stages_task_over(house: House) -> None:
    company = await Company.of(house)
    [first] = (await company.write(responsible=[one for one in company.everybody() if one["stage"] == "payment"]),)
    task = next(one["task_id"] for one in first.json()["stages"] if one["stage"] == "payment")
    other = await house.person(department_id=company.owner.department_id)
    values = {"account_id": company.account, "holder_id": other.id, "holder_kind": "staff", "role": "finance"}
    async with house.services.database.transaction() as session:
        await session.execute(insert(AccountMembership).values(id=new_id(), **values))
    body = {"stage": "payment", "staff_id": str(other.id), "planned_on": "2026-12-31"}
    second = (await company.write(responsible=[body])).json()
    [payment] = [one for one in second["stages"] if one["stage"] == "payment"]
    assert (payment["task_id"], payment["staff_code"], payment["planned_on"]) == (task, other.code, "2026-12-31")
    assert payment["findings"] == []
    async with house.services.database.reading() as connection:
        assert await connection.scalar(select(Task.assignee_id).where(Task.id == UUID(task))) == other.id


async def test_whoever_is_not_on_the_team_for_it_or_not_at_work_is_refused(house: House) -> None:
    company = await Company.of(house)
    stranger = await house.person()
    finance = company.team["finance"]
    wrong = [
        ({"stage": "payment", "staff_id": str(stranger.id)}, "/responsible/0/staff_id", "wrong_function"),
        ({"stage": "supervision", "staff_id": str(company.owner.id)}, "/responsible/0/stage", "no_such_stage"),
    ]
    for body, pointer, code in wrong:
        answer = await company.write(responsible=[body])
        assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [(pointer, code)], answer.text
    async with house.services.database.transaction() as session:
        await session.execute(update(Staff).where(Staff.id == finance.id).values(status="on_leave"))
    away = await company.write(responsible=[{"stage": "payment", "staff_id": str(finance.id)}])
    assert (away.status_code, away.json()["errors"][0]["code"]) == (422, "not_found")


async def test_who_is_away_or_off_the_team_leaves_a_gap_that_is_told(house: House) -> None:
    company = await Company.of(house)
    await company.write(responsible=[one for one in company.everybody() if one["stage"] in {"payment", "after_sales"}])
    async with house.services.database.transaction() as session:
        away = update(Staff).where(Staff.id == company.team["finance"].id)
        await session.execute(away.values(status="on_leave"))
    member = select(AccountMembership.id).where(AccountMembership.holder_id == company.team["after_sales"].id)
    async with house.services.database.reading() as connection:
        membership = await connection.scalar(member)
    async with house.client(company.boss, **{"If-Match": "*"}) as client:
        gone = await client.delete(f"/v1/accounts/{company.account}/team/{membership}")
    assert gone.status_code == 204
    assert found(await company.read()) >= {("payment", "not_at_work"), ("after_sales", "nobody_responsible")}


async def divided(house: House, boss: Person, account: UUID, owner: Person, *others: str) -> Company:
    """An account whose owner does everything in a small and simple project, but what others of the team do."""
    company = Company(house)
    company.boss, company.owner, company.account = boss, owner, account
    stages = [{"stage": stage, "staff_id": str(owner.id)} for stage in stages_of(Size.SMALL, Involved.SIMPLE)]
    for stage in others:
        person = await house.person(department_id=owner.department_id)
        values = {"account_id": account, "holder_id": person.id, "holder_kind": "staff", "role": stage}
        async with house.services.database.transaction() as session:
            await session.execute(insert(AccountMembership).values(id=new_id(), **values))
        stages = [one | {"staff_id": str(person.id)} if one["stage"] == stage else one for one in stages]
    written = await company.write(responsible=stages)
    assert (written.status_code, written.json()["complete"]) == (200, True), written.text
    return company


def responsible(view: dict[str, Any]) -> set[str]:
    return {stage["staff_code"] for stage in view["stages"] if stage["needed"] and stage["stage"] != "after_sales"}


@pytest.mark.parametrize("path", ["by_hand", "appeal"])
async def test_a_new_owner_takes_the_owners_stages_and_their_tasks(house: House, path: str) -> None:
    dispute = await a_dispute(house)
    company = await divided(house, dispute.boss, dispute.account_id, dispute.owner, "after_sales")
    before = await company.read()
    if path == "appeal":
        answer = await dispute.decide(await dispute.heard(), "upheld")
    else:
        wanted = {"account_id": str(dispute.account_id), "staff_id": str(dispute.seller.id), "reason": "区域调整"}
        body = wanted | {"replaces_id": str(dispute.assignment_id)}
        answer = await dispute.ask(dispute.boss, "POST", "/v1/assignments", body)
    assert answer.status_code < 300, answer.text
    view = await company.read(dispute.seller)
    assert (view["complete"], responsible(view)) == (True, {dispute.seller.code})
    assert view["version"] == before["version"] + 1
    kept = [[one for one in each["stages"] if one["stage"] == "after_sales"] for each in (before, view)]
    assert kept[0] == kept[1]
    async with house.services.database.reading() as connection:
        told = select(AuditEntry.action, func.count()).where(
            AuditEntry.action.in_(("task.changed", "division.changed"))
        )
        counted = dict((await connection.execute(told.group_by(AuditEntry.action))).all())
    assert counted == {"task.changed": len(stages_of(Size.SMALL, Involved.SIMPLE)) - 1, "division.changed": 2}
    await tell_all(house)
    assert "account_given" in await kinds(house, dispute.seller)
    assert "task_given" not in await kinds(house, dispute.seller)


@pytest.mark.parametrize("mode", ["fresh", "leaver"])
async def test_a_plan_passes_on_the_owners_stages_too(house: House, mode: str) -> None:
    sharing = await Sharing.of(house)
    leaver, heir = sharing.sellers
    company = await divided(house, sharing.author, await sharing.account(leaver), leaver)
    gone = {"mode": mode, "staff_id": str(leaver.id)} if mode == "leaver" else {}
    if not gone:
        async with house.services.database.transaction() as session:
            await session.execute(update(Staff).where(Staff.id == leaver.id).values(max_accounts=0))
            await session.execute(update(Staff).where(Staff.id == sharing.author.id).values(max_accounts=0))
    await sharing.applied(**gone)
    view = await company.read(heir)
    assert (view["complete"], responsible(view)) == (True, {heir.code})


async def test_an_owner_is_told_of_the_task_of_a_stage_that_somebody_who_leaves_had(house: House) -> None:
    sharing = await Sharing.of(house)
    leaver, owner = sharing.sellers
    company = await divided(house, sharing.author, await sharing.account(owner), owner)
    member = {"holder_id": leaver.id, "holder_kind": "staff", "role": "finance"}
    async with house.services.database.transaction() as session:
        await session.execute(insert(AccountMembership).values(id=new_id(), account_id=company.account, **member))
    answer = await company.write(responsible=[{"stage": "payment", "staff_id": str(leaver.id)}])
    assert answer.status_code == 200, answer.text
    await sharing.applied(mode="leaver", staff_id=str(leaver.id))
    assert responsible(await company.read(owner)) == {owner.code}
    await tell_all(house)
    assert (await kinds(house, owner)).count("task_given") == len(stages_of(Size.SMALL, Involved.SIMPLE)) + 1


async def test_stages_of_an_account_without_an_owner_wait_for_the_next_one(house: House) -> None:
    sharing = await Sharing.of(house)
    leaver, heir = sharing.sellers
    company = await divided(house, sharing.author, await sharing.account(leaver), leaver)
    there = update(Staff).where(Staff.department_id == sharing.department_id)
    async with house.services.database.transaction() as session:
        await session.execute(there.values(max_accounts=0))
    await sharing.applied(mode="leaver", staff_id=str(leaver.id))
    view = await company.read(sharing.leader)
    assert {code for _, code in found(view)} == {"not_at_work", "wrong_function"}
    async with house.services.database.transaction() as session:
        await session.execute(update(Staff).where(Staff.id == heir.id).values(max_accounts=5))
    services = house.services
    assert await retry_waiting(services.database, services.settings, datetime.now(UTC)) == 1
    view = await company.read(heir)
    assert (view["complete"], responsible(view)) == (True, {heir.code})


async def test_who_may_see_and_who_may_change_it(house: House) -> None:
    company = await Company.of(house)
    stranger = await house.person("sales_rep")
    leader = await house.person("director")
    async with house.client(stranger) as client:
        assert (await client.get(company.path)).status_code == 404
    assert (await company.write(company.owner, scale="large")).status_code == 403
    assert (await company.write(leader, scale="large")).status_code == 200
    async with house.client(company.boss) as client:
        etag = (await client.get(company.path)).headers["ETag"]
    assert (await company.write(match=etag, scale="medium")).status_code == 200
    assert (await company.write(match=etag, scale="small")).status_code == 412
    assert (await company.write(version=9)).status_code == 422
    async with house.services.database.reading() as connection:
        told = select(AuditEntry.data).where(AuditEntry.action == "division.changed").order_by(AuditEntry.position)
        assert (await connection.scalars(told)).first() == {
            "changes": {"scale": {"from": "small", "to": "large"}}, "responsible": {},
        }  # fmt: skip


async def test_managers_at_once_leave_one_person_and_one_task_a_stage(committed_house: House) -> None:
    company = await Company.of(committed_house)
    body = [{"stage": "payment", "staff_id": str(one)} for one in (company.owner.id, company.team["finance"].id)]
    answers = await asyncio.gather(*(company.write(responsible=[body[at % 2]]) for at in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    payment = next(one for one in (await company.read())["stages"] if one["stage"] == "payment")
    assert payment["findings"] == []
    async with committed_house.services.database.reading() as connection:
        assert len((await connection.scalars(select(Task.id))).all()) == 1


async def test_the_database_itself_refuses_a_second_person_or_open_task_in_a_stage(house: House) -> None:
    company = await Company.of(house)
    await company.write(responsible=[one for one in company.everybody() if one["stage"] == "payment"])
    task = {
        "id": new_id(),
        "subject": "结算",
        "state": "in_progress",
        "origin": "manual",
        "assignee_id": company.owner.id,
    }
    for model, values in ((StageDuty, {"id": new_id(), "staff_id": company.owner.id}), (Task, task)):
        with pytest.raises(IntegrityError):
            async with house.services.database.transaction() as session:
                await session.execute(insert(model).values(account_id=company.account, stage="payment", **values))
