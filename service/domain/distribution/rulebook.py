"""The rulebook: everything about a distribution that people may decide, as plain data."""

from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar

from service.domain.fields import Fields, one_of
from service.domain.invalid import Flaws
from service.domain.people import Role

Section = TypeVar("Section")
Reader: TypeAlias = Callable[[Fields, str], Any]

MOST_BLOCKED_PAIRS = 100_000
TEAM_ROLES = (
    Role.TECH_SUPPORT, Role.MARKETING, Role.FINANCE, Role.AFTER_SALES, Role.OPERATIONS, Role.CUSTOMER_SERVICE,
)  # fmt: skip
"""The team roles besides the owner that may be distributed, each among the staff of the same role."""


class Arrivals(StrEnum):
    """What happens to a single account that arrives between two plans."""

    RULE = "rule"
    WAIT = "wait_for_plan"


@dataclass(frozen=True)
class BlockedPair:
    """An account and a person who must not meet."""

    account_id: str
    person_id: str


def setting(default: Any, read: Reader) -> Any:
    """A dataclass field with its default and the reader that finds it in its object."""
    fresh = (lambda: dict(default)) if isinstance(default, dict) else (lambda: default)
    return field(default_factory=fresh, metadata={"read": read})


def flag(part: Fields, name: str) -> bool:
    """A yes or no."""
    return part.flag(name)


def words(part: Fields, name: str) -> str:
    """Printable text of 1 to 200 characters."""
    return part.text(name, 200)


def arrivals(part: Fields, name: str) -> Arrivals:
    """One of the two ways to treat a single arrival."""
    return part.choice(name, Arrivals)


def whole(least: int, most: int) -> Reader:
    """A reader of whole numbers within two bounds, both allowed."""
    return lambda part, name: part.whole(name, least, most)


def per_code(read: Reader) -> Reader:
    """A reader of objects that give one value per code."""
    return lambda part, name: part.by_code(name, read)


def blocked_pairs(part: Fields, name: str) -> tuple[BlockedPair, ...]:
    """Blocked pairs, each once, in the order of their ids."""
    pairs = {
        item.finish(BlockedPair(item.text("account_id", 200), item.text("person_id", 200)))
        for item in part.parts(name, MOST_BLOCKED_PAIRS, least=0)
    }
    return tuple(sorted(pairs, key=lambda pair: (pair.account_id, pair.person_id)))


POINTS, PRICE, LEVEL, PERMILLE = whole(0, 100), whole(0, 1000), whole(1, 5), whole(0, 1000)


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
class MoveBudget:
    """How much may change hands: permille of the accounts in a rebalancing, bystanders' accounts after an appeal."""

    rebalance_permille: int = setting(50, PERMILLE)
    appeal_accounts: int = setting(3, whole(0, 100))


@dataclass(frozen=True)
class Giants:
    """Accounts that alone are more than `percent` of a full-time share of value or hours.

    `stay`: one that has an owner who may serve it stays there, whatever the scores; else the rule decides as always.
    """

    percent: int = setting(25, whole(1, 1000))
    stay: bool = setting(False, flag)


@dataclass(frozen=True)
class Freshness:
    """Which accounts are held back because what decides about them is not known well enough.

    `verified`: those never verified; `most_days`: those verified longer ago than so many days, 0 for no limit.
    """

    verified: bool = setting(True, flag)
    most_days: int = setting(365, whole(0, 3650))


@dataclass(frozen=True)
class RoleRules:
    """How another role on the team is shared, among staff of that role: the sections that differ from the owner's."""

    hard_rules: HardRules = field(default_factory=HardRules)
    fit: FitWeights = field(default_factory=FitWeights)
    balance: BalanceTargets = field(default_factory=BalanceTargets)
    misfit_price: int = setting(3, PRICE)
    move_price: int = setting(5, PRICE)


def team_roles(part: Fields, name: str) -> dict[str, RoleRules]:
    """One section per team role; a role that is not distributed is a flaw."""

    def read(roles: Fields, role: str) -> RoleRules:
        if role not in TEAM_ROLES:
            roles.expected(role, "unknown_choice", *one_of(TEAM_ROLES))
        return _read(RoleRules, roles.part(role))

    return part.by_code(name, read)


@dataclass(frozen=True)
class Rulebook:
    """One version of the rules; 100 points weigh 1.

    `misfit_price` (beta, points 0–1000) is the price of a complete misfit, `move_price` (kappa, points 0–1000) that of
    taking an account from its present owner; `tie_key` enters the keyed hash that breaks ties. `team_roles`: for each
    further role on the team that is distributed, its own sections.
    """

    hard_rules: HardRules = field(default_factory=HardRules)
    fit: FitWeights = field(default_factory=FitWeights)
    priority: PriorityWeights = field(default_factory=PriorityWeights)
    balance: BalanceTargets = field(default_factory=BalanceTargets)
    misfit_price: int = setting(3, PRICE)
    move_price: int = setting(5, PRICE)
    move_budget: MoveBudget = field(default_factory=MoveBudget)
    giants: Giants = field(default_factory=Giants)
    freshness: Freshness = field(default_factory=Freshness)
    tie_key: str = setting("evenhand", words)
    arrivals: Arrivals = field(default=Arrivals.RULE, metadata={"read": arrivals})
    team_roles: Mapping[str, RoleRules] = setting({}, team_roles)

    @classmethod
    def from_mapping(cls, mapping: Any, pointer: str = "") -> "Rulebook":
        """The rulebook of some JSON data at a JSON Pointer, a field left out or null having its default.

        InvalidInput tells all faults.
        """
        flaws = Flaws()
        rulebook = _read(cls, Fields(mapping, flaws, pointer))
        flaws.refuse()
        return rulebook

    def to_mapping(self) -> dict[str, Any]:
        """The complete JSON data; `from_mapping` gives an equal rulebook back."""
        mapping: dict[str, Any] = _written(self)
        return mapping

    def for_role(self, role: str) -> "Rulebook":
        """The rules by which a team role is shared, `owner` or one of `team_roles`; KeyError when it is not."""
        own = {} if role == "owner" else vars(self.team_roles[role])
        return replace(self, team_roles={}, **own)


def _read(kind: type[Section], part: Fields) -> Section:
    """A dataclass of this module from its JSON object; beside a gathered flaw a stand-in, which nobody comes to see."""
    known: tuple[Field[Any], ...] = fields(kind)  # type: ignore[arg-type]
    return part.finish(kind(**{one.name: _value(one, part) for one in known if part.has(one.name)}))


def _value(one: Field[Any], part: Fields) -> Any:
    """One field's value; a field without a reader is a section of its own."""
    read: Reader | None = one.metadata.get("read")
    if read:
        return read(part, one.name)
    assert callable(one.default_factory)
    return _read(one.default_factory, part.part(one.name))  # type: ignore[arg-type]


def _written(value: Any) -> Any:
    """The plain JSON data of a rulebook's part."""
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Mapping):
        return {code: _written(item) for code, item in value.items()}
    if isinstance(value, tuple):
        return [_written(item) for item in value]
    return {part.name: _written(getattr(value, part.name)) for part in fields(value)}
