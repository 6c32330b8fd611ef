"""Keys of files, wrapped by key-encryption keys: one ring a class, from the service's own key file."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap_with_padding, aes_key_wrap_with_padding

from service.adapters.files.sealing import KEY_BYTES, Damaged
from service.adapters.keys import KeyRing


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key or a content belongs: a version of an item, under a class."""

    item_id: UUID
    version_id: UUID
    confidentiality: str

    @property
    def associated_data(self) -> bytes:
        """The same as bytes: item id, version, class."""
        return self.item_id.bytes + self.version_id.bytes + self.confidentiality.encode()


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A file's key as it is kept, and the id of the key that opens it."""

    key_id: str
    key: bytes


class KeyProvider(Protocol):
    """Whoever holds the key-encryption keys; its calls may go over the network, so never inside a transaction."""

    async def wrap(self, key: bytes, place: Place) -> Wrapped:
        """The key for this place, under the current key of the place's class."""
        ...

    async def unwrap(self, wrapped: Wrapped, place: Place) -> bytes:
        """The key again; Damaged where it is another place's, or was changed."""
        ...

    async def is_current(self, wrapped: Wrapped, place: Place) -> bool:
        """Whether a key is wrapped by the current key of the place's class."""
        ...


class UnknownKey(Exception):  # noqa: N818 - what happened, like the service's other failures
    """No key of that id is held here."""


Rings = Mapping[str, KeyRing]


class LocalKeys:
    """The rings of the service's own key file, wrapping by RFC 5649; ids are `class/name`.

    That wrapping takes no associated data, so the digest of the place is wrapped beside the key. A key id that is not
    known yet has the file read again: a rotation needs no restart.
    """

    def __init__(self, read: Callable[[], Rings]) -> None:
        """Rings by class, read now and whenever a key is missing."""
        self._read = read
        self._rings = read()

    async def wrap(self, key: bytes, place: Place) -> Wrapped:
        """The key with the digest of its place, under the current key."""
        ring = self._rings[place.confidentiality]
        blob = aes_key_wrap_with_padding(ring.keys[ring.current], key + digest(place))
        return Wrapped(f"{place.confidentiality}/{ring.current}", blob)

    async def unwrap(self, wrapped: Wrapped, place: Place) -> bytes:
        """The key, if it is this place's; Damaged, UnknownKey."""
        try:
            blob = aes_key_unwrap_with_padding(self._key(wrapped.key_id), wrapped.key)
        except (InvalidUnwrap, ValueError):
            raise Damaged from None
        if len(blob) != KEY_BYTES + hashlib.sha256().digest_size or not hmac.compare_digest(
            blob[KEY_BYTES:], digest(place)
        ):
            raise Damaged
        return blob[:KEY_BYTES]

    async def is_current(self, wrapped: Wrapped, place: Place) -> bool:
        """Whether the id is that of the ring's current key."""
        return wrapped.key_id == f"{place.confidentiality}/{self._rings[place.confidentiality].current}"

    def _key(self, key_id: str) -> bytes:
        confidentiality, _, name = key_id.partition("/")
        ring = self._rings.get(confidentiality)
        if ring is None or name not in ring.keys:
            self._rings = self._read()
            ring = self._rings.get(confidentiality)
        if ring is None or name not in ring.keys:
            raise UnknownKey(key_id)
        return ring.keys[name]


def digest(place: Place) -> bytes:
    """SHA-256 of a place."""
    return hashlib.sha256(place.associated_data).digest()
