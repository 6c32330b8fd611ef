"""Tests beside rulebooks, their differences, and who has read them, through HTTP."""

from typing import Any
from uuid import UUID

import httpx

from service.schemas.rulebooks import (
    AcknowledgementPage,
    RulebookDiffView,
    RulebookTestPage,
    RulebookTestRun,
    RulebookTestView,
)
from tests.api.test_rulebooks import drafted, step
from tests.house import House, Person


async def ask(house: House, who: Person, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
    async with house.client(who) as client:
        return await client.request(method, f"/v1/rulebooks/{path}", json=body, params=query)


async def test_a_draft_that_fails_a_test_is_not_published_and_the_problem_names_it(house: House) -> None:
    author, leader = await house.person("director"), await house.person("general_manager")
    seller = await house.person("sales_rep", regions=["华南"])
    account = await house.account(region="华东", code="KH-1")
    draft = await drafted(house, author, hard_rules={"region": False})
    tests = f"{draft.json()['id']}/tests"
    body = {"account_id": str(account), "staff_id": str(seller.id), "expected": "refused", "note": "华南组不跨区"}
    made = await ask(house, author, "POST", tests, body)
    assert made.status_code == 201, made.text
    assert RulebookTestView.model_validate(made.json()).account_code == "KH-1"
    run = RulebookTestRun.model_validate((await ask(house, author, "POST", f"{tests}/run")).json())
    assert (run.passed, run.results[0].passed, run.results[0].failed) == (False, False, [])
    refused = await step(house, leader, draft, "publish")
    assert (refused.status_code, refused.json()["code"]) == (409, "rulebook_tests_failed")
    [error] = refused.json()["errors"]
    assert error["detail"] == f"KH-1 must be refused to {seller.code}, but is allowed."
    async with house.client(leader, **{"Accept-Language": "zh-CN"}) as client:
        told = await client.post(f"/v1/rulebooks/{draft.json()['id']}/publish", json={}, headers={"If-Match": "*"})
    assert told.json()["errors"][0]["detail"] == f"KH-1 应拒绝分给 {seller.code}，但实际允许。"
    strict = await ask(house, author, "PATCH", draft.json()["id"])
    assert strict.status_code in {415, 422, 428}
    headers = {"Content-Type": "application/merge-patch+json", "If-Match": draft.headers["ETag"]}
    async with house.client(author) as client:
        path = f"/v1/rulebooks/{draft.json()['id']}"
        changed = await client.patch(path, json={"definition": {"hard_rules": {"region": True}}}, headers=headers)
    assert changed.status_code == 200, changed.text
    published = await step(house, leader, changed, "publish")
    assert published.json()["state"] == "published", published.text


async def test_a_test_may_ask_that_a_pair_is_allowed_and_hears_why_it_is_not(house: House) -> None:
    author = await house.person("director")
    seller, leaver = await house.person("sales_rep"), await house.person("sales_rep", status="left")
    account = await house.account(region="西北")
    draft = await drafted(house, author)
    tests = f"{draft.json()['id']}/tests"
    for person in (seller, leaver):
        body = {"account_id": str(account), "staff_id": str(person.id), "expected": "allowed"}
        assert (await ask(house, author, "POST", tests, body)).status_code == 201
    run = RulebookTestRun.model_validate((await ask(house, author, "POST", f"{tests}/run")).json())
    assert [[one.rule for one in result.failed] for result in run.results] == [["region"], ["availability"]]
    assert "西北" in run.results[0].text.zh


async def test_the_next_version_begins_with_the_tests_of_the_last(house: House) -> None:
    author, leader = await house.person("director"), await house.person("general_manager")
    seller, account = await house.person("sales_rep"), await house.account()
    draft = await drafted(house, author)
    body = {"account_id": str(account), "staff_id": str(seller.id), "expected": "allowed"}
    tests = f"{draft.json()['id']}/tests"
    assert (await ask(house, author, "POST", tests, body)).status_code == 201
    twice = await ask(house, author, "POST", tests, body)
    assert (twice.status_code, twice.json()["code"]) == (409, "already_exists")
    assert (await step(house, leader, draft, "publish")).status_code == 200
    final = await ask(house, author, "POST", tests, body)
    assert (final.status_code, final.json()["code"]) == (409, "state_conflict")
    following = await drafted(house, author)
    path = f"{following.json()['id']}/tests"
    listed = RulebookTestPage.model_validate((await ask(house, leader, "GET", path)).json())
    assert [(one.account_id, one.staff_id, one.expected) for one in listed.items] == [(account, seller.id, "allowed")]
    assert (await ask(house, author, "DELETE", f"{path}/{listed.items[0].id}")).status_code == 204
    assert (await ask(house, author, "DELETE", f"{path}/{listed.items[0].id}")).status_code == 404
    assert (await ask(house, author, "GET", path)).json()["items"] == []


async def test_tests_are_the_authors_affair_and_sellers_do_not_know_of_them(house: House) -> None:
    author, leader = await house.person("director"), await house.person("general_manager")
    seller, other = await house.person("sales_rep"), await house.person("director")
    account = await house.account()
    draft = await drafted(house, author)
    tests = f"{draft.json()['id']}/tests"
    body = {"account_id": str(account), "staff_id": str(seller.id), "expected": "allowed"}
    assert (await ask(house, other, "POST", tests, body)).status_code == 403
    unknown = body | {"staff_id": str(account)}
    answer = await ask(house, author, "POST", tests, unknown)
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/staff_id"]
    await step(house, leader, draft, "publish")
    for method, path in (("GET", tests), ("POST", f"{tests}/run")):
        assert (await ask(house, seller, method, path)).status_code == 404


async def test_two_versions_are_compared_field_by_field_in_both_languages(house: House) -> None:
    author = await house.person("director")
    first, second = await drafted(house, author), await drafted(house, author, misfit_price=7, fit={"product": 9})
    ids = [UUID(draft.json()["id"]) for draft in (first, second)]
    answer = await ask(house, author, "GET", f"{ids[1]}/diff", against=str(ids[0]))
    diff = RulebookDiffView.model_validate(answer.json())
    told = {one.pointer: (one.before, one.after, one.text.zh) for one in diff.amendments}
    assert told == {
        "/fit/product": (20, 9, "匹配度·产品：由 20 改为 9。"),
        "/misfit_price": (3, 7, "不匹配的价格：由 3 改为 7。"),
    }
    seller = await house.person("sales_rep")
    assert (await ask(house, seller, "GET", f"{ids[1]}/diff", against=str(ids[0]))).status_code == 404
    assert (await ask(house, author, "GET", f"{ids[1]}/diff")).status_code == 422


async def test_everybody_may_confirm_having_read_it_and_leaders_see_who_has_not(house: House) -> None:
    author, leader = await house.person("director"), await house.person("general_manager")
    home = await house.department()
    manager = await house.person("department_manager", department_id=home)
    reader = await house.person("sales_rep", department_id=home)
    silent, elsewhere = await house.person("sales_rep", department_id=home), await house.person("sales_rep")
    draft = await drafted(house, author)
    path = f"{draft.json()['id']}/acknowledgements"
    assert (await ask(house, reader, "POST", path)).status_code == 404
    assert (await ask(house, author, "POST", path)).status_code in {403, 409}
    await step(house, leader, draft, "publish")
    for who in (reader, reader, author):
        assert (await ask(house, who, "POST", path)).status_code == 204

    async def seen(who: Person, **query: Any) -> dict[UUID, bool]:
        listed = AcknowledgementPage.model_validate((await ask(house, who, "GET", path, **query)).json())
        return {one.staff_id: one.acknowledged_at is not None for one in listed.items}

    assert await seen(leader) == {reader.id: True, silent.id: False, elsewhere.id: False}
    assert await seen(leader, acknowledged="false") == {silent.id: False, elsewhere.id: False}
    assert await seen(leader, acknowledged="true") == {reader.id: True}
    assert await seen(manager) == {reader.id: True, silent.id: False}
    assert await seen(silent) == {silent.id: False}
    assert len((await ask(house, leader, "GET", path, limit=1)).json()["items"]) == 1
