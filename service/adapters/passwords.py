"""Passwords: Argon2id (RFC 9106) in threads of its own, a few at a time, equally long for unknown users."""

import asyncio
import secrets
from collections.abc import Callable
from typing import TypeVar
from unicodedata import normalize

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from service.errors import Overloaded

AT_ONCE = 2  # 64 MiB and four lanes each
WAITING_AT_MOST = 50
Result = TypeVar("Result")


class Passwords:
    """Hashes and verifies, at the cost of RFC 9106's second choice; when too many wait, the next is sent away (503)."""

    def __init__(self, hasher: Argon2Hasher | None = None) -> None:
        self._argon2 = PasswordHash((hasher or Argon2Hasher(),))
        self._places = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        """The password's hash with a fresh salt, as text."""
        return await self._in_turn(lambda: self._argon2.hash(stable(password)))

    async def matches(self, password: str, known: str | None) -> bool:
        """Whether the password made the hash; without one, a hash of nobody's is verified all the same."""
        if self._nobodys is None:
            self._nobodys = await self.hash(secrets.token_urlsafe())
        against = known or self._nobodys
        right = await self._in_turn(lambda: self._argon2.verify(stable(password), against))
        return right and known is not None

    async def _in_turn(self, work: Callable[[], Result]) -> Result:
        if self._waiting >= WAITING_AT_MOST:
            raise Overloaded(headers={"Retry-After": "2"})
        self._waiting += 1
        try:
            async with self._places:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1


def stable(password: str) -> str:
    """The same bytes for the same characters, whichever keyboard composed them (RFC 8265)."""
    return normalize("NFC", password)
