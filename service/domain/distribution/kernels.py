"""The rule in loops: placing, settling, swapping and deciding, compiled where numba is installed (see compiling).

Every function changes the state only by moves that lower the potential of Scale, or places an account that nobody has.
Helpers take plain arrays: a compiled call with the whole core costs more than a row of the rule. One file holds all,
because numba's cache watches a function's own file only: a helper changed elsewhere would go unnoticed. All numbers are
int64, hashes uint64; no sum overflows (see Scale). `answers` equals the numpy rule of scoring to the bit.
"""

import numpy as np

from service.domain.distribution import ties
from service.domain.distribution.compiling import compiled
from service.domain.distribution.core import Core, Holdings, Ints, Memory, State

WORST = 2**62
SHORT = 8
"""How many candidates of an account are remembered for the short passes, the best first."""
TARGETS = 3
"""With how many of them a swap is tried."""
MEMBERS = 32
"""With how many accounts of each."""

mixed = compiled(ties.mixed)


@compiled
def weighed(loads, gamma, pull):
    """Fills `pull` (W) with 2·gamma·e of an account; Σ gamma·e²."""
    own = 0
    for d in range(len(loads)):
        pull[d] = 2 * gamma[d] * loads[d]
        own += gamma[d] * loads[d] * loads[d]
    return own


@compiled
def costs_of(costs, row, misfit, gained, part_price):
    """Fills `costs` with what an account costs with each person of a row, beside loads and moving."""
    for i in range(len(row)):
        costs[i] = part_price * (misfit[i] - gained[row[i]])


@compiled
def score_row(scores, row, costs, carried, reciprocal, pull, own):
    """Fills `scores` with the score of each person of a row, less what is the same for all of them and moving."""
    p, q, r, s = pull[0], pull[1], pull[2], pull[3]
    for i in range(len(row)):
        k = row[i]
        x = own + p * carried[k, 0] + q * carried[k, 1] + r * carried[k, 2] + s * carried[k, 3]
        scores[i] = reciprocal[k] * x + costs[i]
    for d in range(4, len(pull)):
        for i in range(len(row)):
            scores[i] += reciprocal[row[i]] * pull[d] * carried[row[i], d]


@compiled
def score_line(scores, lines, costs, pull, own):
    """Fills `scores` as score_row does, from people lined up."""
    p, q, r, s = pull[0], pull[1], pull[2], pull[3]
    l0, l1, l2, l3, l4 = lines[0], lines[1], lines[2], lines[3], lines[4]
    for i in range(len(scores)):
        scores[i] = costs[i] + own * l0[i] + p * l1[i] + q * l2[i] + r * l3[i] + s * l4[i]
    for d in range(4, len(pull)):
        for i in range(len(scores)):
            scores[i] += pull[d] * lines[d + 1, i]


@compiled
def line_up(row, carried, reciprocal, lines):
    """Fills `lines` (1 + W × people) with what scores need of the people of a row: 1 ÷ weight, and that times loads."""
    for i in range(len(row)):
        stand(i, row[i], carried, reciprocal, lines)


@compiled
def stand(i, k, carried, reciprocal, lines):
    """Fills one column of `lines` with a person as they stand."""
    lines[0, i] = reciprocal[k]
    for d in range(carried.shape[1]):
        lines[d + 1, i] = reciprocal[k] * carried[k, d]


@compiled
def price_moves(scores, row, standing, move_price):
    """Adds the price of a change of owner to all but the standing one."""
    if standing >= 0 and move_price != 0:
        for i in range(len(row)):
            if row[i] != standing:
                scores[i] += move_price


@compiled
def smallest(scores, row, holder, passed, bar, count, most_accounts, minutes, most_minutes, more, tie, tie_person):
    """The place in its row of the best candidate with room, the place `passed` left out; −1 for none up to the bar.

    Equal scores are ordered by the hash, and equal hashes by person.
    """
    best, best_score, best_tie = -1, bar, np.uint64(0)
    for i in range(len(row)):
        if scores[i] <= best_score and i != passed:
            k = np.int64(row[i])
            if k == holder or (count[k] < most_accounts[k] and minutes[k] + more <= most_minutes[k]):
                hashed = mixed(tie, tie_person[k])
                if scores[i] < best_score or best < 0 or hashed < best_tie:
                    best, best_score, best_tie = i, scores[i], hashed
    return best


