"""The one loop over all accounts that envy needs, compiled where numba is installed."""

import numpy as np

from service.domain.distribution.compiling import compiled


@compiled
def envious_pairs(start, people, of_account, first, members, loads, carried, weights):
    """How many pairs there are in which one envies the other even without the greatest account that they envy.

    `members[first[j]:first[j + 1]]`: the accounts of j; `loads` (n), `carried`, `weights` (K): of one load.
    """
    found = 0
    for j in range(len(weights)):
        wanted, greatest = np.zeros(len(weights), np.int64), np.zeros(len(weights), np.int64)
        for i in range(first[j], first[j + 1]):
            load, row = loads[members[i]], of_account[members[i]]
            for at in range(start[row], start[row + 1]):
                k = people[at]
                wanted[k] += load
                greatest[k] = max(greatest[k], load)
        for k in range(len(weights)):
            if k != j and weights[j] > 0 and (wanted[k] - greatest[k]) * weights[k] > carried[k] * weights[j]:
                found += 1
    return found
