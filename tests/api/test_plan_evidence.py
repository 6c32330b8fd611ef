"""What a plan can be held against, through HTTP: its proof, itself computed again, another plan."""

import hashlib
import json
from typing import Any

import pytest
from sqlalchemy import update

from service.domain.canonical import canonical_json
from service.domain.distribution.decisions import ENGINE_VERSION
from service.domain.distribution.snapshot import Snapshot
from service.jobs import watching
from service.models import Decision, DistributionPlan
from service.models import Snapshot as SnapshotRow
from service.schemas.fairness import PlanFairnessView
from service.schemas.plan_evidence import PlanComparison
from tests.house import House
from tests.sharing import Sharing, path_of


async def a_plan(house: House, **fields: Any) -> tuple[Sharing, dict[str, Any]]:
    sharing = await Sharing.of(house, sellers=3)
    for number in range(12):
        await sharing.account(sharing.sellers[number % 2], potential_value_base=1000 + 700 * number)
    return sharing, await sharing.planned(**fields)


async def result_of(sharing: Sharing, plan: dict[str, Any], verb: str) -> dict[str, Any]:
    accepted = await sharing.ask(sharing.author, "POST", f"{path_of(plan)}/{verb}")
    await sharing.ran(accepted)
    job = (await sharing.ask(sharing.author, "GET", accepted.headers["Location"])).json()
    assert job["state"] == "succeeded", job
    return job["result"]


async def test_a_plan_carries_a_certificate_whose_prices_are_published(house: House) -> None:
    sharing, plan = await a_plan(house)
    answer = await sharing.ask(sharing.leader, "GET", f"{path_of(plan)}/fairness")
    proof = PlanFairnessView.model_validate(answer.json()).certificate
    assert proof is not None
    assert int(proof.bound) <= int(proof.potential)
    assert {price.person_id for price in proof.prices} == {seller.id for seller in sharing.sellers}
    assert set(proof.prices[0].prices) == {part["name"] for part in answer.json()["dimensions"]}
    assert proof.gap_points in proof.text.zh
    mine = await sharing.ask(sharing.author, "GET", f"{path_of(plan)}/fairness")
    outsider = await house.person("key_account_manager", department_id=await house.department())
    theirs = await sharing.ask(outsider, "GET", f"{path_of(plan)}/fairness")
    assert {price["person_id"] for price in mine.json()["certificate"]["prices"]} != {None}
    assert {price["person_id"] for price in theirs.json()["certificate"]["prices"]} == {None}


async def test_a_stored_plan_is_verified_without_the_solver(house: House) -> None:
    sharing, plan = await a_plan(house, mode="rebalance", most_moves=1)
    result = await result_of(sharing, plan, "verify")
    assert result["passed"], result
    assert [check["name"] for check in result["checks"]] == [
        *("snapshot", "engine", "hard_rules", "caps", "budget", "winners", "plan", "bound"),
    ]
    assert all(check["text"]["zh"] for check in result["checks"])


async def test_verification_finds_what_was_tampered_with(house: House) -> None:
    sharing, plan = await a_plan(house)
    [seller, other, _] = sharing.sellers

    async def failing(*changes: Any) -> set[str]:
        """The checks that fail after a change to what is stored, which is undone."""
        async with house.services.database.transaction() as session:
            for change in changes:
                await session.execute(change)
        result = await result_of(sharing, plan, "verify")
        return {check["name"] for check in result["checks"] if not check["passed"]}

    of_plan = update(Decision).where(Decision.plan_id == plan["id"])
    assert await failing(of_plan.where(Decision.winner_id == seller.id).values(margin=Decision.margin + 1)) == {
        "winners"
    }
    assert await failing(of_plan.where(Decision.winner_id == seller.id).values(margin=Decision.margin - 1)) == set()
    proof = DistributionPlan.certificate
    lied = update(DistributionPlan).values(certificate=proof.op("||")({"bound": "7"}))
    assert await failing(lied) == {"bound"}
    swapped = of_plan.where(Decision.winner_id == seller.id).values(winner_id=other.id)
    assert {"winners", "plan", "bound"} <= await failing(swapped)
    assert await failing(update(SnapshotRow).values(content=b"{}")) >= {"snapshot"}


async def test_an_old_plan_is_replayed_to_the_same_hash(house: House) -> None:
    sharing, plan = await a_plan(house)
    await house.account(sharing.sellers[0])
    result = await result_of(sharing, plan, "replay")
    hashes = {"plan_sha256": plan["plan_sha256"], "replayed_sha256": plan["plan_sha256"]}
    assert result == {"same": True, **hashes, "engine_version": ENGINE_VERSION, "replayed_by": ENGINE_VERSION}


