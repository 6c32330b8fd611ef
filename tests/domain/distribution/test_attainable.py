"""Attainable shares against brute force, and the words in which they are told."""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.distribution.attainable import Level, attainable_shares, levels_of
from service.domain.distribution.extremes import greatest_least, least_greatest
from service.domain.distribution.flows import Network, cut_of
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.planning import plan
from service.domain.distribution.rulebook import BalanceTargets, HardRules, Rulebook
from service.domain.distribution.snapshot import Account, Person, Snapshot
from service.domain.distribution.tasks import Mode, Task
from tests.domain.distribution.families import family


@st.composite
def networks(draw: st.DrawFn) -> tuple[Network, np.ndarray]:
    """A few classes that some of a few people may serve, and their weights."""
    people = draw(st.integers(1, 5))
    rows = draw(st.lists(st.sets(st.integers(0, people - 1), min_size=1), min_size=1, max_size=6))
    supply = tuple(draw(st.integers(1, 1000)) for _ in rows)
    start = np.cumsum([0, *(len(row) for row in rows)])
    weights = np.array([draw(st.sampled_from([300, 500, 1000])) for _ in range(people)])
    return Network(supply, start, np.array([each for row in rows for each in sorted(row)])), weights


def densest(network: Network, weights: np.ndarray) -> Fraction:
    """The greatest load per weight of any group over the classes that it alone may serve."""
    rows = [set(network.people[one:two].tolist()) for one, two in zip(network.start, network.start[1:], strict=False)]
    return max(
        Fraction(sum(load for load, row in zip(network.supply, rows, strict=True) if row <= set(group)))
        / int(weights[list(group)].sum())
        for size in range(1, len(weights) + 1)
        for group in combinations(range(len(weights)), size)
    )


def sparsest(network: Network, weights: np.ndarray) -> Fraction:
    """The least load per weight of any group over all classes that one of it may serve."""
    rows = [set(network.people[one:two].tolist()) for one, two in zip(network.start, network.start[1:], strict=False)]
    return min(
        Fraction(sum(load for load, row in zip(network.supply, rows, strict=True) if row & set(group)))
        / int(weights[list(group)].sum())
        for size in range(1, len(weights) + 1)
        for group in combinations(range(len(weights)), size)
    )


@settings(max_examples=100, deadline=None)
@given(networks())
def test_the_highest_and_the_lowest_share_are_those_of_the_densest_and_the_sparsest_group(
    made: tuple[Network, np.ndarray],
) -> None:
    network, weights = made
    everybody = np.ones(len(weights), np.bool_)
    levels = list(levels_of(network, np.ones(len(network.supply), np.int64), weights, everybody, Fraction(1)))
    shares = [level.share for level in levels]
    assert shares == sorted(shares, reverse=True)
    assert (shares[0], shares[-1]) == (densest(network, weights), sparsest(network, weights))
    assert sorted(person for level in levels for person in level.people) == list(range(len(weights)))
    assert sum(level.share * int(weights[list(level.people)].sum()) for level in levels) == sum(network.supply)


def highest(network: Network, weights: np.ndarray) -> Level:
    sizes, everybody = np.ones(len(network.supply), np.int64), np.ones(len(weights), np.bool_)
    return next(levels_of(network, sizes, weights, everybody, Fraction(1)))


@settings(max_examples=50, deadline=None)
@given(networks(), st.sampled_from([1, 2, 300]))
def test_no_plan_of_whole_accounts_is_more_even_than_the_extremes_allow(
    made: tuple[Network, np.ndarray], part: int
) -> None:
    network, weights = made
    loads, classes = np.array(network.supply) * part, np.arange(len(network.supply))
    network = replace(network, supply=tuple(loads.tolist()))
    about = loads, classes, network, weights, Fraction(1)
    most = least_greatest(highest(network, weights), *about)
    least = greatest_least(sparsest(network, weights), *about)
    rows = [network.people[one:two].tolist() for one, two in zip(network.start, network.start[1:], strict=False)]
    greatest, smallest = [], []
    for choice in np.ndindex(*(len(row) for row in rows)):
        owner = [row[at] for row, at in zip(rows, choice, strict=True)]
        shares = np.bincount(owner, loads, len(weights)) / weights
        greatest.append(shares.max())
        smallest.append(shares.min())
    assert densest(network, weights) <= most
    assert float(most) <= min(greatest) + 1e-9
    assert float(least) >= max(smallest) - 1e-4


