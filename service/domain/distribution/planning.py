"""The plan: what a task lets go is shared among all people, so that every owner is the rule's own winner."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from service.domain.distribution import kernels
from service.domain.distribution.arranging import CHUNK, Arrangement
from service.domain.distribution.certificate import Subject, potential_of
from service.domain.distribution.core import NOBODY, Core, Ints, state_of
from service.domain.distribution.deciding import AT_REST, NEWCOMER, UNASKED, concluded
from service.domain.distribution.decisions import ENGINE_VERSION, Decision, Placement, Plan, Waiting
from service.domain.distribution.instance import Instance
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.scoring import Outcome
from service.domain.distribution.snapshot import Snapshot
from service.domain.distribution.tasks import BUDGET_MODES, Mode
from service.domain.distribution.waiting import waiting_for
from service.domain.progress import Progress, silence

DEAREST_MOVE, CHEAPEST_PART = 1000, 64
"""Points, and parts of a point: at the first price hardly anything moves, below the last every gain counts."""
MOST_PRICE = 2**60
"""Score units: with such a price on top of any score (see Scale) nothing overflows."""


class NotSettled(RuntimeError):  # noqa: N818 - it names the state, like the problems of service.errors
    """An owner of a finished plan is not the rule's own winner: a fault of the engine itself."""


def plan(snapshot: Snapshot, tell: Progress = silence) -> Plan:
    """The plan of a snapshot and its task: the same snapshot gives the same plan, byte for byte.

    `tell` is told (phase, done, total), phases being placing, settling, repairing and deciding; what it raises
    ends the plan. Passes end because each move lowers one whole number (see Scale); each repair places one more.
    """
    return planned(snapshot, tell)[0]


def planned(snapshot: Snapshot, tell: Progress = silence) -> tuple[Plan, Ledger]:
    """The plan of a snapshot, and the ledger as it stands when everybody has what the plan gives them."""
    instance = Instance(snapshot)
    limited = snapshot.task.mode in BUDGET_MODES
    arrangement = rebalanced(instance, tell) if limited else shared(instance, tell)
    ledger = Ledger(instance)
    ledger.own(arrangement.owner)
    return stated(ledger, arrangement.passes, tell), ledger


def shared(instance: Instance, tell: Progress = silence) -> Arrangement:
    """What the task lets go, given out from the start, or improved from the present owners: the better of both.

    From the start whoever comes first in the order has the first claim to scarce people; from the present owners less
    moves, which is tried where at least half of all would stay anyway. Better is where fewer wait, then where the
    potential is smaller, then what moves less.
    """
    core, order, standing = instance.core, instance.free_accounts, instance.roll.standing
    staying = np.where(instance.roll.fixed, standing, NOBODY)
    anew = shared_anew(core, order, staying, tell)
    if 2 * np.count_nonzero(anew.owner[order] != standing[order]) > len(order):
        return anew
    present = _present(instance, staying)
    kept = Arrangement(core, present, order, most_moves=len(present), tell=tell)
    kept.place()
    kept.improve()
    kept.settle()
    return min(kept, anew, key=lambda found: _cost(instance, found.owner))


def _present(instance: Instance, staying: Ints) -> Ints:
    """The present owners of what they may serve; whoever has more than a cap allows has only what is `staying`."""
    core, owner = instance.core, np.where(instance.roll.may_stay, instance.roll.standing, staying)
    state = state_of(core, owner)
    beyond = np.flatnonzero((state.minutes > core.most_minutes) | (state.held > core.most_accounts))
    return np.where(np.isin(owner, beyond), staying, owner)


def _cost(instance: Instance, owner: Ints) -> tuple[int, int]:
    """How many wait for an owner, and the potential of the others."""
    subject = Subject.of(instance.core, instance.scale, owner, instance.roll.free)
    return int((owner == NOBODY).sum()), potential_of(subject, owner)


def shared_anew(core: Core, order: Ints, owner: Ints, tell: Progress = silence) -> Arrangement:
    """The free accounts of `order` given out from the start; `owner` (n) tells who has the others."""
    arrangement = Arrangement(core, owner, order, most_moves=len(owner), tell=tell)
    arrangement.place_forced()
    arrangement.place()
    arrangement.improve()
    arrangement.settle()
    return arrangement


