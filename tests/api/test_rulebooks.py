"""Rulebooks through HTTP."""

from typing import Any

import httpx
import pytest
from sqlalchemy import delete, update

from service.domain.distribution.rulebook import Rulebook as Rules
from service.models import AccountMembership, Rulebook, new_id
from service.schemas.rulebooks import RulebookView
from tests.house import House, Person

PATCH = {"Content-Type": "application/merge-patch+json"}


async def drafted(house: House, author: Person, **definition: Any) -> httpx.Response:
    async with house.client(author) as client:
        answer = await client.post("/v1/rulebooks", json={"code": "standard", "definition": definition})
    assert answer.status_code == 201, answer.text
    return answer


async def step(house: House, who: Person, draft: httpx.Response, verb: str, **headers: str) -> httpx.Response:
    tag = {"If-Match": draft.headers["ETag"]} | headers
    async with house.client(who) as client:
        path = f"/v1/rulebooks/{draft.json()['id']}/{verb}"
        return await client.post(path, json={"reason": "年度评审通过"}, headers=tag)


async def flaws(house: House, author: Person, **definition: Any) -> set[tuple[str, str]]:
    """Place and code of everything that is wrong with a definition."""
    async with house.client(author) as client:
        answer = await client.post("/v1/rulebooks", json={"code": "other", "definition": definition})
    assert answer.status_code == 422, answer.text
    return {(error["pointer"], error["code"]) for error in answer.json()["errors"]}


async def test_a_draft_is_complete_and_its_text_is_written_from_its_data_in_both_languages(house: House) -> None:
    draft = await drafted(house, await house.person("director"), misfit_price=77)
    view = RulebookView.model_validate(draft.json())
    assert (view.state, view.number, view.definition["balance"]["value"]) == ("draft", 1, 100)
    assert "77 points" in view.text_en
    assert "77 分" in view.text_zh


async def test_every_fault_of_a_definition_is_told_with_its_place(house: House) -> None:
    author = await house.person("director")
    async with house.client(author, **{"Accept-Language": "zh-CN"}) as client:
        wrong = {"fit": {"geography": 101}, "speed": 1}
        answer = await client.post("/v1/rulebooks", json={"code": "standard", "definition": wrong})
    assert answer.status_code == 422
    faults = {error["pointer"]: error["detail"] for error in answer.json()["errors"]}
    assert set(faults) == {"/definition/fit/geography", "/definition/speed"}
    assert faults["/definition/speed"].startswith("此处没有字段 speed；应为以下之一：arrivals、balance、fit、")


async def test_a_blocked_pair_named_by_codes_is_refused_since_it_would_block_nobody(house: House) -> None:
    author, seller = await house.person("director"), await house.person("sales_rep")
    pair = {"account_id": str(await house.account()), "person_id": str(seller.id)}
    coded = pair | {"person_id": "S101"}
    await drafted(house, author, hard_rules={"blocked_pairs": [pair], "region": None}, team_roles=None)
    wrong = {"hard_rules": {"blocked_pairs": [pair, coded]}}
    wrong |= {"team_roles": {"tech_support": {"hard_rules": {"blocked_pairs": [coded]}}}}
    assert await flaws(house, author, **wrong) == {
        ("/definition/hard_rules/blocked_pairs/1/person_id", "uuid_parsing"),
        ("/definition/team_roles/tech_support/hard_rules/blocked_pairs/0/person_id", "uuid_parsing"),
    }


async def test_a_blocked_pair_of_nobody_or_of_an_account_that_its_author_does_not_see_is_refused_alike(
    house: House,
) -> None:
    manager = await house.person("department_manager", department_id=await house.department())
    seller = await house.person("sales_rep", department_id=manager.department_id)
    mine, hidden, nobody = str(await house.account(seller)), str(await house.account()), str(new_id())
    pairs = [(mine, str(seller.id)), (hidden, str(seller.id)), (nobody, str(seller.id)), (mine, nobody)]
    pairs += [(str(seller.id), mine)]
    listed = {"blocked_pairs": [{"account_id": account, "person_id": person} for account, person in pairs]}
    assert await flaws(house, manager, hard_rules=listed) == {
        (f"/definition/hard_rules/blocked_pairs/{place}", "not_found")
        for place in ("1/account_id", "2/account_id", "3/person_id", "4/account_id", "4/person_id")
    }


async def test_a_published_blocked_pair_is_taken_over_by_whoever_does_not_see_its_account(house: House) -> None:
    manager = await house.person("department_manager", department_id=await house.department())
    pair = {"account_id": str(await house.account()), "person_id": str((await house.person("sales_rep")).id)}
    await house.rulebook(hard_rules={"blocked_pairs": [pair]})
    draft = await drafted(house, manager, hard_rules={"blocked_pairs": [pair]})
    assert draft.json()["definition"]["hard_rules"]["blocked_pairs"] == [pair]


