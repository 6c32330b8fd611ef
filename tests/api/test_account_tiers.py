"""Grades set by hand, their history and entitlements, through HTTP."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select

from service.models import AuditEntry
from service.queries.account_tiers import ACCOUNT_TIERS, ENTITLEMENTS
from service.schemas.account_tiers import AccountTierFilter, AccountTierView, EntitlementFilter, EntitlementView
from tests.house import House

GRADE = {"scheme_code": "importance", "tier": "important", "reason": "经档案核查认定为重要客户"}


async def publish(house: House, **body: Any) -> None:
    author, leader = await house.person("department_manager"), await house.person("general_manager")
    async with house.client(author) as client:
        draft = await client.post("/v1/tier-schemes", json=body or {"template": "importance"})
    async with house.client(leader) as client:
        tag = {"If-Match": draft.headers["ETag"]}
        answer = await client.post(f"{draft.headers['Location']}/publish", json={}, headers=tag)
    assert answer.status_code == 200, answer.text


async def graded(client: httpx.AsyncClient, account: UUID, **fields: str) -> httpx.Response:
    return await client.post(f"/v1/accounts/{account}/tiers", json=GRADE | fields)


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_line_manager_sets_a_grade_with_a_reason_and_its_entitlements_begin(house: House) -> None:
    await publish(house)
    department = await house.department()
    manager = await house.person("key_account_manager", department_id=department)
    account = await house.account(await house.person("sales_rep", department_id=department))
    async with house.client(manager) as client:
        answer = await graded(client, account)
        listed = (await client.get(answer.headers["Location"])).json()["items"]
        owed = (await client.get(f"/v1/accounts/{account}/entitlements", params={"kind": "plan"})).json()["items"]
    assert answer.status_code == 201, answer.text
    assert listed == [answer.json()]
    AccountTierView.model_validate(listed[0])
    assert (listed[0]["name"]["zh"], listed[0]["reason"], listed[0]["sheet"]) == ("重要客户", GRADE["reason"], None)
    EntitlementView.model_validate(owed[0])
    assert (owed[0]["scheme_code"], owed[0]["tier"], owed[0]["name"]["zh"]) == ("importance", "important", "标准方案")
    async with house.services.database.transaction() as session:
        statement = select(AuditEntry).where(AuditEntry.action == "account_tier.changed")
        entry = (await session.scalars(statement)).one()
    assert (entry.actor_id, entry.account_id, entry.data["reason"]) == (manager.id, account, GRADE["reason"])


async def test_grades_of_several_schemes_stand_side_by_side_and_history_is_dated(house: House) -> None:
    await publish(house)
    await publish(house, template="importance", code="attention")
    account = await house.account()
    async with house.client(await house.person("deputy_general_manager")) as client:
        first = (await graded(client, account)).json()
        second = (await graded(client, account, tier="special", reason="需特别关注")).json()
        other = (await graded(client, account, scheme_code="attention", tier="ordinary")).json()
        path = f"/v1/accounts/{account}/tiers"
        history = (await client.get(path, params={"sort": "started_at"})).json()["items"]
        current = (await client.get(path, params={"current": "true", "scheme_code": "importance"})).json()["items"]
        then = (await client.get(path, params={"as_of": first["started_at"]})).json()["items"]
    assert [grade["id"] for grade in history] == [first["id"], second["id"], other["id"]]
    assert [grade["ended_at"] for grade in history] == [second["started_at"], None, None]
    assert [grade["id"] for grade in current] == [second["id"]]
    assert [grade["id"] for grade in then] == [first["id"]]


async def test_the_same_grade_again_an_unknown_tier_and_an_evaluated_scheme_are_refused(house: House) -> None:
    await publish(house)
    await publish(house, template="abc")
    account = await house.account()
    async with house.client(await house.person("director")) as client:
        await graded(client, account)
        same = await graded(client, account)
        unknown = await graded(client, account, tier="gold")
        evaluated = await graded(client, account, scheme_code="abc", tier="a")
        absent = await graded(client, account, scheme_code="pareto")
        silent = await client.post(f"/v1/accounts/{account}/tiers", json={**GRADE, "reason": ""})
        forged = await client.post(f"/v1/accounts/{account}/tiers", json={**GRADE, "evaluation_id": str(uuid4())})
    assert code_of(same) == (409, "state_conflict")
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/tier")
    assert code_of(evaluated) == (409, "wrong_method")
    assert (absent.status_code, absent.json()["errors"][0]["pointer"]) == (422, "/scheme_code")
    assert (silent.status_code, forged.status_code) == (422, 422)


async def test_who_grades_and_who_sees_grades_follows_the_account(house: House) -> None:
    await publish(house)
    department = await house.department()
    owner = await house.person("sales_rep", department_id=department)
    supervisor = await house.person("key_account_supervisor", department_id=department)
    outsider = await house.person("department_manager", department_id=await house.department())
    account = await house.account(owner)
    for person, expected in ((owner, 403), (supervisor, 403), (outsider, 404)):
        async with house.client(person) as client:
            assert (await graded(client, account)).status_code == expected
    views = {
        owner: 200,
        supervisor: 200,
        outsider: 404,
        await house.person("sales_rep"): 404,
        await house.person("admin"): 404,
        await house.person("marketing"): 403,
        await house.person("auditor"): 200,
    }
    for person, expected in views.items():
        async with house.client(person) as client:
            for what in ("tiers", "entitlements"):
                answer = await client.get(f"/v1/accounts/{account}/{what}")
                assert answer.status_code == expected, (person, what)


async def test_entitlements_are_found_by_day_and_follow_the_months_that_the_company_set(house: House) -> None:
    await publish(house)
    account = await house.account()
    merge = {"Content-Type": "application/merge-patch+json"}
    async with house.client(await house.person("admin"), **merge) as client:
        shown = await client.get("/v1/settings/entitlement_months")
        tag = {"If-Match": shown.headers["ETag"]}
        changed = await client.patch("/v1/settings/entitlement_months", json={"value": 3}, headers=tag)
    assert changed.status_code == 200, changed.text
    async with house.client(await house.person("director")) as client:
        await graded(client, account)
        path = f"/v1/accounts/{account}/entitlements"
        visits = (await client.get(path, params={"kind": "visit"})).json()["items"]
        middle = visits[2]["due_on"]
        on_the_day = (await client.get(path, params={"due_from": middle, "due_to": middle})).json()["items"]
        backwards = (await client.get(path, params={"kind": "visit", "sort": "-due_on", "limit": 2})).json()["items"]
    assert len(visits) == 2 * 3
    assert {duty["due_on"] for duty in on_the_day} == {middle}
    assert [duty["due_on"] for duty in backwards] == [duty["due_on"] for duty in visits[:-3:-1]]


async def test_graders_at_the_same_moment_leave_one_current_grade(committed_house: House) -> None:
    house = committed_house
    await publish(house)
    account = await house.account()
    async with house.client(await house.person("director")) as client:
        tiers = ("important", "special", "ordinary") * 3
        answers = await asyncio.gather(*(graded(client, account, tier=tier) for tier in tiers))
        current = await client.get(f"/v1/accounts/{account}/tiers", params={"current": "true"})
        history = await client.get(f"/v1/accounts/{account}/tiers", params={"limit": 200})
    made = [answer for answer in answers if answer.status_code == 201]
    assert made
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len(current.json()["items"]) == 1
    assert len(history.json()["items"]) == len(made)


def test_every_filter_of_the_schemas_has_its_condition() -> None:
    others = {"limit", "cursor", "sort"}
    assert set(AccountTierFilter.model_fields) - others == set(ACCOUNT_TIERS.filters) - {"account_id"}
    assert set(EntitlementFilter.model_fields) - others == set(ENTITLEMENTS.filters) - {"account_id"}
