"""Addresses with a word where others have an id, such as /tests/run beside /tests/{test_id}."""

from collections.abc import Iterable

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route


class Closed:
    """What answers at a literal address when none of its own methods was asked for: the word is nobody's id."""

    async def __call__(self, *_: object) -> None:
        """405, always."""
        raise HTTPException(405)


def closed(routes: Iterable[BaseRoute]) -> list[BaseRoute]:
    """The routes in their order, but the literal ones, and what closes them, before those that would take the word."""
    found: dict[int, BaseRoute] = {}
    shut: dict[str, BaseRoute] = {}
    addresses = [route for route in routes if isinstance(route, Route)]
    for route in addresses:
        literals = [other for other in addresses if takes_word(route, other) and other.path not in shut]
        shut |= {literal.path: Route(literal.path, Closed()) for literal in literals}
        for one in [*literals, *(shut[path] for path in sorted({literal.path for literal in literals})), route]:
            found.setdefault(id(one), one)
    return list(found.values())


def takes_word(route: Route, other: Route) -> bool:
    """True where the other route has a word that this one would take for an id."""
    return (
        len(other.param_convertors) < len(route.param_convertors)
        and other.path.count("/") == route.path.count("/")
        and route.path_regex.match(other.path) is not None
    )
