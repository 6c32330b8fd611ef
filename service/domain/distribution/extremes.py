"""How even one load could lie at best: proven bounds on the greatest and the least share that any plan can reach."""

from fractions import Fraction
from heapq import heapify, heapreplace

import numpy as np

from service.domain.distribution.attainable import Level
from service.domain.distribution.core import Ints
from service.domain.distribution.flows import UNITS, Network, cut_of

MOST_CUTS = 40
CLOSE = Fraction(1, 10**7)


def least_greatest(
    highest: Level, loads: Ints, of_account: Ints, network: Network, weights: Ints, unit: Fraction
) -> Fraction:
    """No plan's greatest share lies below this: that of the highest attainable level, or of a giant's best carrier.

    What a level alone may serve is divided into whole multiples of what divides every load. Whoever takes the greatest
    account of a class carries it beside all that they alone may serve. `loads` (n): raw loads; `of_account` (n): the
    classes of `network`; `unit`: the load of one millionth of a post at the mean.
    """
    if not len(loads):
        return highest.share
    choices, greatest = np.diff(network.start), np.zeros(len(network.supply), np.int64)
    np.maximum.at(greatest, of_account, loads)
    forced = np.zeros(len(weights), np.int64)
    np.add.at(
        forced, network.people[network.start[:-1][choices == 1]], np.array(network.supply, np.int64)[choices == 1]
    )
    carried = forced[network.people] + np.where(choices > 1, greatest, 0)[network.owner_class]
    shares = carried / weights[network.people]
    hardest = int(np.minimum.reduceat(shares, network.start[:-1]).argmax())
    row = slice(int(network.start[hardest]), int(network.start[hardest + 1]))
    people = zip(carried[row].tolist(), weights[network.people[row]].tolist(), strict=True)
    giant = min(Fraction(load, weight) for load, weight in people)
    whole = _in_multiples(highest.share * unit, weights[list(highest.people)].tolist(), int(np.gcd.reduce(loads)))
    return max(giant, whole) / unit


def _in_multiples(share: Fraction, weights: list[int], part: int) -> Fraction:
    """The least share of people who carry between them what `share` of each makes, everybody multiples of a part."""
    parts = [share * weight // part for weight in weights]
    missing = share * sum(weights) // part - sum(parts)
    ahead = [(Fraction((1 + have) * part, weight), weight) for have, weight in zip(parts, weights, strict=True)]
    heapify(ahead)
    for _ in range(missing):
        share, weight = ahead[0]
        heapreplace(ahead, (share + Fraction(part, weight), weight))
    return share


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
