"""Canonical JSON (RFC 8785) for integers, text, booleans and null: the same data, the same bytes."""

import hashlib
import json
from typing import Any

LARGEST_INTEGER = 2**53 - 1


def canonical_json(value: Any) -> bytes:
    """The RFC 8785 form of a value; ValueError for floats, integers from 2^53 on and lone surrogates."""
    return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


def sha256(content: bytes) -> str:
    """The hexadecimal SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def _ordered(value: Any) -> Any:
    """The value with its object keys in the order of their UTF-16 code units."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise ValueError(f"{value} is beyond the integers that JSON carries safely")
        return value
    if isinstance(value, (list, tuple)):
        return [_ordered(item) for item in value]
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value, key=_utf16)}
    raise ValueError(f"a {type(value).__name__} has no canonical form here")


def _utf16(key: Any) -> bytes:
    """The sort key of an object's key: its UTF-16 code units."""
    if not isinstance(key, str):
        raise ValueError("the keys of a JSON object are text")  # noqa: TRY004 - one error for all that is not canonical
    return key.encode("utf-16-be")
