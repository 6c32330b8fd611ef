"""The loads that are shared evenly: potential value, hours, count, and the count of each top tier."""

from dataclasses import dataclass

import numpy as np

from service.domain.distribution.core import Flags, Ints
from service.domain.distribution.eligibility import Classes
from service.domain.distribution.snapshot import Snapshot


@dataclass(frozen=True)
class Dimension:
    """One load that is to be shared evenly.

    `name`: value, workload, count or tier:<code>; `points`: gamma; `pool` (K): who can carry it; `pool_weight`: their
    weights in millionths of a post; `loads`: raw load of each account (minor units, minutes, 1), 0 for accounts that
    do not count; `total`: the sum of the loads.
    """

    name: str
    points: int
    pool: Flags
    pool_weight: int
    loads: tuple[int, ...]
    total: int


@dataclass(frozen=True)
class Roll:
    """Which accounts stay where they are, which the rule may give, which count in the loads; who has them now (−1).

    `may_stay`: the present owner may serve it; `left`: fixed because the plan's task does not touch it.
    """

    fixed: Flags
    free: Flags
    counted: Flags
    standing: Ints
    may_stay: Flags
    left: Flags


def roll_of(snapshot: Snapshot, classes: Classes, weights: Ints) -> Roll:
    """The roll of a snapshot's accounts: those held back or pinned stay with their owner, and count if that one works.

    A free account counts as soon as somebody may serve it.
    """
    accounts, people = snapshot.accounts, {person.id: at for at, person in enumerate(snapshot.people)}
    standing = np.array([people.get(account.owner or "", -1) for account in accounts], np.int64)
    held = np.array([account.held_back is not None for account in accounts], np.bool_)
    pinned = np.array([account.pinned for account in accounts], np.bool_)
    may_stay = classes.serves(standing)
    leaves = (snapshot.task.leaves(account, may_stay=may) for account, may in zip(accounts, may_stay, strict=True))
    left = np.fromiter(leaves, np.bool_, len(accounts)) & ~held & ~pinned & (standing >= 0)
    fixed = ((held | pinned) & (standing >= 0)) | left
    free = ~(fixed | held)
    served = np.diff(classes.start)[classes.of_account] > 0 if len(held) else held
    at_work = (standing >= 0) & (weights[standing] > 0) if len(weights) else held & False
    return Roll(fixed, free, (free & served) | (fixed & at_work), standing, may_stay, left)


def dimensions_of(snapshot: Snapshot, classes: Classes, weights: Ints, roll: Roll) -> tuple[Dimension, ...]:
    """The dimensions of a snapshot; one whose loads sum to nothing is dropped."""
    found = []
    for name, points, raw in _raw_loads(snapshot):
        loads = tuple(np.where(roll.counted, np.array(raw, np.int64), 0).tolist())
        if any(loads):
            pool = _pool(classes, loads, weights, roll) if name.startswith("tier:") else weights > 0
            found.append(Dimension(name, points, pool, int(weights[pool].sum()), loads, sum(loads)))
    return tuple(found)


def _raw_loads(snapshot: Snapshot) -> list[tuple[str, int, list[int]]]:
    """Name, points and the load of each account, counted or not."""
    balance, accounts = snapshot.rulebook.balance, snapshot.accounts
    tiers = [
        (f"tier:{code}", points, [int(account.tier == code) for account in accounts])
        for code, points in sorted(balance.top_tiers.items())
    ]
    return [
        ("value", balance.value, [account.value_minor or 0 for account in accounts]),
        ("workload", balance.workload, [account.workload_minutes for account in accounts]),
        ("count", balance.count, [1] * len(accounts)),
        *tiers,
    ]


def _pool(classes: Classes, loads: tuple[int, ...], weights: Ints, roll: Roll) -> Flags:
    """Who takes part and may serve, or keeps, an account with such a load."""
    pool = np.zeros(len(weights), np.bool_)
    carrying = np.flatnonzero(loads)
    carried = np.zeros(len(classes.start) - 1, np.bool_)
    carried[classes.of_account[carrying]] = True
    pool[classes.people[np.repeat(carried, np.diff(classes.start))]] = True
    pool[roll.standing[carrying[roll.fixed[carrying]]]] = True
    return pool & (weights > 0)
