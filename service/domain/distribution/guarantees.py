"""Two usual promises of fairness, reported beside the rest: where few may serve an account both are easily kept.

Envy-freeness up to one account (weighted: Chakraborty et al. 2021) and the maximin share (Budish 2011; weighted:
Farhadi et al. 2019), a load counting for somebody as far as they may serve the accounts that make it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from service.domain.distribution import envy_kernels
from service.domain.distribution.core import NOBODY, Ints
from service.domain.distribution.decimals import decimal
from service.domain.distribution.ledger import Ledger


@dataclass(frozen=True)
class Guarantee:
    """How far one load keeps both promises.

    `envious_pairs`: in so many pairs the one would rather have what the other has, even without its greatest account;
    `maximin_least`: nobody has less than this part of their maximin share, None where nobody may have anything.
    """

    dimension: str
    envious_pairs: int
    maximin_least: Fraction | None

    def to_mapping(self) -> dict[str, Any]:
        """Plain JSON data, the part as a decimal string."""
        least = None if self.maximin_least is None else decimal(self.maximin_least)
        return {"name": self.dimension, "envious_pairs": self.envious_pairs, "maximin_least": least}


def guarantees_of(ledger: Ledger) -> Iterator[Guarantee]:
    """The promises of every load, for the owners of a ledger."""
    instance, owner = ledger.instance, ledger.owner
    core, weights = instance.core, instance.weights
    members = np.argsort(owner, kind="stable")
    first = np.searchsorted(owner[members], np.arange(len(weights) + 1))
    for at, part in enumerate(instance.dimensions):
        loads, carried = np.ascontiguousarray(instance.loads[:, at]), np.ascontiguousarray(ledger.carried[:, at])
        envious = envy_kernels.envious_pairs(
            core.start, core.people, core.of_account, first, members, loads, carried, weights
        )
        yield Guarantee(part.name, int(envious), _least_part(ledger, loads * (owner != NOBODY), carried))


def _least_part(ledger: Ledger, loads: Ints, carried: Ints) -> Fraction | None:
    """The least part that anybody has of the proportional share of what they may serve: no maximin share exceeds it."""
    classes, weights = ledger.instance.classes, ledger.instance.weights
    of_class, of_person = np.zeros(len(classes.start) - 1, np.int64), np.zeros(len(weights), np.int64)
    np.add.at(of_class, classes.of_account, loads)
    np.add.at(of_person, classes.people, np.repeat(of_class, np.diff(classes.start)))
    everybody = int(weights.sum())
    people = zip(carried.tolist(), of_person.tolist(), weights.tolist(), strict=True)
    return min((Fraction(has * everybody, may * weight) for has, may, weight in people if may * weight), default=None)