@compiled
def give(a, k, sign, loads, more, carried, minutes, count):
    """Adds an account to what a person carries, or takes it off with sign −1."""
    for d in range(loads.shape[1]):
        carried[k, d] += sign * loads[a, d]
    minutes[k] += sign * more
    count[k] += sign


@compiled
def score_of(k, fixed, carried, reciprocal, pull, own, move_price, standing):
    """One person's entry of `score_row`; `own` is negative for the holder, whose load contains the account."""
    x = own
    for d in range(len(pull)):
        x += pull[d] * carried[k, d]
    score = reciprocal[k] * x + fixed
    return score + move_price if standing >= 0 and standing != k else score


@compiled
def place_of(row, k):
    """The place of a person in a row, which is ascending; −1 when they are not in it."""
    low, high = 0, len(row)
    while low < high:
        middle = (low + high) // 2
        if row[middle] < k:
            low = middle + 1
        else:
            high = middle
    return low if low < len(row) and row[low] == k else -1


@compiled
def stands(scores, row, place, since, moved_at):
    """Whether nobody whose load changed since then can beat a holder whose own did not: then the answer is the same."""
    kept = scores[place]
    for i in range(len(row)):  # noqa: SIM110 - a generator is not compiled well
        if scores[i] <= kept and i != place and moved_at[row[i]] > since:
            return False
    return True


@compiled
def remember(scores, short, start):
    """The places of the best scores whatever the room, counted from the start of all rows, the best first.

    As many as `short` already holds bound the scores that can be among them.
    """
    size, bar = 0, np.int64(2**62 + 2)
    if short[-1] >= 0:
        bar = scores[short[0] - start] + 1
        for at in short:
            bar = max(bar, scores[at - start] + 1)
    for i in range(len(scores)):
        if scores[i] < bar:
            at = min(size, len(short) - 1)
            size = min(size + 1, len(short))
            while at > 0 and scores[short[at - 1] - start] > scores[i]:
                short[at] = short[at - 1]
                at -= 1
            short[at] = start + i
            if size == len(short):
                bar = scores[short[size - 1] - start]
    short[size:] = -1


@compiled
def recall(short, start, near, fixed, row, costs):
    """Fills who the remembered candidates are, −1 for none, and what they cost beside loads and moving."""
    for i in range(len(short)):
        at = short[i] - start
        near[i], fixed[i] = (row[at], costs[at]) if short[i] >= 0 else (-1, 0)