def rebalanced(instance: Instance, tell: Progress = silence) -> Arrangement:
    """The present owners, from whom at most the task's budget of accounts moves, the most valuable moves first.

    An account whose owner may not serve it is let go first and counts for nothing in the budget. The price of a change
    of owner falls step by step to the rulebook's own, so that a move that gains more happens earlier.
    """
    task, order = instance.snapshot.task, instance.free_accounts
    owner = np.where(instance.roll.may_stay | instance.roll.fixed, instance.roll.standing, NOBODY)
    core = instance.core._replace(standing=np.where(instance.roll.may_stay, instance.roll.standing, NOBODY))
    only = instance.person_numbers[task.person_id] if task.mode is Mode.NEWCOMER and task.person_id else NOBODY
    return moved_least(core, order, owner, task.most_moves or 0, only, instance.scale.point, tell)


def moved_least(
    core: Core, order: Ints, owner: Ints, most_moves: int, only: int, point: int, tell: Progress = silence
) -> Arrangement:
    """Owners (n) improved within a budget of moves; `point`: score of one point of price."""
    arrangement = Arrangement(core, owner, order, most_moves, only, tell)
    arrangement.place()
    price, last = min(DEAREST_MOVE * point, MOST_PRICE), max(point // CHEAPEST_PART, int(core.move_price))
    while price > last and arrangement.tally[0] < most_moves:
        arrangement.at_price(price)
        arrangement.place()
        price = price * 3 // 5
    arrangement.at_price(int(core.move_price))
    if arrangement.tally[0] < most_moves:
        arrangement.improve()
    arrangement.settle()
    return arrangement


def stated(ledger: Ledger, passes: int, tell: Progress = silence) -> Plan:
    """The plan that a settled ledger states; NotSettled if any owner is not the rule's own winner."""
    snapshot, reasons = ledger.instance.snapshot, _Reasons()
    placements, waiting, decisions = [], [], []
    for account, outcome in enumerate(_outcomes(ledger, tell)):
        decision = concluded(ledger, account, "plan", outcome, reasons)
        entry, owner = snapshot.accounts[account], int(ledger.owner[account])
        if decision.winner != (None if owner == NOBODY else snapshot.people[owner].id):
            raise NotSettled(f"account {entry.code} is not with the rule's own winner")
        decisions.append(decision)
        if decision.winner is None:
            waiting.append(reasons(ledger, account))
        else:
            placements.append(Placement(entry.id, decision.winner, _basis(decision)))
    return Plan(snapshot.sha256, ENGINE_VERSION, tuple(placements), tuple(waiting), tuple(decisions), passes)


def _outcomes(ledger: Ledger, tell: Progress) -> Iterator[Outcome]:
    """The rule's answer for every account, held-back and resting ones apart."""
    instance = ledger.instance
    state, found = state_of(instance.core, ledger.owner), np.zeros((len(ledger.owner), 4), np.int64)
    for start in range(0, len(found), CHUNK):
        tell("deciding", start, len(found))
        kernels.answers(instance.core, state, np.arange(start, min(start + CHUNK, len(found))), found)
    for free, holder, (winner, second, margin, lag) in zip(
        instance.roll.free.tolist(), ledger.owner.tolist(), found.tolist(), strict=True
    ):
        behind = None if holder in {winner, NOBODY} else lag
        yield Outcome(winner, second, margin if second != NOBODY else None, behind) if free else UNASKED


class _Reasons:
    """Why accounts wait; those of one class wait for one reason, which is found once."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, str | None], Waiting] = {}

    def __call__(self, ledger: Ledger, account: int) -> Waiting:
        """The reason and remedy of an account on a settled ledger."""
        entry = ledger.instance.snapshot.accounts[account]
        kind = int(ledger.instance.classes.of_account[account]), entry.held_back
        if kind not in self.known:
            self.known[kind] = waiting_for(ledger, account)
        return replace(self.known[kind], account_id=entry.id)


def _basis(decision: Decision) -> str:
    """What a placement rests on."""
    return decision.reason if decision.reason in {*AT_REST, NEWCOMER} else "rule"
