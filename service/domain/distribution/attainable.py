"""Attainable shares: the fairest that one load could lie if accounts could be split, person by person.

The leximin shares of a load are found by cutting the densest group out again and again (the decomposition of Fujishige
1980): those who alone may serve some accounts and therefore carry more than the mean whatever the plan.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from service.domain.distribution.core import NOBODY, Flags, Ints
from service.domain.distribution.decimals import decimal
from service.domain.distribution.flows import UNITS, Network, cut_of
from service.domain.distribution.instance import Instance
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.wording import counted, filled, load_name, opening
from service.errors import Sentence

ENTRENCHED = Fraction(1001, 1000)
"""A group is told in words when it carries more than this times the mean."""
ONLY_ONES = Sentence(
    "{load}: by the rules, the pins and what the plan may move, only these {people} people are candidates for "
    "{accounts}; whatever the plan, one of them carries at least {share} times the mean.",
    "{load}：受规则、锁定情况及本方案可变动范围所限，有 {accounts}只能由这 {people} 人负责；"
    "无论如何分配，其中至少有一人的负荷不低于平均值的 {share} 倍。",
)
ONLY_ONE = Sentence(
    "{load}: by the rules, the pins and what the plan may move, only one person is a candidate for {accounts}, and "
    "whatever the plan, that person carries at least {share} times the mean.",
    "{load}：受规则、锁定情况及本方案可变动范围所限，有 {accounts}只能由一人负责；"
    "无论如何分配，此人的负荷不低于平均值的 {share} 倍。",
)
NO_ONES = Sentence(
    "{load}: people who by the rules, the pins and what the plan may move can have none of these accounts, and carry "
    "nothing: {people}.",
    "{load}：受规则、锁定情况及本方案可变动范围所限，不能负责其中任何客户、因而没有此项负荷的人员：{people} 名。",
)


@dataclass(frozen=True)
class Level:
    """People who in the fairest case carry the same share (τ, in fair shares), and how many accounts they carry."""

    share: Fraction
    people: tuple[int, ...]
    accounts: int


@dataclass(frozen=True)
class Attainable:
    """The leximin shares of one load: levels from the highest share to the lowest, people by number."""

    dimension: str
    levels: tuple[Level, ...]

    @property
    def shares(self) -> dict[int, Fraction]:
        """τ of each person who can carry the load."""
        return {person: level.share for level in self.levels for person in level.people}

    def sentences(self) -> Iterator[Sentence]:
        """Who carries more than the mean, or nothing, whatever the plan, in plain words, without names."""
        for level in self.levels:
            if not level.share:
                yield opening(filled(NO_ONES, load=load_name(self.dimension), people=len(level.people)))
            if level.share > ENTRENCHED:
                name, share = load_name(self.dimension), decimal(level.share, 3)
                people, accounts = len(level.people), counted(level.accounts, "accounts")
                said = ONLY_ONES if people > 1 else ONLY_ONE
                yield opening(filled(said, load=name, share=share, people=people, accounts=accounts))

    def to_mapping(self, instance: Instance) -> dict[str, Any]:
        """Plain JSON data, people by id."""
        people = instance.snapshot.people
        return {
            "dimension": self.dimension,
            "levels": [
                {
                    "share": decimal(level.share),
                    "people": [people[person].id for person in level.people],
                    "accounts": level.accounts,
                }
                for level in self.levels
            ],
        }


def attainable_shares(ledger: Ledger) -> tuple[Attainable, ...]:
    """The leximin shares of every load over the accounts that somebody has on a ledger; what is fixed stays fixed."""
    instance, owner = ledger.instance, ledger.owner
    fixed, counted = instance.roll.fixed & (owner != NOBODY), owner != NOBODY
    found = []
    for part in instance.dimensions:
        loads = np.where(counted, np.array(part.loads, np.int64), 0)
        network, sizes = network_of(instance.classes.of_account, instance.classes, loads, fixed, owner, part.pool)
        unit = Fraction(part.total, part.pool_weight)
        found.append(Attainable(part.name, tuple(levels_of(network, sizes, instance.weights, part.pool, unit))))
    return tuple(found)


def network_of(
    of_account: Ints, classes: Any, loads: Ints, fixed: Flags, owner: Ints, pool: Flags
) -> tuple[Network, Ints]:
    """The network of some loads (n), and how many loaded accounts each of its classes has.

    `classes`: rows of people (start, people); a fixed account can be carried by its owner alone.
    """
    number, people = len(classes.start) - 1, len(pool)
    place = np.where(fixed, number + owner, of_account)
    supply = np.zeros((2, number + people), np.int64)
    np.add.at(supply[0], place, loads >> 26)  # in two halves, because a sum may pass 63 bits
    np.add.at(supply[1], place, loads & (2**26 - 1))
    sizes = np.bincount(place[loads > 0], minlength=number + people)
    rows, columns = np.repeat(np.arange(number), np.diff(classes.start)), np.asarray(classes.people, np.int64)
    rows, columns = np.concatenate([rows, number + np.arange(people)]), np.concatenate([columns, np.arange(people)])
    kept = pool[columns] & (sizes[rows] > 0)
    totals = [(high << 26) + low for high, low in supply.T.tolist()]
    used = np.zeros(number + people, np.bool_)
    used[rows[kept]] = True
    names = np.cumsum(used) - 1
    start = np.concatenate([[0], np.cumsum(np.bincount(names[rows[kept]], minlength=int(used.sum())))])
    network = Network(tuple(np.array(totals, object)[used].tolist()), start, columns[kept])
    return network, sizes[used]


def levels_of(network: Network, sizes: Ints, weights: Ints, pool: Flags, unit: Fraction) -> Iterator[Level]:
    """The levels of a network from the highest to the lowest; `unit`: load of a millionth of a post at the mean."""
    tasks = [(np.ones(len(network.supply), np.bool_), pool & (weights > 0))]
    while tasks:
        classes, people = tasks.pop()
        if not people.any():
            continue
        load = sum(each for each, inside in zip(network.supply, classes.tolist(), strict=True) if inside)
        weight = int(weights[people].sum())
        share = Fraction(load, weight)
        dense = _denser(network, classes, people, weights, share)
        if dense is None:
            members = tuple(np.flatnonzero(people).tolist())
            yield Level(share / unit, members, int(sizes[classes].sum()))
        else:
            rest = classes & ~dense[0], people & ~dense[1]
            tasks += [rest, dense]


def _denser(
    network: Network, classes: Flags, people: Flags, weights: Ints, share: Fraction
) -> tuple[Flags, Flags] | None:
    """Classes and the people who alone may serve them that carry more than a share per weight; None without any."""
    part, names, members = _part(network, classes, people)
    cut = cut_of(part, [share * int(weight) for weight in weights[members].tolist()])
    if cut.total - cut.value <= UNITS // 10**6 or not cut.people.any() or cut.people.all():
        return None
    inside, who = np.zeros_like(classes), np.zeros_like(people)
    inside[names[cut.classes]], who[members[cut.people]] = True, True
    load = sum(network.supply[each] for each in np.flatnonzero(inside).tolist())
    return (inside, who) if load > share * int(weights[who].sum()) else None


def _part(network: Network, classes: Flags, people: Flags) -> tuple[Network, Ints, Ints]:
    """The network of some classes and people, with the numbers that they have in the whole."""
    of_class = network.owner_class
    kept = classes[of_class] & people[network.people]
    names, members = np.flatnonzero(classes), np.flatnonzero(people)
    renamed = np.cumsum(people) - 1
    lengths = np.bincount(of_class[kept], minlength=len(classes))[names]
    start = np.concatenate([[0], np.cumsum(lengths)])
    supply = tuple(network.supply[each] for each in names.tolist())
    return Network(supply, start, renamed[network.people[kept]]), names, members
