"""The engine against an independent evaluator that shares no code with it."""

import pytest
from hypothesis import given, settings

from service.domain.distribution.ledger import Ledger
from service.domain.distribution.planning import plan
from service.domain.distribution.routing import route
from service.domain.distribution.rulebook import Arrivals
from service.domain.distribution.scoring import scores_of
from service.domain.distribution.snapshot import Snapshot
from tests.domain.distribution.evaluator import Evaluator
from tests.domain.distribution.families import family, snapshots


def agrees(snapshot: Snapshot) -> None:
    planned = plan(snapshot)
    evaluator = Evaluator(snapshot.canonical_bytes())
    free = {account["id"] for account in evaluator.free}
    for decision, account in zip(planned.decisions, evaluator.accounts, strict=True):
        assert decision.account_id == account["id"]
        if account["id"] in free:
            expected = evaluator.decide(account, planned.owners)
            assert (decision.winner, decision.runner_up, decision.margin) == expected
        else:
            assert decision.winner == evaluator.kept.get(account["id"])


@settings(max_examples=75, deadline=None)
@given(snapshots())
def test_winner_runner_up_and_margin_of_a_plan_agree_to_the_bit(snapshot: Snapshot) -> None:
    agrees(snapshot)


@pytest.mark.parametrize("name", ["loose", "mismatch"])
@pytest.mark.parametrize("seed", [1, 2])
def test_they_agree_on_the_families_too(name: str, seed: int) -> None:
    agrees(family(60, 8, name, seed))


@settings(max_examples=40, deadline=None)
@given(snapshots())
def test_a_routing_agrees_to_the_bit(snapshot: Snapshot) -> None:
    evaluator = Evaluator(snapshot.canonical_bytes())
    ledger = Ledger.of(snapshot)
    owners = ledger.owners()
    for account in evaluator.free:
        decision = route(ledger, account["id"])
        if snapshot.rulebook.arrivals is Arrivals.RULE or account["id"] in owners:
            assert (decision.winner, decision.runner_up, decision.margin) == evaluator.decide(account, owners)


@settings(max_examples=40, deadline=None)
@given(snapshots())
def test_every_single_score_agrees_and_stays_below_the_limit(snapshot: Snapshot) -> None:
    evaluator = Evaluator(snapshot.canonical_bytes())
    ledger = Ledger.of(snapshot)
    assert (ledger.instance.scale.share_bits, ledger.instance.scale.unit) == (evaluator.bits, evaluator.unit)
    for number, account in enumerate(evaluator.accounts):
        owners = ledger.owners()
        with ledger.without(number):
            people, scores, _ = scores_of(ledger, number)
        for person, score in zip(people.tolist(), scores.tolist(), strict=True):
            assert score == evaluator.score(account, evaluator.people[person], owners)
            assert abs(score) < 2**62
