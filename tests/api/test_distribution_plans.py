"""Distribution plans through HTTP: computed from one snapshot, judged by a second person."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import insert, select, update

from service.domain.distribution.planning import plan as plan_of
from service.domain.distribution.snapshot import Snapshot
from service.jobs.schedule import KINDS
from service.jobs.worker import run_job
from service.models import Absence, Assignment, DistributionPlan, Rulebook, Staff, new_id
from service.models import Snapshot as SnapshotRow
from service.schemas.decisions import DecisionView, UnassignedView
from service.schemas.distribution_plans import DistributionPlanView
from service.schemas.fairness import PlanFairnessView
from tests.house import House
from tests.sharing import Sharing, path_of


async def stored(house: House, plan: dict[str, Any]) -> Snapshot:
    async with house.services.database.reading() as connection:
        statement = select(SnapshotRow.content).where(SnapshotRow.sha256 == plan["snapshot_sha256"])
        return Snapshot.from_bytes((await connection.execute(statement)).scalar_one())


async def test_a_plan_shares_the_accounts_and_tells_what_it_does(house: House) -> None:
    sharing = await Sharing.of(house)
    rich, idle = sharing.sellers
    for _ in range(6):
        await sharing.account(rich)
    accepted = await sharing.asked()
    assert (accepted.json()["state"], accepted.json()["counts"]["accounts"]) == ("draft", 0)
    plan = await sharing.ran(accepted)
    view = DistributionPlanView.model_validate(plan)
    assert (view.state, view.rulebook_id, view.author_id) == ("proposed", sharing.rulebook_id, sharing.author.id)
    assert (view.counts.accounts, view.counts.people, view.counts.waiting) == (6, 2, 0)
    assert (view.counts.moved, view.counts.kept) == (3, 3)
    moves = await sharing.part(plan, "moves")
    DecisionView.model_validate(moves[0])
    assert {(move["previous_owner_code"], move["winner_code"]) for move in moves} == {(rich.code, idle.code)}
    assert len(await sharing.part(plan, "decisions")) == 6
    assert await sharing.owners() == {
        item["account_id"]: str(rich.id) for item in await sharing.part(plan, "decisions")
    }


async def test_the_stored_snapshot_gives_the_same_plan_again_byte_for_byte(house: House) -> None:
    sharing = await Sharing.of(house, sellers=3)
    for number in range(15):
        await sharing.account(sharing.sellers[number % 2], potential_value_base=1000 * number**2, tier="gold")
    plan = await sharing.planned(seed="2026-Q3")
    snapshot = await stored(house, plan)
    assert snapshot.sha256 == plan["snapshot_sha256"]
    assert plan_of(snapshot).sha256 == plan["plan_sha256"]
    again = await sharing.planned(seed="2026-Q3")
    assert (again["snapshot_sha256"], again["plan_sha256"]) == (plan["snapshot_sha256"], plan["plan_sha256"])


async def test_a_snapshot_holds_what_decides_and_why_an_account_takes_no_part(house: House) -> None:
    sharing = await Sharing.of(house)
    [seller, other] = sharing.sellers
    ok = await sharing.account(seller, tier="gold", potential_value_base="1234.56", lifecycle="active")
    reasons = {
        await sharing.account(potential_value_base=None, potential_currency="EUR"): "missing_rate",
        await sharing.account(
            potential_value=None, potential_currency=None, potential_value_base=None
        ): "missing_value",
        await sharing.account(verified_at=None): "unverified",
        await sharing.account(verified_at=datetime.now(UTC) - timedelta(days=366)): "stale",
        await sharing.account(tier=None): "no_tier",
        await sharing.account(potential_value_base="99999999999999999.00"): "value_out_of_range",
    }
    await house.person("finance")
    await house.person("sales_rep", status="left")
    snapshot = await stored(house, await sharing.planned())
    entries = {entry.id: entry for entry in snapshot.accounts}
    assert {entry.id: entry.held_back for entry in snapshot.accounts if entry.held_back} == {
        str(account): reason for account, reason in reasons.items()
    }
    entry = entries[str(ok)]
    assert (entry.value_minor, entry.tier, entry.workload_minutes, entry.owner) == (123456, "gold", 960, str(seller.id))
    assert (entry.is_new, entry.products, entry.intent) == (False, ("产品A",), "medium")
    assert {person.id for person in snapshot.people} == {str(seller.id), str(other.id)}


async def test_the_rulebook_says_how_fresh_data_must_be(house: House) -> None:
    sharing = await Sharing.of(house, freshness={"verified": False, "most_days": 0})
    for verified_at in (None, datetime.now(UTC) - timedelta(days=3000)):
        await sharing.account(verified_at=verified_at)
    snapshot = await stored(house, await sharing.planned())
    assert [entry.held_back for entry in snapshot.accounts] == [None, None]


async def test_people_count_by_the_days_on_which_they_are_there(house: House) -> None:
    sharing = await Sharing.of(house)
    part_timer = await house.person("sales_rep", fte="0.5", max_accounts=7, max_workload_hours="12.5")
    today = date.today()
    async with house.services.database.transaction() as session:
        for start, end in ((today - timedelta(days=9), today + timedelta(days=8)), (today + timedelta(days=400),) * 2):
            values = {"id": new_id(), "staff_id": part_timer.id, "kind": "leave", "starts_on": start, "ends_on": end}
            await session.execute(insert(Absence).values(values))
    await sharing.account()
    entry = next(one for one in (await stored(house, await sharing.planned())).people if one.id == str(part_timer.id))
    assert (entry.fte_permille, entry.max_accounts, entry.max_workload_minutes) == (500, 7, 750)
    assert entry.availability_permille in {1000 * absent // 90 for absent in (80, 81, 82)}


async def test_what_waits_is_told_with_its_reason_and_remedy_in_both_languages(house: House) -> None:
    sharing = await Sharing.of(house)
    far = await sharing.account(region="西北")
    unverified = await sharing.account(verified_at=None)
    plan = await sharing.planned()
    waiting = {item["account_id"]: item for item in await sharing.part(plan, "unassigned")}
    for item in waiting.values():
        UnassignedView.model_validate(item)
    assert waiting[str(far)]["reason"] == "no_eligible_person"
    assert waiting[str(far)]["region"] == "西北"
    assert waiting[str(far)]["remedy_text"]["en"].startswith("Let ")
    assert sharing.sellers[0].code in waiting[str(far)]["remedy_text"]["zh"]
    assert waiting[str(unverified)]["reason_text"]["zh"] == "暂缓分配：决定其分配的数据尚未核实。"
    assert waiting[str(unverified)]["remedy_text"]["en"] == "Have the account's data verified."
    assert plan["counts"]["waiting"] == 2


async def test_pinned_accounts_and_those_under_appeal_stay_with_their_owner(house: House) -> None:
    sharing = await Sharing.of(house)
    rich, idle = sharing.sellers
    accounts = [await sharing.account(rich) for _ in range(6)]
    async with house.services.database.transaction() as session:
        holding = update(Assignment).where(Assignment.account_id == accounts[0])
        await session.execute(holding.values(pinned_until=datetime.now(UTC) + timedelta(days=1), pin_reason="投标"))
        expired = update(Assignment).where(Assignment.account_id == accounts[2])
        await session.execute(expired.values(pinned_until=datetime.now(UTC) - timedelta(days=1), pin_reason="投标"))
        assignment = await session.scalar(select(Assignment.id).where(Assignment.account_id == accounts[1]))
    appeal = {"assignment_id": str(assignment), "grounds": ["territory"], "statement": "该客户在我的片区。"}
    filed = await sharing.ask(idle, "POST", "/v1/appeals", appeal)
    assert filed.status_code == 201, filed.text
    plan = await sharing.planned()
    decided = {item["account_id"]: item for item in await sharing.part(plan, "decisions")}
    assert {decided[str(account)]["winner_id"] for account in accounts[:2]} == {str(rich.id)}
    assert [decided[str(account)]["reason"] for account in accounts[:2]] == ["pinned", "held_back"]
    assert (plan["counts"]["pinned"], plan["counts"]["held_back"], plan["counts"]["moved"]) == (1, 1, 3)


async def test_a_department_shares_its_own_accounts_among_its_own_people(house: House) -> None:
    sharing = await Sharing.of(house)
    below = await house.department(parent_id=sharing.department_id)
    inside = await house.person("sales_rep", department_id=below)
    outside = await house.person("sales_rep", department_id=await house.department())
    theirs = await sharing.account(outside)
    ours = [await sharing.account(inside), await sharing.account(sharing.sellers[0])]
    nobodys = await sharing.account()
    snapshot = await stored(house, await sharing.planned(department_id=str(sharing.department_id)))
    assert {entry.id for entry in snapshot.accounts} == {str(account) for account in ours}
    assert {person.id for person in snapshot.people} == {str(one.id) for one in (inside, *sharing.sellers)}
    whole = await stored(house, await sharing.planned())
    assert {str(theirs), str(nobodys)} <= {entry.id for entry in whole.accounts}


async def test_fairness_before_and_after_names_only_whom_the_reader_may_know(house: House) -> None:
    sharing = await Sharing.of(house)
    outsider = await house.person("sales_rep", department_id=await house.department())
    for _ in range(9):
        await sharing.account(sharing.sellers[0])
    plan = await sharing.planned()
    path = f"{path_of(plan)}/fairness"
    whole = await sharing.ask(sharing.leader, "GET", path)
    PlanFairnessView.model_validate(whole.json())
    value = whole.json()["dimensions"][0]
    assert (value["before"]["max"], value["after"]["max"]) == ("3.000000", "1.000000")
    assert (value["before"]["cv"], value["after"]["cv"]) == ("1.414214", "0.000000")
    assert {person["code"] for person in whole.json()["people"]} == {one.code for one in (*sharing.sellers, outsider)}
    line = await sharing.ask(sharing.author, "GET", path)
    assert sorted(person["code"] or "" for person in line.json()["people"]) == sorted(
        ["", *(seller.code for seller in sharing.sellers)]
    )
    assert line.headers["ETag"] != whole.headers["ETag"]
    assert "最高者" in orjson.dumps(line.json()["sentences"]).decode()


async def test_the_fairness_of_a_plan_of_an_earlier_version_leaves_empty_what_it_did_not_tell(house: House) -> None:
    sharing = await Sharing.of(house)
    await sharing.account()
    plan = await sharing.planned()
    async with house.services.database.transaction() as session:
        row = await session.get_one(DistributionPlan, UUID(plan["id"]))
        assert row.fairness is not None
        people = [{name: one[name] for name in one if name != "attained"} for one in row.fairness["people"]]
        told = {name: row.fairness[name] for name in row.fairness if name not in {"shortages", "guarantees"}}
        row.fairness = told | {"people": people}
    answer = await sharing.ask(sharing.leader, "GET", f"{path_of(plan)}/fairness")
    view = PlanFairnessView.model_validate(answer.json())
    assert (view.shortages, view.guarantees, view.people[0].attained) == ([], [], {})


async def test_what_must_wait_whatever_the_plan_is_proven_and_named(house: House) -> None:
    sharing = await Sharing.of(house, move_price=0)
    outsider = await house.person("sales_rep", max_accounts=2, department_id=await house.department())
    async with house.services.database.transaction() as session:
        await session.execute(update(Staff).values(max_accounts=2))
    for _ in range(9):
        await sharing.account()
    plan = await sharing.planned()
    seen = {}
    for reader in (sharing.leader, sharing.author):
        answer = await sharing.ask(reader, "GET", f"{path_of(plan)}/fairness")
        view = PlanFairnessView.model_validate(answer.json())
        assert (view.waiting, [(one.cap, one.number, one.accounts) for one in view.shortages]) == (
            plan["counts"]["waiting"],
            [("count_cap", 3, 9)],
        )
        assert view.shortages[0].remedies == ["raise_cap", "widen_industry", "widen_region", "widen_experience"]
        assert "安排不下：3 个客户。" in view.shortages[0].text.zh
        told = [one.zh for one in view.sentences]
        assert view.shortages[0].text.zh in told
        assert told[0] == "潜在价值：每个人实得均为其可达份额（最公平的分法下应得的份额）的 1.00 倍。"
        value = view.guarantees[0]
        assert (value.name, value.envious_pairs, value.maximin_least) == ("value", 0, "1.000000")
        assert {person.attained["value"] for person in view.people} == {"1.000000"}
        seen[reader.code] = set(view.shortages[0].people)
    assert seen[sharing.leader.code] == {outsider.id, *(seller.id for seller in sharing.sellers)}
    assert seen[sharing.author.code] == {None, *(seller.id for seller in sharing.sellers)}


async def test_the_author_a_candidate_and_whoever_is_no_leader_do_not_approve(house: House) -> None:
    sharing = await Sharing.of(house)
    await sharing.account()
    director = await house.person("director")
    async with house.client(director) as client:
        own = await sharing.ran(
            await client.post("/v1/distribution-plans", json={"name": "x", "scheme_code": "five_tiers"})
        )
    candidate = await house.person("director", "key_account_manager")
    plan = await sharing.planned()
    refused = {
        "author_is_approver": await sharing.step(own, "approve", director),
        "candidate_is_approver": await sharing.step(plan, "approve", candidate),
        "forbidden": await sharing.step(plan, "approve", sharing.author),
        "not_found": await sharing.step(plan, "approve", sharing.sellers[0]),
    }
    assert {name: (answer.status_code, answer.json()["code"]) for name, answer in refused.items()} == {
        name: (404 if name == "not_found" else 403, name) for name in refused
    }
    approved = await sharing.step(plan, "approve", director, reason="同意")
    assert (approved.json()["state"], approved.json()["approver_id"]) == ("approved", str(director.id))
    again = await sharing.step(plan, "approve")
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")


async def test_a_plan_is_rejected_with_a_reason_or_called_off(house: House) -> None:
    sharing = await Sharing.of(house)
    await sharing.account()
    plan = await sharing.planned()
    assert (await sharing.step(plan, "reject")).status_code == 422
    rejected = await sharing.step(plan, "reject", reason="人手不足")
    assert (rejected.json()["state"], rejected.json()["reason"]) == ("rejected", "人手不足")
    assert (await sharing.step(plan, "apply")).status_code == 409
    accepted = await sharing.asked()
    cancelled = await sharing.step(accepted.json(), "cancel", sharing.author)
    assert cancelled.json()["state"] == "cancelled"
    assert (await sharing.ran(accepted))["state"] == "cancelled"
    stranger = await house.person("department_manager")
    assert (await sharing.step(await sharing.planned(), "cancel", stranger)).status_code == 403


async def test_a_plan_needs_a_rulebook_a_scheme_and_a_department_that_exist(house: House) -> None:
    author = await house.person("director")
    async with house.client(author) as client:
        nothing = await client.post("/v1/distribution-plans", json={"name": "x", "scheme_code": "five_tiers"})
    assert (nothing.status_code, nothing.json()["errors"][0]["pointer"]) == (422, "/scheme_code")
    sharing = await Sharing.of(house)
    unknown = str(new_id())
    for name in ("rulebook_id", "department_id"):
        answer = await sharing.asked(**{name: unknown})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{name}")
    seller = await sharing.ask(sharing.sellers[0], "POST", "/v1/distribution-plans", {"name": "x", "scheme_code": "a"})
    assert seller.status_code == 403


async def test_a_plan_that_cannot_be_computed_says_why(house: House) -> None:
    sharing = await Sharing.of(house)
    accepted = await sharing.asked()
    async with house.services.database.transaction() as session:
        await session.execute(update(Rulebook).values(definition={"damaged": True}))
    services = house.services
    await run_job(services.database, services.settings, KINDS, accepted.json()["job_id"])
    plan = (await sharing.ask(sharing.author, "GET", path_of(accepted.json()))).json()
    DistributionPlanView.model_validate(plan)
    assert (plan["state"], plan["problem"]["code"]) == ("failed", "invalid_input")


async def test_sellers_do_not_see_plans(house: House) -> None:
    sharing = await Sharing.of(house)
    await sharing.account()
    plan = await sharing.planned()
    seller = sharing.sellers[0]
    assert (await sharing.ask(seller, "GET", "/v1/distribution-plans")).json()["items"] == []
    for part in ("", "/fairness", "/moves", "/decisions", "/unassigned"):
        assert (await sharing.ask(seller, "GET", f"{path_of(plan)}{part}")).status_code == 404, part
    listed = (await sharing.ask(sharing.leader, "GET", "/v1/distribution-plans", state="proposed")).json()["items"]
    assert [one["id"] for one in listed] == [plan["id"]]
