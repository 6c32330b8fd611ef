"""The certificate: prices that prove how good any plan of these accounts could be, rechecked without a solver.

Weak duality. With g(X) = gamma·(r·X² − target·X) a person's part of the potential of Scale, P a price of one unit of
load, and X = base + Y, where the base is what stays with them: g(X) ≥ P·Y − max_{Y≥0}(P·Y − g(base + Y)) + h, h being
curve·max(0, e − room)² for each single account e that they get, because a giant cannot be split (room: the Y of that
maximum, curve = gamma·r). Summed over people and loads, the potential of every plan is at least

    LB(P) = Σ_a min_k [c_ak + Σ_d P_kd·e_ad + Σ_d h_kd(e_ad)] − Σ_kd max_{Y≥0}(P·Y − g(base + Y))

for any prices whatever. All of it is computed in whole numbers and fractions: the bound is proven, not estimated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from service.domain.distribution.core import NOBODY, Core, Flags, Ints, state_of
from service.domain.distribution.scale import Scale


class BoundBroken(RuntimeError):  # noqa: N818 - it names the state, like the problems of service.errors
    """A bound lies above the plan that it is to bound: a fault of the engine itself."""


@dataclass(frozen=True)
class Prices:
    """Prices P (K × W, score units per unit of load) and what follows from them.

    `rooms` (K × W): at least the additional load at which a person's part is best, in whole units; `curves` = gamma·r;
    `conjugate`: Σ max_{Y≥0}(P·Y − g(base + Y)), exactly.
    """

    prices: Ints
    rooms: Ints
    curves: Ints
    conjugate: Fraction

    @classmethod
    def of(cls, core: Core, target: int, base: Ints, prices: Ints) -> "Prices":
        """Prices with what follows from them; `base` (K × W): the loads that stay where they are."""
        curves = core.reciprocal[:, None] * core.gamma[None, :]
        within = _clipped(core, target, prices)
        rooms, conjugate = np.zeros(curves.shape, np.int64), Fraction(0)
        gamma, shape = core.gamma.tolist(), curves.shape
        for k, d in np.ndindex(shape):
            curve, price, own = int(curves[k, d]), int(within[k, d]), int(base[k, d])
            slope = price + gamma[d] * target
            best = -(-slope // (2 * curve)) if curve else 0
            rooms[k, d] = max(0, best - own)
            if curve and slope > 2 * curve * own:
                conjugate += Fraction(slope * slope, 4 * curve) - price * own
            else:
                conjugate -= curve * own * own - gamma[d] * target * own
        return cls(within, rooms, curves, conjugate)


@dataclass(frozen=True)
class Certificate:
    """A plan's potential and a proven bound below it, in score units; `prices` (K × D) prove the bound.

    `point`: score units of one point for one account; `accounts`: how many the bound is about.
    """

    prices: Ints
    bound: Fraction
    potential: int
    point: int
    accounts: int

    def __post_init__(self) -> None:
        if self.bound > self.potential:
            raise BoundBroken("the bound lies above the plan")

    @property
    def gap(self) -> Fraction:
        """By how many points per account the plan might at most be better."""
        return (self.potential - self.bound) / (self.point * max(1, self.accounts))

    def to_mapping(self) -> dict[str, Any]:
        """Plain JSON data: whole numbers as strings, prices by person and load."""
        return {
            "potential": str(self.potential),
            "bound": str(-(-self.bound.numerator // self.bound.denominator)),
            "gap_points": f"{float(self.gap):.9f}",
            "prices": [[str(price) for price in row] for row in self.prices.tolist()],
        }


@dataclass(frozen=True)
class Subject:
    """What a bound is about: a core, the accounts that a plan gives out (`given`), the owners of what stays."""

    core: Core
    scale: Scale
    given: Ints
    staying: Ints

    @classmethod
    def of(cls, core: Core, scale: Scale, owner: Ints, free: Flags) -> "Subject":
        """The subject of a plan with these owners (n): waiting accounts are none of it."""
        given = np.flatnonzero(free & (owner != NOBODY))
        return cls(core, scale, given, np.where(free, NOBODY, owner))

    @property
    def base(self) -> Ints:
        """The loads (K × W) that stay where they are."""
        return state_of(self.core, self.staying).carried


def bound_of(subject: Subject, prices: Prices) -> Fraction:
    """The bound that some prices prove, in whole numbers throughout, class by class."""
    return sum(_least(subject.core, accounts, prices) for accounts in _by_class(subject)) - prices.conjugate


def potential_of(subject: Subject, owner: Ints) -> int:
    """The potential of owners (n), over the loads of all and the costs of the given accounts."""
    core = subject.core
    carried = state_of(core, owner).carried
    loads: int = sum(
        gamma * x * (r * x - subject.scale.target)
        for r, row in zip(core.reciprocal.tolist(), carried.tolist(), strict=True)
        for gamma, x in zip(core.gamma.tolist(), row, strict=True)
    )
    return loads + sum(
        int(_costs(core, accounts)[np.arange(len(accounts)), _places(core, accounts, owner)].sum())
        for accounts in _by_class(subject)
    )


def certified(subject: Subject, owner: Ints, prices: Ints, point: int) -> Certificate:
    """The certificate of owners (n) by some prices (K × D or wider); BoundBroken if it proves too much."""
    wide = np.zeros((len(prices), subject.core.loads.shape[1]), np.int64)
    wide[:, : prices.shape[1]] = prices
    full = Prices.of(subject.core, subject.scale.target, subject.base, wide)
    dimensions = len(subject.scale.gamma)
    bound, potential = bound_of(subject, full), potential_of(subject, owner)
    return Certificate(full.prices[:, :dimensions], bound, potential, point, len(subject.given))


def prices_from(mapping: Mapping[str, Any]) -> Ints:
    """The prices (K × D) of a certificate's JSON data."""
    rows = [[int(price) for price in row] for row in mapping["prices"]]
    return np.array(rows, np.int64).reshape(len(rows), len(rows[0]) if rows else 0)


