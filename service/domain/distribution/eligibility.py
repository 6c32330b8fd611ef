"""Who may serve an account: the hard rules for one pair, and for all pairs at once by classes of accounts."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np

from service.domain.distribution.core import Flags, Ints
from service.domain.distribution.rulebook import Rulebook
from service.domain.distribution.snapshot import Account, Person, Snapshot

AccountClass: TypeAlias = tuple[str | None, str | None, tuple[str, ...], int, tuple[str, ...]]

FULL = 10_000
"""A complete match; parts of a match are whole numbers from 0 to this."""
LEAST_WEIGHT = 10_000
"""Millionths of a full-time post (one hundredth) below which a person takes no part."""


class Rule(StrEnum):
    """The hard rules in the order in which they are asked; the last two depend on what a person carries."""

    AVAILABILITY = "availability"
    BLOCKED_PAIR = "blocked_pair"
    REGION = "region"
    INDUSTRY = "industry"
    PRODUCT = "product"
    EXPERIENCE = "experience"
    COUNT_CAP = "count_cap"
    WORKLOAD_CAP = "workload_cap"


@dataclass(frozen=True)
class Failed:
    """A hard rule that forbids a pair, what it requires and what the person has (JSON values)."""

    rule: Rule
    required: Any
    actual: Any

    def to_mapping(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {"rule": str(self.rule), "required": self.required, "actual": self.actual}


@dataclass(frozen=True)
class Match:
    """How well a person suits an account, each part from 0 to FULL."""

    geography: int
    product: int
    industry: int
    experience: int


@dataclass(frozen=True)
class Classes:
    """Accounts that the same people may serve, as compressed sparse rows.

    `of_account` (n): the class of each account; `people[start[c]:start[c + 1]]`: the people of class c in the order of
    their ids; `fit` beside `people`: weighted match without experience; `experience_fit` (5 × people): the weighted
    match of experience by wanted level − 1; `full_fit`: the weighted match of a perfect pair.
    """

    of_account: Ints
    start: Ints
    people: Ints
    fit: Ints
    experience_fit: Ints
    full_fit: int
    wanted: Ints

    def row(self, account: int) -> slice:
        """Where the people of an account's class stand in `people` and `fit`."""
        at = self.of_account[account]
        return slice(int(self.start[at]), int(self.start[at + 1]))

    def eligible(self, account: int) -> Ints:
        """The people who may serve an account, in the order of their ids."""
        return self.people[self.row(account)]

    def serves(self, person: Ints) -> Flags:
        """Whether each account (n) may be served by the person named for it; −1 for nobody may not."""
        size = int(self.people.max(initial=0)) + 1
        pairs = np.repeat(np.arange(len(self.start) - 1), np.diff(self.start)) * size + self.people
        asked = self.of_account * size + person
        places = np.minimum(np.searchsorted(pairs, asked), max(len(pairs) - 1, 0))
        found: Flags = (person >= 0) & (person < size) & (pairs[places] == asked) if len(pairs) else person < -1
        return found


def failed_rules(rulebook: Rulebook, account: Account, person: Person) -> tuple[Failed, ...]:
    """Every hard rule that forbids a pair, whatever anybody carries, in the order in which they are asked."""
    rules = rulebook.hard_rules
    level = least_level(rulebook, account)
    blocked = any((pair.account_id, pair.person_id) == (account.id, person.id) for pair in rules.blocked_pairs)
    asked = (
        (takes_part(person), Failed(Rule.AVAILABILITY, LEAST_WEIGHT, person.weight_millionths)),
        (not blocked, Failed(Rule.BLOCKED_PAIR, "not_blocked", "blocked")),
        (not rules.region or _covers(person.regions, account.region), _lacks(Rule.REGION, account, person)),
        (not rules.industry or _covers(person.industries, account.industry), _lacks(Rule.INDUSTRY, account, person)),
        (not rules.product or set(account.products) <= set(person.products), _lacks(Rule.PRODUCT, account, person)),
        (person.experience_level >= level, Failed(Rule.EXPERIENCE, level, person.experience_level)),
    )
    return tuple(failed for passed, failed in asked if not passed)


def failed_caps(rulebook: Rulebook, person: Person, accounts: int, minutes: int) -> tuple[Failed, ...]:
    """The caps that a person passes with so many accounts and minutes a month."""
    rules = rulebook.hard_rules
    asked = (
        (rules.count_cap, Failed(Rule.COUNT_CAP, person.max_accounts, accounts)),
        (rules.workload_cap, Failed(Rule.WORKLOAD_CAP, person.max_workload_minutes, minutes)),
    )
    return tuple(
        failed
        for applies, failed in asked
        if applies and failed.required is not None and failed.actual > failed.required
    )


def takes_part(person: Person) -> bool:
    """Whether a person is there enough to be given accounts."""
    return person.weight_millionths >= LEAST_WEIGHT


def least_level(rulebook: Rulebook, account: Account) -> int:
    """The experience that an account's tier demands, 1 when nothing is said."""
    return rulebook.hard_rules.minimum_experience.get(account.tier or "", 1)


def match(account: Account, person: Person, wanted_level: int) -> Match:
    """The four parts of the fit: what the account does not ask for matches fully."""
    asked = set(account.products)
    return Match(
        geography=FULL * _covers(person.regions, account.region),
        product=FULL * len(asked & set(person.products)) // len(asked) if asked else FULL,
        industry=FULL * _covers(person.industries, account.industry),
        experience=FULL - FULL // 4 * abs(person.experience_level - wanted_level),
    )


