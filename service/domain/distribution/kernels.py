"""The rule in loops: placing, settling, swapping and deciding, compiled where numba is installed (see compiling).

Every function changes the state only by moves that lower the potential of Scale, or places an account that nobody has.
Helpers take plain arrays: a compiled call with the whole core costs more than a row of the rule. One file holds all,
because numba's cache watches a function's own file only: a helper changed elsewhere would go unnoticed. All numbers are
int64, hashes uint64; no sum overflows (see Scale). `answers` equals the numpy rule of scoring to the bit.
"""

import numpy as np

from service.domain.distribution import ties
from service.domain.distribution.compiling import compiled
from service.domain.distribution.core import Core, Ints, State

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
def score_row(scores, row, misfit, experience, carried, reciprocal, pull, own, part_price, move_price, standing):
    """Fills `scores` with the score of each person of a row, less what is the same for all of them."""
    p, q, r, s = pull[0], pull[1], pull[2], pull[3]
    for i in range(len(row)):
        k = row[i]
        x = own + p * carried[k, 0] + q * carried[k, 1] + r * carried[k, 2] + s * carried[k, 3]
        scores[i] = reciprocal[k] * x + part_price * (misfit[i] - experience[k])
    for d in range(4, len(pull)):
        for i in range(len(row)):
            scores[i] += reciprocal[row[i]] * pull[d] * carried[row[i], d]
    if standing >= 0 and move_price != 0:
        for i in range(len(row)):
            if row[i] != standing:
                scores[i] += move_price


@compiled
def smallest(scores, row, holder, passed, count, most_accounts, minutes, most_minutes, more, tie, tie_person):
    """The place in its row of the best candidate with room, the place `passed` left out; −1 for none.

    Equal scores are ordered by the hash, and equal hashes by person.
    """
    best, best_score, best_tie = -1, WORST, np.uint64(0)
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
def score_of(at, k, people_misfit, experience, carried, reciprocal, pull, own, part_price, move_price, standing):
    """One person's entry of `score_row`; `own` is negative for the holder, whose load contains the account."""
    x = own
    for d in range(len(pull)):
        x += pull[d] * carried[k, d]
    score = reciprocal[k] * x + part_price * (people_misfit[at] - experience[k])
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
def stands(row, misfit, holder, since, moved_at, experience, carried, reciprocal, pull, own, part_price, rest):
    """Whether nobody whose load changed since then can beat a holder whose own did not: then the answer is the same."""
    place = place_of(row, holder)
    if place < 0:
        return False
    move_price, standing = rest
    known, kept = False, 0
    for i in range(len(row)):
        k = np.int64(row[i])
        if moved_at[k] > since:
            if not known:
                kept = score_of(
                    place, holder, misfit, experience, carried, reciprocal, pull, -own, part_price, move_price, standing
                )
                known = True
            if kept >= score_of(
                i, k, misfit, experience, carried, reciprocal, pull, own, part_price, move_price, standing
            ):
                return False
    return True


