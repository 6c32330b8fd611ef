"""/v1/reviews through HTTP: found, said, decided, closed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select, update

from service.models import AccountTier, Entitlement, Interaction, Review, Rulebook, Task, new_id
from tests.house import House, Person
from tests.noticing import kinds, notices, tell_all
from tests.sharing import SCHEME, Sharing

KEEP = {"kind": "keep", "text": "负荷均衡，维持现状。"}


async def opened(sharing: Sharing, by: Person | None = None) -> dict[str, Any]:
    body = {"department_id": str(sharing.department_id), "scheme_code": SCHEME}
    answer = await sharing.ask(by or sharing.author, "POST", "/v1/reviews", body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"/v1/reviews/{answer.json()['id']}"
    return dict(answer.json())


async def a_team(house: House, owned: tuple[int, int] = (3, 1), **rules: Any) -> Sharing:
    """Two sellers who have some accounts each."""
    sharing = await Sharing.of(house, sellers=2, **rules)
    for seller, number in zip(sharing.sellers, owned, strict=True):
        for _ in range(number):
            await sharing.account(seller)
    return sharing


async def enter(house: House, model: Any, **values: Any) -> None:
    async with house.services.database.transaction() as session:
        await session.execute(insert(model).values(id=new_id(), **values))


async def test_a_review_tells_fairness_results_feedback_and_how_old_the_data_are(house: House) -> None:
    sharing = await a_team(house)
    seller = sharing.sellers[0]
    account_id = await sharing.account(seller, verified_at=datetime.now(UTC) - timedelta(days=100))
    await sharing.account(seller, verified_at=datetime.now(UTC) - timedelta(days=400))
    await sharing.account(seller, verified_at=None)
    await sharing.account(await house.person("sales_rep"))
    today = datetime.now(ZoneInfo(house.services.settings.timezone)).date()
    async with house.services.database.reading() as connection:
        held = select(AccountTier.id).where(AccountTier.account_id == account_id)
        grade_id = await connection.scalar(held)
    about = {"account_id": account_id, "name": {}, "account_tier_id": grade_id}
    await enter(house, Entitlement, **about, kind="visit", due_on=today)
    await enter(house, Entitlement, **about, kind="visit", due_on=today + timedelta(days=40))
    await enter(house, Entitlement, **about, kind="plan", due_on=today)
    task = {"account_id": account_id, "subject": "商务谈判", "origin": "manual", "planned_on": today}
    await enter(house, Task, **task, state="done", actual_on=today + timedelta(days=1))
    await enter(house, Task, **task, state="in_progress")
    review = await opened(sharing)
    found = review["findings"]
    assert (found["accounts"], found["people"]) == (7, 2)
    assert found["results"] == {
        "visits_due": 1,
        "visits_made": 0,
        "tasks_planned": 2,
        "tasks_done": 1,
        "tasks_late": 1,
        "tasks_overdue": 1,
    }
    assert found["freshness"] == {
        "cards_due": 3,
        "never_verified": 1,
        "held_back": 2,
        "card_check_months": 2,
        "most_days": 365,
    }
    count = next(part for part in found["fairness"]["dimensions"] if part["name"] == "count")
    assert Decimal(count["cv"]) > 0
    [target] = [one for one in found["targets"] if one["name"] == "count"]
    assert target["points"] > 0
    assert target["met"] + target["above"] + target["below"] == len(sharing.sellers)
    assert (target["above"], target["below"]) == (1, 1)
    assert count["rise_percent"] is None
    assert [team["department_id"] for team in found["fairness"]["teams"]] == [str(sharing.department_id)]
    suggested = {one["code"]: one["text"] for one in review["suggestions"]}
    assert set(suggested) == {"check_data", "follow_up"}
    assert suggested["check_data"]["en"].startswith("Account cards due for their check: 3;")
    assert suggested["check_data"]["zh"].startswith("待核对的客户卡 3 张；")
    assert suggested["follow_up"]["zh"] == "应进行而未进行的拜访 1 次；逾期任务 1 项。"
    for seller in sharing.sellers:
        assert seller.code not in str(review)


async def test_visits_and_surveys_of_the_time_count(house: House) -> None:
    sharing = await a_team(house)
    account_id = await sharing.account(sharing.sellers[0])
    for kind, days in (("visit", 0), ("return_visit", 0), ("survey", 0), ("visit", 30), ("call", 0)):
        at = datetime.now(UTC) - timedelta(days=days, hours=1)
        values = {"subject": "拜访", "starts_at": at, "amendments": [], "author_id": sharing.sellers[0].id}
        await enter(house, Interaction, account_id=account_id, kind=kind, **values)
    found = (await opened(sharing))["findings"]
    assert found["results"]["visits_made"] == 2
    assert (found["feedback"]["surveys"], found["feedback"]["return_visits"]) == (1, 1)


async def test_a_review_is_not_closed_without_a_decision(house: House) -> None:
    sharing = await a_team(house)
    path = f"/v1/reviews/{(await opened(sharing))['id']}"
    end = {"summary": "本期无异常。"}
    refused = await sharing.ask(sharing.leader, "POST", f"{path}/close", end)
    assert (refused.status_code, refused.json()["code"]) == (409, "review_without_decisions")
    decided = await sharing.ask(sharing.leader, "POST", f"{path}/decide", KEEP)
    assert [one["kind"] for one in decided.json()["decisions"]] == ["keep"]
    assert decided.json()["decisions"][0]["decided_by"] == str(sharing.leader.id)
    closed = await sharing.ask(sharing.leader, "POST", f"{path}/close", end)
    assert (closed.status_code, closed.json()["state"], closed.json()["summary"]) == (200, "closed", "本期无异常。")
    assert closed.json()["findings_at_close"]["accounts"] == 4
    for verb, body in (("close", end), ("decide", KEEP), ("rebalance", {}), ("opinions", {"text": "太晚了"})):
        who = sharing.sellers[0] if verb == "opinions" else sharing.author
        late = await sharing.ask(who, "POST", f"{path}/{verb}", body)
        assert (late.status_code, late.json()["code"]) == (409, "state_conflict"), verb


async def test_a_team_has_one_open_review_and_the_next_begins_where_it_ended(house: House) -> None:
    sharing = await a_team(house)
    first = await opened(sharing)
    body = {"department_id": str(sharing.department_id), "scheme_code": SCHEME}
    again = await sharing.ask(sharing.leader, "POST", "/v1/reviews", body)
    assert (again.status_code, again.json()["code"]) == (409, "review_already_open")
    path = f"/v1/reviews/{first['id']}"
    await sharing.ask(sharing.leader, "POST", f"{path}/decide", KEEP)
    await sharing.ask(sharing.leader, "POST", f"{path}/close", {"summary": "完成"})
    for _ in range(4):
        await sharing.account(sharing.sellers[0])
    second = await opened(sharing)
    assert second["since_at"] == first["until_at"]
    count = next(part for part in second["findings"]["fairness"]["dimensions"] if part["name"] == "count")
    assert Decimal(count["rise_percent"]) > 10
    assert "rebalance" in {one["code"] for one in second["suggestions"]}
    text = next(one["text"] for one in second["suggestions"] if one["code"] == "rebalance")
    assert "percentage points" in text["en"]
    assert "百分点" in text["zh"]


async def test_the_people_concerned_are_asked_and_read_only_their_own_words(house: House) -> None:
    sharing = await a_team(house)
    review = await opened(sharing)
    path = f"/v1/reviews/{review['id']}"
    assert (review["opinions_asked"], review["opinions_given"]) == (2, 0)
    one, other = sharing.sellers
    await sharing.ask(one, "POST", f"{path}/opinions", {"text": "客户偏少"})
    given = await sharing.ask(one, "POST", f"{path}/opinions", {"text": "希望增加客户"})
    assert (given.status_code, given.json()["opinions_given"]) == (200, 1)
    theirs = (await sharing.ask(other, "GET", f"{path}/opinions")).json()["items"]
    assert [(item["staff_code"], item["text"]) for item in theirs] == [(other.code, None)]
    known = (await sharing.ask(sharing.author, "GET", f"{path}/opinions", given="true")).json()["items"]
    assert [(item["staff_code"], item["text"]) for item in known] == [(one.code, "希望增加客户")]
    refused = await sharing.ask(sharing.leader, "POST", f"{path}/opinions", {"text": "我也有话说"})
    assert refused.status_code == 403


async def test_a_review_exists_only_for_leaders_planners_auditor_and_whom_it_concerns(house: House) -> None:
    sharing = await a_team(house)
    path = f"/v1/reviews/{(await opened(sharing))['id']}"
    elsewhere = await house.department()
    stranger = await house.person("sales_rep", department_id=elsewhere)
    admin, auditor = await house.person("admin"), await house.person("auditor")
    for who in (stranger, admin):
        for method, address, body in (
            ("GET", path, None),
            ("GET", f"{path}/opinions", None),
            ("POST", f"{path}/decide", KEEP),
        ):
            assert (await sharing.ask(who, method, address, body)).status_code == 404, (who, address)
        assert (await sharing.ask(who, "GET", "/v1/reviews")).json()["items"] == []
    for who in (sharing.sellers[0], auditor, sharing.leader):
        assert (await sharing.ask(who, "GET", path)).status_code == 200
    for who in (sharing.sellers[0], auditor):
        assert (await sharing.ask(who, "POST", f"{path}/decide", KEEP)).status_code == 403
    body = {"department_id": str(sharing.department_id), "scheme_code": SCHEME}
    assert (await sharing.ask(sharing.sellers[0], "POST", "/v1/reviews", body)).status_code == 403


async def test_a_rebalancing_keeps_its_budget_and_is_approved_by_somebody_else(house: House) -> None:
    sharing = await a_team(house, (9, 1), move_budget={"rebalance_permille": 300})
    path = f"/v1/reviews/{(await opened(sharing))['id']}"
    accepted = await sharing.ask(sharing.author, "POST", f"{path}/rebalance", {"most_moves": 2})
    assert accepted.status_code == 202, accepted.text
    review = accepted.json()
    job_id = UUID(accepted.headers["Location"].removeprefix("/v1/jobs/"))
    plan = await sharing.ran_job(job_id, f"/v1/distribution-plans/{review['plan_id']}")
    assert (plan["state"], plan["mode"], plan["most_moves"]) == ("proposed", "rebalance", 2)
    assert plan["counts"]["moved"] == 2
    assert (await sharing.step(plan, "approve", by=sharing.author)).status_code == 403
    approved = await sharing.step(plan, "approve")
    applied = await sharing.ran(await sharing.step(approved.json(), "apply"))
    assert applied["state"] == "applied"
    decision = {"kind": "rebalance", "text": "按方案再平衡", "responsible_id": str(sharing.author.id)}
    await sharing.ask(sharing.leader, "POST", f"{path}/decide", decision)
    closed = (await sharing.ask(sharing.leader, "POST", f"{path}/close", {"summary": "已再平衡"})).json()

    def spread(findings: dict[str, Any]) -> Decimal:
        return next(Decimal(one["cv"]) for one in findings["fairness"]["dimensions"] if one["name"] == "count")

    assert spread(closed["findings_at_close"]) < spread(closed["findings"])


async def test_whom_it_concerns_and_the_manager_are_told(house: House) -> None:
    sharing = await a_team(house)
    path = f"/v1/reviews/{(await opened(sharing, by=sharing.leader))['id']}"
    await sharing.ask(sharing.author, "POST", f"{path}/decide", KEEP)
    await sharing.ask(sharing.author, "POST", f"{path}/close", {"summary": "完成"})
    await tell_all(house)
    for seller in sharing.sellers:
        assert await kinds(house, seller) == ["review_to_comment", "review_closed"]
    assert await kinds(house, sharing.leader) == ["review_closed"]
    [asked, _] = await notices(house, sharing.sellers[0])
    assert asked["link"] == path


async def test_etag_and_what_is_refused(house: House) -> None:
    sharing = await a_team(house)
    review = await opened(sharing)
    path = f"/v1/reviews/{review['id']}"
    async with house.client(sharing.leader) as client:
        first = await client.get(path)
        same = await client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        await client.post(f"{path}/decide", json=KEEP)
        other = await client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        bodies = [
            await client.post(f"{path}/decide", json={"kind": "fire", "text": "x"}),
            await client.post(f"{path}/decide", json=KEEP | {"decided_by": str(sharing.author.id)}),
            await client.post(f"{path}/decide", json=KEEP | {"responsible_id": str(new_id())}),
            await client.post("/v1/reviews", json={"department_id": str(new_id()), "scheme_code": SCHEME}),
            await client.post("/v1/reviews", json={"department_id": review["department_id"], "scheme_code": "none"}),
        ]
    assert (same.status_code, other.status_code) == (304, 200)
    assert [one.status_code for one in bodies] == [422] * 5


async def test_the_database_holds_that_a_closed_review_has_decided(house: House) -> None:
    sharing = await a_team(house)
    review = await opened(sharing)
    with pytest.raises(Exception, match="closed_with_decisions"):
        async with house.services.database.transaction() as session:
            await session.execute(update(Review).where(Review.id == UUID(review["id"])).values(state="closed"))


async def test_without_rules_the_rest_is_told_and_nothing_is_rebalanced(house: House) -> None:
    sharing = await a_team(house)
    async with house.services.database.transaction() as session:
        await session.execute(update(Rulebook).values(state="retired"))
    review = await opened(sharing)
    found = review["findings"]
    assert (found["fairness"], found["targets"], found["accounts"]) == (None, [], 4)
    assert review["findings"]["freshness"]["most_days"] is None
    refused = await sharing.ask(sharing.author, "POST", f"/v1/reviews/{review['id']}/rebalance", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "no_published_rulebook")


async def test_a_team_without_accounts_is_reviewed_too(house: House) -> None:
    sharing = await Sharing.of(house)
    review = await opened(sharing)
    assert (review["findings"]["accounts"], review["opinions_asked"]) == (0, 2)
    assert [one["code"] for one in review["suggestions"]] == ["keep"]
    assert review["since_at"] <= review["until_at"]
