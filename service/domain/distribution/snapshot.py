"""The snapshot: everything that a distribution is computed from, in one canonical form with one hash."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeVar

import orjson

from service.domain.canonical import LARGEST_INTEGER, sha256, trusted_json
from service.domain.distribution.rulebook import Rulebook
from service.domain.distribution.tasks import Task
from service.domain.invalid import InvalidInput

FORMAT = "evenhand-snapshot/1"
INTENTS = ("low", "medium", "high")


class InvalidSnapshot(ValueError):  # noqa: N818 - it names the state, like the problems of service.errors
    """The data cannot be a snapshot; the text says which entry and why."""


@dataclass(frozen=True)
class Account:
    """An account as the distribution sees it.

    `value_minor`: potential value in minor units of the base currency, None when unknown (counts as 0);
    `workload_minutes`: minutes a month that its tier promises; `held_back`: the reason why it takes no part, or None;
    `owner`: the id of the person who has it now; `pinned`: it stays with that person whatever the rule says.
    """

    id: str
    code: str
    region: str | None = None
    industry: str | None = None
    products: tuple[str, ...] = ()
    tier: str | None = None
    intent: str | None = None
    is_new: bool = False
    value_minor: int | None = None
    workload_minutes: int = 0
    held_back: str | None = None
    owner: str | None = None
    pinned: bool = False

    def __post_init__(self) -> None:
        _sort(self, "products")
        _expect(self, bool(self.id) and self.id.isprintable(), "the id is empty or not printable")
        _expect(self, isinstance(self.is_new, bool) and isinstance(self.pinned, bool), "is_new and pinned are booleans")
        _expect(self, self.intent is None or self.intent in INTENTS, "intent is low, medium, high or null")
        _expect(self, _within(self.value_minor or 0, 0, LARGEST_INTEGER), "value_minor is a whole number from 0")
        _expect(self, _within(self.workload_minutes, 0, 10**6), "workload_minutes is a whole number from 0 to 1000000")
        _expect(self, self.owner is not None or not self.pinned, "a pinned account has an owner")


@dataclass(frozen=True)
class Person:
    """A candidate as the distribution sees them; the caps are absolute, None where there is none.

    `experience_level` 1–5; `fte_permille` and `availability_permille` 0–1000: their product is the person's weight.
    """

    id: str
    code: str
    regions: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    experience_level: int = 1
    fte_permille: int = 1000
    availability_permille: int = 1000
    max_accounts: int | None = None
    max_workload_minutes: int | None = None

    def __post_init__(self) -> None:
        _sort(self, "regions", "industries", "products")
        _expect(self, bool(self.id) and self.id.isprintable(), "the id is empty or not printable")
        _expect(self, _within(self.experience_level, 1, 5), "experience_level is 1 to 5")
        _expect(self, _within(self.fte_permille, 0, 1000), "fte_permille is 0 to 1000")
        _expect(self, _within(self.availability_permille, 0, 1000), "availability_permille is 0 to 1000")
        _expect(self, _within(self.max_accounts or 0, 0, 10**9), "max_accounts is a whole number from 0")
        _expect(self, _within(self.max_workload_minutes or 0, 0, 10**12), "max_workload_minutes is a whole number")

    @property
    def weight_millionths(self) -> int:
        """FTE × availability, in millionths of a full-time post."""
        return self.fte_permille * self.availability_permille


Entry = TypeVar("Entry", Account, Person)


@dataclass(frozen=True)
class Snapshot:
    """Accounts and people in the order of their ids, the rulebook with its id and version, and the cycle.

    `cycle` names the distribution (a plan's seed) and is half of the key that breaks ties; `task`: what a plan of it is
    asked to do; `groups`: of accounts that count as one, the id of their entry and those of the others.
    """

    accounts: tuple[Account, ...]
    people: tuple[Person, ...]
    rulebook: Rulebook
    rulebook_id: str
    rulebook_version: int
    cycle: str
    task: Task = field(default_factory=Task)
    groups: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "accounts", _by_id(self.accounts))
        object.__setattr__(self, "people", _by_id(self.people))

    def canonical_bytes(self) -> bytes:
        """The RFC 8785 form: the same whatever order accounts and people came in."""
        return self._content

    @cached_property
    def sha256(self) -> str:
        """The hexadecimal SHA-256 of the canonical bytes."""
        return sha256(self._content)

    @classmethod
    def from_bytes(cls, content: bytes) -> "Snapshot":
        """The snapshot of some canonical bytes, which it keeps; InvalidSnapshot when they are anything else.

        Bytes of an earlier engine lack the fields that came later: each has its default, which is how that engine
        decided. No such default may ever change.
        """
        try:
            told = orjson.loads(content)
            snapshot = cls._from_mapping(told)
            same = snapshot.canonical_bytes() == content
            earlier = not same and trusted_json(told) == content
            earlier = earlier and _tells(orjson.loads(snapshot.canonical_bytes()), told)
        except (KeyError, TypeError, ValueError, InvalidInput) as error:
            raise InvalidSnapshot(f"not a snapshot: {error}") from error
        if not same and not earlier:
            raise InvalidSnapshot("the bytes are not in canonical form")
        vars(snapshot)["_content"] = content
        return snapshot

    @classmethod
    def _from_mapping(cls, mapping: Mapping[str, Any]) -> "Snapshot":
        """The snapshot of parsed JSON."""
        return cls(
            accounts=tuple(_entry(Account, item) for item in mapping["accounts"]),
            people=tuple(_entry(Person, item) for item in mapping["people"]),
            rulebook=Rulebook.from_mapping(mapping["rulebook"]),
            rulebook_id=mapping["rulebook_id"],
            rulebook_version=mapping["rulebook_version"],
            cycle=mapping["cycle"],
            task=Task.from_mapping(mapping.get("task", {})),
            groups=tuple(tuple(group) for group in mapping.get("groups", ())),
        )

    @cached_property
    def _content(self) -> bytes:
        """The canonical bytes, written once."""
        return trusted_json(
            {
                "format": FORMAT,
                "accounts": [vars(account) for account in self.accounts],
                "people": [vars(person) for person in self.people],
                "rulebook": self.rulebook.to_mapping(),
                "rulebook_id": self.rulebook_id,
                "rulebook_version": self.rulebook_version,
                "cycle": self.cycle,
                "task": self.task.to_mapping(),
                "groups": self.groups,
            }
        )


def _tells(whole: Any, part: Any) -> bool:
    """Whether JSON data say what others say, and more only in objects."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(name in whole and _tells(whole[name], part[name]) for name in part)
    if isinstance(part, list):
        return isinstance(whole, list) and len(whole) == len(part) and all(map(_tells, whole, part))
    return type(whole) is type(part) and bool(whole == part)


def _entry(kind: type[Entry], item: Mapping[str, Any]) -> Entry:
    """An account or person of parsed JSON, lists becoming tuples."""
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in item.items()}
    return kind(**values)


def _by_id(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries in the order of their ids; InvalidSnapshot when one comes twice."""
    ordered = tuple(sorted(entries, key=lambda entry: entry.id))
    for one, next_one in pairwise(ordered):
        _expect(one, one.id != next_one.id, "the id comes twice")
    return ordered


def _sort(entry: Account | Person, *names: str) -> None:
    """The named lists of codes of an entry, sorted, each code once."""
    for name in names:
        codes = getattr(entry, name)
        object.__setattr__(entry, name, tuple(sorted(set(codes))) if len(codes) > 1 else tuple(codes))


def _within(value: Any, least: int, most: int) -> bool:
    """Whether a value is a whole number within two bounds, both allowed."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _expect(entry: Account | Person, holds: bool, sentence: str) -> None:
    """InvalidSnapshot with the entry's code unless something holds."""
    if not holds:
        raise InvalidSnapshot(f"{type(entry).__name__.lower()} {entry.code}: {sentence}")
