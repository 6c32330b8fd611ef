"""The rulebook: everything about a distribution that people may decide, as plain data."""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from enum import StrEnum
from typing import Any

from service.domain.distribution.reading import Wrong, flag, inside, integer, per_code, setting, step, text
from service.errors import FieldError, Sentence

POINTS = integer(0, 100)
PRICE = integer(0, 1000)
LEVEL = integer(1, 5)


class InvalidRulebook(ValueError):  # noqa: N818 - it names the state, like the problems of service.errors
    """A rulebook's data is wrong: `errors` holds pointer, code and sentence for each field."""

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__("; ".join(f"{error.pointer or '/'}: {error.detail.en}" for error in errors))
        self.errors = errors


class Arrivals(StrEnum):
    """What happens to a single account that arrives between two plans."""

    RULE = "rule"
    WAIT = "wait_for_plan"


@dataclass(frozen=True)
class BlockedPair:
    """An account and a person who must not meet."""

    account_id: str
    person_id: str


def blocked_pair(value: Any) -> BlockedPair:
    """One blocked pair from its JSON object."""
    if not isinstance(value, Mapping) or set(value) != {"account_id", "person_id"}:
        raise Wrong("not_a_pair", "Expected account_id and person_id.", "应包含 account_id 和 person_id。")
    return BlockedPair(*(inside(step(name), text, value[name]) for name in ("account_id", "person_id")))


def blocked_pairs(value: Any) -> tuple[BlockedPair, ...]:
    """Blocked pairs, each once, in the order of their ids."""
    if not isinstance(value, list):
        raise Wrong("not_a_list", "Expected a list.", "应为列表。")
    pairs = {inside(step(index), blocked_pair, item) for index, item in enumerate(value)}
    return tuple(sorted(pairs, key=lambda pair: (pair.account_id, pair.person_id)))


def arrival_strategy(value: Any) -> Arrivals:
    """One of the two ways to treat a single arrival."""
    if value not in tuple(Arrivals):
        raise Wrong("unknown_choice", "Expected rule or wait_for_plan.", "应为 rule 或 wait_for_plan。")
    return Arrivals(value)


@dataclass(frozen=True)
class HardRules:
    """What forbids an assignment outright; `minimum_experience` gives a level 1–5 per tier code."""

    region: bool = setting(True, flag)
    industry: bool = setting(True, flag)
    product: bool = setting(False, flag)
    minimum_experience: Mapping[str, int] = setting({"diamond": 2, "gold": 3}, per_code(LEVEL))
    blocked_pairs: tuple[BlockedPair, ...] = setting((), blocked_pairs)
    workload_cap: bool = setting(True, flag)
    count_cap: bool = setting(True, flag)


@dataclass(frozen=True)
class FitWeights:
    """How much each match of account and person counts, in points 0–100."""

    geography: int = setting(40, POINTS)
    product: int = setting(20, POINTS)
    industry: int = setting(25, POINTS)
    experience: int = setting(15, POINTS)


@dataclass(frozen=True)
class PriorityWeights:
    """What gives an account its place in the order and its claim to experience, in points 0–100."""

    value: int = setting(60, POINTS)
    intent: int = setting(25, POINTS)
    newness: int = setting(15, POINTS)


@dataclass(frozen=True)
class BalanceTargets:
    """How much the even sharing of each load counts (gamma), in points 0–100; `top_tiers` per tier code."""

    value: int = setting(100, POINTS)
    workload: int = setting(100, POINTS)
    count: int = setting(25, POINTS)
    top_tiers: Mapping[str, int] = setting({"gold": 25}, per_code(POINTS))


@dataclass(frozen=True)
class Rulebook:
    """One version of the rules; 100 points weigh 1.

    `misfit_price` (beta, points 0–1000) is the price of a complete misfit, `move_price` (kappa, points 0–1000) that of
    taking an account from its present owner; `tie_key` enters the keyed hash that breaks ties.
    """

    hard_rules: HardRules = field(default_factory=HardRules)
    fit: FitWeights = field(default_factory=FitWeights)
    priority: PriorityWeights = field(default_factory=PriorityWeights)
    balance: BalanceTargets = field(default_factory=BalanceTargets)
    misfit_price: int = setting(10, PRICE)
    move_price: int = setting(5, PRICE)
    tie_key: str = setting("evenhand", text)
    arrivals: Arrivals = field(default=Arrivals.RULE, metadata={"read": arrival_strategy})

    @classmethod
    def from_mapping(cls, mapping: Any) -> "Rulebook":
        """The rulebook of some JSON data, a field left out having its default; InvalidRulebook tells all faults."""
        errors: list[FieldError] = []
        rulebook: Rulebook = _read(cls, mapping, "", errors)
        if errors:
            raise InvalidRulebook(tuple(errors))
        return rulebook

    def to_mapping(self) -> dict[str, Any]:
        """The complete JSON data; `from_mapping` gives an equal rulebook back."""
        mapping: dict[str, Any] = _written(self)
        return mapping


SECTIONS: dict[str, type] = {
    "hard_rules": HardRules,
    "fit": FitWeights,
    "priority": PriorityWeights,
    "balance": BalanceTargets,
}


def _read(kind: Any, mapping: Any, pointer: str, errors: list[FieldError]) -> Any:
    """A dataclass of this module from its JSON object, the faults being collected."""
    if not isinstance(mapping, Mapping):
        errors.append(Wrong("not_an_object", "Expected an object.", "应为对象。").at(pointer))
        return kind()
    known = {part.name: part for part in fields(kind)}
    for name in sorted(str(key) for key in mapping if key not in known):
        sentence = Sentence("There is no such field.", "没有此字段。")
        errors.append(FieldError("unknown_field", sentence, pointer=pointer + step(name)))
    given = {name: part for name, part in known.items() if name in mapping}
    return kind(**{name: _field(part, mapping[name], pointer, errors) for name, part in given.items()})


def _field(part: "Field[Any]", value: Any, pointer: str, errors: list[FieldError]) -> Any:
    """One field's value; beside a collected fault None, which nobody comes to see."""
    place = pointer + step(part.name)
    if part.name in SECTIONS:
        return _read(SECTIONS[part.name], value, place, errors)
    try:
        return part.metadata["read"](value)
    except Wrong as wrong:
        errors.append(wrong.at(place))
        return None


def _written(value: Any) -> Any:
    """The plain JSON data of a rulebook's part."""
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple):
        return [_written(item) for item in value]
    return {part.name: _written(getattr(value, part.name)) for part in fields(value)}
