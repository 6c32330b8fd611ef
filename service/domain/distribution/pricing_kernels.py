"""The two sums over all accounts that a search for prices needs, compiled where numba is installed."""

import numpy as np

from service.domain.distribution.compiling import compiled
from service.domain.distribution.core import Core, Ints

NEAR = 16.0
"""Temperatures above the least cost beyond which a candidate has no weight in the softened minimum."""


@compiled
def least_costs(core: Core, accounts: Ints, prices: Ints, rooms: Ints, curves: Ints, least: Ints):
    """Fills `least` (n): the least of c + Σ P·e + Σ curve·max(0, e − room)² over the people who may serve an account.

    `prices`, `rooms`, `curves` (K × W) as in certificate.Prices.
    """
    of_account, start, people, misfits, loads = core.of_account, core.start, core.people, core.misfit, core.loads
    width, part_price, move_price, small = loads.shape[1], core.part_price, core.move_price, np.int64(2**62)
    for k in range(len(rooms)):
        for d in range(width):
            if curves[k, d] > 0:
                small = min(small, rooms[k, d])
    for a in accounts:
        best, gains, stood = np.int64(2**62), core.experience[core.wanted[a]], core.standing[a]
        giant = loads[a].max() > small
        for at in range(start[of_account[a]], start[of_account[a] + 1]):
            k = people[at]
            cost = part_price * (misfits[at] - gains[k])
            if stood >= 0 and k != stood:
                cost += move_price
            for d in range(width):
                cost += prices[k, d] * loads[a, d]
            if giant:
                for d in range(width):
                    more = max(0, loads[a, d] - rooms[k, d])
                    cost += curves[k, d] * more * more
            best = min(best, cost)
        least[a] = best


@compiled
def cost_row(costs, fixed, prices, loads):
    """Fills `costs` with fixed costs and prices (W × people) of some loads; the least of them."""
    p, q, r, s, least = loads[0], loads[1], loads[2], loads[3], np.inf
    for i in range(len(costs)):
        costs[i] = fixed[i] + prices[0, i] * p + prices[1, i] * q + prices[2, i] * r + prices[3, i] * s
    for d in range(4, len(loads)):
        for i in range(len(costs)):
            costs[i] += prices[d, i] * loads[d]
    for i in range(len(costs)):
        least = min(least, costs[i])
    return least


@compiled
def soft_costs(start, people, misfits, experience, first, loads, number, wanted, standing, part, prices, rest, flow):
    """The sum of softened least costs of groups of equal accounts; adds to `flow` (K × W) the loads that go where.

    Groups `first[c]:first[c + 1]` belong to class c: mean loads, how many accounts, wanted level, standing owner.
    `part`: the first class that counts, and the first beyond; `rest`: temperature, price of misfit and of a move.
    """
    temperature, part_price, move_price = rest
    total, width = 0.0, loads.shape[1]
    costs, near, chance = np.empty(len(prices)), np.empty(len(prices), np.int64), np.empty(len(prices))
    fixed, row_prices = np.empty(len(prices)), np.empty((width, len(prices)))
    for c in range(part[0], part[1]):
        if first[c] == first[c + 1]:
            continue
        row, misfit = people[start[c] : start[c + 1]], misfits[start[c] : start[c + 1]]
        size, level = len(row), -1
        for i in range(size):
            for d in range(width):
                row_prices[d, i] = prices[row[i], d]
        for g in range(first[c], first[c + 1]):
            if wanted[g] != level:
                level = wanted[g]
                for i in range(size):
                    fixed[i] = part_price * (misfit[i] - experience[level, row[i]])
            least = cost_row(costs[:size], fixed, row_prices, loads[g])
            if standing[g] >= 0 and move_price != 0:
                for i in range(size):
                    costs[i] += move_price * (row[i] != standing[g])
                least = costs[:size].min()
            weight, count = 0.0, 0
            for i in range(size):
                if costs[i] < least + NEAR * temperature:
                    near[count], chance[count] = row[i], np.exp((least - costs[i]) / temperature)
                    weight += chance[count]
                    count += 1
            total += number[g] * (least - temperature * np.log(weight))
            for i in range(count):
                share = number[g] * chance[i] / weight
                for d in range(width):
                    flow[near[i], d] += share * loads[g, d]
    return total
