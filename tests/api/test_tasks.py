"""Tasks, the division table, through HTTP."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import insert

from service.models import Holiday, new_id
from tests.house import House, Person

PATCH = {"Content-Type": "application/merge-patch+json"}


def today() -> date:
    """The business date, as the service's settings have it."""
    return datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()


async def division(house: House) -> tuple[Person, UUID]:
    seller = await house.person("sales_rep", name="张伟")
    return seller, await house.account(seller, name="华为技术有限公司")


def wanted(account: UUID, seller: Person, **fields: Any) -> dict[str, Any]:
    return {"account_id": str(account), "subject": "商务谈判", "assignee_id": str(seller.id), **fields}


async def step(client: httpx.AsyncClient, task: dict[str, Any], verb: str, **body: Any) -> httpx.Response:
    """A step of a task as it was last read."""
    headers = {"If-Match": f'"{task["version"]}-x"'}
    return await client.post(f"/v1/tasks/{task['id']}/{verb}", json=body, headers=headers)


async def test_a_task_holds_the_eight_columns_of_the_division_table(house: House) -> None:
    seller, account = await division(house)
    columns = {"contact_text": "138xxxxxx88", "planned_on": "2099-02-15", "note": "需提前准备相关材料"}
    async with house.client(seller) as client:
        created = await client.post("/v1/tasks", json=wanted(account, seller, **columns))
        assert created.status_code == 201, created.text
        read = await client.get(created.headers["Location"])
        listed = (await client.get("/v1/tasks")).json()["items"]
    task = created.json()
    assert read.json() == task == listed[0]
    assert task | columns == task
    assert (task["account_name"], task["assignee"], task["subject"]) == ("华为技术有限公司", "张伟", "商务谈判")
    assert (task["state"], task["actual_on"], task["punctuality"], task["origin"]) == (
        *("not_started", None, "due", "manual"),
    )


@pytest.mark.parametrize(
    ("planned_on", "actual_on", "punctuality", "late"),
    [
        ("2024-02-15", "2024-02-10", "early", -4),
        ("2024-02-15", "2024-02-15", "on_time", 0),
        ("2024-02-15", "2024-02-19", "late", 2),
        (None, "2024-02-10", "undated", None),
    ],
)
async def test_early_and_late_are_counted_in_working_days(
    house: House, planned_on: str | None, actual_on: str, punctuality: str, late: int | None
) -> None:
    seller, account = await division(house)
    async with house.client(seller) as client:
        task = (await client.post("/v1/tasks", json=wanted(account, seller, planned_on=planned_on))).json()
        done = await step(client, task, "finish", actual_on=actual_on, note="提前完成")
    assert done.status_code == 200, done.text
    body = done.json()
    assert (body["state"], body["actual_on"], body["note"]) == ("done", actual_on, "提前完成")
    assert (body["punctuality"], body["working_days_late"]) == (punctuality, late)


async def test_a_holiday_is_no_working_day_late(house: House) -> None:
    seller, account = await division(house)
    async with house.services.database.transaction() as session:
        row = {"id": new_id(), "on_date": date(2024, 2, 16), "kind": "holiday", "name": "春节"}
        await session.execute(insert(Holiday).values(row))
    async with house.client(seller) as client:
        task = (await client.post("/v1/tasks", json=wanted(account, seller, planned_on="2024-02-15"))).json()
        done = (await step(client, task, "finish", actual_on="2024-02-19")).json()
    assert (done["punctuality"], done["working_days_late"]) == ("late", 1)


async def test_overdue_is_told_on_the_day_of_reading_and_filtered_by(house: House) -> None:
    seller, account = await division(house)
    days = {"late": today() - timedelta(days=1), "today": today(), "later": today() + timedelta(days=1), "open": None}
    async with house.client(seller) as client:
        for subject, day in days.items():
            body = wanted(account, seller, subject=subject, planned_on=day.isoformat() if day else None)
            assert (await client.post("/v1/tasks", json=body)).status_code == 201
        told = (await client.get("/v1/tasks")).json()["items"]
        late = (await client.get("/v1/tasks", params={"overdue": "true"})).json()["items"]
        fine = (await client.get("/v1/tasks", params={"overdue": "false"})).json()["items"]
    assert [task["punctuality"] for task in told] == ["overdue", "due", "due", "undated"]
    assert [task["subject"] for task in late] == ["late"]
    assert [task["subject"] for task in fine] == ["today", "later", "open"]


async def test_tasks_are_filtered_and_sorted(house: House) -> None:
    seller, account = await division(house)
    other = await house.account(seller)
    plan = [
        ("a", account, "2024-03-01"),
        ("b", other, "2024-01-01"),
        ("c", account, None),
        ("d", account, "2024-02-01"),
    ]
    async with house.client(seller) as client:
        for subject, where, day in plan:
            await client.post("/v1/tasks", json=wanted(where, seller, subject=subject, planned_on=day))
        first = (await client.get("/v1/tasks")).json()["items"][0]
        assert (await step(client, first, "start")).json()["state"] == "in_progress"

        async def subjects(**params: Any) -> list[str]:
            return [task["subject"] for task in (await client.get("/v1/tasks", params=params)).json()["items"]]

        assert await subjects(account_id=str(account)) == ["a", "c", "d"]
        assert await subjects(assignee_id=str(seller.id), state="in_progress") == ["a"]
        assert await subjects(state=["in_progress", "not_started"]) == ["a", "b", "c", "d"]
        assert await subjects(planned_from="2024-02-01", planned_to="2024-03-01") == ["a", "d"]
        assert await subjects(sort="planned_on") == ["b", "d", "a", "c"]
        paged: list[str] = []
        cursor = None
        while cursor is not None or not paged:
            query = {"sort": "-planned_on", "limit": 1} | ({"cursor": cursor} if cursor else {})
            page = (await client.get("/v1/tasks", params=query)).json()
            paged += [task["subject"] for task in page["items"]]
            cursor = page["next_cursor"]
    assert paged == ["c", "a", "d", "b"]