@compiled
def sweep(core: Core, state: State, order: Ints, memory: Memory, remembering, budget, only):
    """Each account in turn is taken off and goes where the rule says: the placing of all, and one exact pass.

    Accounts of one class that follow each other share one line of people, which is faster. `budget`: accounts away from
    their standing owner, how many may be, the clock of moves, moves so far. With the budget spent an account stays with
    its standing owner. `only`: the one person to whom an account with a standing owner may go, −1 for no such limit.
    """
    of_account, start, people, misfits = core.of_account, core.start, core.people, core.misfit
    loads, gamma, reciprocal, minutes_of, standing = (
        core.loads,
        core.gamma,
        core.reciprocal,
        core.minutes,
        core.standing,
    )
    owner, carried, minutes, count = state.owner, state.carried, state.minutes, state.held
    moved_at, judged_at, skimmed_at = memory.moved_at, memory.judged_at, memory.skimmed_at
    pull, scratch = np.empty(len(gamma), np.int64), np.empty(len(reciprocal), np.int64)
    lines, costs = np.empty((len(gamma) + 1, len(reciprocal)), np.int64), np.empty(len(reciprocal), np.int64)
    lined, level, after = -1, -1, 0
    for a in order:
        after += 1
        kind, holder, stood, bar = of_account[a], owner[a], standing[a], WORST
        low, size = start[kind], start[kind + 1] - start[kind]
        if size == 0 or (holder >= 0 and holder == stood and budget[0] >= budget[1]):
            continue
        row, scores, own = people[low : low + size], scratch[:size], weighed(loads[a], gamma, pull)
        if kind != lined or core.wanted[a] != level:
            costs_of(costs[:size], row, misfits[low : low + size], core.experience[core.wanted[a]], core.part_price)
        level, alone = core.wanted[a], kind != lined and (after == len(order) or of_account[order[after]] != kind)
        if alone:
            lined = -1
            score_row(scores, row, costs, carried, reciprocal, pull, own)
        else:
            if kind != lined:
                line_up(row, carried, reciprocal, lines)
            lined = kind
            score_line(scores, lines, costs, pull, own)
        price_moves(scores, row, stood, core.move_price)
        place = place_of(row, holder) if holder >= 0 else -1
        if place >= 0:
            scores[place] -= 2 * own * reciprocal[holder]
            bar = scores[place]
            if judged_at[a] >= moved_at[holder] and stands(scores, row, place, judged_at[a], moved_at):
                judged_at[a] = skimmed_at[a] = budget[2]
                continue
        if only >= 0 and stood >= 0:
            for i in range(size):
                if row[i] != only and row[i] != stood:
                    scores[i] = WORST + 1
        if remembering:
            remember(scores, memory.short[a], low)
            recall(memory.short[a], low, memory.near[a], memory.fixed[a], row, costs)
        best = smallest(
            scores, row, holder, -1, bar, count, core.most_accounts, minutes, core.most_minutes, minutes_of[a],
            core.tie_account[a], core.tie_person,
        )  # fmt: skip
        winner = holder if best < 0 else np.int64(row[best])
        if winner != holder:
            if holder >= 0:
                give(a, holder, -1, loads, minutes_of[a], carried, minutes, count)
            give(a, winner, 1, loads, minutes_of[a], carried, minutes, count)
            if not alone:
                stand(best, winner, carried, reciprocal, lines)
            if not alone and place >= 0:
                stand(place, holder, carried, reciprocal, lines)
            owner[a] = winner
            budget[0] += moved(stood, winner) - moved(stood, holder)
            budget[2] += 1
            budget[3] += 1
            moved_at[winner] = budget[2]
            if holder >= 0:
                moved_at[holder] = budget[2]
        judged_at[a] = skimmed_at[a] = budget[2]


@compiled
def moved(standing, owner):
    """1 for an account that left its standing owner for somebody else, 0 for one that stays, is new or waits."""
    return np.int64(standing >= 0 and owner >= 0 and owner != standing)


@compiled
def stirred(near, since, moved_at):
    """Whether the load of any of some people changed since then."""
    for k in near:  # noqa: SIM110 - as in stands
        if k >= 0 and moved_at[k] > since:
            return True
    return False


@compiled
def skim(core: Core, state: State, memory: Memory, budget):
    """A pass over remembered candidates, of accounts whose holder is one of them: cheap, and each move still gains."""
    loads, reciprocal, standing, minutes_of = core.loads, core.reciprocal, core.standing, core.minutes
    gamma, move_price, most_accounts, most_minutes = core.gamma, core.move_price, core.most_accounts, core.most_minutes
    owner, carried, minutes, count = state.owner, state.carried, state.minutes, state.held
    near, fixed, moved_at, skimmed_at = memory.near, memory.fixed, memory.moved_at, memory.skimmed_at
    pull = np.empty(len(gamma), np.int64)
    for a in range(len(owner)):
        holder, stood, since = owner[a], standing[a], skimmed_at[a]
        if holder < 0 or not stirred(near[a], since, moved_at) or (holder == stood and budget[0] >= budget[1]):
            continue
        now = -1
        for i in range(SHORT):
            if near[a, i] == holder:
                now = i
        if now < 0:
            continue
        own = weighed(loads[a], gamma, pull)
        least = score_of(holder, fixed[a, now], carried, reciprocal, pull, -own, move_price, stood)
        winner, all_of_them = holder, moved_at[holder] > since
        for i in range(SHORT):
            k = np.int64(near[a, i])
            if k >= 0 and k != holder and (all_of_them or moved_at[k] > since):
                score = score_of(k, fixed[a, i], carried, reciprocal, pull, own, move_price, stood)
                if score < least and count[k] < most_accounts[k] and minutes[k] + minutes_of[a] <= most_minutes[k]:
                    least, winner = score, k
        if winner != holder:
            give(a, holder, -1, loads, minutes_of[a], carried, minutes, count)
            give(a, winner, 1, loads, minutes_of[a], carried, minutes, count)
            owner[a] = winner
            budget[0] += moved(stood, winner) - moved(stood, holder)
            budget[2] += 1
            budget[3] += 1
            moved_at[winner] = moved_at[holder] = budget[2]
        skimmed_at[a] = budget[2]


