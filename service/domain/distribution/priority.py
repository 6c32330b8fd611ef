"""How important an account is: its place in the order and the experience that it may claim."""

from typing import TypeVar

import numpy as np

from service.domain.distribution.core import Ints
from service.domain.distribution.rulebook import Rulebook
from service.domain.distribution.snapshot import INTENTS, Account, Snapshot

Number = TypeVar("Number", int, Ints)

TOP = 10_000
"""The highest priority; priorities are whole numbers from 0 to this."""


def priorities(snapshot: Snapshot) -> Ints:
    """The priority of each account: weighted mean of value rank, intent and newness, rounded down.

    The value rank is the part of the other accounts that are worth less, so a change of currency changes nothing.
    """
    values = np.array([account.value_minor or 0 for account in snapshot.accounts], np.int64)
    less = np.searchsorted(np.sort(values), values, side="left").astype(np.int64)
    ranks: Ints = TOP * less // max(1, len(values) - 1)
    intents = np.array([_intent(account) for account in snapshot.accounts], np.int64)
    new = np.array([account.is_new for account in snapshot.accounts], np.int64)
    weights = snapshot.rulebook.priority
    total = max(1, weights.value + weights.intent + weights.newness)
    return (weights.value * ranks + weights.intent * intents + weights.newness * TOP * new) // total


def priority_of(rulebook: Rulebook, account: Account, rank: int) -> int:
    """The priority of one account whose value has a rank from 0 to TOP."""
    weights = rulebook.priority
    total = max(1, weights.value + weights.intent + weights.newness)
    return (weights.value * rank + weights.intent * _intent(account) + weights.newness * TOP * account.is_new) // total


def wanted_level(priority: Number) -> Number:
    """The experience level 1–5 that fits a priority best: priorities cut into fifths."""
    return 1 + 5 * priority // (TOP + 1)


def _intent(account: Account) -> int:
    """Cooperation intent from 0 (low or unknown) to TOP (high)."""
    return TOP // 2 * INTENTS.index(account.intent) if account.intent else 0
