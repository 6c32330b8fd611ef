import os
import random
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.distribution.claims import justified_claims
from service.domain.distribution.eligibility import failed_rules, takes_part
from service.domain.distribution.instance import Instance, TooLarge
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.planning import plan
from service.domain.distribution.rulebook import BalanceTargets, FitWeights, HardRules, Rulebook
from service.domain.distribution.scoring import winner
from service.domain.distribution.snapshot import Account, Person, Snapshot
from service.domain.distribution.waiting import waiting_for
from service.domain.distribution.wording import reason_sentence, remedy_sentence
from service.queries.snapshots import HELD_BACK
from tests.domain.distribution.families import OPEN, family, one_dimension, snapshots

EVERYTHING_OFF = Rulebook(
    hard_rules=OPEN,
    fit=FitWeights(0, 0, 0, 0),
    balance=BalanceTargets(0, 0, 0, {}),
    misfit_price=0,
    move_price=0,
)
ROOT = Path(__file__).parents[3]


def a_snapshot(accounts: list[Account], people: list[Person], rulebook: Rulebook | None = None) -> Snapshot:
    return Snapshot(tuple(accounts), tuple(people), rulebook or Rulebook(hard_rules=OPEN), "rulebook", 1, "2026-h1")


def some_accounts(number: int, **values: Any) -> list[Account]:
    return [Account(f"a{at:03d}", f"A{at:03d}", **{"value_minor": 100, **values}) for at in range(number)]


def some_people(number: int, **values: Any) -> list[Person]:
    return [Person(f"p{at}", f"P{at}", **values) for at in range(number)]


def assert_waits(snapshot: Snapshot, reason: str, remedy: str, accounts: int = 1) -> None:
    planned = plan(snapshot)
    assert [(item.reason, item.remedy) for item in planned.waiting] == [(reason, remedy)] * accounts
    for item in planned.waiting:
        assert all((*reason_sentence(item.reason), *remedy_sentence(item)))
        assert "{" not in "".join((*reason_sentence(item.reason), *remedy_sentence(item)))


# Properties


@settings(max_examples=50, deadline=None)
@given(snapshots(), st.randoms())
def test_permuted_inputs_give_the_same_plan_byte_for_byte(snapshot: Snapshot, chance: random.Random) -> None:
    accounts, people = list(snapshot.accounts), list(snapshot.people)
    chance.shuffle(accounts)
    chance.shuffle(people)
    mixed = replace(snapshot, accounts=tuple(accounts), people=tuple(people))
    one, other = plan(snapshot), plan(mixed)
    assert other.canonical_bytes() == one.canonical_bytes()
    assert other.decisions == one.decisions


@settings(max_examples=75, deadline=None)
@given(snapshots())
def test_no_pair_is_ineligible_blocked_absent_or_over_a_cap(snapshot: Snapshot) -> None:
    planned = plan(snapshot)
    accounts = {account.id: account for account in snapshot.accounts}
    people = {person.id: person for person in snapshot.people}
    for placement in planned.placements:
        if placement.basis == "rule":
            person = people[placement.person_id]
            assert takes_part(person)
            assert not failed_rules(snapshot.rulebook, accounts[placement.account_id], person)
    rules = snapshot.rulebook.hard_rules
    for person in snapshot.people:
        has = [item for item in planned.placements if item.person_id == person.id]
        if any(item.basis == "rule" for item in has):
            minutes = sum(accounts[item.account_id].workload_minutes for item in has)
            assert not rules.count_cap or person.max_accounts is None or len(has) <= person.max_accounts
            most = person.max_workload_minutes
            assert not rules.workload_cap or most is None or minutes <= most


@settings(max_examples=50, deadline=None)
@given(snapshots())
def test_each_account_is_placed_once_or_waits(snapshot: Snapshot) -> None:
    planned = plan(snapshot)
    placed = [item.account_id for item in planned.placements]
    waiting = [item.account_id for item in planned.waiting]
    assert sorted([*placed, *waiting]) == [account.id for account in snapshot.accounts]
    assert placed == sorted(placed)
    assert [decision.account_id for decision in planned.decisions] == [account.id for account in snapshot.accounts]


