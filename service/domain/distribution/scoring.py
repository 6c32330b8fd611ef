"""The one published rule: it names the person to whom an account goes, wherever accounts are given out."""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from service.domain.distribution.eligibility import Flags, Ints
from service.domain.distribution.instance import Instance
from service.domain.distribution.ledger import Ledger

NOBODY = -1


@dataclass(frozen=True)
class Outcome:
    """The rule's answer: numbers of two people (−1 for nobody), and the runner-up's score less the winner's."""

    winner: int
    runner_up: int
    margin: int | None


def rule(ledger: Ledger, account: int, holder: int = NOBODY) -> Outcome:
    """The answer for an account that nobody has on the ledger; its holder has room whatever the caps say."""
    people, scores, room = scores_of(ledger, account, holder)
    open_people, open_scores = people[room], scores[room]
    if not len(open_people):
        return Outcome(NOBODY, NOBODY, None)
    best = _smallest(ledger.instance, account, open_people, open_scores)
    rest = np.arange(len(open_people)) != best
    if not rest.any():
        return Outcome(int(open_people[best]), NOBODY, None)
    second = _smallest(ledger.instance, account, open_people[rest], open_scores[rest])
    margin = int(open_scores[rest][second] - open_scores[best])
    return Outcome(int(open_people[best]), int(open_people[rest][second]), margin)


def winner(ledger: Ledger, account: int, holder: int = NOBODY) -> int:
    """The winner of `rule` alone, or NOBODY."""
    people, scores, room = scores_of(ledger, account, holder)
    people, scores = people[room], scores[room]
    return int(people[_smallest(ledger.instance, account, people, scores)]) if len(people) else NOBODY


def scores_of(ledger: Ledger, account: int, holder: int = NOBODY) -> tuple[Ints, Ints, Flags]:
    """The eligible people of an account that nobody has, their scores (see Instance) and who has room."""
    instance = ledger.instance
    row = instance.classes.row(account)
    people = instance.classes.people[row]
    carried = 2 * (ledger.carried.take(people, axis=0) @ instance.pull[account]) + instance.own_pull[account]
    scores = instance.reciprocal.take(people) * carried - instance.target[account] + instance.misfit_cost[row]
    scores -= instance.experience_gain[instance.classes.wanted[account] - 1].take(people)
    if instance.roll.standing[account] >= 0:
        scores += instance.move_cost * (people != instance.roll.standing[account])
    room = ledger.count.take(people) < instance.most_accounts.take(people)
    room &= ledger.minutes.take(people) + instance.minutes[account] <= instance.most_minutes.take(people)
    return people, scores, room | (people == holder)


def tie_hash(instance: Instance, account: int, person: int) -> int:
    """What orders equal scores, never age or name: BLAKE2b of account and person, keyed by rulebook and cycle."""
    snapshot = instance.snapshot
    pair = f"{snapshot.accounts[account].id}\n{snapshot.people[person].id}".encode()
    return int.from_bytes(blake2b(pair, key=instance.tie_key, digest_size=8).digest())


def _smallest(instance: Instance, account: int, people: Ints, scores: Ints) -> int:
    """The place of the smallest score, equal ones by the keyed hash."""
    ties = np.flatnonzero(scores == scores.min())
    if len(ties) == 1:
        return int(ties[0])
    return min(ties.tolist(), key=lambda at: (tie_hash(instance, account, int(people[at])), at))
