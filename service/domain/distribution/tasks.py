"""What a plan is asked to do: share everything anew, or move only what an occasion calls for."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from service.domain.distribution.snapshot import Account


class Mode(StrEnum):
    """Which accounts with an owner may change hands; those without one are given out whatever the mode.

    哪些已有负责人的客户可以易手；无人负责的客户在任何模式下都会分配。
    """

    INITIAL = "initial"
    REBALANCE = "rebalance"
    TERRITORY_CHANGE = "territory_change"
    NEWCOMER = "newcomer"
    LEAVER = "leaver"
    ARRIVALS = "arrivals"


SUBJECT_MODES = frozenset({Mode.NEWCOMER, Mode.LEAVER})
BUDGET_MODES = frozenset({Mode.REBALANCE, Mode.NEWCOMER})


@dataclass(frozen=True)
class Task:
    """The occasion of a plan.

    initial: everything may move. rebalance: at most `most_moves` accounts, besides those whose owner may not serve them
    any more. territory_change: only the latter. newcomer: at most `most_moves` accounts, to `person_id` alone, besides
    the same. leaver: only the accounts of `person_id`, who is no candidate. arrivals: none.
    """

    mode: Mode = Mode.INITIAL
    most_moves: int | None = None
    person_id: str | None = None

    def __post_init__(self) -> None:
        if (self.person_id is not None) != (self.mode in SUBJECT_MODES):
            raise ValueError("newcomer and leaver name a person, the other modes do not")
        if (self.most_moves is not None) != (self.mode in BUDGET_MODES):
            raise ValueError("rebalance and newcomer have a budget of moves, the other modes do not")
        if self.most_moves is not None and self.most_moves < 0:
            raise ValueError("most_moves is a whole number from 0")

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """The task of parsed JSON, a field left out having its default."""
        return cls(Mode(mapping.get("mode", Mode.INITIAL)), mapping.get("most_moves"), mapping.get("person_id"))

    def to_mapping(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {"mode": str(self.mode), "most_moves": self.most_moves, "person_id": self.person_id}

    def leaves(self, account: "Account", *, may_stay: bool) -> bool:
        """Whether the plan leaves an account with the owner it has; `may_stay`: that person may serve it."""
        if account.owner is None or self.mode is Mode.INITIAL:
            return False
        if self.mode is Mode.ARRIVALS:
            return True
        if self.mode is Mode.LEAVER:
            return account.owner != self.person_id
        return self.mode is Mode.TERRITORY_CHANGE and may_stay
