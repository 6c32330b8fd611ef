"""How work that takes long tells how far it is."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias, TypeVar

Thing = TypeVar("Thing")
Progress: TypeAlias = Callable[[str, int, int], None]
"""Hears of a phase, how much of it is done, and of how much; what it raises ends the work."""
TOLD_EVERY = 1000


def silence(phase: str, done: int, total: int) -> None:
    """Progress that nobody follows."""


def telling(things: Iterable[Thing], tell: Progress, phase: str, total: int, before: int = 0) -> Iterator[Thing]:
    """The things one by one, telling now and then how many of `total` were asked for, `before` them and of them."""
    for done, thing in enumerate(things, before):
        if done % TOLD_EVERY == 0:
            tell(phase, done, total)
        yield thing
