"""The best of all plans, found by trying every one: more room and more eligible people never make it worse."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.distribution.certificate import Subject, potential_of
from service.domain.distribution.core import NOBODY, Ints, state_of
from service.domain.distribution.instance import Instance
from service.domain.distribution.planning import plan
from service.domain.distribution.rulebook import Giants
from service.domain.distribution.snapshot import Person, Snapshot
from tests.domain.distribution.families import INDUSTRIES, PRODUCTS, REGIONS, snapshots


def every_plan(instance: Instance) -> Iterator[Ints]:
    """The owners of every way to give out free accounts, some of them to nobody, within hard rules and caps."""
    free = np.flatnonzero(instance.roll.free).tolist()
    for choice in product(*([NOBODY, *instance.classes.eligible(account).tolist()] for account in free)):
        owner = np.where(instance.roll.fixed, instance.roll.standing, NOBODY)
        owner[free] = choice
        state, given_to = state_of(instance.core, owner), sorted({*choice} - {NOBODY})
        if (
            (state.held[given_to] <= instance.most_accounts[given_to])
            & (state.minutes[given_to] <= instance.most_minutes[given_to])
        ).all():
            yield owner


def value_of(instance: Instance, owner: Ints) -> tuple[int, int]:
    """How many accounts wait, then the potential."""
    subject = Subject.of(instance.core, instance.scale, owner, instance.roll.free)
    return int((instance.roll.free & (owner == NOBODY)).sum()), potential_of(subject, owner)


def best(instance: Instance) -> tuple[int, int]:
    return min(value_of(instance, owner) for owner in every_plan(instance))


def of_fixed_measure(snapshot: Snapshot) -> Snapshot:
    """Without loads that only some people share and giants that stay: how much those count depends on who may serve."""
    rules = snapshot.rulebook
    return replace(snapshot, rulebook=replace(rules, balance=replace(rules.balance, top_tiers={}), giants=Giants()))


def roomier(person: Person) -> Person:
    return replace(person, max_accounts=None, max_workload_minutes=None)


def abler(person: Person) -> Person:
    return replace(person, regions=REGIONS[:3], industries=INDUSTRIES[:3], products=PRODUCTS[:3])


@settings(max_examples=60, deadline=None)
@given(snapshots(most_accounts=3, most_people=3), st.sampled_from([roomier, abler]))
def test_more_capacity_or_eligibility_never_worsens_the_optimum(
    snapshot: Snapshot, gain: Callable[[Person], Person]
) -> None:
    first = of_fixed_measure(snapshot)
    instance = Instance(first)
    more = Instance(replace(first, people=tuple(map(gain, first.people))))
    before, after = best(instance), best(more)
    assert after[0] <= before[0]
    if after[0] == before[0] and (more.roll.counted == instance.roll.counted).all():
        assert more.scale == instance.scale
        assert after <= before


@settings(max_examples=40, deadline=None)
@given(snapshots(most_accounts=3, most_people=3))
def test_a_plan_is_one_of_them_and_none_is_better_than_the_best(snapshot: Snapshot) -> None:
    instance, numbers = Instance(snapshot), {person.id: at for at, person in enumerate(snapshot.people)}
    owners = plan(snapshot).owners
    owner = np.array([numbers.get(owners.get(account.id, ""), NOBODY) for account in snapshot.accounts], np.int64)
    assert best(instance) <= value_of(instance, owner)
    assert any((owner == each).all() for each in every_plan(instance))