@pytest.mark.parametrize(("verb", "first", "said"), [("replay", "placing", "重新计算"), ("verify", "reading", "核验")])
async def test_a_check_that_is_called_off_says_so_and_stops_at_its_next_step(
    house: House, monkeypatch: pytest.MonkeyPatch, verb: str, first: str, said: str
) -> None:
    sharing, plan = await a_plan(house)
    tell, phases = watching.Watch.tell, []

    def called_off(watch: watching.Watch, phase: str, done: int, total: int) -> None:
        phases.append(phase)
        watch.called_off.set()
        tell(watch, phase, done, total)

    monkeypatch.setattr(watching.Watch, "tell", called_off)
    accepted = await sharing.ask(sharing.author, "POST", f"{path_of(plan)}/{verb}")
    await sharing.ran(accepted)
    async with house.client(sharing.author, **{"Accept-Language": "zh-CN"}) as client:
        job = (await client.get(accepted.headers["Location"])).json()
    assert (job["state"], job["result"], phases) == ("failed", None, [first])
    assert job["problem"]["detail"] == f"方案的{said}已取消。"


@pytest.mark.parametrize("verb", ["verify", "replay"])
async def test_a_check_tells_how_far_it_is_and_never_goes_back(
    house: House, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    sharing, plan = await a_plan(house)
    tell, percents = watching.Watch.tell, []

    def told(watch: watching.Watch, phase: str, done: int, total: int) -> None:
        tell(watch, phase, done, total)
        percents.append(watch.percent)

    monkeypatch.setattr(watching.Watch, "tell", told)
    await result_of(sharing, plan, verb)
    assert percents == sorted(percents)
    assert len(set(percents)) > 2


async def test_an_export_holds_the_bytes_that_the_hashes_are_of(house: House) -> None:
    sharing, plan = await a_plan(house)
    answer = await sharing.ask(sharing.leader, "GET", f"{path_of(plan)}/export")
    content = answer.content
    whole = json.loads(content)
    assert canonical_json(whole) == content
    for name in ("snapshot", "plan"):
        assert hashlib.sha256(canonical_json(whole[name])).hexdigest() == plan[f"{name}_sha256"]
    assert Snapshot.from_bytes(canonical_json(whole["snapshot"])).sha256 == plan["snapshot_sha256"]
    assert set(whole) == {"certificate", "format", "plan", "snapshot"}
    manager = await sharing.ask(sharing.author, "GET", f"{path_of(plan)}/export")
    assert manager.status_code == 403


async def test_two_plans_are_compared_account_by_account_and_load_by_load(house: House) -> None:
    sharing, first = await a_plan(house)
    kept = await sharing.planned(mode="arrivals")
    answer = await sharing.ask(
        sharing.leader, "GET", f"{path_of(kept)}/comparison", **{"with": first["id"], "limit": 2}
    )
    comparison = PlanComparison.model_validate(answer.json())
    assert comparison.same_owner + comparison.other_owner == 12
    assert comparison.other_owner == first["counts"]["moved"]
    assert comparison.items[0].owner_id == comparison.items[0].this_id != comparison.items[0].other_id
    value = next(load for load in comparison.dimensions if load.name == "value")
    assert value.other is not None
    assert float(value.this.cv) > float(value.other.cv)
    assert comparison.sentences[1].zh.startswith("潜在价值：另一方案更均衡")
    found, cursor = [one.account_code for one in comparison.items], comparison.next_cursor
    while cursor:
        query = {"with": first["id"], "limit": 2, "cursor": cursor}
        page = (await sharing.ask(sharing.leader, "GET", f"{path_of(kept)}/comparison", **query)).json()
        found += [one["account_code"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert len(set(found)) == len(found) == comparison.other_owner
    unknown = await sharing.ask(
        sharing.leader, "GET", f"{path_of(kept)}/comparison", **{"with": str(sharing.rulebook_id)}
    )
    assert unknown.status_code == 404


async def test_what_is_not_computed_is_neither_verified_nor_exported(house: House) -> None:
    sharing = await Sharing.of(house)
    draft = (await sharing.asked()).json()
    for method, name in (("POST", "verify"), ("POST", "replay"), ("GET", "export")):
        answer = await sharing.ask(sharing.leader, method, f"{path_of(draft)}/{name}")
        assert (answer.status_code, answer.json()["code"]) == (409, "state_conflict")
    seller = await sharing.ask(sharing.sellers[0], "POST", f"{path_of(draft)}/verify")
    assert seller.status_code == 404
