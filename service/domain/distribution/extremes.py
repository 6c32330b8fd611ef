"""How even one load could lie at best: proven bounds on the greatest and the least share that any plan can reach."""

from fractions import Fraction

import numpy as np

from service.domain.distribution.core import Ints
from service.domain.distribution.flows import UNITS, Network, cut_of

MOST_CUTS = 40
CLOSE = Fraction(1, 10**7)


def least_greatest(
    highest: Fraction, loads: Ints, of_account: Ints, network: Network, weights: Ints, unit: Fraction
) -> Fraction:
    """No plan's greatest share lies below this: the highest attainable one, or that of a giant's strongest carrier.

    `highest`: the highest leximin share; `loads` (n): raw loads; `of_account` (n): classes of `network`;
    `unit`: the load of one millionth of a post at the mean.
    """
    strongest = _strongest(network, weights)[of_account]
    carried = strongest > 0
    giants = loads[carried] / strongest[carried]
    if not len(giants):
        return highest
    at = int(giants.argmax())
    return max(highest, Fraction(int(loads[carried][at]), int(strongest[carried][at])) / unit)


def greatest_least(
    lowest: Fraction, loads: Ints, of_account: Ints, network: Network, weights: Ints, unit: Fraction
) -> Fraction:
    """No plan's least share lies above this: nobody needs more of one account than their whole share.

    For a share t and any group, t times its weight is at most what its accounts offer, each counted up to t times the
    weight of its strongest carrier. Starting from `lowest`, the lowest leximin share, groups that fall short lower t.
    """
    share, strongest, carriers = lowest, _strongest(network, weights), _transposed(network, len(weights))
    for _ in range(MOST_CUTS):
        most = np.array([int(share * unit * int(weight)) + 1 for weight in strongest.tolist()], np.int64)
        offered = np.zeros(len(strongest), np.int64)
        np.add.at(offered, of_account, np.minimum(loads, most[of_account]))
        needs = [int(share * unit * int(weight)) for weight in weights.tolist()]
        cut = cut_of(Network(tuple(needs), carriers.start, carriers.people), offered.tolist())
        if cut.total - cut.value <= UNITS // 10**6:
            return share
        group, classes = np.flatnonzero(cut.classes), np.flatnonzero(cut.people)
        lower = Fraction(int(offered[classes].sum()), int(weights[group].sum())) / unit
        if lower >= share - CLOSE:
            return min(share, lower)
        share = lower
    return share


def _strongest(network: Network, weights: Ints) -> Ints:
    """The weight of the strongest person who may serve each class, 0 where nobody may."""
    strongest = np.zeros(len(network.supply), np.int64)
    np.maximum.at(strongest, network.owner_class, weights[network.people])
    return strongest


def _transposed(network: Network, people: int) -> Network:
    """The classes that each person may serve."""
    order = np.argsort(network.people, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(network.people, minlength=people))])
    return Network((0,) * people, start, network.owner_class[order])