async def test_a_task_goes_from_state_to_state(house: House) -> None:
    seller, account = await division(house)
    async with house.client(seller) as client:
        task = (await client.post("/v1/tasks", json=wanted(account, seller))).json()
        for verb, state in (
            *(("start", "in_progress"), ("finish", "done"), ("reopen", "in_progress"), ("cancel", "cancelled")),
            ("reopen", "not_started"),
        ):
            answer = await step(client, task, verb)
            assert (answer.status_code, answer.json().get("state")) == (200, state), answer.text
            task = answer.json()
            assert task["actual_on"] == (today().isoformat() if state == "done" else None)
        refused = await step(client, task, "reopen")
        stale = await step(client, task | {"version": 1}, "start")
        future = await step(client, task, "finish", actual_on=(today() + timedelta(days=1)).isoformat())
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")
    assert stale.status_code == 412
    assert (future.status_code, future.json()["errors"][0]["pointer"]) == (422, "/actual_on")


async def test_a_task_is_changed_and_removed(house: House) -> None:
    seller, account = await division(house)
    async with house.client(seller, **PATCH) as client:
        json = {"Content-Type": "application/json"}
        path = (await client.post("/v1/tasks", json=wanted(account, seller), headers=json)).headers["Location"]
        smuggled = await client.patch(path, json={"state": "done"}, headers={"If-Match": '"1-x"'})
        nobody = await client.patch(path, json={"assignee_id": None}, headers={"If-Match": '"1-x"'})
        named = await client.patch(
            path, json={"assignee_id": None, "assignee_text": "外部顾问"}, headers={"If-Match": '"1-x"'}
        )
        gone = await client.delete(path, headers={"If-Match": named.headers["ETag"]})
        missing = await client.get(path)
        listed = (await client.get("/v1/tasks")).json()["items"]
    assert smuggled.status_code == 422
    assert nobody.json()["errors"][0]["code"] == "nobody_responsible"
    assert (named.status_code, named.json()["assignee"]) == (200, "外部顾问")
    assert (gone.status_code, missing.status_code, listed) == (204, 404, [])


async def test_work_goes_only_to_people_who_see_the_account(house: House) -> None:
    department = await house.department()
    seller = await house.person("sales_rep", department_id=department)
    outsider = await house.person("sales_rep", department_id=department)
    manager = await house.person("department_manager", department_id=department)
    account = await house.account(seller)
    async with house.client(seller) as client:
        refused = await client.post("/v1/tasks", json=wanted(account, outsider))
        upwards = await client.post("/v1/tasks", json=wanted(account, manager))
        nobody = await client.post("/v1/tasks", json={"account_id": str(account), "subject": "商务谈判"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "not_on_team")
    assert (upwards.status_code, nobody.status_code) == (201, 422)


async def test_tasks_of_a_strangers_account_do_not_exist(house: House) -> None:
    seller, account = await division(house)
    stranger = await house.person("sales_rep")
    async with house.client(seller) as client:
        path = (await client.post("/v1/tasks", json=wanted(account, seller))).headers["Location"]
    async with house.client(stranger) as client:
        headers = {"If-Match": '"1-x"'}
        answers = [
            await client.get(path),
            await client.post("/v1/tasks", json=wanted(account, stranger)),
            await client.patch(path, json={"subject": "x"}, headers={**PATCH, **headers}),
            await client.post(f"{path}/finish", json={}, headers=headers),
            await client.delete(path, headers=headers),
        ]
        listed = [
            (await client.get("/v1/tasks", params=params)).json()["items"]
            for params in ({}, {"account_id": str(account)}, {"assignee_id": str(seller.id)}, {"overdue": "false"})
        ]
    assert {answer.status_code for answer in answers} == {404}
    assert listed == [[], [], [], []]


async def test_readers_of_basics_see_no_tasks_and_auditors_change_none(house: House) -> None:
    seller, account = await division(house)
    finance, auditor = await house.person("finance"), await house.person("auditor")
    async with house.client(seller) as client:
        path = (await client.post("/v1/tasks", json=wanted(account, seller))).headers["Location"]
    async with house.client(finance) as client:
        hidden = await client.get(path)
        refused = await client.post("/v1/tasks", json=wanted(account, finance))
        listed = (await client.get("/v1/tasks")).json()["items"]
    async with house.client(auditor) as client:
        read = await client.get(path)
        unchanged = await client.delete(path, headers={"If-Match": '"1-x"'})
    assert (hidden.status_code, refused.status_code, listed) == (404, 403, [])
    assert (read.status_code, unchanged.status_code) == (200, 403)
