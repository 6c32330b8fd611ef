"""The bound against every possible plan, and against plans; the prices that prove it."""

from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.domain.distribution import pricing, pricing_kernels
from service.domain.distribution.certificate import (
    BoundBroken,
    Certificate,
    Prices,
    Subject,
    bound_of,
    certified,
    potential_of,
    prices_from,
)
from service.domain.distribution.core import NOBODY, state_of
from service.domain.distribution.instance import Instance
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.planning import plan
from service.domain.distribution.pricing import certificate_of
from service.domain.distribution.snapshot import Snapshot
from tests.domain.distribution.families import family, one_dimension, snapshots


def planned(snapshot: Snapshot) -> tuple[Instance, Subject, np.ndarray]:
    """An instance, what its plan's bound is about, and the plan's owners."""
    ledger = Ledger.of(snapshot, plan(snapshot).owners)
    instance = ledger.instance
    return instance, Subject.of(instance.core, instance.scale, ledger.owner, instance.roll.free), ledger.owner


def every_plan(instance: Instance, subject: Subject) -> list[np.ndarray]:
    """The owners of each way to give out the same accounts, whatever the caps."""
    rows = [instance.classes.eligible(account).tolist() for account in subject.given.tolist()]
    found = []
    for choice in product(*rows):
        owner = subject.staying.copy()
        owner[subject.given] = choice
        found.append(owner)
    return found


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(snapshots(most_accounts=5, most_people=3), st.randoms(use_true_random=False))
def test_no_plan_at_all_lies_below_the_bound_whatever_the_prices(snapshot: Snapshot, chance: object) -> None:
    instance, subject, owner = planned(snapshot)
    least = min(potential_of(subject, each) for each in every_plan(instance, subject))
    assert least <= potential_of(subject, owner)
    carried = state_of(instance.core, owner).carried
    marginal = instance.core.gamma * (2 * instance.core.reciprocal[:, None] * carried - instance.scale.target)
    wild = [np.array([chance.randint(-(2**40), 2**40) for _ in range(marginal.size)]).reshape(marginal.shape)]
    for prices in (marginal, marginal * 0, marginal // 2, *wild):
        full = Prices.of(instance.core, instance.scale.target, subject.base, prices)
        assert bound_of(subject, full) <= least


@settings(max_examples=25, deadline=None)
@given(snapshots())
def test_the_search_ends_in_a_bound_that_anybody_rechecks_to_the_bit(snapshot: Snapshot) -> None:
    instance, subject, owner = planned(snapshot)
    found = certificate_of(subject, owner, instance.scale.point)
    again = certified(subject, owner, prices_from(found.to_mapping()), instance.scale.point)
    assert (again.bound, again.potential) == (found.bound, found.potential)
    assert again.to_mapping() == found.to_mapping()


@pytest.mark.parametrize("name", ["loose", "mismatch"])
def test_slack_and_residual_sum_to_the_gap_where_there_are_no_giants(name: str) -> None:
    instance, subject, owner = planned(family(300, 10, name, 2))
    core, target = instance.core, instance.scale.target
    carried = state_of(core, owner).carried + (core.loads.max() if core.loads.size else 0)
    prices = core.gamma * (2 * core.reciprocal[:, None] * carried - target)
    full = Prices.of(core, target, subject.base, prices)
    potential = potential_of(subject, owner)
    slack = Fraction(0)
    for account in subject.given.tolist():
        row = instance.classes.row(account)
        people = instance.classes.people[row]
        costs = core.part_price * (core.misfit[row] - core.experience[core.wanted[account]][people]).astype(np.int64)
        stood = core.standing[account]
        costs += core.move_price * ((people != stood) & (stood >= 0)) + full.prices[people] @ core.loads[account]
        slack += int(costs[people == owner[account]][0] - costs.min())
    residual = sum(
        (
            Fraction(int(curve)) * (Fraction(int(p) + int(g) * target, 2 * int(curve)) - int(x)) ** 2
            for p_row, x_row, r in zip(full.prices, state_of(core, owner).carried, core.reciprocal, strict=True)
            for p, x, g in zip(p_row, x_row, core.gamma, strict=True)
            if (curve := int(r) * int(g))
        ),
        Fraction(0),
    )
    assert slack + residual == potential - bound_of(subject, full)


def test_prices_found_prove_more_than_the_marginal_costs_of_the_plan() -> None:
    instance, subject, owner = planned(family(600, 15))
    core = instance.core
    marginal = core.gamma * (2 * core.reciprocal[:, None] * state_of(core, owner).carried - instance.scale.target)
    first = certified(subject, owner, marginal, instance.scale.point)
    assert certificate_of(subject, owner, instance.scale.point).gap < 0.9 * first.gap


def test_a_giant_does_not_keep_the_search_from_what_the_rest_allows() -> None:
    snapshot = family(600, 40, "mismatch")
    first, *others = snapshot.accounts
    giant = replace(first, value_minor=sum(account.value_minor or 0 for account in snapshot.accounts) // 2)
    instance, subject, owner = planned(replace(snapshot, accounts=(giant, *others)))
    found = certificate_of(subject, owner, instance.scale.point)
    assert found.gap < 60  # from the giant's own marginal cost the search ends at 78


def test_a_plan_that_shares_one_load_alone_is_near_the_bound() -> None:
    instance, subject, owner = planned(one_dimension(family(600, 12), "count"))
    assert certificate_of(subject, owner, instance.scale.point).gap < Fraction(1, 20)


def test_a_search_over_groups_of_accounts_is_no_longer_for_having_owners(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pricing, "STAGES", ((0.05, 60), (0.005, 200)))
    lengths: list[int] = []
    summed = pricing_kernels.soft_costs

    def counted(*told: Any) -> float:
        lengths.append(len(told[6]))
        return float(summed(*told))

    monkeypatch.setattr(pricing_kernels, "soft_costs", counted)
    snapshot = family(600, 15)
    staff = [person.id for person in snapshot.people]
    owned = tuple(replace(one, owner=staff[at % len(staff)]) for at, one in enumerate(snapshot.accounts))
    found = []
    for accounts in (snapshot.accounts, owned):
        instance, subject, owner = planned(replace(snapshot, accounts=accounts))
        assert certificate_of(subject, owner, instance.scale.point).gap < 40
        found.append({*lengths})
        lengths.clear()
    assert found[0] == found[1]


def test_the_search_tells_its_steps_and_may_be_ended_at_any() -> None:
    instance, subject, owner = planned(family(120, 8))
    steps: list[tuple[str, int, int]] = []

    def tell(*step: object) -> None:
        steps.append(step)
        if len(steps) == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        certificate_of(subject, owner, instance.scale.point, tell)
    assert steps == [("proving", number, 50) for number in (1, 2, 3)]


def test_a_bound_above_the_plan_is_refused() -> None:
    with pytest.raises(BoundBroken):
        Certificate(np.zeros((1, 1), np.int64), Fraction(3, 2), 1, 1, 1)


def test_waiting_accounts_are_none_of_the_bound() -> None:
    snapshot = family(80, 6)
    instance, _, owner = planned(snapshot)
    owner = owner.copy()
    owner[instance.free_accounts[:5]] = NOBODY
    subject = Subject.of(instance.core, instance.scale, owner, instance.roll.free)
    assert not set(instance.free_accounts[:5].tolist()) & set(subject.given.tolist())
    assert certificate_of(subject, owner, instance.scale.point).bound <= potential_of(subject, owner)
