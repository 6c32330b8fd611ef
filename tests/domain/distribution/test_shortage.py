"""What must wait is proven, and the people who are full are named."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from service.domain.distribution.eligibility import Rule
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.planning import plan
from service.domain.distribution.rulebook import HardRules, Rulebook
from service.domain.distribution.shortage import REMEDIES, shortages
from service.domain.distribution.snapshot import Account, Person, Snapshot
from tests.domain.distribution.families import OPEN, family, snapshots

REGIONAL = Rulebook(hard_rules=HardRules(industry=False, minimum_experience={}))


def crowded(**caps: int) -> Snapshot:
    """Ten accounts in the north, which one of two people may serve."""
    people = (Person("n", "N", regions=("north",), **caps), Person("s", "S", regions=("south",)))
    accounts = tuple(Account(f"a{at}", "A", region="north", workload_minutes=60) for at in range(10))
    return Snapshot(accounts, people, REGIONAL, "rulebook", 1, "cycle")


@pytest.mark.parametrize(
    ("caps", "cap", "number", "said"),
    [
        ({"max_accounts": 7}, Rule.COUNT_CAP, 3, "3 accounts"),
        ({"max_accounts": 9}, Rule.COUNT_CAP, 1, "1 account"),
        ({"max_workload_minutes": 540}, Rule.WORKLOAD_CAP, 60, "1 hour a month"),
        ({"max_workload_minutes": 400}, Rule.WORKLOAD_CAP, 200, "3.33 hours a month"),
    ],
)
def test_the_least_that_must_wait_is_proven_and_the_binding_people_are_named(
    caps: dict[str, int], cap: Rule, number: int, said: str
) -> None:
    ledger = Ledger.of(crowded(**caps))
    (found,) = shortages(ledger)
    assert (found.cap, found.number, found.accounts) == (cap, number, 10)
    mapping = found.to_mapping(ledger.instance)
    assert mapping["people"] == ["n"]
    assert mapping["remedies"] == list(REMEDIES)
    assert f"no room for {said}: only one person is eligible for 10 accounts" in found.sentence().en
    assert said.split(maxsplit=1)[0] in found.sentence().zh
    assert "{" not in found.sentence().en + found.sentence().zh


def test_where_everybody_has_room_nothing_is_short() -> None:
    assert list(shortages(Ledger.of(family(100, 8)))) == []


@settings(max_examples=60, deadline=None)
@given(snapshots())
def test_no_plan_places_more_than_the_proof_allows(snapshot: Snapshot) -> None:
    ledger = Ledger.of(snapshot, plan(snapshot).owners)
    waiting = ledger.instance.roll.free & (ledger.owner < 0)
    for found in shortages(ledger):
        left = waiting.sum() if found.cap is Rule.COUNT_CAP else ledger.instance.minutes[waiting].sum()
        assert left >= found.number


def test_a_plan_leaves_no_more_waiting_than_a_tight_count_cap_demands() -> None:
    people = tuple(Person(f"p{at}", "P", max_accounts=3) for at in range(4))
    accounts = tuple(Account(f"a{at:02d}", "A", value_minor=100 + at) for at in range(15))
    snapshot = Snapshot(accounts, people, Rulebook(hard_rules=OPEN), "rulebook", 1, "cycle")
    (found,) = shortages(Ledger.of(snapshot))
    assert (found.number, len(plan(snapshot).waiting)) == (3, 3)
    roomier = replace(snapshot, people=tuple(replace(person, max_accounts=4) for person in people))
    assert list(shortages(Ledger.of(roomier))) == []