@compiled
def remember(scores, short, start):
    """The places of the best scores whatever the room, counted from the start of all rows, the best first."""
    size, bar = 0, np.int64(2**62 + 2)
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
def sweep(core: Core, state: State, order: Ints, moved_at: Ints, judged_at: Ints, short, budget, only):
    """Each account in turn is taken off and goes where the rule says: the placing of all, and one exact pass.

    `moved_at` (K), `judged_at` (n): the clock of moves when a load changed, and when an account was last asked about;
    `short` (n × SHORT): see remember; `budget`: accounts away from their standing owner, how many may be, the clock,
    moves so far. With the budget spent an account stays with its standing owner. `only`: the one person to whom an
    account with a standing owner may go, −1 for no such limit.
    """
    of_account, start, people, misfits, experience = (
        core.of_account,
        core.start,
        core.people,
        core.misfit,
        core.experience,
    )
    loads, reciprocal, standing, wanted, minutes_of = (
        core.loads,
        core.reciprocal,
        core.standing,
        core.wanted,
        core.minutes,
    )
    most_accounts, most_minutes, tie, tie_person = (
        core.most_accounts,
        core.most_minutes,
        core.tie_account,
        core.tie_person,
    )
    gamma, part_price, move_price = core.gamma, core.part_price, core.move_price
    owner, carried, minutes, count = state.owner, state.carried, state.minutes, state.held
    pull, scratch = np.empty(len(gamma), np.int64), np.empty(len(reciprocal), np.int64)
    for a in order:
        low, high = start[of_account[a]], start[of_account[a] + 1]
        holder, stood = owner[a], standing[a]
        if low == high or (holder >= 0 and holder == stood and budget[0] >= budget[1]):
            continue
        row, misfit, gains = people[low:high], misfits[low:high], experience[wanted[a]]
        own = weighed(loads[a], gamma, pull)
        if (
            holder >= 0
            and judged_at[a] >= moved_at[holder]
            and stands(
                row,
                misfit,
                holder,
                judged_at[a],
                moved_at,
                gains,
                carried,
                reciprocal,
                pull,
                own,
                part_price,
                (move_price, stood),
            )
        ):
            judged_at[a] = budget[2]
            continue
        if holder >= 0:
            give(a, holder, -1, loads, minutes_of[a], carried, minutes, count)
        scores = scratch[: high - low]
        score_row(scores, row, misfit, gains, carried, reciprocal, pull, own, part_price, move_price, stood)
        if only >= 0 and stood >= 0:
            for i in range(high - low):
                if row[i] != only and row[i] != stood:
                    scores[i] = WORST + 1
        if len(short) > 0:
            remember(scores, short[a], low)
        best = smallest(
            scores, row, holder, -1, count, most_accounts, minutes, most_minutes, minutes_of[a], tie[a], tie_person
        )
        winner = holder if best < 0 else np.int64(row[best])
        if winner >= 0:
            give(a, winner, 1, loads, minutes_of[a], carried, minutes, count)
        if winner != holder:
            owner[a] = winner
            budget[0] += moved(stood, winner) - moved(stood, holder)
            budget[2] += 1
            budget[3] += 1
            moved_at[winner] = budget[2]
            if holder >= 0:
                moved_at[holder] = budget[2]
        judged_at[a] = budget[2]


@compiled
def moved(standing, owner):
    """1 for an account that left its standing owner for somebody else, 0 for one that stays, is new or waits."""
    return np.int64(standing >= 0 and owner >= 0 and owner != standing)


@compiled
def skim(core: Core, state: State, short, moved_at, budget):
    """A pass over remembered candidates, of accounts whose holder is one of them: cheap, and each move still gains."""
    people, misfits, experience = core.people, core.misfit, core.experience
    loads, reciprocal, standing, wanted, minutes_of = (
        core.loads,
        core.reciprocal,
        core.standing,
        core.wanted,
        core.minutes,
    )
    gamma, part_price, move_price = core.gamma, core.part_price, core.move_price
    owner, carried, minutes, count = state.owner, state.carried, state.minutes, state.held
    pull = np.empty(len(gamma), np.int64)
    for a in range(len(owner)):
        holder, stood = owner[a], standing[a]
        if holder < 0 or (holder == stood and budget[0] >= budget[1]):
            continue
        now = -1
        for at in short[a]:
            if at >= 0 and people[at] == holder:
                now = at
        if now < 0:
            continue
        gains, own = experience[wanted[a]], weighed(loads[a], gamma, pull)
        least = score_of(now, holder, misfits, gains, carried, reciprocal, pull, -own, part_price, move_price, stood)
        winner = holder
        for at in short[a]:
            k = np.int64(people[at]) if at >= 0 else holder
            if k != holder:
                score = score_of(at, k, misfits, gains, carried, reciprocal, pull, own, part_price, move_price, stood)
                if score < least and count[k] < core.most_accounts[k]:
                    if minutes[k] + minutes_of[a] <= core.most_minutes[k]:
                        least, winner = score, k
        if winner != holder:
            give(a, holder, -1, loads, minutes_of[a], carried, minutes, count)
            give(a, winner, 1, loads, minutes_of[a], carried, minutes, count)
            owner[a] = winner
            budget[0] += moved(stood, winner) - moved(stood, holder)
            budget[2] += 1
            budget[3] += 1
            moved_at[winner] = moved_at[holder] = budget[2]


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
def slots_of(core: Core, state: State, members: Ints, slots: Ints, loads: Ints, costs: Ints):
    """Fills, by place in `members`: loads, and costs at the owner beside them; `slots` (n): each account's place."""
    prices = core.part_price, core.move_price
    for i in range(len(members)):
        a = members[i]
        k, low = state.owner[a], core.start[core.of_account[a]]
        place = place_of(core.people[low : core.start[core.of_account[a] + 1]], k)
        slots[a], costs[i] = i, -WORST
        if place >= 0:
            gained = core.experience[core.wanted[a], k]
            costs[i] = cost_of(core.misfit[low + place], gained, k, core.standing[a], prices)
        for d in range(len(loads)):
            loads[d, i] = core.loads[a, d]


