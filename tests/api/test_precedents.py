"""Precedents, statistics, alerts and amendments through HTTP: what verdicts teach, without names."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, select, text

from service.models import AppealVerdict, AuditEntry, new_id
from tests.dispute import Dispute, a_dispute
from tests.house import House


async def decided(house: House, outcome: str = "upheld", **fields: Any) -> Dispute:
    """A dispute whose appeal was decided."""
    dispute = await a_dispute(house)
    answer = await dispute.decide(await dispute.heard(), outcome, **fields)
    assert answer.status_code == 200, answer.text
    # whoever heard one stays the only reviewer of the next
    async with house.services.database.transaction() as session:
        await session.execute(text("UPDATE role_grants SET state = 'revoked' WHERE role = 'director'"))
    house.services.identities.forget()
    return dispute


async def test_everybody_finds_a_verdict_without_a_name(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    async with house.services.database.transaction() as session:
        await session.execute(text("UPDATE accounts SET name = '华为技术有限公司'"))
        renamed = text("UPDATE staff SET name = '张伟' WHERE id = :id")
        await session.execute(renamed, {"id": dispute.seller.id})
    words = {
        "reason_zh": "张伟三年来一直拜访华为技术，",
        "reason_en": f"{dispute.seller.code} has visited 华为技术有限公司 for three years.",
    }
    await dispute.decide(path, "upheld", rule="region", **words)
    stranger = await house.person("after_sales")
    found = (await dispute.ask(stranger, "GET", "/v1/precedents")).json()["items"]
    assert [(one["reason_zh"], one["reason_en"]) for one in found] == [
        ("[…]三年来一直拜访[…]，", "[…] has visited […] for three years.")
    ]
    [one] = found
    assert (one["rule"], one["outcome"], one["region"], one["grounds"]) == (
        "region",
        "upheld",
        "华东",
        ["existing_relationship"],
    )
    ids = {str(dispute.seller.id), str(dispute.owner.id), str(dispute.account_id), path.rsplit("/")[-1]}
    assert not ids & set(str(one).replace("'", " ").split())
    again = await dispute.ask(stranger, "GET", f"/v1/precedents/{one['id']}")
    assert again.json() == one
    assert (await dispute.ask(stranger, "GET", f"/v1/precedents/{uuid4()}")).status_code == 404
    named = (await dispute.ask(dispute.seller, "GET", path)).json()["verdicts"][0]
    assert named["reason_zh"] == words["reason_zh"]


async def test_precedents_are_searched_by_ground_rule_and_outcome(house: House) -> None:
    await decided(house, "upheld", rule="region")
    await decided(house, "rejected", rule="region")
    dispute = await decided(house, "rejected", rule="balance")

    async def found(query: str) -> list[tuple[str, str]]:
        items = (await dispute.ask(dispute.seller, "GET", f"/v1/precedents?{query}")).json()["items"]
        return [(one["rule"], one["outcome"]) for one in items]

    assert await found("rule=region") == [("region", "rejected"), ("region", "upheld")]
    assert await found("outcome=rejected&rule=region") == [("region", "rejected")]
    assert len(await found("ground=existing_relationship")) == 3
    assert await found("ground=overload") == []


async def test_an_integration_reads_no_precedents(house: House) -> None:
    async with house.client() as stranger:
        assert (await stranger.get("/v1/precedents")).status_code == 401


async def test_verdicts_are_counted_by_what_one_asks_for(house: House) -> None:
    first = await decided(house, "upheld", rule="region")
    await decided(house, "rejected", rule="region")
    await decided(house, "rejected")
    leader = await house.person("general_manager")

    async def counted(query: str) -> dict[str, Any]:
        return dict((await first.ask(leader, "GET", f"/v1/appeal-statistics?{query}")).json())

    by_rule = await counted("by=rule")
    assert [(one["key"], one["decided"], one["upheld"], one["rejected"]) for one in by_rule["counts"]] == [
        ("region", 2, 1, 1),
        (None, 1, 0, 1),
    ]
    assert (by_rule["open"], by_rule["withdrawn"]) == (0, 0)
    assert [(one["key"], one["decided"]) for one in (await counted("by=region"))["counts"]] == [("华东", 3)]
    by_reviewer = (await counted("by=reviewer"))["counts"]
    assert (len(by_reviewer), str(first.judge.id) in {one["key"] for one in by_reviewer}) == (3, True)
    assert all(0 <= one["median_seconds"] <= one["longest_seconds"] for one in by_reviewer)
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date()
    assert (await counted(f"decided_from={tomorrow}"))["counts"] == []
    assert (await counted(f"decided_to={tomorrow}"))["counts"] == (await counted("by=rule"))["counts"]


async def test_a_rule_that_comes_to_be_overturned_often_is_told_once(house: House) -> None:
    disputes = [await a_dispute(house) for _ in range(5)]
    paths = [await dispute.filed() for dispute in disputes]
    async with house.services.database.transaction() as session:
        newest = text("SELECT id FROM rulebooks WHERE state = 'published' ORDER BY published_at DESC LIMIT 1")
        rulebook = await session.scalar(newest)
        for path, outcome in zip(paths, ("upheld", "upheld", "rejected", "rejected"), strict=False):
            verdict = a_verdict(appeal_id=path.rsplit("/")[-1], rulebook_id=rulebook, outcome=outcome)
            await session.execute(insert(AppealVerdict).values(verdict | {"reviewer_id": disputes[0].judge.id}))
    last = (await disputes[4].ask(disputes[4].seller, "GET", paths[4])).json()
    judge = next(dispute for dispute in disputes if str(dispute.judge.id) == last["reviewer_id"]).judge
    await disputes[4].ask(judge, "POST", f"{paths[4]}/review", {})
    assert (await disputes[4].decide(paths[4], "upheld", by=judge, rule="region")).status_code == 200
    async with house.services.database.reading() as connection:
        entries = select(AuditEntry.subject_id, AuditEntry.data).where(AuditEntry.action == "rule.overturned")
        told = [(row.subject_id, row.data) for row in await connection.execute(entries)]
    assert told == [(rulebook, {"rule": "region", "verdicts": 5, "overturned": 3})]


def a_verdict(**values: Any) -> dict[str, Any]:
    """A verdict on the region rule."""
    now = datetime.now(UTC)
    words = dict.fromkeys(("reason_en", "reason_zh", "precedent_en", "precedent_zh"), "…")
    return (
        {"id": new_id(), "instance": 1, "grounds": [], "rule": "region", "received_at": now, "decided_at": now}
        | words
        | values
    )


async def test_a_verdict_opens_a_draft_of_the_rulebook_that_links_back(house: House) -> None:
    dispute = await a_dispute(house)
    path = await dispute.heard()
    early = await dispute.ask(dispute.judge, "POST", f"{path}/amend", {})
    assert (early.status_code, early.json()["code"]) == (409, "state_conflict")
    precedent = (await dispute.decide(path, "upheld", rule="region")).json()["verdicts"][0]["id"]
    patch = {"definition": {"hard_rules": {"region": False}}}
    drafted = await dispute.ask(dispute.judge, "POST", f"{path}/amend", patch)
    body = drafted.json()
    assert (drafted.status_code, body["state"], body["precedent_id"]) == (201, "draft", precedent), drafted.text
    assert (body["number"], body["definition"]["hard_rules"]["region"]) == (2, False)
    shown = (await dispute.ask(dispute.seller, "GET", f"/v1/precedents/{precedent}")).json()
    assert shown["amendment_id"] == body["id"]
    again = await dispute.ask(dispute.judge, "POST", f"{path}/amend", {})
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")
    assert (await dispute.ask(dispute.seller, "POST", f"{path}/amend", {})).status_code == 403


async def test_a_mediator_who_decided_reads_the_draft_that_they_opened(house: House) -> None:
    dispute = await a_dispute(house)
    async with house.services.database.transaction() as session:
        await session.execute(text("UPDATE role_grants SET role = 'mediator' WHERE role = 'director'"))
    house.services.identities.forget()
    path = await dispute.heard()
    await dispute.decide(path, "rejected")
    drafted = await dispute.ask(dispute.judge, "POST", f"{path}/amend", {})
    assert drafted.status_code == 201, drafted.text
    assert (await dispute.ask(dispute.judge, "GET", drafted.headers["Location"])).status_code == 200
    assert (await dispute.ask(dispute.seller, "GET", drafted.headers["Location"])).status_code == 404
