"""The decision about one account, given everybody else: the same whether it is made, stored or recomputed."""

from collections.abc import Callable

from service.domain.distribution.core import NOBODY
from service.domain.distribution.decisions import ENGINE_VERSION, Decision, Waiting
from service.domain.distribution.instance import Instance
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.scoring import Outcome, rule
from service.domain.distribution.tasks import BUDGET_MODES
from service.domain.distribution.waiting import waiting_for

LOWEST_SCORE, TIE_BROKEN, ONLY_CANDIDATE = "lowest_score", "tie_broken_by_hash", "only_candidate"
PINNED, HELD_BACK, GIANT, LEFT, NEWCOMER = "pinned", "held_back", "giant", "left", "newcomer"
AT_REST = frozenset({PINNED, HELD_BACK, GIANT, LEFT})
TASK_BOUND = frozenset({LEFT, NEWCOMER})
UNASKED = Outcome(NOBODY, NOBODY, None)


def decide(ledger: Ledger, account: int, kind: str) -> Decision:
    """What the rule says about an account while everybody keeps everything else; the ledger is left as it was.

    `kind`: plan or route. An account that stays where it is, or is held back, is not put to the rule.
    """
    if not ledger.instance.roll.free[account]:
        return concluded(ledger, account, kind, UNASKED, waiting_for)
    with ledger.without(account) as holder:
        outcome = rule(ledger, account, holder)
    return concluded(ledger, account, kind, outcome, waiting_for)


def concluded(
    ledger: Ledger, account: int, kind: str, outcome: Outcome, waiting: Callable[[Ledger, int], Waiting]
) -> Decision:
    """The decision that follows from the rule's answer; `waiting` tells why an account waits.

    Where a plan's task limits moves, an account may be left with its owner, or go to the newcomer for whom the plan is,
    although somebody else's score is lower: that person is then the runner-up, and the margin is negative.
    """
    instance, owner = ledger.instance, int(ledger.owner[account])
    position = int(instance.positions[account]) if kind == "plan" else 1
    if instance.roll.fixed[account]:
        at_rest = Outcome(owner, NOBODY, None)
        return _decision(instance, account, kind, 0, at_rest, _rest(instance, account))
    if outcome.winner == NOBODY:
        found = waiting(ledger, account)
        return _decision(instance, account, kind, position, outcome, found.reason, found.remedy)
    limited = kind == "plan" and instance.snapshot.task.mode in BUDGET_MODES
    if limited and outcome.lag is not None:
        behind = Outcome(owner, outcome.winner, -outcome.lag)
        if owner == instance.roll.standing[account]:
            return _decision(instance, account, kind, position, behind, LEFT)
        if instance.snapshot.people[owner].id == instance.snapshot.task.person_id:
            return _decision(instance, account, kind, position, behind, NEWCOMER)
    return _decision(instance, account, kind, position, outcome, _reason(outcome))


def unruled(instance: Instance, account: int, kind: str, reason: str, remedy: str) -> Decision:
    """The decision to leave an account without an owner before any rule is asked."""
    return _decision(instance, account, kind, 0, UNASKED, reason, remedy)


def _rest(instance: Instance, account: int) -> str:
    """Why an account stays where it is."""
    entry = instance.snapshot.accounts[account]
    if entry.pinned or entry.held_back:
        return PINNED if entry.pinned else HELD_BACK
    return LEFT if instance.roll.left[account] else GIANT


def _reason(outcome: Outcome) -> str:
    """Why the winner won."""
    if outcome.margin is None:
        return ONLY_CANDIDATE
    return LOWEST_SCORE if outcome.margin > 0 else TIE_BROKEN


def _decision(
    instance: Instance,
    account: int,
    kind: str,
    position: int,
    outcome: Outcome,
    reason: str,
    remedy: str | None = None,
) -> Decision:
    """A decision with ids in place of numbers."""
    snapshot = instance.snapshot
    people = {at: None if at == NOBODY else snapshot.people[at].id for at in (outcome.winner, outcome.runner_up)}
    return Decision(
        snapshot_sha256=snapshot.sha256,
        rulebook_id=snapshot.rulebook_id,
        rulebook_version=snapshot.rulebook_version,
        engine_version=ENGINE_VERSION,
        account_id=snapshot.accounts[account].id,
        position=position,
        kind=kind,
        winner=people[outcome.winner],
        runner_up=people[outcome.runner_up],
        margin=outcome.margin,
        reason=reason,
        remedy=remedy,
    )