def _clipped(core: Core, target: int, prices: Ints) -> Ints:
    """Prices within the range in which no sum overflows (see Scale): those of loads from nothing to everything."""
    lowest = -core.gamma * target
    highest = 2 * core.reciprocal[:, None] * (core.gamma * core.loads.sum(axis=0))[None, :] + lowest
    return np.clip(prices, lowest, highest)


def _by_class(subject: Subject) -> list[Ints]:
    """The given accounts, those of one class together."""
    classes = subject.core.of_account[subject.given]
    order = np.argsort(classes, kind="stable")
    return np.split(subject.given[order], np.flatnonzero(np.diff(classes[order])) + 1) if len(order) else []


def _costs(core: Core, accounts: Ints) -> Ints:
    """What accounts of one class cost beside the loads (accounts × people)."""
    number = core.of_account[accounts[0]]
    row = slice(int(core.start[number]), int(core.start[number + 1]))
    people = core.people[row].astype(np.int64)
    parts = core.misfit[row].astype(np.int64)[None, :] - core.experience[core.wanted[accounts]][:, people]
    standing = core.standing[accounts][:, None]
    moved = (standing >= 0) & (people[None, :] != standing)
    costs: Ints = core.part_price * parts + core.move_price * moved
    return costs


def _places(core: Core, accounts: Ints, owner: Ints) -> Ints:
    """The places of the owners in the row of one class."""
    number = core.of_account[accounts[0]]
    row = core.people[core.start[number] : core.start[number + 1]]
    places: Ints = np.searchsorted(row, owner[accounts])
    return places


def _least(core: Core, accounts: Ints, prices: Prices) -> int:
    """The sum of the least costs of accounts of one class at some prices."""
    number = core.of_account[accounts[0]]
    people = core.people[core.start[number] : core.start[number + 1]]
    loads, costs = core.loads[accounts], _costs(core, accounts)
    costs += loads @ prices.prices[people].T
    for d in np.flatnonzero(loads.max(axis=0) > prices.rooms[people].min(axis=0)):
        more = np.maximum(0, loads[:, d, None] - prices.rooms[people, d][None, :])
        costs += prices.curves[people, d][None, :] * more * more
    return int(costs.min(axis=1).sum())
