"""How one person stands for one account, taken apart; also as what the person could be instead of what they are."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from service.domain.distribution.core import NOBODY
from service.domain.distribution.decimals import decimal
from service.domain.distribution.eligibility import FULL, Failed, Match, failed_caps, failed_rules, match
from service.domain.distribution.instance import Instance, reciprocal_of
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.snapshot import Person
from service.domain.distribution.ties import tie_hashes


@dataclass(frozen=True)
class Candidacy:
    """How a person stands for an account that nobody has on the ledger.

    `failed`: hard rules that forbid the pair, caps apart; `full`: caps that the account would pass; `parts`: score of
    each load, of misfit and of move in score units, their sum being the rule's score; `match`: the fit; `tie`: what
    orders equal scores; `point`: score units of one point.
    """

    person: int
    entry: Person
    failed: tuple[Failed, ...]
    full: tuple[Failed, ...]
    parts: tuple[tuple[str, int], ...]
    match: Match
    tie: tuple[int, int]
    point: int

    @property
    def score(self) -> int:
        """The rule's score in score units."""
        return sum(score for _, score in self.parts)

    @property
    def key(self) -> tuple[int, tuple[int, int]]:
        """What the rule compares: the smallest wins."""
        return self.score, self.tie

    @property
    def open(self) -> bool:
        """Whether the rule may choose this person."""
        return not self.failed and not self.full

    def points(self, score: int, places: int = 4) -> str:
        """Score units in points."""
        return decimal(Fraction(score, self.point), places)

    def arithmetic(self) -> dict[str, Any]:
        """The score and its parts as JSON data: in points, and raw in score units, both as decimal strings."""
        return {
            "score": self.points(self.score),
            "raw_score": str(self.score),
            "parts": [{"name": name, "points": self.points(raw), "raw": str(raw)} for name, raw in self.parts],
            "match": {name: decimal(Fraction(value, FULL), 4) for name, value in vars(self.match).items()},
        }


def candidacy(ledger: Ledger, account: int, person: int, holder: int, entry: Person | None = None) -> Candidacy:
    """How a person stands while nobody has the account; `entry`: the person as they might be, all else staying.

    The account's holder has room whatever the caps say.
    """
    instance = ledger.instance
    snapshot = instance.snapshot
    account_entry, entry = snapshot.accounts[account], entry or instance.people[person]
    accounts, minutes = int(ledger.count[person]) + 1, int(ledger.minutes[person] + instance.minutes[account])
    matched = match(account_entry, entry, int(instance.classes.wanted[account]))
    return Candidacy(
        person=person,
        entry=entry,
        failed=failed_rules(snapshot.rulebook, account_entry, entry),
        full=() if person == holder else failed_caps(snapshot.rulebook, entry, accounts, minutes),
        parts=(*_load_parts(ledger, account, person, entry), *_cost_parts(instance, account, person, matched)),
        match=matched,
        tie=(int(tie_hashes(instance.core, account, np.array([person]))[0]), person),
        point=instance.scale.point,
    )


def _load_parts(ledger: Ledger, account: int, person: int, entry: Person) -> list[tuple[str, int]]:
    """The part of each load in the score."""
    instance = ledger.instance
    reciprocal = reciprocal_of(entry.weight_millionths)
    target = instance.scale.target
    columns = zip(
        instance.dimensions,
        instance.scale.gamma,
        instance.loads[account].tolist(),
        ledger.carried[person].tolist(),
        strict=True,
    )
    return [
        (part.name, gamma * load * ((2 * carried + load) * reciprocal - target))
        for part, gamma, load, carried in columns
    ]


def _cost_parts(instance: Instance, account: int, person: int, matched: Match) -> list[tuple[str, int]]:
    """The prices of misfit and of a change of owner."""
    weights = instance.snapshot.rulebook.fit
    fit = sum(getattr(weights, name) * value for name, value in vars(matched).items())
    price = instance.prices[0]
    moved = int(instance.roll.standing[account]) not in {NOBODY, person}
    misfit = instance.scale.unit * price * (instance.scale.full_fit - fit)
    return [("misfit", misfit), ("move", int(instance.core.move_price) * moved)]