@settings(max_examples=30, deadline=None)
@given(snapshots(), st.integers(2, 900))
def test_scaling_all_values_changes_nothing(snapshot: Snapshot, factor: int) -> None:
    grown = [replace(account, value_minor=(account.value_minor or 0) * factor) for account in snapshot.accounts]
    scaled = replace(snapshot, accounts=tuple(grown))
    assert plan(scaled).placements == plan(snapshot).placements
    assert [each.margin for each in plan(scaled).decisions] == [each.margin for each in plan(snapshot).decisions]


@settings(max_examples=30, deadline=None)
@given(snapshots())
def test_replay_from_the_stored_bytes_gives_the_same_hash(snapshot: Snapshot) -> None:
    assert plan(Snapshot.from_bytes(snapshot.canonical_bytes())).sha256 == plan(snapshot).sha256


def test_another_process_with_other_hash_seed_and_threads_gives_the_same_hash(tmp_path: Path) -> None:
    snapshot = family(120, 10)
    stored = tmp_path / "snapshot.json"
    stored.write_bytes(snapshot.canonical_bytes())
    script = (
        "import sys; from pathlib import Path\n"
        "from service.domain.distribution.planning import plan\n"
        "from service.domain.distribution.snapshot import Snapshot\n"
        "print(plan(Snapshot.from_bytes(Path(sys.argv[1]).read_bytes())).sha256)"
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", script, str(stored)],
            env={**os.environ, "PYTHONHASHSEED": seed, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed, threads in (("1", "1"), ("2", "2"))
    }
    assert hashes == {plan(snapshot).sha256}


@pytest.mark.parametrize("name", ["loose", "mismatch"])
@pytest.mark.parametrize("seed", [3, 4])
def test_asking_again_about_a_finished_plan_moves_nothing(name: str, seed: int) -> None:
    snapshot = family(300, 15, name, seed)
    ledger = Ledger.of(snapshot, plan(snapshot).owners)
    for account in range(300):
        with ledger.without(account) as holder:
            assert winner(ledger, account, holder) == holder


@settings(max_examples=40, deadline=None)
@given(snapshots(most_accounts=14), st.sampled_from(["value", "workload", "count"]))
def test_one_load_and_equal_eligibility_leave_no_justified_claim(snapshot: Snapshot, name: str) -> None:
    snapshot = one_dimension(snapshot, name)
    ledger = Ledger.of(snapshot, plan(snapshot).owners)
    assert justified_claims(ledger).counts.get(name, 0) == 0


@pytest.mark.parametrize("seed", range(1, 4))
def test_one_load_on_a_large_team_leaves_no_justified_claim(seed: int) -> None:
    snapshot = one_dimension(family(400, 12, seed=seed))
    counts = justified_claims(Ledger.of(snapshot, plan(snapshot).owners)).counts
    assert counts["value"] == counts["all_loads"] == 0


def test_the_plan_is_far_more_even_than_the_owners_before() -> None:
    snapshot = family(600, 15)
    instance = Instance(snapshot)
    before, after = Ledger(instance).with_owners(), Ledger(instance).with_owners(plan(snapshot).owners)
    at_work = instance.weights > 0

    def spread(ledger: Ledger) -> float:
        share = ledger.carried[at_work, 0] / 2**instance.scale.share_bits / (instance.weights[at_work] / 1e6)
        return float(share.std())

    assert spread(after) < 0.15 * spread(before)


# Ties


def test_equal_people_share_equal_accounts_equally() -> None:
    planned = plan(a_snapshot(some_accounts(30), some_people(3)))
    assert sorted(Counter(planned.owners.values()).values()) == [10, 10, 10]


def test_a_tie_is_broken_by_a_keyed_hash_not_by_the_order_of_ids() -> None:
    winners = set()
    for cycle in range(12):
        snapshot = replace(a_snapshot(some_accounts(1), some_people(3)), cycle=f"cycle-{cycle}")
        (decision,) = plan(snapshot).decisions
        assert (decision.reason, decision.margin) == ("tie_broken_by_hash", 0)
        winners.add(decision.winner)
    assert winners == {"p0", "p1", "p2"}


def test_the_tie_key_of_the_rulebook_enters_the_hash() -> None:
    snapshot = a_snapshot(some_accounts(40), some_people(2), EVERYTHING_OFF)
    other = replace(snapshot, rulebook=replace(EVERYTHING_OFF, tie_key="another"))
    assert plan(snapshot).owners != plan(other).owners


# Accounts that stay


def test_a_pinned_account_stays_with_its_owner_and_weighs_on_them() -> None:
    pinned = Account("pinned", "X", value_minor=500, owner="p0", pinned=True)
    planned = plan(one_dimension(a_snapshot([pinned, *some_accounts(5)], some_people(2))))
    assert planned.owners["pinned"] == "p0"
    assert Counter(planned.owners.values()) == {"p0": 1, "p1": 5}
    decision = next(each for each in planned.decisions if each.account_id == "pinned")
    assert (decision.winner, decision.reason, decision.position, decision.margin) == ("p0", "pinned", 0, None)


def test_a_pin_to_somebody_who_is_gone_binds_nobody() -> None:
    planned = plan(a_snapshot([Account("a", "A", owner="gone", pinned=True)], some_people(1)))
    assert [(item.person_id, item.basis) for item in planned.placements] == [("p0", "rule")]


def test_a_held_back_account_keeps_its_owner_and_waits_without_one() -> None:
    accounts = [
        Account("a", "A", held_back="missing_rate", owner="p0"),
        Account("b", "B", held_back="missing_rate"),
        Account("c", "C", held_back="unverified"),
        Account("d", "D", held_back="dispute"),
    ]
    planned = plan(a_snapshot(accounts, some_people(2)))
    assert [(item.account_id, item.person_id, item.basis) for item in planned.placements] == [("a", "p0", "held_back")]
    assert [(item.reason, item.remedy) for item in planned.waiting] == [
        ("held_back:missing_rate", "enter_exchange_rate"),
        ("held_back:unverified", "verify_account"),
        ("held_back:dispute", "resolve_reason"),
    ]
    assert "dispute" in reason_sentence("held_back:dispute").zh


def test_a_price_on_moving_keeps_an_account_where_it_is() -> None:
    accounts = [replace(account, owner="p0") for account in some_accounts(4)]
    dear = Rulebook(hard_rules=OPEN, move_price=1000)
    cheap = Rulebook(hard_rules=OPEN, move_price=0)
    assert Counter(plan(a_snapshot(accounts, some_people(2), dear)).owners.values()) == {"p0": 4}
    assert sorted(Counter(plan(a_snapshot(accounts, some_people(2), cheap)).owners.values()).values()) == [2, 2]


# Fit and priority


def test_where_loads_are_equal_the_better_fit_wins() -> None:
    people = [Person("p0", "P0"), Person("p1", "P1", regions=("华东",))]
    planned = plan(a_snapshot([Account("a", "A", region="华东")], people))
    assert planned.owners == {"a": "p1"}


def test_the_most_important_account_claims_the_experienced() -> None:
    rulebook = Rulebook(hard_rules=OPEN, fit=FitWeights(0, 0, 0, 100), balance=BalanceTargets(0, 0, 100, {}))
    people = [Person("expert", "E", experience_level=5), Person("novice", "N", experience_level=1)]
    accounts = [
        Account("large", "L", value_minor=900, intent="high", is_new=True),
        Account("small", "S", value_minor=1, intent="low"),
    ]
    assert plan(a_snapshot(accounts, people, rulebook)).owners == {"large": "expert", "small": "novice"}


def test_the_order_is_by_priority_then_value_then_scarcity_then_id() -> None:
    rulebook = Rulebook(hard_rules=HardRules(industry=False, minimum_experience={}))
    people = [Person("p0", "P0", regions=("x", "y")), Person("p1", "P1", regions=("x",))]
    accounts = [
        Account("a", "A", value_minor=5, region="x"),
        Account("b", "B", value_minor=5, region="x"),
        Account("c", "C", value_minor=5, region="y"),
        Account("d", "D", value_minor=9, region="x"),
        Account("e", "E", value_minor=5, region="x", is_new=True),
    ]
    positions = {each.account_id: each.position for each in plan(a_snapshot(accounts, people, rulebook)).decisions}
    assert sorted(positions, key=positions.__getitem__) == ["d", "e", "c", "a", "b"]


# What can go wrong


def test_nobody_at_all() -> None:
    assert_waits(a_snapshot(some_accounts(2), []), "no_eligible_person", "extend_coverage", accounts=2)
    assert plan(a_snapshot([], some_people(2))).placements == ()
    assert plan(a_snapshot([], [])).decisions == ()


def test_everybody_absent() -> None:
    assert_waits(a_snapshot(some_accounts(1), some_people(2, availability_permille=0)), "all_absent", "wait_for_return")


@pytest.mark.parametrize(
    ("person", "remedy"),
    [
        ({"regions": ("华东",), "products": ("P",), "experience_level": 5}, "widen_industry"),
        ({"industries": ("汽车",), "products": ("P",), "experience_level": 5}, "widen_region"),
        ({"regions": ("华东",), "industries": ("汽车",), "experience_level": 5}, "widen_product"),
        ({"regions": ("华东",), "industries": ("汽车",), "products": ("P",)}, "widen_experience"),
        ({"products": ("P",)}, "extend_coverage"),
    ],
)
def test_nobody_eligible_proposes_the_rule_whose_widening_would_do(person: dict[str, Any], remedy: str) -> None:
    rulebook = Rulebook(hard_rules=HardRules(product=True, minimum_experience={"gold": 3}))
    account = Account("a", "A", region="华东", industry="汽车", products=("P",), tier="gold")
    assert_waits(a_snapshot([account], [Person("p", "P", **person)], rulebook), "no_eligible_person", remedy)


def test_a_blocked_pair_is_never_proposed_to_be_lifted() -> None:
    blocked = [{"account_id": "a000", "person_id": "p0"}]
    rulebook = Rulebook.from_mapping(
        {"hard_rules": {"region": False, "industry": False, "minimum_experience": {}, "blocked_pairs": blocked}}
    )
    assert_waits(a_snapshot(some_accounts(1), some_people(1), rulebook), "no_eligible_person", "extend_coverage")


def test_everybody_at_a_cap_names_who_and_how_far() -> None:
    people = some_people(2, max_accounts=2, max_workload_minutes=200)
    planned = plan(a_snapshot(some_accounts(6, workload_minutes=60), people))
    assert len(planned.placements) == 4
    assert {(item.reason, item.remedy) for item in planned.waiting} == {("all_at_cap", "raise_cap")}
    assert planned.waiting[0].detail["people"][0] == {
        "code": "P0",
        "accounts": 2,
        "max_accounts": 2,
        "workload_minutes": 120,
        "max_workload_minutes": 200,
    }
    assert remedy_sentence(planned.waiting[0]).zh == "请提高 P0 或 P1 的上限。"


def test_a_cap_that_is_off_binds_nobody() -> None:
    rules = replace(OPEN, count_cap=False, workload_cap=False)
    people = some_people(1, max_accounts=0, max_workload_minutes=0)
    planned = plan(a_snapshot(some_accounts(3, workload_minutes=60), people, Rulebook(hard_rules=rules)))
    assert len(planned.placements) == 3


def test_freed_capacity_drains_the_waiting_pool() -> None:
    people = some_people(2, max_accounts=2)
    crowded = a_snapshot(some_accounts(6), people)
    assert len(plan(crowded).waiting) == 2
    roomier = replace(crowded, people=(replace(people[0], max_accounts=4), people[1]))
    assert plan(roomier).waiting == ()


def test_an_account_without_room_gets_it_by_moving_one_other_on() -> None:
    rulebook = Rulebook(hard_rules=HardRules(industry=False, minimum_experience={}))
    people = [
        Person("both", "B", regions=("x", "y"), max_accounts=1),
        Person("one", "O", regions=("x",), max_accounts=1, fte_permille=100),
    ]
    accounts = [
        Account("a", "A", region="x", value_minor=900),
        Account("b", "B", region="y", value_minor=1),
    ]
    planned = plan(a_snapshot(accounts, people, rulebook))
    assert planned.owners == {"a": "one", "b": "both"}


def test_a_giant_takes_its_holder_out_of_the_race_for_the_rest() -> None:
    giant = Account("giant", "G", value_minor=100_000)
    snapshot = one_dimension(a_snapshot([giant, *some_accounts(20)], some_people(3)))
    owners = plan(snapshot).owners
    others = Counter(owner for account, owner in owners.items() if account != "giant")
    assert owners["giant"] not in others
    assert sorted(others.values()) == [10, 10]


def test_a_load_that_is_zero_for_all_is_dropped() -> None:
    snapshot = a_snapshot(some_accounts(6, value_minor=None), some_people(3))
    names = [part.name for part in Instance(snapshot).dimensions]
    assert names == ["count"]
    assert sorted(Counter(plan(snapshot).owners.values()).values()) == [2, 2, 2]


def test_weights_of_zero_for_everything_still_give_a_plan_and_not_all_to_one() -> None:
    snapshot = a_snapshot(some_accounts(90), some_people(3), EVERYTHING_OFF)
    shares = Counter(plan(snapshot).owners.values())
    assert sum(shares.values()) == 90
    assert all(15 < number < 45 for number in shares.values())


def test_a_part_timer_gets_a_part() -> None:
    people = [Person("full", "F"), Person("half", "H", fte_permille=500)]
    snapshot = one_dimension(a_snapshot(some_accounts(30), people), "count")
    assert Counter(plan(snapshot).owners.values()) == {"full": 20, "half": 10}


def test_a_load_that_only_some_can_carry_is_shared_among_them() -> None:
    rulebook = Rulebook(hard_rules=HardRules(region=False, industry=False, minimum_experience={"gold": 3}))
    people = [*some_people(6), Person("s0", "S0", experience_level=4), Person("s1", "S1", experience_level=4)]
    snapshot = a_snapshot(some_accounts(8, tier="gold"), people, rulebook)
    tier = next(part for part in Instance(snapshot).dimensions if part.name == "tier:gold")
    assert (tier.pool_weight, Instance(snapshot).scale.gamma[-1]) == (2_000_000, 100)
    assert Counter(plan(snapshot).owners.values()) == {"s0": 4, "s1": 4}


def test_loads_too_wide_apart_are_refused_rather_than_computed_wrongly() -> None:
    people = [Person(f"p{at}", "P") for at in range(130_000)]
    snapshot = a_snapshot(
        [Account("a", "A", value_minor=1, workload_minutes=1)], [*people, Person("q", "Q", fte_permille=10)]
    )
    with pytest.raises(TooLarge):
        Instance(snapshot)


# Progress


def test_progress_tells_the_phases_and_may_end_the_plan() -> None:
    phases: list[str] = []
    plan(family(60, 8), lambda phase, done, total: phases.append(phase))
    assert {"placing", "settling", "deciding"} <= set(phases)

    def cancel(phase: str, done: int, total: int) -> None:
        if phase == "settling":
            raise InterruptedError

    with pytest.raises(InterruptedError):
        plan(family(60, 8), cancel)


def test_what_waits_on_any_ledger_has_a_reason() -> None:
    snapshot = a_snapshot(some_accounts(2), some_people(1, max_accounts=1))
    ledger = Ledger.of(snapshot, {"a000": "p0"})
    assert waiting_for(ledger, 1).reason == "all_at_cap"


@pytest.mark.parametrize("reason", HELD_BACK)
def test_every_reason_to_hold_an_account_back_has_its_own_sentence(reason: str) -> None:
    sentence = reason_sentence(f"held_back:{reason}")
    assert reason not in sentence.en
    assert reason not in sentence.zh
    account = Account("a", "A", held_back=reason)
    found = waiting_for(Ledger.of(a_snapshot([account], some_people(1))), 0)
    assert (found.reason, found.remedy == "resolve_reason") == (f"held_back:{reason}", False)
    assert remedy_sentence(found).zh


@pytest.mark.parametrize("moved", [0, 30])
def test_owners_among_whom_all_lies_evenly_keep_what_they_have(moved: int) -> None:
    first = family(600, 15)
    own = plan(first).owners
    staff = [person.id for person in first.people]
    owners = [own.get(one.id) if at >= moved else staff[at % len(staff)] for at, one in enumerate(first.accounts)]
    held = zip(first.accounts, owners, strict=True)
    again = replace(first, accounts=tuple(replace(one, owner=owner) for one, owner in held))
    after = plan(again).owners
    assert sum(after.get(one.id) != one.owner for one in again.accounts) <= 2 * moved


def test_who_has_more_than_a_cap_allows_keeps_no_more_than_it_does() -> None:
    people = [Person("p", "P", max_accounts=4), Person("q", "Q", max_accounts=2)]
    rulebook = Rulebook(hard_rules=replace(OPEN, count_cap=True))
    found = plan(a_snapshot(some_accounts(6, owner="p"), people, rulebook)).owners
    assert sorted(found.values()) == ["p"] * 4 + ["q"] * 2
