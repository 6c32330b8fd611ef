"""API keys: what they look like, and what they may be good for."""

import secrets
import string
import zlib
from enum import StrEnum

PREFIX = "evh_live_"
_DIGITS = string.digits + string.ascii_letters
_RANDOM = 32  # of 62 characters each: 190 bits
_CHECKSUM = 6  # CRC-32 in base 62


class Scope(StrEnum):
    """What an integration may do.

    系统集成的授权范围。
    """

    DIRECTORY_READ = "directory:read"
    ACCOUNTS_READ = "accounts:read"
    ACCOUNTS_WRITE = "accounts:write"
    CONTACTS_SENSITIVE = "contacts:sensitive"


def new_key() -> str:
    """A fresh key: the prefix that secret scanners know, 190 random bits, a checksum."""
    body = "".join(secrets.choice(_DIGITS) for _ in range(_RANDOM))
    return PREFIX + body + _checksum(body)


def is_well_formed(key: str) -> bool:
    """Whether the checksum fits: a mistyped key is refused without asking the database."""
    body, checksum = key[len(PREFIX) : -_CHECKSUM], key[-_CHECKSUM:]
    return key.startswith(PREFIX) and len(body) == _RANDOM and checksum == _checksum(body)


def _checksum(body: str) -> str:
    value, digits = zlib.crc32(body.encode()), ""
    for _ in range(_CHECKSUM):
        value, digit = divmod(value, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits
