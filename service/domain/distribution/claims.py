"""Justified claims: transfers that would bring two people closer together in one load."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from service.domain.distribution.decimals import decimal
from service.domain.distribution.eligibility import Ints
from service.domain.distribution.instance import RECIPROCAL_BITS
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.scoring import NOBODY, scores_of

MOST_LISTED = 20


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
    instance = ledger.instance
    names = [ALL_LOADS, *(dimension.name for dimension in instance.dimensions)]
    counts = np.zeros(len(names), np.int64)
    found: list[list[Claim]] = [[] for _ in names]
    for account in np.flatnonzero(instance.roll.counted & instance.roll.free).tolist():
        if ledger.owner[account] == NOBODY:
            continue
        people, gaps, parts = _gaps(ledger, account)
        counts += (gaps > 0).sum(axis=0)
        for at in np.flatnonzero(gaps.max(axis=0, initial=0) > 0).tolist():
            best = int(gaps[:, at].argmax())
            gap = Fraction(int(gaps[best, at]), int(parts[at]) << (instance.scale.share_bits + RECIPROCAL_BITS + 1))
            found[at].append(_claim(ledger, names[at], account, int(people[best]), gap))
    widest = [claim for claims in found for claim in sorted(claims, key=_widest_first)[:MOST_LISTED]]
    return Claims(dict(zip(names, counts.tolist(), strict=True)), tuple(widest))


def _gaps(ledger: Ledger, account: int) -> tuple[Ints, Ints, Ints]:
    """The people with room beside the holder, how far each is below the holder (all loads first), and in what parts."""
    instance = ledger.instance
    people, _, room = scores_of(ledger, account)
    holder = int(ledger.owner[account])
    people = people[room & (people != holder)]
    load = instance.loads[account]
    keeps = instance.reciprocal[holder] * (2 * ledger.carried[holder] - load)
    takes = instance.reciprocal[people][:, None] * (2 * ledger.carried[people] + load)
    gaps = np.where(load > 0, keeps - takes, 0)
    pull = instance.pull[account]
    together = (gaps @ pull)[:, None]
    return people, np.hstack([together, gaps]), np.array([max(1, int(pull.sum())), *([1] * len(load))], np.int64)


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
