"""What is stored of a plan, from which anybody can judge it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.domain.distribution.decisions import Decision


@dataclass(frozen=True)
class Evidence:
    """A plan as it was stored: the bytes of its snapshot, both hashes, its decisions and its certificate's data."""

    content: bytes
    snapshot_sha256: str
    plan_sha256: str
    engine_version: str
    decisions: Sequence[Decision]
    certificate: Mapping[str, Any] | None

    @property
    def owners(self) -> dict[str, str]:
        """The person's id for each account that somebody gets."""
        return {one.account_id: one.winner for one in self.decisions if one.winner}
