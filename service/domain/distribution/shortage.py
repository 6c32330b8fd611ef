"""Why accounts must wait: a max-flow proves the least that no plan can place, and its cut names who is full."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from service.domain.distribution.core import Ints
from service.domain.distribution.eligibility import Rule
from service.domain.distribution.flows import UNITS, Network, cut_of
from service.domain.distribution.instance import Instance
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.wording import RULES, counted, filled, monthly
from service.errors import Sentence

REMEDIES = ("raise_cap", "widen_industry", "widen_region", "widen_experience")
"""What would help, in the order in which it is proposed; a blocked pair is never lifted."""
MUST_WAIT = Sentence(
    "Whatever the plan, there is no room for {number}: only these {people} people are eligible for {accounts}, and "
    "their {cap} leaves no more.",
    "无论如何分配，仍会安排不下：{number}。有 {accounts}只有 {people} 人可以负责，而这些人的{cap}已没有余量。",
)
ONE_MUST_LET_WAIT = Sentence(
    "Whatever the plan, there is no room for {number}: only one person is eligible for {accounts}, and that "
    "person's {cap} leaves no more.",
    "无论如何分配，仍会安排不下：{number}。有 {accounts}只有一人可以负责，而此人的{cap}已没有余量。",
)
IN_ORDER = Sentence(
    "What would help, in this order: a higher cap; one person more for the industry; one more for the region; a lower "
    "level of experience demanded.",
    "可行的办法依次为：提高上限、增加可覆盖该行业的人员、增加可覆盖该地域的人员、降低所要求的经验等级。",
)


@dataclass(frozen=True)
class Shortage:
    """What no plan can place under one cap, in accounts or minutes a month, and the people and accounts of the cut."""

    cap: Rule
    number: int
    accounts: int
    people: tuple[int, ...]

    def sentence(self) -> Sentence:
        """The shortage in plain words, without names."""
        number = monthly(self.number) if self.cap is Rule.WORKLOAD_CAP else counted(self.number, "accounts")
        accounts, people = counted(self.accounts, "accounts"), len(self.people)
        said = MUST_WAIT if people > 1 else ONE_MUST_LET_WAIT
        return filled(said, number=number, accounts=accounts, people=people, cap=RULES[self.cap])

    def to_mapping(self, instance: Instance) -> dict[str, Any]:
        """Plain JSON data, people by id."""
        return {
            "cap": str(self.cap),
            "number": self.number,
            "accounts": self.accounts,
            "people": [instance.snapshot.people[person].id for person in self.people],
            "remedies": list(REMEDIES),
            "text": self.sentence()._asdict(),
        }


def shortages(ledger: Ledger) -> Iterator[Shortage]:
    """What cannot be placed under each cap, judged alone, beside what stays; nothing where all have room."""
    instance = ledger.instance
    caps = (
        (Rule.COUNT_CAP, np.ones(len(ledger.owner), np.int64), instance.most_accounts),
        (Rule.WORKLOAD_CAP, instance.minutes, instance.most_minutes),
    )
    for cap, sizes, most in caps:
        found = _shortage(instance, cap, sizes, most)
        if found:
            yield found


def _shortage(instance: Instance, cap: Rule, sizes: Ints, most: Ints) -> Shortage | None:
    """The shortage under one cap: the part of the cut's supply beyond what its people may carry, in whole numbers."""
    classes, roll = instance.classes, instance.roll
    taken = np.zeros(len(most), np.int64)
    np.add.at(taken, roll.standing[roll.fixed], sizes[roll.fixed])
    room, number = np.maximum(0, most - taken), len(classes.start) - 1
    asked = roll.free & (np.diff(classes.start)[classes.of_account] > 0) if number else roll.free
    supply = np.zeros(number, np.int64)
    np.add.at(supply, classes.of_account[asked], sizes[asked])
    network = Network(tuple(supply.tolist()), classes.start, classes.people)
    cut = cut_of(network, room.tolist())
    if cut.total - cut.value <= UNITS // 10**6:
        return None
    beyond = int(supply[cut.classes].sum()) - sum(room[cut.people].tolist())
    inside = int((asked & cut.classes[classes.of_account]).sum())
    return Shortage(cap, beyond, inside, tuple(np.flatnonzero(cut.people).tolist())) if beyond > 0 else None
