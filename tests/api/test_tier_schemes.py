"""Tier schemes through HTTP."""

import asyncio
from typing import Any

import httpx
import pytest

from service.domain.tier_templates import TEMPLATES
from service.queries.tier_schemes import SCHEMES
from service.schemas.tier_schemes import Template, TierSchemeFilter, TierSchemeView
from tests.house import House


async def drafted(client: httpx.AsyncClient, **body: Any) -> httpx.Response:
    answer = await client.post("/v1/tier-schemes", json=body or {"template": "five_tiers"})
    assert answer.status_code == 201, answer.text
    return answer


async def published(client: httpx.AsyncClient, draft: httpx.Response) -> httpx.Response:
    path, headers = draft.headers["Location"], {"If-Match": draft.headers["ETag"]}
    return await client.post(f"{path}/publish", json={"reason": "年度评审通过"}, headers=headers)


async def patched(client: httpx.AsyncClient, path: str, etag: str, **body: Any) -> httpx.Response:
    headers = {"Content-Type": "application/merge-patch+json", "If-Match": etag}
    return await client.patch(path, json=body, headers=headers)


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_the_templates_are_the_four_grading_systems_in_both_languages(house: House) -> None:
    async with house.client(await house.person("sales_rep")) as client:
        items = (await client.get("/v1/tier-schemes/templates")).json()["items"]
    assert {item["code"]: item["method"] for item in items} == {
        "five_tiers": "score",
        "abc": "share",
        "pareto": "pareto",
        "importance": "manual",
    }
    assert set(Template) == set(TEMPLATES)
    gold, *_ = items[0]["tiers"]
    assert gold["name"] == {"en": "Gold", "zh": "金牌客户"}


@pytest.mark.parametrize("template", list(Template))
async def test_each_template_becomes_a_draft_that_reads_back(house: House, template: str) -> None:
    async with house.client(await house.person("department_manager")) as client:
        created = await drafted(client, template=template)
        read = await client.get(created.headers["Location"])
    assert read.json() == created.json()
    assert (read.json()["state"], read.json()["number"], read.json()["code"]) == ("draft", 1, template)
    TierSchemeView.model_validate(read.json())


async def test_fields_replace_those_of_the_template(house: House) -> None:
    async with house.client(await house.person("director")) as client:
        body = (await drafted(client, template="abc", code="abc_alone", basis="individual_share")).json()
        bare = await client.post("/v1/tier-schemes", json={"template": "abc", "basis": None})
    assert (body["code"], body["basis"], body["measure"]) == ("abc_alone", "individual_share", "potential_value_base")
    assert bare.status_code == 422
    assert [error["pointer"] for error in bare.json()["errors"]] == ["/basis"]


async def test_a_scheme_without_anything_is_told_every_flaw_in_both_languages(house: House) -> None:
    async with house.client(await house.person("director")) as client:
        english = await client.post("/v1/tier-schemes", json={"method": "share"})
        chinese = await client.post("/v1/tier-schemes", json={"method": "share"}, headers={"Accept-Language": "zh-CN"})
    assert code_of(english) == (422, "invalid_input")
    pointers = {error["pointer"] for error in english.json()["errors"]}
    assert {"/code", "/name", "/measure", "/basis", "/tiers"} <= pointers
    assert chinese.json()["errors"][0]["detail"] != english.json()["errors"][0]["detail"]


async def test_the_same_code_again_is_the_next_version(house: House) -> None:
    async with house.client(await house.person("director")) as client:
        numbers = [(await drafted(client)).json()["number"] for _ in range(3)]
        other = (await drafted(client, template="pareto")).json()["number"]
    assert (numbers, other) == ([1, 2, 3], 1)


async def test_a_draft_is_changed_by_a_merge_patch_of_its_author_only(house: House) -> None:
    author, colleague = await house.person("department_manager"), await house.person("department_manager")
    async with house.client(author) as client:
        draft = await drafted(client, template="pareto")
        path, etag = draft.headers["Location"], draft.headers["ETag"]
        changed = await patched(client, path, etag, carries="0.75")
        stale = await patched(client, path, etag, carries="0.70")
        renamed = await patched(client, path, changed.headers["ETag"], code="x")
    async with house.client(colleague) as client:
        foreign = await patched(client, path, changed.headers["ETag"], carries="0.70")
    assert (changed.status_code, changed.json()["carries"], changed.json()["version"]) == (200, "0.75", 2)
    assert changed.json()["tiers"] == draft.json()["tiers"]
    assert code_of(stale) == (412, "precondition_failed")
    assert renamed.status_code == 422
    assert code_of(foreign) == (403, "forbidden")


async def test_a_patch_that_breaks_the_scheme_changes_nothing(house: House) -> None:
    async with house.client(await house.person("director")) as client:
        draft = await drafted(client, template="five_tiers")
        refused = await patched(client, draft.headers["Location"], draft.headers["ETag"], method="pareto")
        read = await client.get(draft.headers["Location"])
    assert refused.status_code == 422
    assert read.json() == draft.json()


