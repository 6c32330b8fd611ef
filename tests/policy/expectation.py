"""expected.txt as rules: written by hand from the access design, read without the code that it judges."""

from collections.abc import Callable
from pathlib import Path

from tests.policy.standings import Cell

HERE = Path(__file__).parent
LEADING = frozenset({"department", "parent_department"})
Groups = dict[str, frozenset[str]]
Term = Callable[[Cell], bool]
Rules = dict[tuple[str, str], Term]


def expectations() -> Rules:
    """(resource, action) → whether a cell is expected to be allowed."""
    groups: Groups = {}
    rules: Rules = {}
    for line in (HERE / "expected.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("group "):
            name, _, members = line.removeprefix("group ").partition("=")
            groups[name.strip()] = frozenset(members.split())
        elif line and not line.startswith("#"):
            name, _, terms = line.partition(" ")
            resource, action = name.split(".")
            rules[resource, action] = any_of([term(text.strip(), groups) for text in terms.split(";")])
    return rules


def expected(rules: Rules, cell: Cell) -> bool:
    """Whether a cell is expected to be allowed: by the line of its class, else by that of the resource."""
    here, everywhere = (cell.resource, cell.action), (cell.resource.split("/")[0], cell.action)
    return (rules.get(here) or rules[everywhere])(cell)


def any_of(terms: list[Term]) -> Callable[[Cell], bool]:
    """Allowed by one of the terms."""
    return lambda cell: any(holds(cell) for holds in terms)


def term(text: str, groups: Groups) -> Term:
    """One term of a line."""
    kind, _, rest = text.partition(" ")
    if kind == "scope":
        scope, _, everywhere = rest.partition(" ")
        reaches = {"everywhere"} if everywhere else {"everywhere", "departments"}
        return lambda cell: cell.who == f"scope {scope}" and cell.standing in reaches
    if kind in {"team", "line"}:
        standings = LEADING if kind == "line" else {"team"}
        roles = groups[rest.removeprefix("of ")] if rest else None
        return lambda cell: cell.standing in standings and (roles is None or cell.who in roles)
    if rest.startswith("of "):
        members = groups[rest.removeprefix("of ")]
        return lambda cell: cell.standing == kind and cell.who in members
    if text in groups:
        return lambda cell: cell.who in groups[text]
    return lambda cell: text in {cell.who, cell.standing}
