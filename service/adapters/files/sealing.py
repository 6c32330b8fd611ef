"""AES256-GCM-HKDF streaming, byte for byte the wire format of Tink's streaming AEAD.

A header (its own length, a salt of 32 bytes, a nonce prefix of 7) and segments of 256 KiB, each with a tag of 16 bytes;
its nonce is the prefix, the segment's number (4 bytes, big-endian) and 1 for the last. The segments' key is
HKDF-SHA-256 of the file's key, the salt and the associated data. Source: https://developers.google.com/tink/streaming-aead
and Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance (2015).
"""

import os
from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
SALT_BYTES = 32
PREFIX_BYTES = 7
TAG_BYTES = 16
HEADER_BYTES = 1 + SALT_BYTES + PREFIX_BYTES
SEGMENT_BYTES = 256 * 1024  # of ciphertext; the header counts as part of the first


class Damaged(Exception):  # noqa: N818 - what happened, like the service's other failures
    """A ciphertext was changed, cut or swapped, or the key is not its own."""


class Sealer:
    """Plaintext in, ciphertext out, piece by piece; nothing larger than some segments is held."""

    def __init__(self, key: bytes, associated_data: bytes) -> None:
        """A stream under a key of 32 bytes that was used for no other file."""
        salt, self._prefix = os.urandom(SALT_BYTES), os.urandom(PREFIX_BYTES)
        self._cipher = derived(key, salt, associated_data)
        self._ready = bytes([HEADER_BYTES]) + salt + self._prefix
        self._held = bytearray()
        self._number = 0

    def update(self, plaintext: bytes) -> bytes:
        """The segments that are certainly not the last."""
        self._held += plaintext
        sealed, start = [self._ready], 0
        self._ready = b""
        with memoryview(self._held) as held:
            while len(held) - start > (capacity := segment_bytes(self._number) - TAG_BYTES):
                sealed.append(self._sealed(held[start : start + capacity], last=False))
                start += capacity
        del self._held[:start]
        return b"".join(sealed)

    def finish(self) -> bytes:
        """The last segment."""
        return self._ready + self._sealed(self._held, last=True)

    def _sealed(self, plaintext: bytearray | memoryview, *, last: bool) -> bytes:
        nonce = nonce_of(self._prefix, self._number, last=last)
        self._number += 1
        return self._cipher.encrypt(nonce, plaintext, None)


class Opener:
    """Ciphertext in, plaintext out by whole segments, each proven; the file as a whole is proven by `finish`."""

    def __init__(self, key: bytes, associated_data: bytes) -> None:
        """The stream of a key of 32 bytes and the data that it was sealed with."""
        self._key, self._associated_data = key, associated_data
        self._cipher: AESGCM | None = None
        self._prefix = b""
        self._held = bytearray()
        self._number = 0

    def update(self, ciphertext: bytes) -> Iterator[bytes]:
        """The plaintext of segments after which more comes; Damaged."""
        self._held += ciphertext
        if self._cipher is None:
            if len(self._held) < HEADER_BYTES:
                return
            self._begin()
        while len(self._held) > (size := segment_bytes(self._number)):
            yield self._opened(size, last=False)

    def finish(self) -> bytes:
        """The plaintext of the last segment; Damaged also when the end is missing."""
        if self._cipher is None:
            raise Damaged
        return self._opened(len(self._held), last=True)

    def _begin(self) -> None:
        header = bytes(self._held[:HEADER_BYTES])
        del self._held[:HEADER_BYTES]
        if header[0] != HEADER_BYTES:
            raise Damaged
        self._prefix = header[1 + SALT_BYTES :]
        self._cipher = derived(self._key, header[1 : 1 + SALT_BYTES], self._associated_data)

    def _opened(self, size: int, *, last: bool) -> bytes:
        assert self._cipher is not None
        segment = bytes(self._held[:size])
        del self._held[:size]
        try:
            plaintext = self._cipher.decrypt(nonce_of(self._prefix, self._number, last=last), segment, None)
        except (InvalidTag, ValueError):
            raise Damaged from None
        self._number += 1
        return plaintext


def sealed_bytes(size: int) -> int:
    """How long the ciphertext of a plaintext of `size` bytes is."""
    first = segment_bytes(0) - TAG_BYTES
    further = max(0, -(-(size - first) // (SEGMENT_BYTES - TAG_BYTES)))
    return HEADER_BYTES + size + TAG_BYTES * (1 + further)


def segment_bytes(number: int) -> int:
    """The length of a full segment of ciphertext; the first shares its place with the header."""
    return SEGMENT_BYTES - HEADER_BYTES if number == 0 else SEGMENT_BYTES


def nonce_of(prefix: bytes, number: int, *, last: bool) -> bytes:
    """The 12 bytes that no two segments of a file share."""
    return prefix + number.to_bytes(4, "big") + bytes([last])


def derived(key: bytes, salt: bytes, associated_data: bytes) -> AESGCM:
    """The cipher of one file's segments."""
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt, associated_data).derive(key))