@compiled
def gains_of(gains, gain, costs, loads, own, slope, curve):
    """Fills `gains` with what exchanging an account for each of some others gains, as if these cost nothing afterwards.

    The exchange lowers the loads' part of the potential by −Σ m·(slope + curve·m), m being what the holder gets more;
    `gain`: the account's saving beside the loads; `loads` (W × others).
    """
    s0, s1, s2, s3, c0, c1, c2, c3 = slope[0], slope[1], slope[2], slope[3], curve[0], curve[1], curve[2], curve[3]
    l0, l1, l2, l3 = own[0], own[1], own[2], own[3]
    for i in range(len(gains)):
        m0, m1, m2, m3 = loads[0, i] - l0, loads[1, i] - l1, loads[2, i] - l2, loads[3, i] - l3
        g = gain + costs[i] - m0 * (s0 + c0 * m0) - m1 * (s1 + c1 * m1)
        gains[i] = g - m2 * (s2 + c2 * m2) - m3 * (s3 + c3 * m3)
    for d in range(4, len(own)):
        for i in range(len(gains)):
            m = loads[d, i] - own[d]
            gains[i] -= m * (slope[d] + curve[d] * m)


@compiled
def swap(core: Core, state: State, order: Ints, short, start, members, slots, loads, costs, able, moved_at, budget):
    """Each account in turn changes places with one of another candidate's accounts where that gains most.

    Tried are TARGETS candidates, the best first, with MEMBERS of their accounts that stand in the order about where
    this one stands among its holder's, or, for every other account, somewhere else. `start`, `members`: see members_of;
    `slots`, `loads`, `costs`: see slots_of; `able` (C × K): who may serve which class.
    """
    of_account, rows, people, misfit, experience, wanted, standing = (
        core.of_account,
        core.start,
        core.people,
        core.misfit,
        core.experience,
        core.wanted,
        core.standing,
    )
    gamma, reciprocal, minutes_of, most_minutes = core.gamma, core.reciprocal, core.minutes, core.most_minutes
    owner, carried, minutes, width = state.owner, state.carried, state.minutes, len(core.gamma)
    prices, gains = (core.part_price, core.move_price), np.empty(MEMBERS, np.int64)
    slope, curve = np.empty(width, np.int64), np.empty(width, np.int64)
    for a in order:
        h = owner[a]
        if h < 0 or costs[slots[a]] <= -WORST or budget[0] + 2 > budget[1]:
            continue
        best, best_gain, best_k, tried = -1, 0, -1, 0
        a_cost = b_cost = np.int64(0)
        rank, size = slots[a] - start[h], start[h + 1] - start[h]
        for at in short[a]:
            k = np.int64(people[at]) if at >= 0 else h
            if k == h or tried == TARGETS:
                continue
            tried += 1
            there = cost_of(misfit[at], experience[wanted[a], k], k, standing[a], prices)
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
                found, costs[slots[a]] - there, costs[first:last], loads[:, first:last], core.loads[a], slope, curve
            )
            for i in range(len(found)):
                if found[i] > best_gain and able[of_account[members[first + i]], h] and owner[members[first + i]] == k:
                    b = members[first + i]
                    low, more = rows[of_account[b]], minutes_of[b] - minutes_of[a]
                    place = low + place_of(people[low : rows[of_account[b] + 1]], h)
                    here = cost_of(misfit[place], experience[wanted[b], h], h, standing[b], prices)
                    full = (more > 0 and minutes[h] + more > most_minutes[h]) or (
                        more < 0 and minutes[k] - more > most_minutes[k]
                    )
                    if found[i] - here > best_gain and not full:
                        best, best_gain, best_k, a_cost, b_cost = first + i, found[i] - here, k, there, here
        if best >= 0:
            b = members[best]
            exchange(a, b, h, best_k, owner, core.loads, minutes_of, carried, minutes, state.held)
            costs[slots[a]], costs[best] = a_cost, b_cost
            budget[0] += moved(standing[a], best_k) - moved(standing[a], h)
            budget[0] += moved(standing[b], h) - moved(standing[b], best_k)
            budget[2] += 1
            budget[3] += 1
            moved_at[h] = moved_at[best_k] = budget[2]


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
    row, pull = core.people[low:high], np.empty(len(core.gamma), np.int64)
    own = weighed(core.loads[a], core.gamma, pull)
    score_row(
        scores[: high - low],
        row,
        core.misfit[low:high],
        core.experience[core.wanted[a]],
        state.carried,
        core.reciprocal,
        pull,
        own,
        core.part_price,
        core.move_price,
        core.standing[a],
    )
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
