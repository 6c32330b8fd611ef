"""How important an account is: its place in the order and the experience that it may claim."""

from bisect import bisect_left

from service.domain.distribution.snapshot import INTENTS, Account, Snapshot

TOP = 10_000
"""The highest priority; priorities are whole numbers from 0 to this."""


def priorities(snapshot: Snapshot) -> list[int]:
    """The priority of each account: weighted mean of value rank, intent and newness, rounded down.

    The value rank is the part of the other accounts that are worth less, so a change of currency changes nothing.
    """
    values = sorted(account.value_minor or 0 for account in snapshot.accounts)
    weights = snapshot.rulebook.priority
    total = max(1, weights.value + weights.intent + weights.newness)
    others = max(1, len(values) - 1)
    return [
        (
            weights.value * (TOP * bisect_left(values, account.value_minor or 0) // others)
            + weights.intent * _intent(account)
            + weights.newness * TOP * account.is_new
        )
        // total
        for account in snapshot.accounts
    ]


def wanted_levels(snapshot: Snapshot) -> list[int]:
    """The experience level 1–5 that fits each account best: the priority cut into fifths."""
    return [1 + 5 * priority // (TOP + 1) for priority in priorities(snapshot)]


def _intent(account: Account) -> int:
    """Cooperation intent from 0 (low or unknown) to TOP (high)."""
    return TOP // 2 * INTENTS.index(account.intent) if account.intent else 0
