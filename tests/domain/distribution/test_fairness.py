import json
import math
import re
from fractions import Fraction

import pytest
from hypothesis import given, settings

from service.domain.canonical import canonical_json
from service.domain.distribution.claims import ALL_LOADS, justified_claims
from service.domain.distribution.fairness import fairness_report, plan_fairness
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.planning import plan
from service.domain.distribution.rulebook import Rulebook
from service.domain.distribution.snapshot import Account, Person, Snapshot
from tests.domain.distribution.evaluator import Evaluator
from tests.domain.distribution.families import OPEN, family, one_dimension, snapshots


def shares(snapshot: Snapshot, ledger: Ledger, at: int) -> list[tuple[float, float]]:
    """Weight and ℓ of each person who can carry a load, in plain floating point from its definition."""
    part = ledger.instance.dimensions[at]
    weights = [person.weight_millionths / 1e6 for person in snapshot.people]
    pool = [k for k in range(len(weights)) if part.pool[k]]
    unit = part.total / sum(weights[k] for k in pool)
    owners = ledger.owner.tolist()
    carried = {k: sum(load for load, owner in zip(part.loads, owners, strict=True) if owner == k) for k in pool}
    return [(weights[k], carried[k] / unit / weights[k]) for k in pool]


@pytest.mark.parametrize("name", ["loose", "mismatch"])
def test_the_measures_are_those_of_their_definitions(name: str) -> None:
    snapshot = family(200, 10, name)
    planned = plan(snapshot)
    report = plan_fairness(snapshot, planned)
    before = Ledger.of(snapshot)
    for ledger, measured in ((before, report.before), (before.with_owners(planned.owners), report.after)):
        for at, part in enumerate(report.dimensions):
            people = shares(snapshot, ledger, at)
            total, data = sum(w for w, _ in people), measured[part.name].to_mapping()
            spread = sum(w * (share - 1) ** 2 for w, share in people)
            assert (data["gini"] is None) == (data["jain"] is None) == (not any(share for _, share in people))
            if data["gini"] is None:
                continue
            carried, squares = sum(w * share for w, share in people), sum(w * share**2 for w, share in people)
            pairs = sum(w * v * abs(x - y) for w, x in people for v, y in people)
            assert float(data["max"]) == pytest.approx(max(share for _, share in people), abs=1e-6)
            assert float(data["min"]) == pytest.approx(min(share for _, share in people), abs=1e-6)
            assert float(data["cv"]) == pytest.approx(math.sqrt(spread / total), abs=1e-6)
            assert float(data["jain"]) == pytest.approx(carried**2 / (total * squares), abs=1e-6)
            assert float(data["gini"]) == pytest.approx(pairs / (2 * total * carried), abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(snapshots())
def test_claims_are_those_of_their_definition(snapshot: Snapshot) -> None:
    planned = plan(snapshot)
    evaluator = Evaluator(snapshot.canonical_bytes())
    people = {person["id"]: person for person in evaluator.people}
    counts = dict.fromkeys(evaluator.e, 0)
    for account in evaluator.free:
        holder = planned.owners.get(account["id"])
        for person in evaluator.people if holder else []:
            able = evaluator.may(account, person) and evaluator.room(account, person, planned.owners)
            for name, loads in evaluator.e.items() if able and person["id"] != holder else []:
                load = loads.get(account["id"], 0)
                x = [evaluator.carried(name, account, who, planned.owners) for who in (people[holder], person)]
                keeps, takes = (
                    Fraction(2 * has + load) * evaluator.r[who]
                    for has, who in zip(x, (holder, person["id"]), strict=True)
                )
                counts[name] += load > 0 and keeps > takes
    found = dict(justified_claims(Ledger.of(snapshot, planned.owners)).counts)
    found.pop(ALL_LOADS)
    assert found == counts


def two_people(*accounts: Account) -> Snapshot:
    people = (Person("p0", "P0"), Person("p1", "P1"))
    return Snapshot(accounts, people, Rulebook(hard_rules=OPEN), "rulebook", 1, "cycle")


def test_a_claim_names_account_holder_claimant_and_gap() -> None:
    snapshot = two_people(*(Account(f"a{at}", f"A{at}", value_minor=100, owner="p0") for at in range(4)))
    claims = justified_claims(Ledger.of(snapshot))
    assert claims.counts == {"all_loads": 4, "value": 4, "count": 4}
    assert claims.widest[0].to_mapping() == {
        "dimension": "all_loads",
        "account_id": "a0",
        "holder_id": "p0",
        "claimant_id": "p1",
        "gap": "1.500000",
    }


def test_giants_are_named_and_their_holders_left_out_of_the_residual() -> None:
    small = [Account(f"a{at:02d}", f"A{at:02d}", value_minor=10, owner="p1") for at in range(10)]
    snapshot = one_dimension(two_people(Account("giant", "G", value_minor=900, owner="p0"), *small))
    report = plan_fairness(snapshot, plan(snapshot))
    assert [giant.to_mapping() for giant in report.giants] == [
        {"account_id": "giant", "code": "G", "dimension": "value", "share": "1.800000"}
    ]
    assert report.after["value"].residual == Fraction(64, 100)
    assert any("G (1.80 of a fair share of potential value)" in sentence.en for sentence in report.sentences())


def test_a_perfectly_even_plan_measures_perfectly() -> None:
    snapshot = two_people(*(Account(f"a{at}", f"A{at}", value_minor=100) for at in range(10)))
    report = plan_fairness(snapshot, plan(snapshot)).to_mapping()
    assert report["dimensions"][0]["after"] == {
        "max": "1.000000",
        "max_person_id": "p0",
        "min": "1.000000",
        "min_person_id": "p0",
        "cv": "0.000000",
        "gini": "0.000000",
        "jain": "1.000000",
        "residual_percent": "0.0000",
    }
    before = report["dimensions"][0]["before"]
    assert (before["cv"], before["gini"], before["jain"]) == ("1.000000", None, None)
    assert report["claims"]["after"]["counts"] == {"all_loads": 0, "value": 0, "count": 0}


@settings(max_examples=30, deadline=None)
@given(snapshots())
def test_the_report_is_plain_json_without_floats_and_speaks_both_languages(snapshot: Snapshot) -> None:
    data = plan_fairness(snapshot, plan(snapshot)).to_mapping()
    assert json.loads(canonical_json(data)) == data
    for sentence in data["sentences"]:
        assert "{" not in sentence["en"] + sentence["zh"]
        assert re.search("[\u4e00-\u9fff]", sentence["zh"])
        assert sentence["en"][0].isupper()


def test_any_two_ledgers_can_be_compared() -> None:
    snapshot = family(60, 8)
    before = Ledger.of(snapshot, plan(snapshot).owners)
    moved = before.owners()
    account, holder = next(iter(moved.items()))
    moved[account] = next(person.id for person in snapshot.people if person.id != holder)
    report = fairness_report(before, before.with_owners(moved))
    assert report.before["value"] != report.after["value"]
