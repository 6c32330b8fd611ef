from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.distribution.claims import justified_claims
from service.domain.distribution.eligibility import Failed, Rule
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.planning import plan
from service.domain.distribution.routing import forbidding_rules, route
from service.domain.distribution.rulebook import Arrivals, Rulebook
from service.domain.distribution.snapshot import Account, Person, Snapshot
from tests.domain.distribution.families import OPEN, family, one_dimension, snapshots


def a_team(*accounts: Account, people: int = 3, rulebook: Rulebook | None = None) -> Snapshot:
    staff = tuple(Person(f"p{at}", f"P{at}") for at in range(people))
    return Snapshot(accounts, staff, rulebook or Rulebook(hard_rules=OPEN), "rulebook", 1, "2026-h1")


def arrive(ledger: Ledger, account_id: str) -> str:
    decision = route(ledger, account_id)
    assert decision.winner is not None
    instance = ledger.instance
    ledger.put(instance.account_numbers[account_id], instance.person_numbers[decision.winner])
    return decision.winner


def test_an_arrival_goes_to_whoever_has_least() -> None:
    old = [Account(f"a{at}", f"A{at}", value_minor=100, owner=f"p{at}") for at in range(2)]
    decision = route(Ledger.of(a_team(*old, Account("new", "N", value_minor=100))), "new")
    assert (decision.kind, decision.winner, decision.reason) == ("route", "p2", "lowest_score")
    assert decision.runner_up in {"p0", "p1"}


@settings(max_examples=30, deadline=None)
@given(snapshots())
def test_routing_leaves_the_ledger_as_it_was(snapshot: Snapshot) -> None:
    ledger, untouched = Ledger.of(snapshot), Ledger.of(snapshot)
    for account in snapshot.accounts:
        assert route(ledger, account.id) == route(untouched, account.id)
    assert (ledger.owner == untouched.owner).all()
    assert (ledger.carried == untouched.carried).all()
    assert (ledger.minutes == untouched.minutes).all()
    assert (ledger.count == untouched.count).all()


def test_a_bulk_arrival_does_not_go_to_one_person() -> None:
    accounts = [Account(f"a{at:02d}", f"A{at}", value_minor=100, workload_minutes=60) for at in range(30)]
    ledger = Ledger.of(a_team(*accounts))
    shares = Counter(arrive(ledger, account.id) for account in accounts)
    assert sorted(shares.values()) == [10, 10, 10]


@settings(max_examples=30, deadline=None)
@given(snapshots(), st.permutations(range(12)))
def test_at_every_prefix_of_arrivals_the_newest_leaves_no_justified_claim(snapshot: Snapshot, order: list[int]) -> None:
    snapshot = one_dimension(
        replace(snapshot, accounts=tuple(replace(a, owner=None, pinned=False) for a in snapshot.accounts))
    )
    ledger = Ledger.of(snapshot)
    for number in order:
        if number < len(snapshot.accounts) and route(ledger, snapshot.accounts[number].id).winner:
            arrive(ledger, snapshot.accounts[number].id)
            newest = snapshot.accounts[number].id
            claims = justified_claims(ledger).widest
            assert (newest, "value") not in {(claim.account_id, claim.dimension) for claim in claims}


@pytest.mark.parametrize("name", ["value", "workload", "count"])
def test_arrivals_from_large_to_small_leave_no_justified_claim_at_any_prefix(name: str) -> None:
    snapshot = one_dimension(family(60, 6), name)
    snapshot = replace(snapshot, accounts=tuple(replace(account, owner=None) for account in snapshot.accounts))
    ledger = Ledger.of(snapshot)
    largest_first = sorted(snapshot.accounts, key=lambda it: (-it.workload_minutes, -(it.value_minor or 0)))
    if name == "value":
        largest_first.sort(key=lambda it: -(it.value_minor or 0))
    for account in largest_first:
        arrive(ledger, account.id)
        assert justified_claims(ledger).counts[name] == 0


def test_routing_a_finished_plan_again_names_the_owners_that_it_has() -> None:
    snapshot = family(200, 10)
    planned = plan(snapshot)
    ledger = Ledger.of(snapshot, planned.owners)
    for decision in planned.decisions:
        again = route(ledger, decision.account_id)
        assert (again.winner, again.runner_up, again.margin) == (decision.winner, decision.runner_up, decision.margin)


def test_a_rulebook_may_let_arrivals_wait() -> None:
    rulebook = Rulebook(hard_rules=OPEN, arrivals=Arrivals.WAIT)
    decision = route(Ledger.of(a_team(Account("new", "N"), rulebook=rulebook)), "new")
    assert (decision.winner, decision.reason, decision.remedy) == (None, "waits_for_plan", "make_plan")


def test_an_arrival_that_is_held_back_waits_with_that_reason() -> None:
    decision = route(Ledger.of(a_team(Account("new", "N", held_back="missing_rate"))), "new")
    assert (decision.winner, decision.reason, decision.remedy) == (
        None,
        "held_back:missing_rate",
        "enter_exchange_rate",
    )


def test_an_account_that_the_snapshot_does_not_know_is_an_error() -> None:
    with pytest.raises(KeyError):
        route(Ledger.of(a_team()), "nobody")


def test_what_forbids_an_upheld_appeal_is_told_rule_by_rule() -> None:
    rulebook = Rulebook.from_mapping({"hard_rules": {"blocked_pairs": [{"account_id": "a", "person_id": "p"}]}})
    has = Account("b", "B", owner="p", workload_minutes=60)
    asked = Account("a", "A", region="华东", tier="gold", workload_minutes=120, owner="q")
    person = Person("p", "P", regions=("华北",), experience_level=2, max_accounts=1, max_workload_minutes=100)
    snapshot = Snapshot((asked, has), (person, Person("q", "Q")), rulebook, "rulebook", 1, "cycle")
    assert forbidding_rules(Ledger.of(snapshot), "a", "p") == (
        Failed(Rule.BLOCKED_PAIR, "not_blocked", "blocked"),
        Failed(Rule.REGION, "华东", ["华北"]),
        Failed(Rule.EXPERIENCE, 3, 2),
        Failed(Rule.COUNT_CAP, 1, 2),
        Failed(Rule.WORKLOAD_CAP, 100, 180),
    )


@settings(max_examples=30, deadline=None)
@given(snapshots())
def test_nothing_forbids_what_the_rule_itself_chose(snapshot: Snapshot) -> None:
    ledger = Ledger.of(snapshot, {})
    for account in snapshot.accounts:
        if snapshot.rulebook.arrivals is Arrivals.RULE:
            decision = route(ledger, account.id)
            if decision.winner and decision.reason != "pinned" and not account.held_back:
                assert forbidding_rules(ledger, account.id, decision.winner) == ()


def test_an_owner_is_not_counted_twice_against_their_own_cap() -> None:
    snapshot = Snapshot(
        (Account("a", "A", owner="p"),), (Person("p", "P", max_accounts=1),), Rulebook(hard_rules=OPEN), "r", 1, "c"
    )
    assert forbidding_rules(Ledger.of(snapshot), "a", "p") == ()
