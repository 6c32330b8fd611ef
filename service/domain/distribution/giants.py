"""Giants: accounts so large that no plan can share them evenly, and what the rulebook does with them."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from service.domain.distribution.core import Flags
from service.domain.distribution.dimensions import Dimension, Roll
from service.domain.distribution.rulebook import Rulebook

MILLION = 1_000_000
SHARED = ("value", "workload")


def giants_of(rulebook: Rulebook, dimensions: tuple[Dimension, ...]) -> Iterator[tuple[Dimension, Flags]]:
    """For value and hours, which accounts (n) alone are more than the rulebook's part of a full-time share."""
    for part in dimensions:
        if part.name in SHARED:
            limit = rulebook.giants.percent * part.total * MILLION
            yield part, np.array(part.loads, np.int64) > limit // (100 * part.pool_weight)


def with_giants_at_rest(rulebook: Rulebook, dimensions: tuple[Dimension, ...], roll: Roll) -> Roll:
    """The roll in which giants stay with the owner who may serve them, where the rulebook wants that.

    Such an account counts before and after, and its owner can carry its loads anyway: no dimension changes.
    """
    if not rulebook.giants.stay:
        return roll
    at_rest = np.zeros(len(roll.free), np.bool_)
    for _, giants in giants_of(rulebook, dimensions):
        at_rest |= giants
    at_rest &= roll.free & roll.may_stay
    return replace(roll, fixed=roll.fixed | at_rest, free=roll.free & ~at_rest)
