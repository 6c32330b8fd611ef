"""Justified claims: transfers that would bring two people closer together in one load."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from service.domain.distribution.core import NOBODY, Flags, Ints
from service.domain.distribution.decimals import decimal
from service.domain.distribution.instance import Instance
from service.domain.distribution.ledger import Ledger

MOST_LISTED = 20
MOST_PAIRS = 32_000
"""How many pairs of account and person are judged at a time: so many stay within reach of the processor."""

ALL_LOADS = "all_loads"


@dataclass(frozen=True)
class Claim:
    """Somebody with room carries less than an account's holder even half-way through its transfer.

    `dimension`: one load, or all_loads for their mean weighted by gamma and the account's loads;
    `gap`: (ℓ_holder − e/2ω_holder) − (ℓ_claimant + e/2ω_claimant), in shares.
    """

    dimension: str
    account_id: str
    holder_id: str
    claimant_id: str
    gap: Fraction

    def to_mapping(self) -> dict[str, Any]:
        """Plain JSON data, the gap as a decimal string."""
        return {**vars(self), "gap": decimal(self.gap)}


@dataclass(frozen=True)
class Claims:
    """How many transfers are justified, by load and in all loads together, and the widest of them.

    `widest`: for each account its best claimant, at most MOST_LISTED in each dimension.
    """

    counts: Mapping[str, int]
    widest: tuple[Claim, ...]

    def to_mapping(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {"counts": dict(self.counts), "widest": [claim.to_mapping() for claim in self.widest]}


def justified_claims(ledger: Ledger) -> Claims:
    """All claims on free accounts, judged in the rule's own whole numbers; the ledger is left as it was.

    An owner who is the rule's winner leaves no claim in all loads together but for what fit and continuity decide.
    """
    instance, owner = ledger.instance, ledger.owner
    names = [ALL_LOADS, *(dimension.name for dimension in instance.dimensions)]
    counts = np.zeros(len(names), np.int64)
    widest, claimant = np.zeros((len(owner), len(names)), np.int64), np.zeros((len(owner), len(names)), np.int64)
    for accounts, people in blocks(instance, instance.roll.counted & instance.roll.free & (owner != NOBODY)):
        for at, gaps in enumerate(_gaps(ledger, accounts, people)):
            counts[at] += np.count_nonzero(gaps > 0)
            best = gaps.argmax(axis=1)
            widest[accounts, at], claimant[accounts, at] = gaps[np.arange(len(best)), best], people[best]
    listed = [claim for at, name in enumerate(names) for claim in _listed(ledger, at, name, widest, claimant)]
    return Claims(dict(zip(names, counts.tolist(), strict=True)), tuple(listed))


def blocks(instance: Instance, asked: Flags) -> Iterator[tuple[Ints, Ints]]:
    """The asked accounts (n flags), some of one class each time, with the people who may serve them all."""
    classes = instance.classes
    chosen = np.flatnonzero(asked)
    chosen = chosen[np.argsort(classes.of_account[chosen], kind="stable")]
    numbers, first = np.unique(classes.of_account[chosen], return_index=True)
    for number, accounts in zip(numbers.tolist(), np.split(chosen, first[1:]), strict=True) if len(chosen) else ():
        people = classes.people[classes.start[number] : classes.start[number + 1]]
        size = max(1, MOST_PAIRS // max(1, len(people)))
        for at in range(0, len(accounts) if len(people) else 0, size):
            yield accounts[at : at + size], people


def _gaps(ledger: Ledger, accounts: Ints, people: Ints) -> Iterator[Ints]:
    """How far each person with room is below each account's holder, weighted over all loads, then in each load."""
    instance, reciprocal = ledger.instance, ledger.instance.reciprocal[people]
    loads, holder = instance.loads[accounts], ledger.owner[accounts]
    keeps = instance.reciprocal[holder][:, None] * (2 * ledger.carried[holder] - loads)
    takes = 2 * reciprocal[:, None] * ledger.carried[people]
    may, together = _open(ledger, accounts, people), np.zeros((len(accounts), len(people)), np.int64)
    gaps = []
    for at, load in enumerate(loads.T):
        gap = np.multiply.outer(-load, reciprocal)  # then in place: there are millions of pairs
        gap += keeps[:, at, None]
        gap -= takes[:, at]
        gap *= may
        gap[load == 0] = 0
        gaps.append(gap)
        together += (instance.gamma[at] * load)[:, None] * gap
    yield from (together, *gaps)


def _open(ledger: Ledger, accounts: Ints, people: Ints) -> Ints:
    """1 for who beside the holder has room for each account (accounts × people), else 0."""
    core = ledger.instance.core
    room = (ledger.minutes[people] - core.most_minutes[people])[None, :] + core.minutes[accounts][:, None] <= 0
    room &= ledger.count[people] < core.most_accounts[people]
    opened: Ints = (room & (people[None, :] != ledger.owner[accounts][:, None])).astype(np.int64)
    return opened


def _listed(ledger: Ledger, at: int, name: str, widest: Ints, claimant: Ints) -> list[Claim]:
    """The widest claims of one dimension, by column of `widest` and `claimant` (n × 1 + D)."""
    instance = ledger.instance
    parts = np.maximum(1, instance.loads @ instance.gamma) if at == 0 else np.ones(len(widest), np.int64)
    order = np.argsort(-(widest[:, at] / parts), kind="stable")[: 2 * MOST_LISTED]
    claims = [
        _claim(ledger, name, account, int(claimant[account, at]), Fraction(gap, part * instance.scale.target))
        for account, gap, part in zip(order.tolist(), widest[order, at].tolist(), parts[order].tolist(), strict=True)
        if gap > 0
    ]
    return sorted(claims, key=_widest_first)[:MOST_LISTED]


def _claim(ledger: Ledger, dimension: str, account: int, claimant: int, gap: Fraction) -> Claim:
    """A claim with ids in place of numbers."""
    snapshot = ledger.instance.snapshot
    holder = int(ledger.owner[account])
    return Claim(
        dimension, snapshot.accounts[account].id, snapshot.people[holder].id, snapshot.people[claimant].id, gap
    )


def _widest_first(claim: Claim) -> tuple[Fraction, str]:
    """The order of claims in a list."""
    return -claim.gap, claim.account_id
