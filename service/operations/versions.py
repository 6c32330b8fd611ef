"""Optimistic versions: a change names the version that it was made on."""

from typing import Protocol

from service.errors import PreconditionFailed


class HasVersion(Protocol):
    """A record that counts its changes."""

    version: int


Versions = frozenset[int] | None  # those on which the caller would make a change; None: whichever is the current one


def expect(record: HasVersion, versions: Versions) -> None:
    """Refuses a change made on another version than the current."""
    if versions is not None and record.version not in versions:
        raise PreconditionFailed