def classes_of(snapshot: Snapshot, people: tuple[Person, ...], wanted: Ints) -> Classes:
    """The classes of a snapshot's accounts and the people of each, agreeing with `failed_rules` and `match`.

    `people`: as candidates (see Instance); `wanted` (n): the experience level that fits each account best.
    """
    blocked = _blocked(snapshot)
    numbers: dict[AccountClass, int] = {}
    of_account = [numbers.setdefault(key, len(numbers)) for key in _class_keys(snapshot, blocked)]
    start, numbered, fit = _rows(snapshot, people, list(numbers))
    weights = snapshot.rulebook.fit
    levels = np.array([person.experience_level for person in people], np.int64)
    return Classes(
        of_account=np.array(of_account, np.int64),
        start=start,
        people=numbered,
        fit=fit,
        experience_fit=weights.experience * (FULL - FULL // 4 * np.abs(levels[None, :] - np.arange(1, 6)[:, None])),
        full_fit=FULL * (weights.geography + weights.product + weights.industry + weights.experience),
        wanted=wanted,
    )


def _class_keys(snapshot: Snapshot, blocked: dict[str, tuple[str, ...]]) -> Iterator[AccountClass]:
    """All that decides who may serve each account."""
    least = snapshot.rulebook.hard_rules.minimum_experience
    for account in snapshot.accounts:
        level = least.get(account.tier or "", 1)
        yield account.region, account.industry, account.products, level, blocked.get(account.id, ())


def _rows(snapshot: Snapshot, people: tuple[Person, ...], keys: list[AccountClass]) -> tuple[Ints, Ints, Ints]:
    """Who may serve each class: where each class starts, the people in the order of their ids, their weighted fit."""
    rules, weights = snapshot.rulebook.hard_rules, snapshot.rulebook.fit
    levels = np.array([person.experience_level for person in people], np.int64)
    present = np.array([takes_part(person) for person in people], np.bool_)
    near = _covered([key[0] for key in keys], [person.regions for person in people])
    versed = _covered([key[1] for key in keys], [person.industries for person in people])
    sold = _sold([key[2] for key in keys], [person.products for person in people])
    may = present & (levels >= np.array([key[3] for key in keys], np.int64)[:, None])
    for applies, passed in ((rules.region, near), (rules.industry, versed), (rules.product, sold)):
        if applies:
            may &= passed.table[passed.of_class] == FULL
    index = {person.id: at for at, person in enumerate(people)}
    for number, key in enumerate(keys):
        may[number, [index[person] for person in key[4]]] = False
    rows, person = np.nonzero(may)
    fit = np.zeros(len(rows), np.int64)
    for weight, part in ((weights.geography, near), (weights.industry, versed), (weights.product, sold)):
        fit += weight * part.table[part.of_class[rows], person]
    start = np.concatenate([[0], np.cumsum(may.sum(axis=1))]).astype(np.int64)
    return start, person.astype(np.int64), fit


@dataclass(frozen=True)
class _Part:
    """How well each person covers what a class asks for, from 0 to FULL: `table[of_class[class], person]`."""

    table: Ints
    of_class: Ints


def _covered(asked: list[str | None], covered: list[tuple[str, ...]]) -> _Part:
    """Who covers a region or an industry."""
    numbers: dict[str | None, int] = {}
    of_class = [numbers.setdefault(code, len(numbers)) for code in asked]
    table = [[FULL * _covers(codes, code) for codes in covered] for code in numbers]
    return _Part(np.array(table, np.int64).reshape(len(table), len(covered)), np.array(of_class, np.int64))


def _sold(asked: list[tuple[str, ...]], sold: list[tuple[str, ...]]) -> _Part:
    """Which part of some products each person sells."""
    numbers: dict[tuple[str, ...], int] = {}
    of_class = [numbers.setdefault(products, len(numbers)) for products in asked]
    table = [
        [FULL * len(set(products) & set(codes)) // len(products) if products else FULL for codes in sold]
        for products in numbers
    ]
    return _Part(np.array(table, np.int64).reshape(len(table), len(sold)), np.array(of_class, np.int64))


def _blocked(snapshot: Snapshot) -> dict[str, tuple[str, ...]]:
    """The known people blocked for each account, in the order of their ids."""
    known = {person.id for person in snapshot.people}
    blocked: dict[str, tuple[str, ...]] = {}
    for pair in snapshot.rulebook.hard_rules.blocked_pairs:
        if pair.person_id in known:
            blocked[pair.account_id] = (*blocked.get(pair.account_id, ()), pair.person_id)
    return blocked


def _covers(covered: tuple[str, ...], asked: str | None) -> bool:
    """Whether what an account asks for is covered; an account without it asks for nothing."""
    return asked is None or asked in covered


def _lacks(rule: Rule, account: Account, person: Person) -> Failed:
    """The failure of a coverage rule, with both sides of it."""
    required: dict[Rule, Any] = {
        Rule.REGION: account.region,
        Rule.INDUSTRY: account.industry,
        Rule.PRODUCT: list(account.products),
    }
    actual = {Rule.REGION: person.regions, Rule.INDUSTRY: person.industries, Rule.PRODUCT: person.products}
    return Failed(rule, required[rule], list(actual[rule]))
