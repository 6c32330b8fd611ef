"""The ledger: who has which account, and what everybody carries because of it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np

from service.domain.distribution.core import Ints, state_of
from service.domain.distribution.instance import Instance
from service.domain.distribution.snapshot import Snapshot


class Ledger:
    """Owners and loads over one instance; sums of whole numbers, so the order of bookings does not matter.

    `owner` (n): number of the person or −1; `carried` (K × D): loads in the instance's shares; `minutes` and `count`
    (K): what the caps compare, over every account that a person has.
    """

    def __init__(self, instance: Instance) -> None:
        people, dimensions = len(instance.snapshot.people), len(instance.dimensions)
        self.instance = instance
        self.owner = np.full(len(instance.snapshot.accounts), -1, np.int64)
        self.carried = np.zeros((people, dimensions), np.int64)
        self.minutes = np.zeros(people, np.int64)
        self.count = np.zeros(people, np.int64)

    @classmethod
    def of(cls, snapshot: Snapshot, owners: Mapping[str, str] | None = None) -> "Ledger":
        """The ledger of a snapshot's present owners, or of other owners: account id → person id."""
        return cls(Instance(snapshot)).with_owners(owners)

    def with_owners(self, owners: Mapping[str, str] | None = None) -> "Ledger":
        """Another ledger over the same instance; people who are not in the snapshot own nothing."""
        ledger = Ledger(self.instance)
        snapshot, people = self.instance.snapshot, self.instance.person_numbers
        if owners is None:
            ledger.own(self.instance.roll.standing)
        else:
            given = (people.get(owners.get(account.id, ""), -1) for account in snapshot.accounts)
            ledger.own(np.fromiter(given, np.int64, len(snapshot.accounts)))
        return ledger

    def own(self, owner: Ints) -> None:
        """The owners (n, −1 for nobody) and what everybody carries because of them, whatever was before."""
        state = state_of(self.instance.core, owner)
        self.owner, self.minutes, self.count = state.owner, state.minutes, state.held
        self.carried = np.ascontiguousarray(state.carried[:, : len(self.instance.dimensions)])

    def put(self, account: int, person: int) -> None:
        """The account, owned by nobody so far, goes to a person."""
        self.owner[account] = person
        self.carried[person] += self.instance.loads[account]
        self.minutes[person] += self.instance.minutes[account]
        self.count[person] += 1

    def take(self, account: int) -> int:
        """The account is taken off its owner; the number of that person, −1 when there was none."""
        person = int(self.owner[account])
        if person >= 0:
            self.owner[account] = -1
            self.carried[person] -= self.instance.loads[account]
            self.minutes[person] -= self.instance.minutes[account]
            self.count[person] -= 1
        return person

    @contextmanager
    def without(self, account: int) -> Iterator[int]:
        """The ledger while nobody has an account, given its holder's number (−1 for nobody), who gets it back."""
        holder = self.take(account)
        try:
            yield holder
        finally:
            if holder >= 0:
                self.put(account, holder)

    def owners(self) -> dict[str, str]:
        """The owner's id for each account that has one."""
        snapshot = self.instance.snapshot
        return {
            account.id: snapshot.people[person].id
            for account, person in zip(snapshot.accounts, self.owner.tolist(), strict=True)
            if person >= 0
        }
