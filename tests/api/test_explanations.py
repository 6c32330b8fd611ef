"""Why me, why not me: explanations and own decisions through HTTP."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from service.models import Decision
from service.queries import kept_ledgers
from service.schemas.decisions import OwnDecisionView
from service.schemas.explanations import ExplanationView
from tests.house import House, Person
from tests.sharing import Sharing


async def own(sharing: Sharing, who: Person, **query: Any) -> list[dict[str, Any]]:
    answer = await sharing.ask(who, "GET", "/v1/me/decisions", **query)
    assert answer.status_code == 200, answer.text
    for item in answer.json()["items"]:
        OwnDecisionView.model_validate(item)
    return answer.json()["items"]


async def explained(sharing: Sharing, who: Person, assignment_id: str) -> dict[str, Any]:
    answer = await sharing.ask(who, "GET", f"/v1/assignments/{assignment_id}/explanation")
    assert answer.status_code == 200, answer.text
    ExplanationView.model_validate(answer.json())
    return answer.json()


async def test_a_candidate_finds_each_decision_with_their_own_line_and_nothing_of_others(house: House) -> None:
    sharing = await Sharing.of(house)
    winner, loser = sharing.sellers
    far = await house.person("sales_rep", regions=["西北"])
    account = await sharing.account(winner, name="保密客户有限公司", potential_value=987_654, tier="silver")
    plan = await sharing.applied()
    [won], [lost], [excluded] = [await own(sharing, who) for who in (winner, loser, far)]
    assert (won["result"], won["won"], lost["result"], excluded["result"]) == ("won", True, "lost", "excluded")
    assert (lost["region"], lost["tier"], lost["plan_id"]) == ("华东", "silver", plan["id"])
    assert float(lost["score"]) > float(won["score"])
    assert excluded["score"] is None
    assert excluded["failed"][0]["rule"] == "region"
    assert "西北" in excluded["failed"][0]["sentence"]["zh"]
    assert won["assignment_id"] == lost["assignment_id"] == excluded["assignment_id"]
    assert (await sharing.ask(loser, "GET", f"/v1/accounts/{account}")).status_code == 404
    told = str([lost, excluded])
    for secret in ("保密", "987654", winner.code, str(winner.id), far.code):
        assert secret not in told


async def test_own_decisions_come_newest_first_in_pages_and_by_filter(house: House) -> None:
    sharing = await Sharing.of(house)
    seller = sharing.sellers[0]
    for number in range(5):
        await sharing.account(code=f"KH-{number}")
    await sharing.applied()
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        body = (await sharing.ask(seller, "GET", "/v1/me/decisions", **query)).json()
        found += [item["decision_id"] for item in body["items"]]
        cursor = body["next_cursor"]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == 5
    won, lost = [await own(sharing, seller, won=value) for value in ("true", "false")]
    assert {item["result"] for item in won} == {"won"}
    assert {item["result"] for item in lost} == {"lost"}
    assert len(won) + len(lost) == 5
    [one] = await own(sharing, seller, account_code="KH-3")
    assert one["account_code"] == "KH-3"
    stranger = sharing.sellers[1]
    body = (await sharing.ask(seller, "GET", "/v1/me/decisions", limit="2")).json()
    foreign = await sharing.ask(stranger, "GET", "/v1/me/decisions", limit="2", cursor=body["next_cursor"])
    assert (foreign.status_code, foreign.json()["code"]) == (400, "invalid_cursor")


async def test_decisions_of_plans_that_are_not_applied_are_not_told(house: House) -> None:
    sharing = await Sharing.of(house)
    await sharing.account()
    await sharing.approved()
    assert await own(sharing, sharing.sellers[0]) == []
    outsider = await house.person("marketing")
    await sharing.applied()
    assert await own(sharing, outsider) == []


async def test_routings_are_among_the_own_decisions(house: House) -> None:
    sharing = await Sharing.of(house)
    account = await sharing.account()
    outcome = (await sharing.ask(sharing.leader, "POST", f"/v1/accounts/{account}/route", {})).json()
    lines = {who.id: (await own(sharing, who))[0] for who in sharing.sellers}
    results = {str(who): line["result"] for who, line in lines.items()}
    assert results.pop(outcome["staff_id"]) == "won"
    assert list(results.values()) == ["lost"]
    assert {line["assignment_id"] for line in lines.values()} == {outcome["assignment_id"]}
    assert {line["kind"] for line in lines.values()} == {"route"}


async def test_the_line_sees_everything_and_a_candidate_their_own_part(house: House) -> None:
    sharing = await Sharing.of(house)
    rich, idle = sharing.sellers
    for _ in range(4):
        await sharing.account(rich)
    await sharing.applied()
    [mine, *_] = await own(sharing, rich, won="false")
    full = await explained(sharing, sharing.author, mine["assignment_id"])
    assert full["own"] is None
    assert [one["rank"] for one in full["full"]["candidates"]] == [1, 2]
    assert {one["code"] for one in full["full"]["candidates"]} == {rich.code, idle.code}
    parts = full["full"]["candidates"][0]["parts"]
    assert sum(int(part["raw"]) for part in parts) == int(full["full"]["candidates"][0]["raw_score"])
    answer = await sharing.ask(rich, "GET", f"/v1/assignments/{mine['assignment_id']}/explanation")
    part = answer.json()
    assert part["full"] is None
    assert (part["own"]["outcome"], part["own"]["rank"], part["own"]["candidates"]) == ("lost", 2, 2)
    assert part["own"]["others"] == [{"rank": 1}]
    assert idle.code not in answer.text
    assert str(idle.id) not in answer.text
    sentences = part["own"]["sentences"]
    assert any("did not stay with you" in sentence["en"] for sentence in sentences)
    assert any("不再由您负责" in sentence["zh"] for sentence in sentences)
    assert all(" stays with you: " in item["text"]["en"] for item in await own(sharing, rich, won="true"))
    assert {"did not stay with you", "did not come to you"} == {
        " ".join(item["text"]["en"].split()[1:6]).rstrip(".:")
        for who in (rich, idle)
        for item in await own(sharing, who, won="false")
    }
    assert answer.headers["ETag"].endswith('-own"')


async def test_the_flip_that_an_explanation_names_would_have_turned_the_decision(house: House) -> None:
    sharing = await Sharing.of(house)
    far = await house.person("sales_rep", regions=["西北"], department_id=sharing.department_id)
    for _ in range(6):
        await sharing.account()
    await sharing.applied()
    [line, *_] = await own(sharing, far)
    part = (await explained(sharing, far, line["assignment_id"]))["own"]
    assert (part["outcome"], part["failed"][0]["rule"]) == ("excluded", "region")
    [change, *_] = part["flips"][0]["changes"]
    assert (change["field"], change["after"]) == ("regions", ["华东", "西北"])


async def test_whoever_was_not_considered_learns_nothing(house: House) -> None:
    sharing = await Sharing.of(house)
    await sharing.account()
    await sharing.applied()
    [line] = await own(sharing, sharing.sellers[0])
    late = await house.person("sales_rep", department_id=sharing.department_id)
    other_line = await house.person("department_manager", department_id=await house.department())
    admin, auditor = await house.person("admin"), await house.person("auditor")
    path = f"/v1/assignments/{line['assignment_id']}/explanation"
    for who, status in ((late, 404), (other_line, 404), (admin, 404), (auditor, 200), (sharing.leader, 200)):
        assert (await sharing.ask(who, "GET", path)).status_code == status


async def test_a_manager_who_is_a_candidate_too_gets_both(house: House) -> None:
    sharing = await Sharing.of(house)
    both = await house.person("key_account_manager", department_id=sharing.department_id)
    await sharing.account()
    await sharing.applied()
    [line] = await own(sharing, both)
    view = await explained(sharing, both, line["assignment_id"])
    assert view["full"] is not None
    assert view["own"] is not None


async def test_an_assignment_by_hand_is_explained_by_its_reason(house: House) -> None:
    sharing = await Sharing.of(house)
    owner, other = sharing.sellers
    body = {"account_id": str(await sharing.account()), "staff_id": str(owner.id), "reason": "客户指名"}
    made = (await sharing.ask(sharing.leader, "POST", "/v1/assignments", body)).json()
    view = await explained(sharing, owner, made["id"])
    assert (view["full"], view["own"]) == (None, None)
    assert view["by_hand"]["sentences"][0]["zh"].endswith(f"由人工分配给 {owner.code}：客户指名")
    assert (await sharing.ask(other, "GET", f"/v1/assignments/{made['id']}/explanation")).status_code == 404


async def test_an_explanation_that_disagrees_with_what_was_stored_is_not_given(house: House) -> None:
    sharing = await Sharing.of(house)
    await sharing.account()
    await sharing.applied()
    [line] = await own(sharing, sharing.sellers[0])
    async with house.services.database.transaction() as session:
        row = update(Decision).where(Decision.id == UUID(line["decision_id"]))
        await session.execute(row.values(margin=Decision.margin + 1))
    path = f"/v1/assignments/{line['assignment_id']}/explanation"
    for who in (sharing.leader, sharing.sellers[0]):
        answer = await sharing.ask(who, "GET", path)
        assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")


async def test_ledgers_are_kept_for_the_next_question_but_not_all_of_them(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_ledgers, "KEPT", 2)
    sharing = await Sharing.of(house)
    for _ in range(3):
        await sharing.account()
        await sharing.applied()
    kept_ledgers._SHELF.clear()
    assert len(await own(sharing, sharing.sellers[0])) == 6
    assert len(kept_ledgers._SHELF) == 2
    kept_ledgers._SHELF.clear()
    assert len(await own(sharing, sharing.sellers[0], limit="1")) == 1
    [kept] = kept_ledgers._SHELF.values()
    await own(sharing, sharing.sellers[1], limit="1")
    assert list(kept_ledgers._SHELF.values()) == [kept]
