"""How important an account is: its place in the order and the experience that it may claim."""

from bisect import bisect_left

from service.domain.distribution.rulebook import Rulebook
from service.domain.distribution.snapshot import INTENTS, Account, Snapshot

TOP = 10_000
"""The highest priority; priorities are whole numbers from 0 to this."""


def priorities(snapshot: Snapshot) -> list[int]:
    """The priority of each account: weighted mean of value rank, intent and newness, rounded down.

    The value rank is the part of the other accounts that are worth less, so a change of currency changes nothing.
    """
    values = sorted(account.value_minor or 0 for account in snapshot.accounts)
    others = max(1, len(values) - 1)
    return [
        priority_of(snapshot.rulebook, account, TOP * bisect_left(values, account.value_minor or 0) // others)
        for account in snapshot.accounts
    ]


def priority_of(rulebook: Rulebook, account: Account, rank: int) -> int:
    """The priority of one account whose value has a rank from 0 to TOP."""
    weights = rulebook.priority
    total = max(1, weights.value + weights.intent + weights.newness)
    return (weights.value * rank + weights.intent * _intent(account) + weights.newness * TOP * account.is_new) // total


def wanted_levels(snapshot: Snapshot) -> list[int]:
    """The experience level 1–5 that fits each account best."""
    return [wanted_level(priority) for priority in priorities(snapshot)]


def wanted_level(priority: int) -> int:
    """The experience level 1–5 that fits a priority best: priorities cut into fifths."""
    return 1 + 5 * priority // (TOP + 1)


def _intent(account: Account) -> int:
    """Cooperation intent from 0 (low or unknown) to TOP (high)."""
    return TOP // 2 * INTENTS.index(account.intent) if account.intent else 0
