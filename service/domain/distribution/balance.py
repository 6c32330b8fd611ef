"""The running balance of a ledger: what everybody carries, in the shares of one snapshot, without its accounts.

A ledger opens with the balance of a stored snapshot. Each entry after it restates some people or books one account,
so the balance before any entry is known to the bit, and one account is decided in the time of one account.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np

from service.domain.distribution.core import NOBODY, Ints
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.measure import Measure, Measured, expect_no_overflow
from service.domain.distribution.snapshot import Account, Person


@dataclass(frozen=True)
class Standing:
    """A person and what they carry: loads in the measure's shares, minutes a month and number of accounts."""

    person: Person
    carried: tuple[int, ...]
    minutes: int
    count: int

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """The standing of parsed JSON."""
        return cls(Person(**mapping["person"]), tuple(mapping["carried"]), mapping["minutes"], mapping["count"])

    def to_mapping(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {**vars(self), "person": vars(self.person), "carried": list(self.carried)}


@dataclass(frozen=True)
class Booking:
    """One account as the rule saw it, what it weighs, and to whom it goes; None: it stays as it is."""

    account: Account
    loads: tuple[int, ...]
    winner: str | None

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """The booking of parsed JSON."""
        return cls(Account(**mapping["account"]), tuple(mapping["loads"]), mapping["winner"])

    def to_mapping(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {"account": vars(self.account), "loads": list(self.loads), "winner": self.winner}


@dataclass(frozen=True)
class Balance:
    """People in the order of their ids and what they carry (K × D, K and K), in the shares of one measure."""

    measure: Measure
    people: tuple[Person, ...]
    carried: Ints
    minutes: Ints
    count: Ints

    @classmethod
    def of(cls, ledger: Ledger) -> Self:
        """The balance with which a snapshot's ledger opens."""
        people = ledger.instance.snapshot.people
        return cls(Measure.of(ledger.instance), people, ledger.carried, ledger.minutes, ledger.count)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """The balance of parsed JSON."""
        measure = Measure.from_mapping(mapping["measure"])
        nobody = np.zeros(0, np.int64)
        empty = cls(measure, (), np.zeros((0, len(measure.shares)), np.int64), nobody, nobody)
        return empty.restated([Standing.from_mapping(one) for one in mapping["people"]])

    def to_mapping(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {"measure": self.measure.to_mapping(), "people": [one.to_mapping() for one in self.standings]}

    @property
    def standings(self) -> tuple[Standing, ...]:
        """Everybody's standing, in the order of ids."""
        rows = zip(self.people, self.carried.tolist(), self.minutes.tolist(), self.count.tolist(), strict=True)
        return tuple(Standing(person, tuple(carried), minutes, count) for person, carried, minutes, count in rows)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The place of each person's id."""
        return {person.id: at for at, person in enumerate(self.people)}

    def restated(self, standings: Iterable[Standing]) -> Self:
        """The balance with some people as they stand now, new ones among them."""
        known = {one.person.id: one for one in self.standings} | {one.person.id: one for one in standings}
        rows = [known[id_] for id_ in sorted(known)]
        return replace(
            self,
            people=tuple(row.person for row in rows),
            carried=np.array([row.carried for row in rows], np.int64).reshape(len(rows), len(self.measure.shares)),
            minutes=np.array([row.minutes for row in rows], np.int64),
            count=np.array([row.count for row in rows], np.int64),
        )

    def booked(self, booking: Booking) -> Self:
        """The balance after a booking."""
        before, after = booking.account.owner, booking.winner
        if after is None or after == before:
            return self
        carried, minutes, count = self.carried.copy(), self.minutes.copy(), self.count.copy()
        for person, sign in ((before, -1), (after, 1)):
            at = self.numbers.get(person or "")
            if at is not None:
                carried[at] += sign * np.array(booking.loads, np.int64)
                minutes[at] += sign * booking.account.workload_minutes
                count[at] += sign
        moved = replace(self, carried=carried, minutes=minutes, count=count)
        vars(moved)["numbers"] = self.numbers
        return moved

    def as_they_stand(
        self, people: Sequence[Person], accounts: Sequence[Account], asked: Iterable[str]
    ) -> list[Standing]:
        """How those asked for stand by all their present accounts; who is not among the people has no post any more.

        `people`: the entries of those asked for who still belong to the ledger's scope.
        """
        now = {person.id: person for person in people}
        left = [
            replace(self.people[self.numbers[id_]], availability_permille=0, fte_permille=0)
            for id_ in asked
            if id_ in self.numbers
        ]
        everybody = [now.get(person.id, person) for person in self.people] + [
            person for id_, person in now.items() if id_ not in self.numbers
        ]
        instance = Measured(self.measure, tuple(accounts), tuple(everybody))
        ledger = Ledger(instance).with_owners()
        places = instance.person_numbers
        return [
            Standing(
                person,
                tuple(ledger.carried[places[person.id]].tolist()),
                int(ledger.minutes[places[person.id]]),
                int(ledger.count[places[person.id]]),
            )
            for person in [*people, *(one for one in left if one.id not in now)]
        ]

    def ledger(self, accounts: Sequence[Account]) -> Ledger:
        """A ledger of these accounts alone; everybody carries what they carry. TooLarge where scores overflow."""
        instance = Measured(self.measure, tuple(accounts), self.people)
        expect_no_overflow(instance, self.carried)
        ledger = Ledger(instance)
        ledger.owner = np.array(
            [self.numbers.get(account.owner or "", NOBODY) for account in instance.snapshot.accounts]
        )
        ledger.carried, ledger.minutes, ledger.count = self.carried.copy(), self.minutes.copy(), self.count.copy()
        return ledger
