"""The decision about one account, given everybody else: the same whether it is made, stored or recomputed."""

from service.domain.distribution.decisions import ENGINE_VERSION, Decision
from service.domain.distribution.instance import Instance
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.scoring import NOBODY, Outcome, rule
from service.domain.distribution.waiting import waiting_for

LOWEST_SCORE, TIE_BROKEN, ONLY_CANDIDATE = "lowest_score", "tie_broken_by_hash", "only_candidate"
PINNED, HELD_BACK, GIANT = "pinned", "held_back", "giant"
AT_REST = frozenset({PINNED, HELD_BACK, GIANT})


def decide(ledger: Ledger, account: int, kind: str) -> Decision:
    """What the rule says about an account while everybody keeps everything else; the ledger is left as it was.

    `kind`: plan or route. An account that stays where it is, or is held back, is not put to the rule.
    """
    instance = ledger.instance
    position = instance.positions.get(account, 0) if kind == "plan" else 1
    if instance.roll.fixed[account]:
        entry = instance.snapshot.accounts[account]
        reason = PINNED if entry.pinned else HELD_BACK if entry.held_back else GIANT
        return _decision(instance, account, kind, 0, Outcome(int(ledger.owner[account]), NOBODY, None), reason)
    with ledger.without(account) as holder:
        outcome = rule(ledger, account, holder) if instance.roll.free[account] else Outcome(NOBODY, NOBODY, None)
    if outcome.winner != NOBODY:
        return _decision(instance, account, kind, position, outcome, _reason(outcome))
    waiting = waiting_for(ledger, account)
    return _decision(instance, account, kind, position, outcome, waiting.reason, waiting.remedy)


def unruled(instance: Instance, account: int, kind: str, reason: str, remedy: str) -> Decision:
    """The decision to leave an account without an owner before any rule is asked."""
    return _decision(instance, account, kind, 0, Outcome(NOBODY, NOBODY, None), reason, remedy)


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
