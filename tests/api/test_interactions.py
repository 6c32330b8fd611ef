"""Interactions through HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update

from service.models import Interaction
from tests.house import House, Person

PATCH = {"Content-Type": "application/merge-patch+json"}
HOUR_AGO = (datetime.now(UTC) - timedelta(hours=1)).replace(microsecond=0)
PLAN = {
    "planned_at": "2099-01-05T02:00:00Z",
    "purpose": "确认年度采购计划",
    "expected_result": "达成意向",
    "place": "深圳总部",
    "agenda": ["产品介绍", "报价"],
    "obstacles": "竞争对手报价更低",
    "preparation": "准备样品",
    "participants": [
        {"name": "李娜", "side": "customer", "title": "采购总监", "buying_role": "decision_maker"},
        {"name": "张伟", "side": "own", "title": "大客户经理", "buying_role": ""},
    ],
    "questions": [{"need": "预算", "reason": "定价", "question": "今年预算是多少？"}],
    "influences": [{"view": "价格", "approach": "总成本分析", "business_value": "节省", "personal_value": "业绩"}],
}


def outcome(**fields: Any) -> dict[str, Any]:
    return {"happened_at": HOUR_AGO.isoformat(), "summary": "客户同意试用新产品", **fields}


def visit(account: UUID, **parts: Any) -> dict[str, Any]:
    return {"account_id": str(account), "kind": "visit", "subject": "年度合作洽谈", **parts}


async def at_home(house: House) -> tuple[Person, UUID]:
    seller = await house.person("sales_rep")
    return seller, await house.account(seller)


async def age(house: House, location: str, hours: int) -> None:
    """As if an interaction had been logged some hours ago."""
    id_ = UUID(location.rsplit("/", 1)[1])
    async with house.services.database.transaction() as session:
        logged = datetime.now(UTC) - timedelta(hours=hours)
        await session.execute(update(Interaction).where(Interaction.id == id_).values(created_at=logged))


async def test_plan_and_outcome_come_back_as_they_were_told(house: House) -> None:
    seller, account = await at_home(house)
    async with house.client(seller) as client:
        created = await client.post("/v1/interactions", json=visit(account, plan=PLAN, outcome=outcome(minutes=90)))
        assert created.status_code == 201, created.text
        read = await client.get(created.headers["Location"])
        listed = (await client.get("/v1/interactions")).json()["items"]
    body = created.json()
    assert read.json() == body == listed[0]
    assert {**body["plan"], "planned_at": PLAN["planned_at"]} == PLAN
    assert (body["outcome"]["summary"], body["outcome"]["minutes"]) == ("客户同意试用新产品", 90)
    assert datetime.fromisoformat(body["starts_at"]) == HOUR_AGO
    assert (body["author_id"], body["amendments"]) == (str(seller.id), [])


async def test_commitments_become_tasks_in_the_same_transaction(house: House) -> None:
    department = await house.department()
    seller = await house.person("sales_rep", department_id=department)
    manager = await house.person("department_manager", department_id=department)
    account = await house.account(seller)
    due = (HOUR_AGO.date() + timedelta(days=30)).isoformat()
    commitments = [
        {"action": "提交报价"},
        {"action": "申请样品", "responsible_id": str(manager.id), "due_on": due},
    ]
    async with house.client(seller) as client:
        body = visit(account, outcome=outcome(commitments=commitments))
        interaction = (await client.post("/v1/interactions", json=body)).json()
        tasks = (await client.get("/v1/tasks", params={"interaction_id": interaction["id"]})).json()["items"]
    assert [(task["subject"], task["assignee_id"], task["origin"]) for task in tasks] == [
        ("提交报价", str(seller.id), "interaction"),
        ("申请样品", str(manager.id), "interaction"),
    ]
    assert tasks[1]["planned_on"] == due
    assert tasks[0]["planned_on"] > HOUR_AGO.date().isoformat()
    assert {task["state"] for task in tasks} == {"not_started"}


async def test_a_promise_for_an_outsider_leaves_nothing_behind(house: House) -> None:
    seller, account = await at_home(house)
    outsider = await house.person("sales_rep")
    promises = [{"action": "提交报价"}, {"action": "送样", "responsible_id": str(outsider.id)}]
    async with house.client(seller) as client:
        refused = await client.post("/v1/interactions", json=visit(account, outcome=outcome(commitments=promises)))
        left = [(await client.get(path)).json()["items"] for path in ("/v1/interactions", "/v1/tasks")]
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/outcome/commitments/1/responsible_id"
    assert left == [[], []]


async def test_an_interaction_needs_a_plan_or_a_past_outcome(house: House) -> None:
    seller, account = await at_home(house)
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    async with house.client(seller) as client:
        empty = await client.post("/v1/interactions", json=visit(account))
        early = await client.post("/v1/interactions", json=visit(account, outcome=outcome(happened_at=tomorrow)))
        backwards = outcome(commitments=[{"action": "报价", "due_on": "2020-01-01"}])
        late = await client.post("/v1/interactions", json=visit(account, outcome=backwards))
        naive = await client.post(
            "/v1/interactions", json=visit(account, outcome=outcome(happened_at="2024-01-01T10:00:00"))
        )
    assert [answer.json()["errors"][0]["code"] for answer in (empty, early, late, naive)] == [
        *("empty_interaction", "in_the_future", "due_before_made", "timezone_aware"),
    ]
    assert {answer.status_code for answer in (empty, early, late, naive)} == {422}


async def test_the_author_corrects_within_a_day_and_adds_promises(house: House) -> None:
    seller, account = await at_home(house)
    first = [{"action": "提交报价"}]
    async with house.client(seller, **PATCH) as client:
        json = {"Content-Type": "application/json"}
        body = visit(account, plan=PLAN, outcome=outcome(commitments=first))
        path = (await client.post("/v1/interactions", json=body, headers=json)).headers["Location"]
        patch = {
            "subject": "改期洽谈",
            "plan": {"place": None},
            "outcome": {"commitments": [*first, {"action": "送样"}]},
        }
        changed = await client.patch(path, json=patch, headers={"If-Match": '"1-x"'})
        same = await client.patch(path, json=patch, headers={"If-Match": changed.headers["ETag"]})
        tasks = (await client.get("/v1/tasks")).json()["items"]
        lacking = await client.patch(path, json={"outcome": None}, headers={"If-Match": '"2-x"'})
        nothing = await client.patch(path, json={"plan": None}, headers={"If-Match": '"3-x"'})
        partial = await client.patch(path, json={"outcome": {"minutes": 5}}, headers={"If-Match": '"3-x"'})
    assert changed.status_code == 200, changed.text
    told = changed.json()
    assert (told["subject"], told["plan"]["place"], told["plan"]["purpose"]) == ("改期洽谈", "", PLAN["purpose"])
    assert (told["outcome"]["summary"], told["version"]) == ("客户同意试用新产品", 2)
    assert same.json()["version"] == 2
    assert [task["subject"] for task in tasks] == ["提交报价", "送样"]
    assert (lacking.status_code, lacking.json()["outcome"], lacking.json()["starts_at"]) == (
        *(200, None, "2099-01-05T02:00:00.000000Z"),
    )
    assert nothing.json()["errors"][0]["code"] == "empty_interaction"
    assert [error["pointer"] for error in partial.json()["errors"]] == ["/outcome/happened_at", "/outcome/summary"]


async def test_after_a_day_it_is_only_amended(house: House) -> None:
    seller, account = await at_home(house)
    async with house.client(seller) as client:
        path = (await client.post("/v1/interactions", json=visit(account, outcome=outcome()))).headers["Location"]
        await age(house, path, 25)
        edited = await client.patch(path, json={"subject": "x"}, headers={**PATCH, "If-Match": '"1-x"'})
        removed = await client.delete(path, headers={"If-Match": '"1-x"'})
        amended = await client.post(f"{path}/amend", json={"note": "预算为 200 万元"}, headers={"If-Match": '"1-x"'})
        again = await client.post(f"{path}/amend", json={"note": "已更正"}, headers={"If-Match": '"1-x"'})
        twice = await client.post(
            f"{path}/amend", json={"note": "结果", "outcome": outcome()}, headers={"If-Match": '"2-x"'}
        )
    assert (edited.status_code, removed.status_code) == (409, 409)
    assert edited.json()["code"] == removed.json()["code"] == "edit_window_closed"
    assert amended.status_code == 200, amended.text
    assert [(one["note"], one["author_id"]) for one in amended.json()["amendments"]] == [
        ("预算为 200 万元", str(seller.id))
    ]
    assert amended.json()["outcome"]["summary"] == "客户同意试用新产品"
    assert (again.status_code, twice.status_code, twice.json()["code"]) == (412, 409, "state_conflict")


async def test_the_outcome_of_a_planned_visit_is_told_when_it_has_happened(house: House) -> None:
    seller, account = await at_home(house)
    async with house.client(seller) as client:
        path = (await client.post("/v1/interactions", json=visit(account, plan=PLAN))).headers["Location"]
        await age(house, path, 24 * 7)
        told = {"note": "拜访完成", "outcome": outcome(commitments=[{"action": "提交报价"}])}
        amended = await client.post(f"{path}/amend", json=told, headers={"If-Match": '"1-x"'})
        tasks = (await client.get("/v1/tasks")).json()["items"]
    assert amended.status_code == 200, amended.text
    assert amended.json()["outcome"]["summary"] == "客户同意试用新产品"
    assert amended.json()["plan"]["purpose"] == PLAN["purpose"]
    assert datetime.fromisoformat(amended.json()["starts_at"]) == HOUR_AGO
    assert [task["subject"] for task in tasks] == ["提交报价"]


async def test_only_the_author_edits_but_the_team_may_add(house: House) -> None:
    department = await house.department()
    seller = await house.person("sales_rep", department_id=department)
    manager = await house.person("department_manager", department_id=department)
    leader = await house.person("director")
    account = await house.account(seller)
    async with house.client(seller) as client:
        path = (await client.post("/v1/interactions", json=visit(account, outcome=outcome()))).headers["Location"]
    headers = {"If-Match": '"1-x"'}
    async with house.client(manager) as client:
        edited = await client.patch(path, json={"subject": "x"}, headers={**PATCH, **headers})
        removed = await client.delete(path, headers=headers)
        added = await client.post(f"{path}/amend", json={"note": "已审阅"}, headers=headers)
    async with house.client(leader) as client:
        read = await client.get(path)
        refused = await client.post(f"{path}/amend", json={"note": "x"}, headers={"If-Match": '"2-x"'})
        logged = await client.post("/v1/interactions", json=visit(account, outcome=outcome()))
    assert (edited.status_code, removed.status_code, added.status_code) == (403, 403, 200)
    assert (read.status_code, refused.status_code, logged.status_code) == (200, 403, 403)


async def test_a_fresh_interaction_is_removed_by_its_author_and_its_tasks_stay(house: House) -> None:
    seller, account = await at_home(house)
    async with house.client(seller) as client:
        body = visit(account, outcome=outcome(commitments=[{"action": "提交报价"}]))
        path = (await client.post("/v1/interactions", json=body)).headers["Location"]
        gone = await client.delete(path, headers={"If-Match": '"1-x"'})
        missing = await client.get(path)
        tasks = (await client.get("/v1/tasks")).json()["items"]
    assert (gone.status_code, missing.status_code, len(tasks)) == (204, 404, 1)


async def test_interactions_are_filtered_and_the_latest_come_first(house: House) -> None:
    seller, account = await at_home(house)
    other = await house.account(seller)
    plan = [("visit", account, "2024-03-01"), ("call", other, "2024-01-01"), ("email", account, "2024-02-01")]
    async with house.client(seller) as client:
        for kind, where, day in plan:
            told = outcome(happened_at=f"{day}T08:00:00+08:00")
            answer = await client.post("/v1/interactions", json=visit(where, outcome=told) | {"kind": kind})
            assert answer.status_code == 201, answer.text

        async def kinds(**params: Any) -> list[str]:
            found: list[str] = []
            cursor = None
            while True:
                query = {"limit": 2, **params} | ({"cursor": cursor} if cursor else {})
                page = (await client.get("/v1/interactions", params=query)).json()
                found += [item["kind"] for item in page["items"]]
                cursor = page["next_cursor"]
                if cursor is None:
                    return found

        assert await kinds() == ["visit", "email", "call"]
        assert await kinds(sort="starts_at") == ["call", "email", "visit"]
        assert await kinds(account_id=str(account)) == ["visit", "email"]
        assert await kinds(kind=["call", "email"]) == ["email", "call"]
        assert await kinds(author_id=str(seller.id), starts_from="2024-02-01T00:00:00Z") == ["visit", "email"]
        assert await kinds(starts_to="2024-02-01T00:00:00+08:00") == ["call"]


async def test_interactions_with_a_strangers_account_do_not_exist(house: House) -> None:
    seller, account = await at_home(house)
    stranger, finance = await house.person("sales_rep"), await house.person("finance")
    async with house.client(seller) as client:
        path = (await client.post("/v1/interactions", json=visit(account, outcome=outcome()))).headers["Location"]
    headers = {"If-Match": '"1-x"'}
    async with house.client(stranger) as client:
        answers = [
            await client.get(path),
            await client.post("/v1/interactions", json=visit(account, outcome=outcome())),
            await client.patch(path, json={"subject": "x"}, headers={**PATCH, **headers}),
            await client.post(f"{path}/amend", json={"note": "x"}, headers=headers),
            await client.delete(path, headers=headers),
        ]
        listed = (await client.get("/v1/interactions", params={"account_id": str(account)})).json()["items"]
    async with house.client(finance) as client:
        basics = await client.get(path)
        refused = await client.post("/v1/interactions", json=visit(account, outcome=outcome()))
    assert {answer.status_code for answer in answers} == {404}
    assert listed == []
    assert (basics.status_code, refused.status_code) == (404, 403)
