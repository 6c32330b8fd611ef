"""The plan: all free accounts shared among all people, so that every owner is the rule's own winner."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from service.domain.distribution.deciding import AT_REST, decide
from service.domain.distribution.decisions import ENGINE_VERSION, Decision, Placement, Plan
from service.domain.distribution.instance import Instance
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.repairing import Repair
from service.domain.distribution.scoring import NOBODY, winner
from service.domain.distribution.snapshot import Snapshot
from service.domain.distribution.waiting import waiting_for

Progress: TypeAlias = Callable[[str, int, int], None]

REPORT_EVERY = 500


class NotSettled(RuntimeError):  # noqa: N818 - it names the state, like the problems of service.errors
    """An owner of a finished plan is not the rule's own winner: a fault of the engine itself."""


def silence(phase: str, done: int, total: int) -> None:
    """Progress that nobody follows."""


def plan(snapshot: Snapshot, tell: Progress = silence) -> Plan:
    """The plan of a snapshot: the same snapshot gives the same plan, byte for byte.

    `tell` is told (phase, done, total), phases being placing, settling, repairing and deciding; what it raises
    ends the plan. Passes end because each move lowers one whole number (see Instance); each repair places one more.
    """
    ledger = _with_fixed_accounts(Instance(snapshot))
    order = ledger.instance.free_accounts
    _place(ledger, order, tell)
    passes = _settle(ledger, order, tell)
    repair = Repair(ledger, order)
    while _repair(repair, order, tell):
        passes += _settle(ledger, order, tell)
    return _finished(ledger, passes, tell)


def _with_fixed_accounts(instance: Instance) -> Ledger:
    """A ledger on which only pinned and held-back accounts have their owners."""
    ledger = Ledger(instance)
    for account in np.flatnonzero(instance.roll.fixed).tolist():
        ledger.put(account, int(instance.roll.standing[account]))
    return ledger


def _place(ledger: Ledger, order: Sequence[int], tell: Progress) -> None:
    """Each account in turn goes where the rule says."""
    for done, account in enumerate(order):
        if done % REPORT_EVERY == 0:
            tell("placing", done, len(order))
        person = winner(ledger, account)
        if person != NOBODY:
            ledger.put(account, person)


def _settle(ledger: Ledger, order: Sequence[int], tell: Progress) -> int:
    """Passes until one changes nothing; how many it took."""
    moved_at = np.zeros(len(ledger.instance.snapshot.people), np.int64)
    judged_at = np.full(len(ledger.owner), -1, np.int64)
    passes, moves = 0, 1
    while moves:
        moves = best_response_pass(ledger, order, moved_at, judged_at)
        passes += 1
        tell("settling", passes, moves)
    return passes


def best_response_pass(
    ledger: Ledger,
    order: Sequence[int],
    moved_at: "np.ndarray[tuple[int], np.dtype[np.int64]]",
    judged_at: "np.ndarray[tuple[int], np.dtype[np.int64]]",
) -> int:
    """Each account in turn is taken off and goes where the rule says; how many changed hands.

    `moved_at` (K) and `judged_at` (n) count moves: an account is passed over while nothing has changed for any person
    who may serve it, since its answer would be the same.
    """
    clock, moves = int(moved_at.max(initial=0)), 0
    for account in order:
        people = ledger.instance.classes.eligible(account)
        if not len(people) or moved_at[people].max() <= judged_at[account]:
            continue
        judged_at[account] = clock
        holder = ledger.take(account)
        person = winner(ledger, account, holder)
        if person != NOBODY:
            ledger.put(account, person)
        if person != holder:
            clock, moves = clock + 1, moves + 1
            moved_at[[at for at in (holder, person) if at != NOBODY]] = clock
    return moves


def _repair(repair: Repair, order: Sequence[int], tell: Progress) -> int:
    """Depth-1 ejection for each account that found no room; how many found an owner."""
    homeless = [account for account in order if repair.ledger.owner[account] == NOBODY]
    found = 0
    for done, account in enumerate(homeless):
        tell("repairing", done, len(homeless))
        found += repair.find_room(account)
    return found


def _finished(ledger: Ledger, passes: int, tell: Progress) -> Plan:
    """The plan of a settled ledger; NotSettled if any owner is not the rule's own winner."""
    snapshot = ledger.instance.snapshot
    decisions, placements, waiting = [], [], []
    for account, entry in enumerate(snapshot.accounts):
        if account % REPORT_EVERY == 0:
            tell("deciding", account, len(snapshot.accounts))
        decision = decide(ledger, account, "plan")
        owner = int(ledger.owner[account])
        if decision.winner != (None if owner == NOBODY else snapshot.people[owner].id):
            raise NotSettled(f"account {entry.code} is not with the rule's own winner")
        decisions.append(decision)
        if decision.winner is None:
            waiting.append(waiting_for(ledger, account))
        else:
            placements.append(Placement(entry.id, decision.winner, _basis(decision)))
    return Plan(snapshot.sha256, ENGINE_VERSION, tuple(placements), tuple(waiting), tuple(decisions), passes)


def _basis(decision: Decision) -> str:
    """What a placement rests on."""
    return decision.reason if decision.reason in AT_REST else "rule"
