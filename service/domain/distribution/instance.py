"""A snapshot as the rule reads it: numbers in place of ids, and the core made from them."""

from dataclasses import replace
from functools import cached_property

import numpy as np

from service.domain.distribution.core import Ints
from service.domain.distribution.dimensions import dimensions_of, roll_of
from service.domain.distribution.eligibility import Classes, classes_of, takes_part
from service.domain.distribution.giants import with_giants_at_rest
from service.domain.distribution.priority import priorities, wanted_level
from service.domain.distribution.scale import (
    MILLION,
    RECIPROCAL_BITS,
    SCORE_LIMIT,
    Scale,
    TooLarge,
    caps,
    core_of,
    nearest,
    reciprocal_of,
    scale_of,
    shares_of,
)
from service.domain.distribution.snapshot import Person, Snapshot
from service.domain.distribution.tasks import Mode
from service.domain.distribution.ties import tie_words

__all__ = [
    "MILLION",
    "RECIPROCAL_BITS",
    "SCORE_LIMIT",
    "Instance",
    "Scale",
    "TooLarge",
    "misfit_price",
    "nearest",
    "reciprocal_of",
]


class Instance:
    """What the rule needs to know of a snapshot; n accounts, K people, D dimensions.

    `people`: the snapshot's, a leaver being absent.
    `classes`, `weights` (K, millionths), `roll`, `dimensions`, `minutes`, `most_minutes`, `most_accounts`, `prices` are
    those of Source; `loads` (n × D) in shares of `scale`; `reciprocal` (K); `order`: account numbers by priority, then
    value, then fewest eligible people, then id; `core`: all of it as the rule reads it.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        rulebook, accounts, people = snapshot.rulebook, snapshot.accounts, _candidates(snapshot)
        rules, ids = rulebook.hard_rules, [account.id for account in accounts]
        self.snapshot, self.people = snapshot, people
        self.account_numbers = {id_: at for at, id_ in enumerate(ids)}
        self.account_numbers |= {
            id_: self.account_numbers[first] for first, *others in snapshot.groups for id_ in others
        }
        self.person_numbers = {person.id: at for at, person in enumerate(people)}
        ranks = priorities(snapshot)
        self.classes = classes_of(snapshot, people, wanted_level(ranks))
        self.weights = _ints([person.weight_millionths if takes_part(person) else 0 for person in people])
        self.roll = roll_of(snapshot, self.classes, self.weights)
        self.dimensions = dimensions_of(snapshot, self.classes, self.weights, self.roll)
        self.roll = with_giants_at_rest(rulebook, self.dimensions, self.roll)
        self.order = _order(snapshot, self.classes, ranks)
        self.minutes = _ints([account.workload_minutes for account in accounts])
        self.most_accounts = caps((person.max_accounts for person in people), rules.count_cap)
        self.most_minutes = caps((person.max_workload_minutes for person in people), rules.workload_cap)
        self.prices = misfit_price(snapshot, self.classes), rulebook.move_price
        self.tie_account = tie_words(rulebook.tie_key, snapshot.cycle, "account", ids)
        self.tie_person = tie_words(rulebook.tie_key, snapshot.cycle, "person", self.person_numbers)
        self.scale = scale_of(self)
        self.loads = shares_of(self.dimensions, self.scale.share_bits, len(accounts))
        self._prepare()

    def _prepare(self) -> None:
        """Makes the core of what is known by now."""
        self.core = core_of(self, self.scale, self.loads)
        self.reciprocal = self.core.reciprocal
        self.gamma = self.core.gamma[: len(self.dimensions)]

    @cached_property
    def free_accounts(self) -> Ints:
        """The accounts that the rule may give, in their order."""
        return self.order[self.roll.free[self.order]]

    @cached_property
    def positions(self) -> Ints:
        """The place of each account (n), from 1, in the order in which a plan gives accounts out; 0 if it does not."""
        positions = np.zeros(len(self.order), np.int64)
        positions[self.free_accounts] = np.arange(1, len(self.free_accounts) + 1)
        return positions


def _candidates(snapshot: Snapshot) -> tuple[Person, ...]:
    """The people of a snapshot as the rule may choose them: who is leaving takes no part."""
    task = snapshot.task
    if task.mode is not Mode.LEAVER:
        return snapshot.people
    return tuple(
        replace(person, availability_permille=0) if person.id == task.person_id else person
        for person in snapshot.people
    )


def misfit_price(snapshot: Snapshot, classes: Classes) -> int:
    """The price of a complete misfit in points; 0 when the rulebook weighs nothing in the fit."""
    return snapshot.rulebook.misfit_price if classes.full_fit else 0


def _order(snapshot: Snapshot, classes: Classes, ranks: Ints) -> Ints:
    """Account numbers by priority, then value, then fewest eligible people, then id."""
    values = _ints([account.value_minor or 0 for account in snapshot.accounts])
    sizes = np.diff(classes.start)[classes.of_account] if len(values) else values
    return np.lexsort((np.arange(len(values)), sizes, -values, -ranks)).astype(np.int64)


def _ints(values: list[int]) -> Ints:
    """Whole numbers as an int64 array."""
    return np.array(values, np.int64)
