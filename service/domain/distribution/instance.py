"""A snapshot as integers: loads in fixed point, weights and prices, with the proof that no score overflows."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import numpy as np

from service.domain.distribution.dimensions import Dimension, dimensions_of, roll_of
from service.domain.distribution.eligibility import Classes, Ints, classes_of, takes_part
from service.domain.distribution.giants import with_giants_at_rest
from service.domain.distribution.priority import priorities
from service.domain.distribution.snapshot import Snapshot

MILLION = 1_000_000
RECIPROCAL_BITS = 12
MOST_SHARE_BITS = 24
SCORE_LIMIT = 2**62
NO_CAP = 2**62


class TooLarge(OverflowError):  # noqa: N818 - it names the state, like the problems of service.errors
    """No scale is both fine enough to tell accounts apart and safe from overflow."""


@dataclass(frozen=True)
class Scale:
    """How scores are counted.

    `share_bits`: loads are whole numbers of 2^-share_bits full-time shares; `unit`: score of one part of misfit;
    `full_fit`: parts of a complete misfit; `gamma`: points of each dimension, raised where only some can carry it.
    """

    share_bits: int
    unit: int
    full_fit: int
    gamma: tuple[int, ...]

    @property
    def point(self) -> int:
        """The score of one point of price for one account."""
        return self.unit * self.full_fit


class Instance:
    """What the rule needs to know of a snapshot, in int64; n accounts, K people, D dimensions.

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

    in absolute value, and share_bits is the greatest number up to 24 that keeps this below 2^62.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        rulebook, accounts, people = snapshot.rulebook, snapshot.accounts, snapshot.people
        self.snapshot = snapshot
        self.account_numbers = {account.id: at for at, account in enumerate(accounts)}
        self.person_numbers = {person.id: at for at, person in enumerate(people)}
        self.tie_key = sha256(f"{rulebook.tie_key}\n{snapshot.cycle}".encode()).digest()
        self.classes = classes_of(snapshot)
        self.weights = _ints([person.weight_millionths if takes_part(person) else 0 for person in people])
        self.roll = roll_of(snapshot, self.classes, self.weights)
        self.dimensions = dimensions_of(snapshot, self.classes, self.weights, self.roll)
        self.roll = with_giants_at_rest(rulebook, self.classes, self.dimensions, self.roll)
        self.order = _order(snapshot, self.classes)
        self.reciprocal = _ints([reciprocal_of(weight) for weight in self.weights.tolist()])
        self.scale = _scale(self)
        self.loads = _loads(self.dimensions, self.scale.share_bits, len(accounts))
        self.minutes = _ints([account.workload_minutes for account in accounts])
        rules = rulebook.hard_rules
        self.most_accounts = _caps([person.max_accounts for person in people], rules.count_cap)
        self.most_minutes = _caps([person.max_workload_minutes for person in people], rules.workload_cap)
        self._prepare()

    @cached_property
    def positions(self) -> dict[int, int]:
        """The place, from 1, of each free account in the order in which a plan gives accounts out."""
        return {account: place for place, account in enumerate(self.free_accounts, 1)}

    @cached_property
    def free_accounts(self) -> tuple[int, ...]:
        """The accounts that the rule may give, in their order."""
        return tuple(account for account in self.order if self.roll.free[account])

    def _prepare(self) -> None:
        """The parts of a score that depend on the account or the pair alone.

        `pull` (n × D) = gamma·e; `own_pull` (n) = Σ gamma·e²; `target` (n) = Σ gamma·e·2^(share_bits + 13);
        `misfit_cost` beside the classes' people; `experience_gain` (5 × K) is to be taken off it; `move_cost`.
        """
        scale, price = self.scale, misfit_price(self.snapshot, self.classes)
        self.pull: Ints = self.loads * _ints(scale.gamma)
        self.own_pull: Ints = (self.pull * self.loads).sum(axis=1)
        self.target: Ints = self.pull.sum(axis=1) << (scale.share_bits + RECIPROCAL_BITS + 1)
        self.misfit_cost: Ints = scale.unit * price * (scale.full_fit - self.classes.fit)
        self.experience_gain: Ints = scale.unit * price * self.classes.experience_fit
        self.move_cost = scale.point * self.snapshot.rulebook.move_price