@compiled
def members_of(owner, people):
    """The accounts by owner as compressed rows: where each person's start, and the accounts."""
    start = np.zeros(people + 1, np.int64)
    for a in range(len(owner)):
        if owner[a] >= 0:
            start[owner[a] + 1] += 1
    start = np.cumsum(start)
    members, fill = np.empty(start[-1], np.int64), start.copy()
    for a in range(len(owner)):
        if owner[a] >= 0:
            members[fill[owner[a]]] = a
            fill[owner[a]] += 1
    return start, members


@compiled
def cost_of(misfit, gained, k, standing, prices):
    """What an account costs with a person beside the loads: parts of misfit less those that experience makes good."""
    part_price, move_price = prices
    cost = part_price * (misfit - gained)
    return cost + move_price if standing >= 0 and standing != k else cost


@compiled
def price(core: Core, state: State, held: Holdings):
    """Fills slots, costs and spares of holdings; the cost of an account whose owner may not serve it is −WORST."""
    prices, levels = (core.part_price, core.move_price), len(core.experience)
    floors = np.full((len(core.start) - 1, levels), WORST)
    for c in range(len(floors)):
        for at in range(core.start[c], core.start[c + 1]):
            for level in range(levels):
                cost = core.part_price * (core.misfit[at] - core.experience[level, core.people[at]])
                floors[c, level] = min(floors[c, level], cost)
    for i in range(len(held.members)):
        a, c, level = held.members[i], held.classes[i], held.levels[i]
        k = state.owner[a]
        held.slots[a], held.costs[i] = i, -WORST
        if held.parts[k, c] >= 0:
            held.costs[i] = cost_of(held.parts[k, c], core.experience[level, k], k, core.standing[a], prices)
            held.spares[i] = held.costs[i] - floors[c, level]


@compiled
def gains_of(gains, gain, spares, loads, own, slope, curve):
    """Fills `gains` with what exchanging an account for each of some others gains, as if these cost the least there.

    The exchange lowers the loads' part of the potential by −Σ m·(slope + curve·m), m being what the holder gets more;
    `gain`: the account's saving beside the loads; `loads` (W × others).
    """
    s0, s1, s2, s3, c0, c1, c2, c3 = slope[0], slope[1], slope[2], slope[3], curve[0], curve[1], curve[2], curve[3]
    l0, l1, l2, l3 = own[0], own[1], own[2], own[3]
    for i in range(len(gains)):
        m0, m1, m2, m3 = loads[0, i] - l0, loads[1, i] - l1, loads[2, i] - l2, loads[3, i] - l3
        g = gain + spares[i] - m0 * (s0 + c0 * m0) - m1 * (s1 + c1 * m1)
        gains[i] = g - m2 * (s2 + c2 * m2) - m3 * (s3 + c3 * m3)
    for d in range(4, len(own)):
        for i in range(len(gains)):
            m = loads[d, i] - own[d]
            gains[i] -= m * (slope[d] + curve[d] * m)


