"""What a distribution hands over: where each account goes, what waits and why, and the decision behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from service.domain.canonical import sha256, trusted_json

ENGINE_VERSION = "5"
"""The engine that makes plans here; another one may find other plans of the same snapshot."""
SAME_RULE = frozenset({"1", "2", "3", "4", ENGINE_VERSION})
"""Engines that decide by the same rule: their plans can be verified and explained here."""
FORMAT = "evenhand-plan/1"


@dataclass(frozen=True)
class Placement:
    """An account and the person who gets it; `basis`: rule, or pinned, held_back, giant, not_concerned (it stays)."""

    account_id: str
    person_id: str
    basis: str


@dataclass(frozen=True)
class Waiting:
    """An account that nobody gets, why, and what would help; `detail` holds what the sentences tell."""

    account_id: str
    reason: str
    remedy: str
    detail: Mapping[str, Any]

    def to_mapping(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {
            "account_id": self.account_id,
            "reason": self.reason,
            "remedy": self.remedy,
            "detail": dict(self.detail),
        }


@dataclass(frozen=True)
class Decision:
    """Why one account went where it went: the part that is stored, the rest is recomputed.

    `position`: place in the order of accounts from 1, 0 when the rule was not asked; `margin`: runner-up's score less
    the winner's, an integer in score units, None without a runner-up; `reason`: lowest_score,
    tie_broken_by_hash, only_candidate, pinned, held_back, giant, not_concerned or a reason for waiting.
    """

    snapshot_sha256: str
    rulebook_id: str
    rulebook_version: int
    engine_version: str
    account_id: str
    position: int
    kind: str
    winner: str | None
    runner_up: str | None
    margin: int | None
    reason: str
    remedy: str | None


@dataclass(frozen=True)
class Plan:
    """Placements and waiting accounts in the order of account ids, and one decision for each account."""

    snapshot_sha256: str
    engine_version: str
    placements: tuple[Placement, ...]
    waiting: tuple[Waiting, ...]
    decisions: tuple[Decision, ...]
    passes: int

    @property
    def owners(self) -> dict[str, str]:
        """The person's id for each account that somebody gets."""
        return {placement.account_id: placement.person_id for placement in self.placements}

    def in_name_of(self, engine_version: str) -> "Plan":
        """The same plan as another engine would have signed it."""
        if engine_version == self.engine_version:
            return self
        signed = tuple(replace(decision, engine_version=engine_version) for decision in self.decisions)
        return replace(self, engine_version=engine_version, decisions=signed)

    def canonical_bytes(self) -> bytes:
        """The RFC 8785 form of placements and waiting accounts, with the hash of their snapshot."""
        return self._content

    @cached_property
    def sha256(self) -> str:
        """The hexadecimal SHA-256 of the canonical bytes: the same snapshot gives the same one."""
        return sha256(self._content)

    @cached_property
    def _content(self) -> bytes:
        """The canonical bytes, written once."""
        return trusted_json(
            {
                "format": FORMAT,
                "engine_version": self.engine_version,
                "snapshot_sha256": self.snapshot_sha256,
                "placements": [vars(placement) for placement in self.placements],
                "waiting": [item.to_mapping() for item in self.waiting],
            }
        )
