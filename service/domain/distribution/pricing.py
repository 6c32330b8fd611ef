"""The search for the prices of a certificate; whatever it finds, certificate judges it exactly."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize

from service.domain.distribution import pricing_kernels
from service.domain.distribution.certificate import Certificate, Prices, Subject, potential_of
from service.domain.distribution.core import NOBODY, Core, Ints, state_of

TEMPERATURES = (0.05, 0.005)
"""How soft the least cost of an account is, in its own curvature; the search goes from soft to sharp."""
STEPS = 25
MOST_GROUPS = 120_000
"""Accounts beyond which those of one class with like loads are searched for as one."""


def certificate_of(subject: Subject, owner: Ints, point: int) -> Certificate:
    """The certificate of owners (n) by the best prices that were found.

    The search starts at the marginal costs of the owners' own loads, where a plan that is optimal among fractional ones
    would leave no gap at all, and follows L-BFGS on a softened dual (Nesterov 2005). The best bound counts.
    """
    core, base = subject.core, subject.base
    prices = core.gamma * (2 * core.reciprocal[:, None] * state_of(core, owner).carried - subject.scale.target)
    best, best_bound = prices, _exact(subject, base, prices)
    search = _Search.of(subject, base)
    for temperature in TEMPERATURES if search.softness > 0 else ():
        prices = search.improved(prices, temperature)
        bound = _exact(subject, base, prices)
        if bound > best_bound:
            best, best_bound = prices, bound
    full = Prices.of(core, subject.scale.target, base, best)
    dimensions = len(subject.scale.gamma)
    return Certificate(full.prices[:, :dimensions], best_bound, potential_of(subject, owner), point, len(subject.given))


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

    @classmethod
    def of(cls, subject: Subject, base: Ints) -> "_Search":
        """The search of a subject."""
        core, given = subject.core, subject.given
        own = core.loads[given].astype(float) ** 2 @ core.gamma.astype(float)
        softness = 2.0 * float(own.sum()) * float(core.reciprocal.max(initial=0)) / max(1, len(given))
        return cls(core, base.astype(float), float(subject.scale.target), _groups(core, given), softness)

    def improved(self, prices: Ints, temperature: float) -> Ints:
        """Better prices at one temperature."""
        core = self.core
        curves = np.maximum(core.reciprocal[:, None] * core.gamma[None, :], 1).astype(float)
        active = (core.reciprocal[:, None] > 0) & (core.gamma[None, :] > 0)
        unit = np.sqrt(curves) * self.softness**0.5

        def negative(point: Any) -> tuple[float, Any]:
            at = np.where(active, point.reshape(curves.shape) * unit, 0.0)
            value, gradient = self._dual(at, temperature * self.softness, curves)
            return -value / self.softness, -np.where(active, gradient * unit, 0.0).ravel() / self.softness

        start = np.where(active, prices / unit, 0.0).ravel()
        found = minimize(negative, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS, "maxcor": 12})
        return np.rint(np.where(active, found.x.reshape(curves.shape) * unit, 0.0)).astype(np.int64)

    def _dual(self, prices: Any, temperature: float, curves: Any) -> tuple[float, Any]:
        """The softened bound at some prices, and its slope: what prices draw to everybody less what they call for."""
        core, flow = self.core, np.zeros(prices.shape)
        rest = (temperature, float(core.part_price), float(core.move_price))
        value = pricing_kernels.soft_costs(
            core.start, core.people, core.misfit, core.experience, *self.groups, prices, rest, flow
        )
        slope = prices + core.gamma * self.target
        more = np.maximum(0.0, slope / (2 * curves) - self.base)
        x = self.base + more
        conjugate = prices * more - curves * x * x + core.gamma * self.target * x
        return value - float(conjugate.sum()), flow - more


def _groups(core: Core, given: Ints) -> tuple[Any, ...]:
    """Accounts of one class with like loads as groups: where classes begin, mean loads, numbers, levels, owners."""
    if not len(given):
        nothing = np.zeros(0, np.int64)
        return np.zeros_like(core.start), np.zeros((0, core.loads.shape[1])), np.zeros(0), nothing, nothing
    size = -(-len(given) // MOST_GROUPS)
    standing = core.standing if core.move_price else np.full_like(core.standing, NOBODY)
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
