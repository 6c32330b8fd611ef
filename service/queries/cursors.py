"""Cursors: opaque, signed, bound to their list, filters, order and caller."""

import base64
import binascii
from typing import Any

import orjson

from service.adapters.keys import KeyRing
from service.errors import InvalidCursor


def make_cursor(keys: KeyRing, bound: bytes, position: list[Any]) -> str:
    """A position in one list as URL-safe text."""
    content = orjson.dumps(position)
    return base64.urlsafe_b64encode(keys.sign(bound + content) + content).rstrip(b"=").decode()


def read_cursor(keys: KeyRing, bound: bytes, cursor: str) -> list[Any]:
    """The position in a cursor; InvalidCursor when another list, caller or filter made it, or nobody of ours."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise InvalidCursor from None
    size = 1 + (raw[0] if raw else 0) + 16
    signature, content = raw[:size], raw[size:]
    if not content or not keys.verify(bound + content, signature):
        raise InvalidCursor
    return list(orjson.loads(content))