async def test_a_leader_who_did_not_write_it_publishes_and_the_version_before_is_retired(house: House) -> None:
    author, leader = await house.person("department_manager"), await house.person("general_manager")
    async with house.client(author) as client:
        first, second = await drafted(client), await drafted(client)
    async with house.client(leader) as client:
        one = await published(client, first)
        two = await published(client, second)
        before = (await client.get(first.headers["Location"])).json()
        current = await client.get("/v1/tier-schemes", params={"code": "five_tiers", "state": "published"})
    assert (one.status_code, one.json()["published_by"]) == (200, str(leader.id))
    assert (two.json()["state"], before["state"]) == ("published", "retired")
    assert before["retired_at"] is not None
    assert [item["number"] for item in current.json()["items"]] == [2]


async def test_two_versions_published_at_the_same_moment_leave_one(committed_house: House) -> None:
    house = committed_house
    async with house.client(await house.person("department_manager")) as client:
        drafts = [await drafted(client) for _ in range(4)]
    async with house.client(await house.person("general_manager")) as client:
        answers = await asyncio.gather(*(published(client, draft) for draft in drafts))
        current = (await client.get("/v1/tier-schemes", params={"state": "published"})).json()["items"]
    statuses = [answer.status_code for answer in answers]
    assert 200 in statuses
    assert set(statuses) <= {200, 409}
    assert len(current) == 1


async def test_the_author_does_not_publish_and_a_manager_may_not(house: House) -> None:
    director, manager = await house.person("director"), await house.person("department_manager")
    async with house.client(director) as client:
        draft = await drafted(client)
        own = await published(client, draft)
    async with house.client(manager) as client:
        low = await published(client, draft)
    assert code_of(own) == (403, "author_is_approver")
    assert code_of(low) == (403, "forbidden")


async def test_publishing_names_the_version_that_was_read(house: House) -> None:
    author, leader = await house.person("department_manager"), await house.person("general_manager")
    async with house.client(author) as client:
        draft = await drafted(client, template="pareto")
        await patched(client, draft.headers["Location"], draft.headers["ETag"], carries="0.10")
    async with house.client(leader) as client:
        stale = await published(client, draft)
        absent = await client.post(f"{draft.headers['Location']}/publish", json={})
    assert (stale.status_code, absent.status_code) == (412, 428)


async def test_a_published_version_never_changes_and_is_published_once(house: House) -> None:
    author, leader = await house.person("department_manager"), await house.person("general_manager")
    async with house.client(author) as client:
        draft = await drafted(client)
    async with house.client(leader) as client:
        final = await published(client, draft)
        again = await client.post(
            f"{draft.headers['Location']}/publish", json={}, headers={"If-Match": final.headers["ETag"]}
        )
    async with house.client(author) as client:
        path, name = draft.headers["Location"], {"en": "x", "zh": "x"}
        changed = await patched(client, path, final.headers["ETag"], name=name)
    assert code_of(again) == (409, "illegal_transition")
    assert code_of(changed) == (409, "state_conflict")


async def test_a_retired_version_stays_retired(house: House) -> None:
    author, leader = await house.person("department_manager"), await house.person("deputy_general_manager")
    async with house.client(author) as client:
        draft = await drafted(client)
    async with house.client(leader) as client:
        path = draft.headers["Location"]
        early = await client.post(f"{path}/retire", json={}, headers={"If-Match": draft.headers["ETag"]})
        final = await published(client, draft)
        retired = await client.post(f"{path}/retire", json={}, headers={"If-Match": final.headers["ETag"]})
        back = await client.post(f"{path}/publish", json={}, headers={"If-Match": retired.headers["ETag"]})
    assert code_of(early) == code_of(back) == (409, "illegal_transition")
    assert (retired.status_code, retired.json()["state"]) == (200, "retired")


async def test_drafts_are_unknown_to_sellers_and_published_versions_are_not(house: House) -> None:
    author, leader = await house.person("key_account_manager"), await house.person("director")
    seller = await house.person("sales_rep")
    async with house.client(author) as client:
        draft, other = await drafted(client), await drafted(client, template="abc")
    async with house.client(leader) as client:
        await published(client, other)
    async with house.client(seller) as client:
        hidden = await client.get(draft.headers["Location"])
        listed = (await client.get("/v1/tier-schemes")).json()["items"]
        refused = await client.post("/v1/tier-schemes", json={"template": "abc"})
    assert hidden.status_code == 404
    assert [item["code"] for item in listed] == ["abc"]
    assert code_of(refused) == (403, "forbidden")


async def test_nobody_sets_state_number_or_publisher_by_body(house: House) -> None:
    async with house.client(await house.person("director")) as client:
        for name, value in (("state", "published"), ("number", 9), ("published_by", None), ("created_by", None)):
            answer = await client.post("/v1/tier-schemes", json={"template": "abc", name: value})
            assert answer.status_code == 422, name
            assert answer.json()["errors"][0]["pointer"] == f"/{name}"


async def test_json_numbers_are_refused_where_decimals_are_meant(house: House) -> None:
    async with house.client(await house.person("director")) as client:
        answer = await client.post("/v1/tier-schemes", json={"template": "pareto", "carries": 0.8})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/carries")


def test_every_filter_of_the_schema_has_its_condition() -> None:
    assert set(TierSchemeFilter.model_fields) - {"limit", "cursor"} == set(SCHEMES.filters)
