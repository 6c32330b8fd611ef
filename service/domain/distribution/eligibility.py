"""Who may serve an account: the hard rules for one pair, and for all pairs at once by classes of accounts."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from service.domain.distribution.priority import wanted_levels
from service.domain.distribution.rulebook import Rulebook
from service.domain.distribution.snapshot import Account, Person, Snapshot

Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
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


def classes_of(snapshot: Snapshot) -> Classes:
    """The classes of a snapshot's accounts and the people of each, agreeing with `failed_rules` and `match`."""
    keys = [
        _class_of(snapshot.rulebook, account, blocked)
        for blocked in [_blocked(snapshot)]
        for account in snapshot.accounts
    ]
    numbers: dict[AccountClass, int] = {}
    of_account = [numbers.setdefault(key, len(numbers)) for key in keys]
    table = _People(snapshot)
    rows = [table.row(key) for key in numbers]
    weights = snapshot.rulebook.fit
    levels = np.array([person.experience_level for person in snapshot.people], np.int64)
    return Classes(
        of_account=np.array(of_account, np.int64),
        start=np.cumsum([0, *(len(people) for people, _ in rows)], dtype=np.int64),
        people=np.concatenate([people for people, _ in rows]) if rows else np.zeros(0, np.int64),
        fit=np.concatenate([fit for _, fit in rows]) if rows else np.zeros(0, np.int64),
        experience_fit=weights.experience * (FULL - FULL // 4 * np.abs(levels[None, :] - np.arange(1, 6)[:, None])),
        full_fit=FULL * (weights.geography + weights.product + weights.industry + weights.experience),
        wanted=np.array(wanted_levels(snapshot), np.int64),
    )


class _People:
    """Who covers what, as flags per person, so that a class is judged in a few vector steps."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.rulebook, self.people = snapshot.rulebook, snapshot.people
        self.index = {person.id: at for at, person in enumerate(self.people)}
        self.taking_part = np.array([takes_part(person) for person in self.people], np.bool_)
        self.levels = np.array([person.experience_level for person in self.people], np.int64)
        self.regions: dict[str | None, Flags] = {}
        self.industries: dict[str | None, Flags] = {}
        self.products: dict[tuple[str, ...], Ints] = {}

    def row(self, key: AccountClass) -> tuple[Ints, Ints]:
        """The people of one class in the order of their ids, and their weighted fit without experience."""
        region, industry, products, level, blocked = key
        near, versed, share = self._near(region), self._versed(industry), self._share(products)
        rules, weights = self.rulebook.hard_rules, self.rulebook.fit
        may = self.taking_part & (self.levels >= level)
        for applies, passed in ((rules.region, near), (rules.industry, versed), (rules.product, share == FULL)):
            may = may & passed if applies else may
        may[[self.index[person] for person in blocked]] = False
        fit = FULL * (weights.geography * near.astype(np.int64) + weights.industry * versed) + weights.product * share
        who = np.flatnonzero(may)
        return who, fit[who]

    def _near(self, region: str | None) -> Flags:
        """Who covers a region."""
        if region not in self.regions:
            self.regions[region] = np.array([_covers(person.regions, region) for person in self.people], np.bool_)
        return self.regions[region]

    def _versed(self, industry: str | None) -> Flags:
        """Who covers an industry."""
        if industry not in self.industries:
            covered = [_covers(person.industries, industry) for person in self.people]
            self.industries[industry] = np.array(covered, np.bool_)
        return self.industries[industry]

    def _share(self, products: tuple[str, ...]) -> Ints:
        """Which part of some products each person sells, from 0 to FULL."""
        if products not in self.products:
            asked, size = set(products), max(1, len(products))
            known = [len(asked & set(person.products)) if asked else 1 for person in self.people]
            self.products[products] = np.array([FULL * number // size for number in known], np.int64)
        return self.products[products]


def _blocked(snapshot: Snapshot) -> dict[str, tuple[str, ...]]:
    """The known people blocked for each account, in the order of their ids."""
    known = {person.id for person in snapshot.people}
    blocked: dict[str, tuple[str, ...]] = {}
    for pair in snapshot.rulebook.hard_rules.blocked_pairs:
        if pair.person_id in known:
            blocked[pair.account_id] = (*blocked.get(pair.account_id, ()), pair.person_id)
    return blocked


def _class_of(rulebook: Rulebook, account: Account, blocked: dict[str, tuple[str, ...]]) -> AccountClass:
    """All that decides who may serve an account."""
    level = least_level(rulebook, account)
    return account.region, account.industry, account.products, level, blocked.get(account.id, ())


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