def test_a_giant_lies_on_top_of_what_its_carriers_alone_may_serve() -> None:
    network, weights = Network((10, 2, 3), np.array([0, 2, 3, 4]), np.array([0, 1, 0, 1])), np.array([1, 1])
    about = np.array([10, 2, 3]), np.arange(3), network, weights, Fraction(1)
    assert least_greatest(highest(network, weights), *about) == 12


def test_what_divides_every_load_is_not_divided_further() -> None:
    network, weights = Network((7 * 60,), np.array([0, 3]), np.array([0, 1, 2])), np.array([2, 2, 1])
    about = np.full(7, 60), np.zeros(7, np.int64), network, weights, Fraction(1)
    assert densest(network, weights) == 84
    assert least_greatest(highest(network, weights), *about) == 90  # 3, 3 and 1 of 60: 90, 90, 60


def test_a_flow_names_who_cannot_carry_more() -> None:
    network = Network((10, 10), np.array([0, 1, 3]), np.array([0, 0, 1]))
    cut = cut_of(network, [Fraction(5), Fraction(20)])
    assert (cut.classes.tolist(), cut.people.tolist()) == ([True, False], [True, False])


def test_those_who_alone_may_serve_a_region_are_told_in_both_languages() -> None:
    rulebook = Rulebook(
        hard_rules=HardRules(industry=False, minimum_experience={}), balance=BalanceTargets(0, 0, 100, {})
    )
    people = (
        Person("n", "N", regions=("north",)),
        *(Person(f"s{at}", "S", regions=("south",)) for at in range(3)),
        Person("w", "W", regions=("west",)),
    )
    accounts = tuple(Account(f"a{at:02d}", f"A{at}", region="north" if at < 8 else "south") for at in range(20))
    snapshot = Snapshot(accounts, people, rulebook, "rulebook", 1, "cycle")
    (count,) = attainable_shares(Ledger.of(snapshot, plan(snapshot).owners))
    shares = [(level.share, level.accounts) for level in count.levels]
    assert shares == [(Fraction(2), 8), (Fraction(1), 12), (Fraction(0), 0)]
    sentence, idle = count.sentences()
    assert sentence.en == (
        "Number of accounts: by the rules, the pins and what the plan may move, only one person is a candidate for "
        "8 accounts, and whatever the plan, that person carries at least 2.000 times the mean."
    )
    within = "客户数量：受规则、锁定情况及本方案可变动范围所限，"
    assert sentence.zh == f"{within}有 8 个客户只能由一人负责；无论如何分配，此人的负荷不低于平均值的 2.000 倍。"
    assert idle.zh == f"{within}不能负责其中任何客户、因而没有此项负荷的人员：1 名。"
    assert "can have none of these accounts, and carry nothing: 1." in idle.en


def test_who_may_serve_accounts_that_the_task_leaves_with_others_is_not_told_to_be_ineligible() -> None:
    people = (Person("s", "S"), Person("t", "T"))
    accounts = tuple(Account(f"a{at}", f"A{at}", owner="s") for at in range(3))
    rulebook = Rulebook(balance=BalanceTargets(0, 0, 100, {}))
    snapshot = Snapshot(accounts, people, rulebook, "rulebook", 1, "cycle", task=Task(Mode.ARRIVALS))
    (count,) = attainable_shares(Ledger.of(snapshot))
    assert Ledger.of(snapshot).instance.classes.eligible(0).tolist() == [0, 1]
    for sentence in (told := list(count.sentences())):
        assert "by the rules, the pins and what the plan may move" in sentence.en
        assert "eligible" not in sentence.en
        assert "符合" not in sentence.zh
    assert len(told) == 2


@pytest.mark.parametrize("name", ["loose", "mismatch"])
def test_the_shares_of_a_family_sum_to_all_that_is_carried(name: str) -> None:
    snapshot = family(300, 12, name)
    ledger = Ledger.of(snapshot, plan(snapshot).owners)
    weights = ledger.instance.weights
    for found, part in zip(attainable_shares(ledger), ledger.instance.dimensions, strict=True):
        carried = sum(load for load, owner in zip(part.loads, ledger.owner.tolist(), strict=True) if owner >= 0)
        total = sum(share * int(weights[person]) for person, share in found.shares.items())
        assert total * part.total == carried * part.pool_weight
        assert found.to_mapping(ledger.instance)["dimension"] == part.name
