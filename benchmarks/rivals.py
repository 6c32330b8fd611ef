"""How accounts are usually given out: the rivals of the engine, under the same eligibility and caps."""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.families import Arrays
from service.domain.distribution.compiling import compiled

ROUND_ROBIN, WEIGHTED_COUNT, POWER_OF_TWO, CAPACITY_RANDOM = range(4)
RIVALS = {
    "round_robin": ROUND_ROBIN,
    "weighted_count": WEIGHTED_COUNT,
    "power_of_two": POWER_OF_TWO,
    "capacity_random": CAPACITY_RANDOM,
}


def owners_by(rival: int, arrays: Arrays) -> Any:
    """The owners (n, −1 for nobody) that a rival gives, accounts in the order of their numbers."""
    owner = np.full(arrays["n"], -1, np.int64)
    dealt: Callable[..., None] = _dealt
    dealt(
        rival,
        arrays["cls"].astype(np.int64),
        arrays["ptr"].astype(np.int64),
        arrays["rep"].astype(np.int64),
        arrays["hrs"].astype(float),
        arrays["w"].astype(float),
        arrays["capH"].astype(float),
        arrays["capN"].astype(np.int64),
        np.random.default_rng(7).random((arrays["n"], 2)),
        owner,
    )
    return owner


@compiled
def _dealt(rival, of_account, start, people, hours, weight, most_hours, most_count, drawn, owner):  # type: ignore[no-untyped-def]
    """Each account in turn goes to the next, the least busy, the better of two, or anybody by capacity."""
    busy, count, turn = np.zeros(len(weight)), np.zeros(len(weight), np.int64), np.zeros(len(weight), np.int64)
    for a in range(len(of_account)):
        row = people[start[of_account[a]] : start[of_account[a] + 1]]
        may = row[(busy[row] + hours[a] <= most_hours[row]) & (count[row] < most_count[row])]
        if len(may) == 0:
            continue
        if rival == 0:
            one = may[np.argmin(turn[may])]
        elif rival == 1:
            one = may[np.argmin((count[may] + 1) / weight[may])]
        elif rival == 2:
            first, second = may[int(drawn[a, 0] * len(may))], may[int(drawn[a, 1] * len(may))]
            one = first if count[first] / weight[first] <= count[second] / weight[second] else second
        else:
            sums = np.cumsum(most_hours[may])
            one = may[min(len(may) - 1, np.searchsorted(sums, drawn[a, 0] * sums[-1]))]
        owner[a] = one
        busy[one] += hours[a]
        count[one] += 1
        turn[one] = a + 1