async def test_a_draft_may_be_changed_though_its_author_sees_an_account_of_its_blocked_pairs_no_more(
    house: House,
) -> None:
    manager = await house.person("department_manager", department_id=await house.department())
    seller = await house.person("sales_rep", department_id=manager.department_id)
    pair = {"account_id": str(await house.account(seller)), "person_id": str(seller.id)}
    draft = await drafted(house, manager, hard_rules={"blocked_pairs": [pair]})
    async with house.services.database.transaction() as session:
        await session.execute(delete(AccountMembership))
    path, headers = f"/v1/rulebooks/{draft.json()['id']}", PATCH | {"If-Match": draft.headers["ETag"]}
    async with house.client(manager) as client:
        changed = await client.patch(path, json={"definition": {"misfit_price": 7}}, headers=headers)
    assert changed.status_code == 200, changed.text
    assert changed.json()["definition"]["hard_rules"]["blocked_pairs"] == [pair]


@pytest.mark.parametrize(
    ("account", "code"), [("KH-1", "uuid_parsing"), ("00000000-0000-7000-8000-000000000000", "not_found")]
)
async def test_a_draft_of_old_that_blocks_a_pair_in_name_only_is_not_published(
    house: House, account: str, code: str
) -> None:
    draft, leader = await drafted(house, await house.person("director")), await house.person("general_manager")
    pair = {"account_id": account, "person_id": str(leader.id)}
    definition = Rules.from_mapping({"hard_rules": {"blocked_pairs": [pair]}}).to_mapping()
    async with house.services.database.transaction() as session:
        await session.execute(update(Rulebook).values(definition=definition))
    refused = await step(house, leader, draft, "publish")
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [
        ("/definition/hard_rules/blocked_pairs/0/account_id", code)
    ]


async def test_a_draft_changes_by_merge_patch_and_null_gives_the_default_back(house: House) -> None:
    author = await house.person("director")
    draft = await drafted(house, author, misfit_price=77, fit={"geography": 1})
    path = f"/v1/rulebooks/{draft.json()['id']}"
    patch = {"definition": {"misfit_price": None, "fit": {"product": 2}}}
    async with house.client(author) as client:
        stale = await client.patch(path, json=patch, headers=PATCH | {"If-Match": '"9-full"'})
        changed = await client.patch(path, json=patch, headers=PATCH | {"If-Match": draft.headers["ETag"]})
    assert stale.status_code == 412
    definition = changed.json()["definition"]
    assert (definition["misfit_price"], definition["fit"]["geography"], definition["fit"]["product"]) == (3, 1, 2)
    assert "products 2" in changed.json()["text_en"]


async def test_publishing_retires_the_version_before_and_is_final(house: House) -> None:
    author, leader = await house.person("director"), await house.person("general_manager")
    first = await step(house, leader, await drafted(house, author), "publish")
    draft = await drafted(house, author, move_price=9)
    assert draft.json()["number"] == 2
    second = await step(house, leader, draft, "publish")
    assert (second.json()["state"], second.json()["publisher_id"]) == ("published", str(leader.id))
    path = f"/v1/rulebooks/{second.json()['id']}"
    async with house.client(author) as client:
        versions = (await client.get("/v1/rulebooks", params={"code": "standard"})).json()["items"]
        final = await client.patch(path, json={"definition": {}}, headers=PATCH | {"If-Match": second.headers["ETag"]})
    assert [(one["number"], one["state"]) for one in versions] == [(1, "retired"), (2, "published")]
    assert (final.status_code, final.json()["code"]) == (409, "state_conflict")
    again = await step(house, leader, first, "publish", **{"If-Match": '"3-full"'})
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")
    retired = await step(house, leader, second, "retire")
    assert (retired.json()["state"], retired.json()["retired_at"] is None) == ("retired", False)


async def test_nobody_publishes_what_they_wrote_or_are_given_accounts_by(house: House) -> None:
    author = await house.person("director")
    draft = await drafted(house, author)
    candidate = await house.person("director", "key_account_manager")
    manager = await house.person("department_manager")
    refusals = {
        "author_is_approver": await step(house, author, draft, "publish"),
        "candidate_is_approver": await step(house, candidate, draft, "publish"),
        "forbidden": await step(house, manager, draft, "publish"),
    }
    assert {answer.json()["code"]: answer.status_code for answer in refusals.values()} == dict.fromkeys(refusals, 403)


async def test_sellers_read_what_is_published_and_nothing_else(house: House) -> None:
    author, leader = await house.person("director"), await house.person("general_manager")
    seller = await house.person("sales_rep")
    published = await step(house, leader, await drafted(house, author), "publish")
    draft = await drafted(house, author)
    async with house.client(seller) as client:
        listed = (await client.get("/v1/rulebooks")).json()["items"]
        hidden = await client.get(f"/v1/rulebooks/{draft.json()['id']}")
        refused = await client.post("/v1/rulebooks", json={"code": "own"})
    assert [one["id"] for one in listed] == [published.json()["id"]]
    assert (hidden.status_code, refused.status_code) == (404, 403)
    other = await house.person("director")
    async with house.client(other) as client:
        answer = await client.patch(
            f"/v1/rulebooks/{draft.json()['id']}", json={}, headers=PATCH | {"If-Match": draft.headers["ETag"]}
        )
    assert answer.status_code == 403


async def test_state_and_author_are_not_taken_from_a_body(house: House) -> None:
    author = await house.person("director")
    async with house.client(author) as client:
        answer = await client.post("/v1/rulebooks", json={"code": "x", "state": "published", "author_id": "y"})
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/state", "/author_id"}
