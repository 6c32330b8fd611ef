"""The vault: what the archive keeps, each file sealed with a key of its own, which others wrap."""

import asyncio
import hashlib
import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from service.adapters.files.key_wrapping import KeyProvider, LocalKeys, Place, Wrapped
from service.adapters.files.kms import KmsKeys
from service.adapters.files.sealing import KEY_BYTES, Damaged, Opener, Sealer
from service.adapters.files.store import CHUNK, FileStore, TooLarge, new_key
from service.adapters.keys import archive_rings
from service.settings import Settings

KIND = "archives"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed file: where its object lies, its plaintext's SHA-256 (hexadecimal) and size, its key as it is wrapped.

    `place` is that of its content, fixed for ever; `wrapped_as` the class whose key wraps its key now.
    """

    object_key: str
    sha256: str
    size: int
    place: Place
    wrapped_as: str
    wrapped: Wrapped

    @property
    def key_place(self) -> Place:
        """Where its key belongs: the same version, under the class of today."""
        return replace(self.place, confidentiality=self.wrapped_as)


class Vault:
    """Seals, opens, verifies and re-wraps."""

    def __init__(self, store: FileStore, keys: KeyProvider) -> None:
        self._store, self._keys = store, keys

    @classmethod
    def of(cls, settings: Settings, state: Path | None = None) -> Self:
        """The vault that the settings name: its store, and the keys in KMS or else in the service's own key file."""
        local = settings.archive_kms_keys is None
        keys: KeyProvider = (
            LocalKeys(lambda: archive_rings(settings, state)) if local else KmsKeys(settings.archive_kms_keys or {})
        )
        return cls(FileStore.of(settings, state), keys)

    async def seal(self, place: Place, pieces: AsyncIterator[bytes], most: int) -> Sealed:
        """A stream of plaintext as a sealed object; TooLarge beyond `most` bytes, and then nothing is kept."""
        key, object_key, measure = os.urandom(KEY_BYTES), new_key(KIND), Measure(most)
        wrapped = await self._keys.wrap(key, place)
        await self._store.write(object_key, ciphertext(pieces, Sealer(key, place.associated_data), measure))
        return Sealed(object_key, measure.digest.hexdigest(), measure.size, place, place.confidentiality, wrapped)

    async def open(self, sealed: Sealed) -> AsyncGenerator[bytes, None]:
        """The plaintext, segment by segment of at most 256 KiB; Damaged, UnknownKey, FileNotFoundError.

        Each segment is proven when it comes; that none is missing is proven with the last.
        """
        key = await self._keys.unwrap(sealed.wrapped, sealed.key_place)
        opener = Opener(key, sealed.place.associated_data)
        async with aclosing(self._store.read(sealed.object_key)) as pieces:
            async for piece in pieces:
                for segment in opener.update(piece):
                    yield segment
        yield opener.finish()

    async def verify(self, sealed: Sealed) -> bool:
        """Whether the stored object opens to the bytes of the record; FileNotFoundError where it is gone."""
        digest, size = hashlib.sha256(), 0
        try:
            async for segment in self.open(sealed):
                digest.update(segment)
                size += len(segment)
        except Damaged:
            return False
        return digest.hexdigest() == sealed.sha256 and size == sealed.size

    async def rewrapped(self, sealed: Sealed, confidentiality: str) -> Sealed | None:
        """The same with its key under the current key of a class; None where it is so already. Its object stays."""
        place = replace(sealed.place, confidentiality=confidentiality)
        if sealed.wrapped_as == confidentiality and await self._keys.is_current(sealed.wrapped, place):
            return None
        key = await self._keys.unwrap(sealed.wrapped, sealed.key_place)
        return replace(sealed, wrapped_as=confidentiality, wrapped=await self._keys.wrap(key, place))

    async def discard(self, object_key: str) -> None:
        """The object gone, if it was there."""
        await self._store.discard(object_key)


class Measure:
    """Hash and size of what passes, up to a limit."""

    def __init__(self, most: int) -> None:
        self.digest, self.size, self._most = hashlib.sha256(), 0, most

    def update(self, piece: bytes) -> None:
        """Counts a piece; TooLarge."""
        self.size += len(piece)
        if self.size > self._most:
            raise TooLarge
        self.digest.update(piece)


async def ciphertext(pieces: AsyncIterator[bytes], sealer: Sealer, measure: Measure) -> AsyncIterator[bytes]:
    """What is stored of what comes in; hashed and sealed side by side, and not in the way of other requests."""
    async for batch in batches(pieces):
        _, sealed = await asyncio.gather(
            asyncio.to_thread(measure.update, batch), asyncio.to_thread(sealer.update, batch)
        )
        if sealed:
            yield sealed
    yield sealer.finish()


async def batches(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in pieces of CHUNK at least, but for the last: worth a thread."""
    held, size = [], 0
    async for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= CHUNK:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)
