"""Canonical JSON bytes (RFC 8785): what is hashed, sealed and replayed."""

import json
from typing import Any


def canonical_bytes(value: Any) -> bytes:
    """The RFC 8785 form of objects with ASCII keys, lists, strings, booleans, null and integers up to 2^53.

    Numbers with a fraction are refused with TypeError: money and ratios travel as decimal strings.
    """
    refuse_fractions(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def refuse_fractions(value: Any) -> None:
    """Raises TypeError at the first float, whose text RFC 8785 ties to ECMAScript's rules."""
    if isinstance(value, float):
        message = "canonical JSON holds no floats"
        raise TypeError(message)
    if isinstance(value, dict):
        for item in value.values():
            refuse_fractions(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            refuse_fractions(item)
