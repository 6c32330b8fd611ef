"""The loads that are shared evenly: potential value, hours, count, and the count of each top tier."""

from dataclasses import dataclass

import numpy as np

from service.domain.distribution.eligibility import Classes, Flags, Ints
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
    """Which accounts stay where they are, which the rule may give, which count in the loads; who has them now (−1)."""

    fixed: Flags
    free: Flags
    counted: Flags
    standing: Ints


def roll_of(snapshot: Snapshot, classes: Classes, weights: Ints) -> Roll:
    """The roll of a snapshot's accounts: those held back or pinned stay with their owner, and count if that one works.

    A free account counts as soon as somebody may serve it.
    """
    people = {person.id: at for at, person in enumerate(snapshot.people)}
    standing = np.array([people.get(account.owner or "", -1) for account in snapshot.accounts], np.int64)
    held = np.array([account.held_back is not None for account in snapshot.accounts], np.bool_)
    pinned = np.array([account.pinned for account in snapshot.accounts], np.bool_)
    fixed = (held | pinned) & (standing >= 0)
    free = ~(fixed | held)
    served = np.diff(classes.start)[classes.of_account] > 0 if len(held) else held
    at_work = np.array([person >= 0 and weights[person] > 0 for person in standing.tolist()], np.bool_)
    return Roll(fixed=fixed, free=free, counted=(free & served) | (fixed & at_work), standing=standing)


def dimensions_of(snapshot: Snapshot, classes: Classes, weights: Ints, roll: Roll) -> tuple[Dimension, ...]:
    """The dimensions of a snapshot; one whose loads sum to nothing is dropped."""
    counted = roll.counted.tolist()
    found = []
    for name, points, raw in _raw_loads(snapshot):
        loads = tuple(load if counts else 0 for load, counts in zip(raw, counted, strict=True))
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
    for number in np.unique(classes.of_account[carrying]):
        pool[classes.people[classes.start[number] : classes.start[number + 1]]] = True
    pool[roll.standing[carrying[roll.fixed[carrying]]]] = True
    return pool & (weights > 0)
