"""Request ids: the caller's own when it is harmless, else a fresh one."""

import re
import secrets

HARMLESS = re.compile(rb"^[A-Za-z0-9._-]{8,64}$")


def request_id_of(given: bytes) -> str:
    """The given id if it is 8 to 64 letters, digits, dots, dashes or underscores; else 32 random hex digits."""
    return given.decode() if HARMLESS.match(given) else secrets.token_hex(16)
