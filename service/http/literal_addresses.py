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
    found: list[BaseRoute] = []
    addresses = [route for route in routes if isinstance(route, Route)]
    shut: set[str] = set()
    for route in addresses:
        literals = [other for other in addresses if takes_word(route, other)]
        for path in sorted({literal.path for literal in literals} - shut):
            found += [one for one in literals if one.path == path and one not in found]
            found.append(Route(path, Closed()))
            shut.add(path)
        if route not in found:
            found.append(route)
    return found


def takes_word(route: Route, other: Route) -> bool:
    """True where the other route has a word that this one would take for an id."""
    fewer = len(other.param_convertors) < len(route.param_convertors)
    return fewer and route.path_regex.match(other.path) is not None
