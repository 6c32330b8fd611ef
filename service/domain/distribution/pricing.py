"""The search for the prices of a certificate; whatever it finds, certificate judges it exactly."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count, pairwise
from typing import Any

import numpy as np
from scipy.optimize import minimize

from service.domain.distribution import pricing_kernels
from service.domain.distribution.certificate import Certificate, Prices, Subject, potential_of
from service.domain.distribution.core import NOBODY, Core, Ints, state_of
from service.domain.progress import Progress, silence

STAGES = ((0.05, 12_000), (0.005, 60_000))
"""The search goes from soft to sharp: how soft the least cost of an account is, in its own curvature, and the number of
groups of accounts of one class with like loads that are searched for as one, accounts themselves where they are fewer.
"""
STEPS, LEAST_GAIN = 25, 1e-13
"""How many steps a stage takes, fewer where one gains less than this part of the bound."""
PARTS = 2
"""Into how many parts the classes are cut; each is summed on a thread of its own, always in the same order."""


def certificate_of(subject: Subject, owner: Ints, point: int, tell: Progress = silence) -> Certificate:
    """The certificate of owners (n) by the best prices that were found; `tell` hears of every step as "proving".

    The search starts at marginal costs and follows L-BFGS on a softened dual (Nesterov 2005). The best bound counts.
    """
    core, base = subject.core, subject.base
    prices = _marginal_costs(subject, owner)
    best, best_bound = prices, _exact(subject, base, prices)
    own = core.loads[subject.given].astype(float) ** 2 @ core.gamma.astype(float)
    softness = 2.0 * float(own.mean()) * float(core.reciprocal.max(initial=0)) if len(own) else 0.0
    steps = count(1)
    for temperature, most_groups in STAGES if softness > 0 else ():
        search = _Search.of(subject, base, softness, temperature, most_groups)
        prices = search.improved(prices, lambda _: tell("proving", next(steps), STEPS * len(STAGES)))
        bound = _exact(subject, base, prices)
        if bound > best_bound:
            best, best_bound = prices, bound
    full = Prices.of(core, subject.scale.target, base, best)
    dimensions = len(subject.scale.gamma)
    return Certificate(full.prices[:, :dimensions], best_bound, potential_of(subject, owner), point, len(subject.given))


def _marginal_costs(subject: Subject, owner: Ints) -> Ints:
    """What a unit of load more costs with each person: a plan optimal among fractional ones leaves no gap there.

    Who has one account that outweighs all their others counts as no fuller than most are: a giant cannot be split, so
    it is no reason why the rest should be dearer with them.
    """
    core, owned, at_work = subject.core, owner != NOBODY, subject.core.reciprocal > 0
    carried = state_of(core, owner).carried
    greatest = np.zeros_like(carried)
    np.maximum.at(greatest, owner[owned], core.loads[owned])
    levels = core.reciprocal[:, None] * carried
    usual = np.median(levels[at_work], axis=0).astype(np.int64) if at_work.any() else levels.max(initial=0)
    levels = np.where(2 * greatest > carried, np.minimum(levels, usual), levels)
    costs: Ints = core.gamma * (2 * levels - subject.scale.target)
    return costs


def _exact(subject: Subject, base: Ints, prices: Ints) -> Any:
    """The bound of some prices in whole numbers: bound_of in loops."""
    full = Prices.of(subject.core, subject.scale.target, base, prices)
    least = np.zeros(len(subject.core.of_account), np.int64)
    pricing_kernels.least_costs(subject.core, subject.given, full.prices, full.rooms, full.curves, least)
    upper = int((least >> 32).sum())
    return (upper << 32) + int((least & 0xFFFFFFFF).sum()) - full.conjugate


@dataclass(frozen=True)
class _Search:
    """The softened dual over groups of like accounts, in units in which prices and loads are near 1."""

    core: Core
    base: "np.ndarray[Any, np.dtype[np.float64]]"
    target: float
    groups: tuple[Any, ...]
    softness: float
    temperature: float

    @classmethod
    def of(cls, subject: Subject, base: Ints, softness: float, temperature: float, most_groups: int) -> "_Search":
        """The search of a subject at one temperature, in units of softness."""
        core, target = subject.core, float(subject.scale.target)
        groups = _groups(core, subject.given, most_groups)
        return cls(core, base.astype(float), target, groups, softness, temperature)

    def improved(self, prices: Ints, after_step: Callable[[Any], None]) -> Ints:
        """Better prices."""
        core = self.core
        curves = np.maximum(core.reciprocal[:, None] * core.gamma[None, :], 1).astype(float)
        active = (core.reciprocal[:, None] > 0) & (core.gamma[None, :] > 0)
        unit = np.sqrt(curves) * self.softness**0.5
        with ThreadPoolExecutor(PARTS) as threads:

            def negative(point: Any) -> tuple[float, Any]:
                at = np.where(active, point.reshape(curves.shape) * unit, 0.0)
                value, gradient = self._dual(at, curves, threads)
                return -value / self.softness, -np.where(active, gradient * unit, 0.0).ravel() / self.softness

            start = np.where(active, prices / unit, 0.0).ravel()
            limits = {"maxiter": STEPS, "maxcor": 12, "ftol": LEAST_GAIN}
            found = minimize(negative, start, jac=True, method="L-BFGS-B", callback=after_step, options=limits)
        return np.rint(np.where(active, found.x.reshape(curves.shape) * unit, 0.0)).astype(np.int64)

    def _dual(self, prices: Any, curves: Any, threads: ThreadPoolExecutor) -> tuple[float, Any]:
        """The softened bound at some prices, and its slope: what prices draw to everybody less what they call for."""
        core, flows = self.core, np.zeros((PARTS, *prices.shape))
        rest = (self.temperature * self.softness, float(core.part_price), float(core.move_price))

        def summed(part: tuple[int, int], flow: Any) -> float:
            value: float = pricing_kernels.soft_costs(
                core.start, core.people, core.misfit, core.experience, *self.groups, part, prices, rest, flow
            )
            return value

        value = sum(threads.map(summed, self._parts(), flows))
        slope = prices + core.gamma * self.target
        more = np.maximum(0.0, slope / (2 * curves) - self.base)
        x = self.base + more
        conjugate = prices * more - curves * x * x + core.gamma * self.target * x
        return value - float(conjugate.sum()), flows.sum(axis=0) - more

    def _parts(self) -> list[tuple[int, int]]:
        """Classes in parts of about equal work."""
        work = np.cumsum(np.diff(self.groups[0]) * np.diff(self.core.start))
        cuts = np.searchsorted(work, [int(work[-1]) * at // PARTS for at in range(1, PARTS)])
        edges = [0, *cuts.tolist(), len(work)]
        return list(pairwise(edges))


def _groups(core: Core, given: Ints, most: int) -> tuple[Any, ...]:
    """Accounts of one class with like loads as groups: where classes begin, mean loads, numbers, levels, owners.

    Owners part accounts only where each is its own group: a price of a move is small beside what a group hides, and
    owners would part nearly all of many accounts.
    """
    if not len(given):
        nothing = np.zeros(0, np.int64)
        return np.zeros_like(core.start), np.zeros((0, core.loads.shape[1])), np.zeros(0), nothing, nothing
    size = -(-len(given) // most)
    standing = core.standing if core.move_price and size == 1 else np.full_like(core.standing, NOBODY)
    order = given[np.lexsort((*core.loads[given].T, core.wanted[given], standing[given], core.of_account[given]))]
    kinds = np.stack([core.of_account[order], core.wanted[order], standing[order]])
    breaks = np.flatnonzero(np.r_[True, (np.diff(kinds, axis=1) != 0).any(axis=0)])
    lengths = np.diff(np.r_[breaks, len(order)])
    within = np.arange(len(order)) - np.repeat(breaks, lengths)
    first = np.flatnonzero(within % size == 0)
    number = np.diff(np.r_[first, len(order)]).astype(float)
    loads = np.add.reduceat(core.loads[order].astype(float), first, axis=0) / number[:, None]
    begins = np.searchsorted(core.of_account[order[first]], np.arange(len(core.start)))
    return begins, loads, number, core.wanted[order[first]], standing[order[first]]
