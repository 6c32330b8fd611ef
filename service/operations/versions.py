"""Optimistic versions: a change names the version that it was made on."""

from typing import Protocol

from service.errors import PreconditionFailed


class HasVersion(Protocol):
    """A record that counts its changes."""

    version: int


def expect(record: HasVersion, version: int) -> None:
    """Refuses a change made on another version than the current."""
    if record.version != version:
        raise PreconditionFailed