@compiled
def swap(core: Core, state: State, held: Holdings, order: Ints, memory: Memory, budget):
    """Each account in turn changes places with one of another candidate's accounts where that gains most.

    Tried are TARGETS candidates, the best first, with MEMBERS of their accounts that stand in the order about where
    this one stands among its holder's, or, for every other account, somewhere else.
    """
    start, members, costs, spares, standing = held.start, held.members, held.costs, held.spares, core.standing
    gamma, reciprocal, minutes_of, most_minutes = core.gamma, core.reciprocal, core.minutes, core.most_minutes
    owner, carried, minutes, width = state.owner, state.carried, state.minutes, len(core.gamma)
    near, fixed, moved_at = memory.near, memory.fixed, memory.moved_at
    prices, gains = (core.part_price, core.move_price), np.empty(MEMBERS, np.int64)
    slope, curve = np.empty(width, np.int64), np.empty(width, np.int64)
    for a in order:
        h, slot = owner[a], held.slots[a]
        if h < 0 or costs[slot] <= -WORST or budget[0] + 2 > budget[1]:
            continue
        best, best_gain, best_k, tried = -1, 0, -1, 0
        a_cost = b_cost = np.int64(0)
        rank, size = slot - start[h], start[h + 1] - start[h]
        for at in range(SHORT):
            k = np.int64(near[a, at])
            if k < 0 or k == h or tried == TARGETS:
                continue
            tried += 1
            there = fixed[a, at] + core.move_price * np.int64(standing[a] >= 0 and standing[a] != k)
            theirs = start[k + 1] - start[k]
            apart = tried * theirs * 3 // 8 if a % 2 else 0
            middle = start[k] + (rank * theirs // max(1, size) + apart) % max(1, theirs)
            first = max(start[k], min(middle - MEMBERS // 2, start[k + 1] - MEMBERS))
            last = min(start[k + 1], first + MEMBERS)
            for d in range(width):
                slope[d] = 2 * gamma[d] * (reciprocal[h] * carried[h, d] - reciprocal[k] * carried[k, d])
                curve[d] = gamma[d] * (reciprocal[h] + reciprocal[k])
            found = gains[: last - first]
            gains_of(
                found, costs[slot] - there, spares[first:last], held.loads[:, first:last], core.loads[a], slope, curve
            )
            for i in range(len(found)):
                if found[i] <= best_gain:
                    continue
                parts, b = held.parts[h, held.classes[first + i]], members[first + i]
                if parts < 0 or owner[b] != k:
                    continue
                here = cost_of(parts, core.experience[held.levels[first + i], h], h, standing[b], prices)
                gain, more = found[i] - spares[first + i] + costs[first + i] - here, minutes_of[b] - minutes_of[a]
                full = (more > 0 and minutes[h] + more > most_minutes[h]) or (
                    more < 0 and minutes[k] - more > most_minutes[k]
                )
                if gain > best_gain and not full:
                    best, best_gain, best_k, a_cost, b_cost = first + i, gain, k, there, here
        if best >= 0:
            b = members[best]
            exchange(a, b, h, best_k, owner, core.loads, minutes_of, carried, minutes, state.held)
            spares[slot] += a_cost - costs[slot]
            spares[best] += b_cost - costs[best]
            costs[slot], costs[best] = a_cost, b_cost
            budget[0] += moved(standing[a], best_k) - moved(standing[a], h)
            budget[0] += moved(standing[b], h) - moved(standing[b], best_k)
            budget[2] += 1
            budget[3] += 1
            moved_at[h] = moved_at[best_k] = budget[2]


@compiled
def trade(core: Core, state: State, held: Holdings, order: Ints, memory: Memory, least, budget):
    """Each account in turn goes to a candidate for several of theirs, where all of it gains: too large to move alone.

    Tried are the remembered candidates with whom its loads would cost less if it could be divided, `least` (W) being
    how much fuller in each load a holder has to be; whoever has no room for another such account may be less full,
    because the hours it takes may serve several that are worth more.
    """
    minutes, count, taken = state.minutes, state.held, np.empty(len(held.members), np.int64)
    pull, gains, nothing = np.empty_like(core.gamma), np.empty_like(taken), np.int64(0)
    for a in order:
        h, slot, stood = state.owner[a], held.slots[a], core.standing[a]
        if h < 0 or held.costs[slot] <= -WORST or budget[0] >= budget[1]:
            continue
        own = weighed(core.loads[a], core.gamma, pull)
        here = score_of(h, held.costs[slot], state.carried, core.reciprocal, pull, nothing, nothing, stood)
        bar = here - (pull * least).sum()
        if minutes[h] + core.minutes[a] > core.most_minutes[h] or count[h] >= core.most_accounts[h]:
            bar = WORST
        for at in range(SHORT):
            k, there = np.int64(memory.near[a, at]), WORST
            if k >= 0 and k != h:
                fixed = memory.fixed[a, at]
                there = score_of(k, fixed, state.carried, core.reciprocal, pull, nothing, core.move_price, stood)
            if there >= bar:
                continue
            hand(core, state, a, h, k)
            size, gain = follow(core, state, held, a, k, h, budget[1] - budget[0] - 1, gains, taken)
            gain += here - there - own * (core.reciprocal[h] + core.reciprocal[k])
            fits = count[k] <= core.most_accounts[k] and minutes[k] <= core.most_minutes[k]
            if gain > 0 and fits and count[h] <= core.most_accounts[h] and minutes[h] <= core.most_minutes[h]:
                settle(core, state, held, a, k, budget)
                for b in taken[:size]:
                    settle(core, state, held, b, h, budget)
                budget[2] += 1
                budget[3] += 1
                memory.moved_at[h] = memory.moved_at[k] = budget[2]
                break
            hand(core, state, a, k, h)
            for b in taken[:size]:
                hand(core, state, b, h, k)


@compiled
def hand(core: Core, state: State, a, h, k):
    """The loads of an account go from h to k."""
    give(a, h, -1, core.loads, core.minutes[a], state.carried, state.minutes, state.held)
    give(a, k, 1, core.loads, core.minutes[a], state.carried, state.minutes, state.held)


@compiled
def settle(core: Core, state: State, held: Holdings, a, k, budget):
    """Who has the loads of an account is its owner, at what it costs with them."""
    slot, stood = held.slots[a], core.standing[a]
    gained, prices = core.experience[held.levels[slot], k], (core.part_price, core.move_price)
    held.costs[slot] = cost_of(held.parts[k, held.classes[slot]], gained, k, stood, prices)
    budget[0] += moved(stood, k) - moved(stood, state.owner[a])
    state.owner[a] = k


@compiled
def follow(core: Core, state: State, held: Holdings, a, k, h, most, gains, taken):
    """What k has after a in the order goes to h while twice as much still gains; how many are `taken`, and the gain.

    So h never ends fuller than k. A gain of 2^61 is enough: more might overflow (see Scale).
    """
    parts, prices = held.parts[h], (core.part_price, core.move_price)
    start = held.start[k] + np.searchsorted(held.members[held.start[k] : held.start[k + 1]], a)
    size, gain, found = 0, np.int64(0), gains[: held.start[k + 1] - start]
    slope, curve = np.empty_like(core.gamma), 2 * core.gamma * (core.reciprocal[h] + core.reciprocal[k])
    for d in range(len(slope)):
        apart = core.reciprocal[h] * state.carried[h, d] - core.reciprocal[k] * state.carried[k, d]
        slope[d] = 2 * core.gamma[d] * apart
    places = slice(start, start + len(found))
    gains_of(found, np.int64(0), held.spares[places], held.loads[:, places], 0 * slope, slope, curve)
    for i in range(len(found)):
        if found[i] <= 0 or size == most or gain >= WORST // 2:
            continue
        b, part = held.members[start + i], parts[held.classes[start + i]]
        if part < 0 or state.owner[b] != k:
            continue
        if state.minutes[h] + core.minutes[b] > core.most_minutes[h] or state.held[h] >= core.most_accounts[h]:
            continue
        gained, own = core.experience[held.levels[start + i], h], np.int64(0)
        more = held.costs[start + i] - cost_of(part, gained, h, core.standing[b], prices)
        for d in range(len(slope)):
            more -= core.loads[b, d] * (slope[d] + curve[d] * core.loads[b, d])
            own += curve[d] * core.loads[b, d] * core.loads[b, d]
        if more > 0:
            hand(core, state, b, k, h)
            slope += curve * core.loads[b]
            taken[size], size, gain = b, size + 1, gain + more + own // 2
    return size, gain


@compiled
def exchange(a, b, h, k, owner, loads, minutes_of, carried, minutes, count):
    """Account a goes from h to k and b from k to h."""
    give(a, h, -1, loads, minutes_of[a], carried, minutes, count)
    give(b, k, -1, loads, minutes_of[b], carried, minutes, count)
    give(a, k, 1, loads, minutes_of[a], carried, minutes, count)
    give(b, h, 1, loads, minutes_of[b], carried, minutes, count)
    owner[a], owner[b] = k, h


@compiled
def ask(core: Core, state: State, a, holder, scores):
    """The rule's answer for an account that nobody has: places in its row of winner and runner-up, −1 for none.

    `scores` holds the score of each place afterwards.
    """
    low, high = core.start[core.of_account[a]], core.start[core.of_account[a] + 1]
    row, pull, costs = core.people[low:high], np.empty(len(core.gamma), np.int64), np.empty(high - low, np.int64)
    own = weighed(core.loads[a], core.gamma, pull)
    costs_of(costs, row, core.misfit[low:high], core.experience[core.wanted[a]], core.part_price)
    score_row(scores[: high - low], row, costs, state.carried, core.reciprocal, pull, own)
    price_moves(scores[: high - low], row, core.standing[a], core.move_price)
    best = choose(core, state, a, row, scores, holder, -1)
    return best, choose(core, state, a, row, scores, holder, best) if best >= 0 else -1


@compiled
def choose(core: Core, state: State, a, row, scores, holder, passed):
    """`smallest` for one account of a core."""
    return smallest(
        scores,
        row,
        holder,
        passed,
        WORST,
        state.held,
        core.most_accounts,
        state.minutes,
        core.most_minutes,
        core.minutes[a],
        core.tie_account[a],
        core.tie_person,
    )


@compiled
def book(core: Core, state: State, a, owner):
    """The account goes from whoever has it to a new owner, −1 for nobody."""
    before = state.owner[a]
    if before >= 0:
        give(a, before, -1, core.loads, core.minutes[a], state.carried, state.minutes, state.held)
    if owner >= 0:
        give(a, owner, 1, core.loads, core.minutes[a], state.carried, state.minutes, state.held)
    state.owner[a] = owner


@compiled
def answers(core: Core, state: State, order: Ints, found: Ints):
    """Fills rows of `found` (n × 4) for each account while everybody keeps the rest.

    Winner and runner-up (−1 for none), the runner-up's score less the winner's, and the holder's less the winner's.
    """
    scores = np.empty(len(core.reciprocal), np.int64)
    for a in order:
        holder, low = state.owner[a], core.start[core.of_account[a]]
        row = core.people[low : core.start[core.of_account[a] + 1]]
        book(core, state, a, -1)
        best, second = ask(core, state, a, holder, scores)
        book(core, state, a, holder)
        place = place_of(row, holder) if holder >= 0 else -1
        found[a, 0] = row[best] if best >= 0 else -1
        found[a, 1] = row[second] if second >= 0 else -1
        found[a, 2] = scores[second] - scores[best] if second >= 0 else 0
        found[a, 3] = scores[place] - scores[best] if place >= 0 and best >= 0 else 0


@compiled
def eject(core: Core, state: State, homeless: Ints, start, members, budget, tries):
    """Each account that found no room gets it when one account of somebody eligible can move on; tries left over.

    The best SHORT people by score are asked, their least important accounts first; `start`, `members`: see members_of.
    """
    scratch, hosts = np.empty(len(core.reciprocal), np.int64), np.empty(SHORT, np.int32)
    for a in homeless:
        low, high = core.start[core.of_account[a]], core.start[core.of_account[a] + 1]
        ask(core, state, a, -1, scratch)
        hosts[:] = -1
        remember(scratch[: high - low], hosts, 0)
        for at in hosts:
            if at < 0 or state.owner[a] >= 0:
                break
            host = np.int64(core.people[low + at])
            if state.held[host] > core.most_accounts[host]:
                continue
            for i in range(start[host + 1] - 1, start[host] - 1, -1):
                guest = members[i]
                more = core.minutes[a] - core.minutes[guest]
                if state.owner[guest] != host or state.minutes[host] + more > core.most_minutes[host]:
                    continue
                if core.standing[guest] == host and budget[0] >= budget[1]:
                    continue
                if tries == 0:
                    return 0
                tries -= 1
                book(core, state, guest, -1)
                book(core, state, a, host)
                best, _ = ask(core, state, guest, -1, scratch)
                if best >= 0:
                    other = np.int64(core.people[core.start[core.of_account[guest]] + best])
                    book(core, state, guest, other)
                    budget[0] += moved(core.standing[guest], other) - moved(core.standing[guest], host)
                    budget[0] += moved(core.standing[a], host)
                    break
                book(core, state, a, -1)
                book(core, state, guest, host)
    return tries