def misfit_price(snapshot: Snapshot, classes: Classes) -> int:
    """The price of a complete misfit in points; 0 when the rulebook weighs nothing in the fit."""
    return snapshot.rulebook.misfit_price if classes.full_fit else 0


def nearest(numerator: int, denominator: int) -> int:
    """The whole number nearest to a fraction of whole numbers, halves upwards."""
    return (2 * numerator + denominator) // (2 * denominator)


def reciprocal_of(weight: int) -> int:
    """1 ÷ weight in units of 2^-12, the weight being in millionths; 0 for somebody who takes no part."""
    return nearest(MILLION << RECIPROCAL_BITS, weight) if weight else 0


def _order(snapshot: Snapshot, classes: Classes) -> tuple[int, ...]:
    """Account numbers by priority, then value, then fewest eligible people, then id."""
    sizes = np.diff(classes.start).tolist()
    ranked = zip(priorities(snapshot), snapshot.accounts, classes.of_account.tolist(), strict=True)
    keys = [
        (-priority, -(account.value_minor or 0), sizes[number], at)
        for at, (priority, account, number) in enumerate(ranked)
    ]
    return tuple(key[-1] for key in sorted(keys))


def _scale(instance: Instance) -> Scale:
    """The finest scale that the bound of Instance allows."""
    everyone = int(instance.weights.sum())
    counted = max(1, int(instance.roll.counted.sum()))
    full_fit = instance.classes.full_fit or 1
    gamma = tuple(nearest(part.points * everyone, part.pool_weight) for part in instance.dimensions)
    for bits in range(MOST_SHARE_BITS, 0, -1):
        unit = max(1, nearest(everyone << (2 * bits + RECIPROCAL_BITS), MILLION * counted * full_fit))
        scale = Scale(bits, unit, full_fit, gamma)
        if _bound(instance, scale) < SCORE_LIMIT:
            return scale
    raise TooLarge("the loads of these accounts span too wide a range to be compared exactly")


def _bound(instance: Instance, scale: Scale) -> int:
    """What no score of an instance can exceed; the proof is in Instance."""
    reciprocal = int(instance.reciprocal.max(initial=0))
    target = 1 << (scale.share_bits + RECIPROCAL_BITS + 1)
    bound = scale.point * (misfit_price(instance.snapshot, instance.classes) + instance.snapshot.rulebook.move_price)
    for part, gamma in zip(instance.dimensions, scale.gamma, strict=True):
        greatest = _in_shares(max(part.loads), part, scale.share_bits)
        total = nearest(part.pool_weight << scale.share_bits, MILLION) + len(part.loads)
        bound += gamma * greatest * ((2 * total + greatest) * reciprocal + target)
    return bound


def _in_shares(load: int, dimension: Dimension, bits: int) -> int:
    """A raw load in whole numbers of 2^-bits full-time shares."""
    return nearest(load * dimension.pool_weight << bits, dimension.total * MILLION)


def _loads(dimensions: tuple[Dimension, ...], bits: int, accounts: int) -> Ints:
    """The loads e of all accounts (n × D)."""
    columns = [[_in_shares(load, dimension, bits) for load in dimension.loads] for dimension in dimensions]
    return np.ascontiguousarray(_ints(columns).reshape(len(dimensions), accounts).T)


def _caps(caps: list[int | None], applies: bool) -> Ints:
    """Caps as numbers, beyond reach where there is none."""
    return _ints([NO_CAP if cap is None or not applies else cap for cap in caps])


def _ints(values: object) -> Ints:
    """Whole numbers as an int64 array."""
    return np.array(values, np.int64)
