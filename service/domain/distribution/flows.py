"""Max-flow between classes of accounts and people: who can carry how much, and who alone can carry what."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_flow

from service.domain.distribution.core import Flags, Ints

UNITS = 2**30
"""Into how many units all supply is cut for a flow; cuts are judged in exact fractions afterwards."""


@dataclass(frozen=True)
class Network:
    """Loads that can be divided: class c supplies `supply[c]`, which `people[start[c]:start[c + 1]]` may carry."""

    supply: tuple[int, ...]
    start: Ints
    people: Ints

    @property
    def owner_class(self) -> Ints:
        """The class of each entry of `people`."""
        return np.repeat(np.arange(len(self.supply)), np.diff(self.start))


@dataclass(frozen=True)
class Cut:
    """A flow's end: `value` of it in UNITS of `total`, and the minimum cut nearest to the supply.

    `classes`, `people`: classes that are not carried in full, and everybody who may serve them.
    """

    value: int
    total: int
    classes: Flags
    people: Flags


def cut_of(network: Network, capacity: "list[Fraction] | list[int]") -> Cut:
    """The max-flow of a network's whole supply to people who can carry so much each (in units of supply)."""
    classes, people = len(network.supply), len(capacity)
    whole = max(1, sum(network.supply))
    supply = np.array([each * UNITS // whole for each in network.supply], np.int64)
    room = np.array([min(UNITS, -int(-each * UNITS // whole)) for each in capacity], np.int64)
    of_class = network.owner_class
    rows = np.concatenate([np.zeros(classes, np.int64), 1 + of_class, 1 + classes + np.arange(people)])
    columns = np.concatenate(
        [1 + np.arange(classes), 1 + classes + network.people, np.full(people, classes + people + 1)]
    )
    data = np.concatenate([supply, supply[of_class], room]).astype(np.int32)
    graph = csr_matrix((data, (rows, columns)), shape=(classes + people + 2,) * 2)
    found = maximum_flow(graph, 0, classes + people + 1)
    carried = found.flow[1 : classes + 1, classes + 1 : classes + people + 1].tocoo()
    used = carried.data > 0
    left = supply - np.bincount(carried.row[used], carried.data[used], classes).astype(np.int64) > 0
    reached, bound = _reached(network, left, carried.row[used], carried.col[used], people)
    return Cut(int(found.flow_value), int(supply.sum()), reached, bound)


def _reached(network: Network, classes: Flags, rows: Ints, columns: Ints, people: int) -> tuple[Flags, Flags]:
    """What the residual graph reaches from classes with supply left: on to all who may serve them, back along flow."""
    of_class, bound = network.owner_class, np.zeros(people, np.bool_)
    while True:
        before = int(bound.sum())
        bound[network.people[classes[of_class]]] = True
        classes = classes.copy()
        classes[rows[bound[columns]]] = True
        if int(bound.sum()) == before and bound[network.people[classes[of_class]]].all():
            return classes, bound
