"""The one published rule: it names the person to whom an account goes, wherever accounts are given out."""

from dataclasses import dataclass

import numpy as np

from service.domain.distribution.core import NOBODY, Flags, Ints
from service.domain.distribution.instance import Instance
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.ties import tie_hashes


@dataclass(frozen=True)
class Outcome:
    """The rule's answer: numbers of two people (−1 for nobody), and the runner-up's score less the winner's.

    `lag`: the holder's score less the winner's where somebody else than a holder wins, else None.
    """

    winner: int
    runner_up: int
    margin: int | None
    lag: int | None = None


def rule(ledger: Ledger, account: int, holder: int = NOBODY) -> Outcome:
    """The answer for an account that nobody has on the ledger; its holder has room whatever the caps say."""
    people, scores, room = scores_of(ledger, account, holder)
    open_people, open_scores = people[room], scores[room]
    if not len(open_people):
        return Outcome(NOBODY, NOBODY, None)
    best = _smallest(ledger.instance, account, open_people, open_scores)
    winner, lead = int(open_people[best]), int(open_scores[best])
    held = scores[people == holder]
    lag = int(held[0]) - lead if len(held) and winner != holder else None
    rest = np.arange(len(open_people)) != best
    if not rest.any():
        return Outcome(winner, NOBODY, None, lag)
    second = _smallest(ledger.instance, account, open_people[rest], open_scores[rest])
    return Outcome(winner, int(open_people[rest][second]), int(open_scores[rest][second]) - lead, lag)


def winner(ledger: Ledger, account: int, holder: int = NOBODY) -> int:
    """The winner of `rule` alone, or NOBODY."""
    people, scores, room = scores_of(ledger, account, holder)
    people, scores = people[room], scores[room]
    return int(people[_smallest(ledger.instance, account, people, scores)]) if len(people) else NOBODY


def scores_of(ledger: Ledger, account: int, holder: int = NOBODY) -> tuple[Ints, Ints, Flags]:
    """The eligible people of an account that nobody has, their scores (see Scale) and who has room."""
    instance, core = ledger.instance, ledger.instance.core
    row = instance.classes.row(account)
    people = instance.classes.people[row]
    loads = instance.loads[account]
    pull = instance.gamma * loads
    carried = 2 * (ledger.carried.take(people, axis=0) @ pull) + int(pull @ loads)
    misfit = core.misfit[row].astype(np.int64) - core.experience[core.wanted[account]].take(people)
    scores = core.reciprocal.take(people) * carried - int(pull.sum()) * instance.scale.target
    scores += core.part_price * misfit
    if core.standing[account] >= 0:
        scores += core.move_price * (people != core.standing[account])
    room = ledger.count.take(people) < core.most_accounts.take(people)
    room &= ledger.minutes.take(people) + core.minutes[account] <= core.most_minutes.take(people)
    return people, scores, room | (people == holder)


def _smallest(instance: Instance, account: int, people: Ints, scores: Ints) -> int:
    """The place of the smallest score, equal ones by the keyed hash, equal hashes by person."""
    ties = np.flatnonzero(scores == scores.min())
    hashes = tie_hashes(instance.core, account, people[ties])
    return int(ties[hashes.argmin()])
