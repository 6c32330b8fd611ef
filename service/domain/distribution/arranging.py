"""From owners to better owners: the passes, exchanges and repairs that make a plan, whatever the plan is for."""

from dataclasses import dataclass, field
from functools import cached_property
from itertools import count

import numpy as np

from service.domain.distribution import kernels
from service.domain.distribution.core import (
    NOBODY,
    Core,
    Ints,
    Memory,
    State,
    empty_memory,
    holdings_of,
    in_order,
    state_of,
)
from service.domain.progress import Progress, silence

CHUNK = 20_000
"""Accounts between two reports of progress."""
FEW, FEW_FIRST = 1e-4, 1e-2
"""The part of the accounts below which the moves of a pass count as few; before exchanges, which stir up the rest."""
MOST_SWEEPS, MOST_SKIMS, EXCHANGE_ROUNDS = 12, 48, 3
NEAR = 1000
"""An account goes for several where its holder is fuller than somebody else by more than this part of the mean."""
BANDS = 8
"""Into how many bands of equal size passes cut the order: those of one class in a band are asked about in a row."""
MOST_TRIES = 100_000
"""How many accounts are tried in repairing a plan."""


@dataclass
class Arrangement:
    """Accounts on their way to their owners; every step lowers the potential of Scale or places one account more.

    `everybody` (n): the owners of all accounts at the outset; `order`: the accounts that may be given, which `core` and
    `state` know by their place in it; `most_moves`: how many of them may be away from their standing owner; `only`: the
    one person to whom those may go, −1 for anybody.
    """

    core: Core
    everybody: Ints
    order: Ints
    most_moves: int
    only: int = NOBODY
    tell: Progress = silence
    passes: int = 0
    state: State = field(init=False)
    memory: Memory = field(init=False)
    tally: Ints = field(init=False)

    def __post_init__(self) -> None:
        accounts, people = len(self.order), len(self.core.reciprocal)
        self.state = state_of(self.core, self.everybody)._replace(owner=self.everybody[self.order])
        self.core = in_order(self.core, self.order)
        self.memory = empty_memory(accounts, people, kernels.SHORT)
        standing, owner = self.core.standing, self.state.owner
        away = int(((standing >= 0) & (owner >= 0) & (owner != standing)).sum())
        self.tally = np.array([away, self.most_moves, 0, 0], np.int64)

    @property
    def everything(self) -> Ints:
        """All accounts that may be given, in their order."""
        return np.arange(len(self.order))

    @cached_property
    def by_bands(self) -> Ints:
        """All accounts that may be given in bands of their order, within a band those of one class together."""
        places = np.arange(len(self.order))
        return np.lexsort((places, self.core.of_account, places * BANDS // max(1, len(places))))

    @property
    def owner(self) -> Ints:
        """The owners of all accounts (n) as they stand, −1 for nobody."""
        owner = self.everybody.copy()
        owner[self.order] = self.state.owner
        return owner

    def improve(self) -> None:
        """Passes until few accounts move, then rounds of exchanges, each followed by passes."""
        few = max(1, int(FEW * len(self.order)))
        self._passes(int(FEW_FIRST * len(self.order)), MOST_SWEEPS)
        for _ in range(EXCHANGE_ROUNDS if self.only == NOBODY else 0):
            exchanges = self._exchanges()
            self._passes(few, 1)
            if exchanges <= few:
                break

    def settle(self) -> None:
        """Passes until one changes nothing, with repairs of what found no room: the end of every plan."""
        tries, found = MOST_TRIES, 1
        while found:
            self._passes(0)
            homeless = np.flatnonzero(self.state.owner == NOBODY)
            self.tell("repairing", 0, len(homeless))
            tries = self._repair(homeless, tries)
            found = int((self.state.owner[homeless] != NOBODY).sum())

    def place_forced(self) -> None:
        """Accounts that one person alone may serve go there first, so that no giant comes on top of them."""
        candidates = np.diff(self.core.start)[self.core.of_account]
        self._sweep("placing", np.flatnonzero(candidates == 1))

    def place(self) -> None:
        """Each account that nobody has, in turn, goes where the rule says."""
        self._sweep("placing", self.everything)

    def at_price(self, move_price: int) -> None:
        """Everything from now on happens at another price of a change of owner; all accounts are asked again."""
        self.core = self.core._replace(move_price=np.int64(move_price))
        self.memory.forget()

    def _passes(self, few: int, most: int | None = None) -> None:
        """Exact passes that remember candidates, with cheap ones over these between them, until few accounts move."""
        for _ in count() if most is None else range(most):
            moves = self._sweep("settling", self.by_bands, remembering=True)
            if moves <= few:
                return
            if self.only == NOBODY:
                self._skims(few)

    def _sweep(self, phase: str, accounts: Ints, *, remembering: bool = False) -> int:
        """One exact pass over some accounts; how many of them moved."""
        self.tally[3] = 0
        for start in range(0, len(accounts), CHUNK):
            self.tell(phase, start, len(accounts))
            part = accounts[start : start + CHUNK]
            kernels.sweep(self.core, self.state, part, self.memory, remembering, self.tally, self.only)
        self.passes += 1
        return int(self.tally[3])

    def _skims(self, few: int) -> None:
        """Cheap passes over the remembered candidates until few accounts move."""
        for _ in range(MOST_SKIMS):
            self.tally[3] = 0
            kernels.skim(self.core, self.state, self.memory, self.tally)
            if self.tally[3] <= few:
                return

    def _exchanges(self) -> int:
        """One round of exchanges, of one account for one and of one for several; how many there were."""
        core, state, people = self.core, self.state, len(self.core.reciprocal)
        held = holdings_of(core, *kernels.members_of(state.owner, people))
        kernels.price(core, state, held)
        least = (core.reciprocal[:, None] * state.carried).sum(axis=0) // max(1, NEAR * people)
        self.tally[3] = 0
        for first in range(0, len(self.order), CHUNK):
            self.tell("settling", first, len(self.order))
            part = self.everything[first : first + CHUNK]
            kernels.swap(core, state, held, part, self.memory, self.tally)
            kernels.trade(core, state, held, part, self.memory, least, self.tally)
        return int(self.tally[3])

    def _repair(self, homeless: Ints, tries: int) -> int:
        """Depth-1 ejection for accounts without room; the tries that are left."""
        if not len(homeless) or self.only != NOBODY:
            return tries
        start, members = kernels.members_of(self.state.owner, len(self.core.reciprocal))
        left = int(kernels.eject(self.core, self.state, homeless, start, members, self.tally, tries))
        self.memory.forget()
        return left
