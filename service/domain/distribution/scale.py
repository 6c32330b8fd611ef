"""From raw loads to the core: loads in fixed point, weights and prices, with the proof that no score overflows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from service.domain.distribution.core import NO_CAP, Core, Ints, Words, padded
from service.domain.distribution.dimensions import Dimension, Roll
from service.domain.distribution.eligibility import Classes

MILLION = 1_000_000
RECIPROCAL_BITS = 12
MOST_SHARE_BITS = 24
SCORE_LIMIT = 2**61


class TooLarge(OverflowError):  # noqa: N818 - it names the state, like the problems of service.errors
    """No scale is both fine enough to tell accounts apart and safe from overflow."""


@dataclass(frozen=True)
class Scale:
    """How scores are counted.

    `share_bits`: loads are whole numbers of 2^-share_bits full-time shares; `unit`: score of one part of misfit;
    `full_fit`: parts of a complete misfit; `gamma`: points of each dimension, raised where only some can carry it.

    The score of account a for person k, X being what k carries without a, is the whole number

        z = Σ_d gamma_d · e_ad · ((2·X_kd + e_ad) · reciprocal_k − 2^(share_bits + 13))
            + unit · (misfit_price · (full_fit − fit_ak) + move_price · full_fit · moved_ak)

    with e = load × pool weight ÷ total in units of 2^-share_bits (a full-time share is 1), reciprocal = 2^12 ÷ weight
    and gamma_d = points × weight of all ÷ weight of the pool, each to the nearest whole number, and
    unit = weight of all × 2^(2·share_bits + 12) ÷ (counted accounts × full_fit), at least 1. That is engine.md's z_k
    times the weight of all people and a constant.

    Nothing is rounded after that, so z is the exact difference of one whole-number potential,
    Σ_kd gamma_d·(reciprocal_k·X² − 2^(share_bits + 13)·X) + costs: each move to a smaller score lowers it, and
    passes of such moves end.

    No score overflows. With E the greatest e of a dimension and S the sum of all its e (no X exceeds S), the terms
    of z and all intermediate sums are at most

        Σ_d gamma_d·E·((2·S + E)·max(reciprocal) + 2^(share_bits + 13)) + unit·full_fit·(misfit_price + move_price)

    in absolute value, and share_bits is the greatest number up to 24 that keeps this below 2^61. What an exchange of
    two accounts gains is at most twice that, so it and the difference of two scores stay below 2^63.
    """

    share_bits: int
    unit: int
    full_fit: int
    gamma: tuple[int, ...]

    @property
    def point(self) -> int:
        """The score of one point of price for one account."""
        return self.unit * self.full_fit

    @property
    def target(self) -> int:
        """What a score takes off gamma·e: twice a full-time share, in the units of load × reciprocal."""
        return 1 << (self.share_bits + RECIPROCAL_BITS + 1)


class Source(Protocol):
    """What a core is made of, before any scale: Instance has it from a snapshot, benchmarks from arrays.

    `weights` (K) in millionths of a post, 0 for who takes no part; `prices`: of a complete misfit and of a move, in
    points; the caps and `minutes` in minutes and accounts; ties: see ties.
    """

    classes: Classes
    weights: Ints
    roll: Roll
    dimensions: tuple[Dimension, ...]
    minutes: Ints
    most_minutes: Ints
    most_accounts: Ints
    prices: tuple[int, int]
    tie_account: Words
    tie_person: Words


def scale_of(source: Source) -> Scale:
    """The finest scale that the bound of Scale allows."""
    everyone = int(source.weights.sum())
    counted = max(1, int(source.roll.counted.sum()))
    full_fit = source.classes.full_fit or 1
    gamma = tuple(nearest(part.points * everyone, part.pool_weight) for part in source.dimensions)
    greatest = [int(np.max(part.loads)) for part in source.dimensions]
    reciprocal = int(reciprocals(source.weights).max(initial=0))
    for bits in range(MOST_SHARE_BITS, 0, -1):
        unit = max(1, nearest(everyone << (2 * bits + RECIPROCAL_BITS), MILLION * counted * full_fit))
        scale = Scale(bits, unit, full_fit, gamma)
        if _bound(source, scale, greatest, reciprocal) < SCORE_LIMIT:
            return scale
    raise TooLarge("the loads of these accounts span too wide a range to be compared exactly")


def _bound(source: Source, scale: Scale, greatest: list[int], reciprocal: int) -> int:
    """What no score can exceed; the proof is in Scale."""
    bound = scale.point * sum(source.prices)
    for part, gamma, load in zip(source.dimensions, scale.gamma, greatest, strict=True):
        most = _in_shares(load, part, scale.share_bits)
        total = nearest(part.pool_weight << scale.share_bits, MILLION) + len(part.loads)
        bound += gamma * most * ((2 * total + most) * reciprocal + scale.target)
    return bound


def shares_of(dimensions: tuple[Dimension, ...], bits: int, accounts: int) -> Ints:
    """The loads e of all accounts (n × D) in whole numbers of 2^-bits full-time shares, each to the nearest one.

    TooLarge where one of them alone is beyond every score.
    """
    columns = np.zeros((accounts, len(dimensions)), np.int64)
    for at, part in enumerate(dimensions):
        known, places = np.unique(np.asarray(part.loads, np.int64), return_inverse=True)
        shares = [_in_shares(load, part, bits) for load in known.tolist()]
        if max(shares, default=0) >= SCORE_LIMIT:
            raise TooLarge("an account outgrows the shares that it is measured in")
        columns[:, at] = np.array(shares, np.int64)[places]
    return columns


def core_of(source: Source, scale: Scale, loads: Ints) -> Core:
    """The core of a source in a scale, its loads (n × D) given in shares."""
    classes, (misfit_price, move_price) = source.classes, source.prices
    width = padded(loads).shape[1]
    gamma = np.zeros(width, np.int64)
    gamma[: len(scale.gamma)] = scale.gamma
    return Core(
        of_account=classes.of_account,
        start=classes.start,
        people=classes.people.astype(np.uint32),
        misfit=(scale.full_fit - classes.fit).astype(np.int32),
        experience=classes.experience_fit.astype(np.int32),
        wanted=classes.wanted - 1,
        part_price=np.int64(scale.unit * misfit_price),
        move_price=np.int64(scale.point * move_price),
        loads=padded(loads),
        gamma=gamma,
        reciprocal=reciprocals(source.weights),
        minutes=source.minutes,
        most_minutes=source.most_minutes,
        most_accounts=source.most_accounts,
        standing=source.roll.standing,
        tie_account=source.tie_account,
        tie_person=source.tie_person,
    )


def reciprocals(weights: Ints) -> Ints:
    """1 ÷ weight of each person in units of 2^-12."""
    return np.array([reciprocal_of(weight) for weight in weights.tolist()], np.int64)


def reciprocal_of(weight: int) -> int:
    """1 ÷ weight in units of 2^-12, the weight being in millionths; 0 for somebody who takes no part."""
    return nearest(MILLION << RECIPROCAL_BITS, weight) if weight else 0


def caps(most: Iterable[int | None], applies: bool) -> Ints:
    """Caps as numbers, beyond reach where there is none."""
    return np.array([NO_CAP if cap is None or not applies else cap for cap in most], np.int64)


def nearest(numerator: int, denominator: int) -> int:
    """The whole number nearest to a fraction of whole numbers, halves upwards."""
    return (2 * numerator + denominator) // (2 * denominator)


def _in_shares(load: int, dimension: Dimension, bits: int) -> int:
    """A raw load in whole numbers of 2^-bits full-time shares."""
    return nearest(load * dimension.pool_weight << bits, dimension.total * MILLION)
