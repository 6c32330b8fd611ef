"""Plans that earlier engines stored, as they stored them: still read, verified, explained and computed again."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from service.domain.distribution.decisions import ENGINE_VERSION, Decision
from service.domain.distribution.evidence import Evidence
from service.domain.distribution.explanation import explain
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.own_answer import why
from service.domain.distribution.planning import plan
from service.domain.distribution.snapshot import InvalidSnapshot, Snapshot
from service.domain.distribution.tasks import Task
from service.domain.distribution.verification import verify

STORED = sorted((Path(__file__).parent / "stored").glob("engine_*.json"))


def stored(path: Path) -> Evidence:
    data = json.loads(path.read_text(encoding="utf-8"))
    return Evidence(
        content=data["snapshot"].encode(),
        snapshot_sha256=data["snapshot_sha256"],
        plan_sha256=data["plan_sha256"],
        engine_version=data["engine_version"],
        decisions=[Decision(**decision) for decision in data["decisions"]],
        certificate=data["certificate"],
    )


@pytest.fixture(params=STORED, ids=lambda path: path.stem)
def evidence(request: pytest.FixtureRequest) -> Evidence:
    return stored(request.param)


def test_there_is_a_stored_plan_of_every_earlier_engine() -> None:
    assert [stored(path).engine_version for path in STORED] == [str(at) for at in range(1, int(ENGINE_VERSION))]


def test_its_snapshot_keeps_the_bytes_that_were_hashed(evidence: Evidence) -> None:
    snapshot = Snapshot.from_bytes(evidence.content)
    assert snapshot.canonical_bytes() == evidence.content
    assert snapshot.sha256 == evidence.snapshot_sha256


def test_every_check_of_it_passes(evidence: Evidence) -> None:
    checks = {one.name: one.passed for one in verify(evidence)}
    missing = set() if evidence.certificate else {"no_bound"}
    assert {name for name, passed in checks.items() if not passed} == missing


def test_a_changed_decision_of_it_is_still_found(evidence: Evidence) -> None:
    first, *rest = evidence.decisions
    forged = replace(evidence, decisions=[replace(first, margin=(first.margin or 0) + 1), *rest])
    assert not {one.name: one.passed for one in verify(forged)}["winners"]


def test_it_is_explained_as_it_was_decided(evidence: Evidence) -> None:
    ledger = Ledger.of(Snapshot.from_bytes(evidence.content), evidence.owners)
    for decision in evidence.decisions:
        explanation = explain(ledger, decision.account_id)
        assert replace(explanation.decision, engine_version=evidence.engine_version) == decision
        if decision.runner_up:
            assert why(ledger, decision.account_id, decision.runner_up).outcome == "lost"


def test_a_plan_of_its_snapshot_names_the_hash_that_was_stored(evidence: Evidence) -> None:
    again = plan(Snapshot.from_bytes(evidence.content))
    assert (again.snapshot_sha256, again.engine_version) == (evidence.snapshot_sha256, ENGINE_VERSION)
    assert set(again.owners) == set(evidence.owners)


def test_what_the_first_engine_did_not_know_has_the_default_that_it_came_with() -> None:
    content = stored(STORED[0]).content
    assert not any(name in json.loads(content)["rulebook"] for name in ("giants", "move_budget", "freshness"))
    snapshot = Snapshot.from_bytes(content)
    assert snapshot.task == Task()
    giants, freshness, budget = snapshot.rulebook.giants, snapshot.rulebook.freshness, snapshot.rulebook.move_budget
    assert (giants.percent, giants.stay) == (25, False)
    assert (freshness.verified, freshness.most_days) == (True, 365)
    assert (budget.rebalance_permille, budget.appeal_accounts) == (50, 3)
    assert snapshot.rulebook.team_roles == {}


@pytest.mark.parametrize(("known", "other"), [(b'"task":', b'"tusk":'), (b'"is_new":false', b'"is_new":0')])
def test_an_unknown_field_or_another_value_is_refused_all_the_same(known: bytes, other: bytes) -> None:
    content = stored(STORED[-1]).content
    assert known in content
    with pytest.raises(InvalidSnapshot):
        Snapshot.from_bytes(content.replace(known, other))
