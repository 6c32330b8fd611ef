"""Plans that may move only so much: budgets, newcomers, leavers, territories, arrivals."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.distribution.decisions import Plan
from service.domain.distribution.fairness import plan_fairness
from service.domain.distribution.instance import Instance
from service.domain.distribution.planning import plan
from service.domain.distribution.rulebook import BalanceTargets, Rulebook
from service.domain.distribution.snapshot import Account, Person, Snapshot
from service.domain.distribution.tasks import Mode, Task
from tests.domain.distribution.families import OPEN, family, snapshots

COUNT = Rulebook(hard_rules=OPEN, balance=BalanceTargets(0, 0, 100, {}), misfit_price=0, move_price=0)


def given_to(*numbers: int, people: int | None = None, rulebook: Rulebook = COUNT) -> Snapshot:
    """People who own so many equal accounts each."""
    accounts = [
        Account(f"{owner}-{at:03d}", "A", value_minor=100, owner=f"p{owner}")
        for owner, number in enumerate(numbers)
        for at in range(number)
    ]
    staff = tuple(Person(f"p{at}", f"P{at}") for at in range(people or len(numbers)))
    return Snapshot(tuple(accounts), staff, rulebook, "rulebook", 1, "cycle")


def moved(snapshot: Snapshot, planned: Plan) -> list[str]:
    """Accounts with an owner who may serve them and that went to somebody else."""
    instance, owners = Instance(snapshot), planned.owners
    return [
        account.id
        for account, stays in zip(snapshot.accounts, instance.roll.may_stay.tolist(), strict=True)
        if stays and owners.get(account.id, account.owner) != account.owner
    ]


@settings(max_examples=60, deadline=None)
@given(snapshots(), st.integers(0, 5))
def test_no_more_accounts_move_than_the_budget_allows(snapshot: Snapshot, most: int) -> None:
    limited = replace(snapshot, task=Task(Mode.REBALANCE, most_moves=most))
    planned = plan(limited)
    assert len(moved(limited, planned)) <= most
    assert plan(limited).canonical_bytes() == planned.canonical_bytes()


def owned(person: str, number: int, value: int, minutes: int) -> list[Account]:
    """So many equal accounts of one person."""
    ids = (f"{value}-{at}" for at in range(number))
    return [Account(id_, "A", value_minor=100 * value, workload_minutes=minutes, owner=person) for id_ in ids]


@pytest.mark.parametrize(
    ("before", "most_minutes", "budget", "shares"),
    [
        ([*owned("p0", 2, 5, 60), *owned("p1", 8, 1, 60)], None, 5, [9, 9]),
        ([*owned("p0", 2, 5, 60), *owned("p1", 8, 1, 60)], None, 4, [8, 10]),
        ([*owned("p0", 1, 4, 240), *owned("p1", 6, 3, 120)], 240, 3, [6, 16]),
        ([*owned("p0", 1, 4, 240), *owned("p1", 6, 3, 120)], 120, 3, [4, 18]),
    ],
    ids=["too large to move alone", "beyond the budget", "worth more in the same hours", "worth less in fewer hours"],
)
def test_one_account_goes_for_several_where_that_is_more_even(
    before: list[Account], most_minutes: int | None, budget: int, shares: list[int]
) -> None:
    rules = replace(COUNT, balance=BalanceTargets(100, 0, 0, {}))
    people = (Person("p0", "P0", max_workload_minutes=most_minutes), Person("p1", "P1"))
    task = Task(Mode.REBALANCE, most_moves=budget)
    snapshot = Snapshot(tuple(before), people, rules, "rulebook", 1, "cycle", task=task)
    planned, carried = plan(snapshot), Counter({"p0": 0, "p1": 0})
    for account in before:
        carried[planned.owners[account.id]] += (account.value_minor or 0) // 100
    assert sorted(carried.values()) == shares
    assert len(moved(snapshot, planned)) <= budget


@pytest.mark.parametrize("name", ["loose", "mismatch"])
def test_five_in_a_hundred_moves_make_value_far_more_even(name: str) -> None:
    snapshot = family(1500, 30, name)
    limited = replace(snapshot, task=Task(Mode.REBALANCE, most_moves=75))
    planned = plan(limited)
    report = plan_fairness(limited, planned)
    assert len(moved(limited, planned)) <= 75
    assert report.after["value"].variation < report.before["value"].variation / 4


def test_a_budget_is_spent_where_it_helps_most() -> None:
    planned = plan(replace(given_to(12, 2, 4), task=Task(Mode.REBALANCE, most_moves=4)))
    assert Counter(planned.owners.values()) == {"p0": 8, "p1": 5, "p2": 5}
    left = [one for one in planned.decisions if one.reason == "left"]
    assert left
    assert all(one.winner == "p0" and one.margin is not None and one.margin < 0 for one in left)


def test_a_dear_move_is_not_made_although_the_budget_would_allow_it() -> None:
    dear = replace(COUNT, move_price=1000)
    planned = plan(replace(given_to(3, 1, rulebook=dear), task=Task(Mode.REBALANCE, most_moves=4)))
    assert Counter(planned.owners.values()) == {"p0": 3, "p1": 1}


def test_who_may_not_serve_an_account_any_more_loses_it_outside_the_budget() -> None:
    rulebook = replace(COUNT, hard_rules=replace(OPEN, region=True))
    people = (Person("p0", "P0", regions=("north",)), Person("p1", "P1", regions=("north", "south")))
    accounts = tuple(Account(f"a{at}", "A", region="south", owner="p0") for at in range(4))
    snapshot = Snapshot(accounts, people, rulebook, "rulebook", 1, "cycle", Task(Mode.REBALANCE, most_moves=0))
    assert set(plan(snapshot).owners.values()) == {"p1"}


def test_a_newcomer_gets_a_share_and_nobody_else_does() -> None:
    snapshot = replace(given_to(12, 8, people=3), task=Task(Mode.NEWCOMER, most_moves=6, person_id="p2"))
    planned = plan(snapshot)
    assert Counter(planned.owners.values())["p2"] == 6
    assert all(planned.owners[account] == "p2" for account in moved(snapshot, planned))


def test_the_accounts_of_a_leaver_go_to_the_others_and_theirs_stay() -> None:
    snapshot = replace(given_to(6, 2, 4), task=Task(Mode.LEAVER, person_id="p0"))
    planned = plan(snapshot)
    assert Counter(planned.owners.values()) == {"p1": 6, "p2": 6}
    assert all(account.startswith("0-") for account in moved(snapshot, planned) or ["0-"])
    kept = {one.account_id for one in planned.decisions if one.reason == "left"}
    assert kept == {account.id for account in snapshot.accounts if account.owner != "p0"}


def test_a_territory_change_moves_only_what_must_move() -> None:
    snapshot = replace(given_to(9, 1), task=Task(Mode.TERRITORY_CHANGE))
    assert plan(snapshot).owners == {account.id: account.owner for account in snapshot.accounts}


def test_a_bulk_arrival_is_shared_among_all_and_moves_nothing() -> None:
    old = given_to(5, 5, 5)
    new = tuple(Account(f"new-{at:03d}", "N", value_minor=100) for at in range(30))
    snapshot = replace(old, accounts=old.accounts + new, task=Task(Mode.ARRIVALS))
    planned = plan(snapshot)
    assert not moved(snapshot, planned)
    assert Counter(planned.owners[account.id] for account in new) == {"p0": 10, "p1": 10, "p2": 10}


def test_freed_capacity_drains_the_waiting_pool_and_moves_nothing() -> None:
    people = (Person("p0", "P0", max_accounts=5), Person("p1", "P1", max_accounts=2))
    old = replace(given_to(2, 2), people=people)
    new = tuple(Account(f"new-{at}", "N", value_minor=100) for at in range(4))
    snapshot = replace(old, accounts=old.accounts + new, task=Task(Mode.ARRIVALS))
    planned = plan(snapshot)
    assert Counter(planned.owners.values()) == {"p0": 5, "p1": 2}
    assert [item.reason for item in planned.waiting] == ["all_at_cap"]
    assert not moved(snapshot, planned)
