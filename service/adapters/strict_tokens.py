"""JWTs (RFC 7519) in the compact form, read as strictly as RFC 8725 asks."""

import base64
import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

LONGEST = 8192  # characters
# Parameters that bring a key of their own, change what is signed, or announce a token inside the token.
REFUSED = frozenset({"crit", "jwk", "jku", "x5u", "x5c", "cty", "b64", "zip", "enc"})
TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})  # an access token (RFC 9068), or what does not say
UNREADABLE = (JoseError, ValueError, KeyError, TypeError, OverflowError, RecursionError)


class InvalidToken(ValueError):  # noqa: N818 - what happened, like the other failures
    """The token was not issued by whom we trust, does not count now, or is no token at all."""


class UnknownKey(InvalidToken):
    """The token names a key that is not among ours."""


class Strict(json.JSONDecoder):
    """JSON without repeated names, NaN and infinities."""

    def __init__(self) -> None:
        super().__init__(object_pairs_hook=once, parse_constant=no_number)


def claims_of(token: str, keys: KeySet, algorithms: Collection[str], registry: jwt.JWTClaimsRegistry) -> dict[str, Any]:
    """The claims of a token that one of the keys signed and the registry accepts; InvalidToken says no more."""
    try:
        refuse_odd_header(part(token, 0))
        claims = jwt.decode(token, keys, algorithms=algorithms, decoder_cls=Strict).claims
        registry.validate(claims)
    except InvalidKeyIdError as error:
        raise UnknownKey from error
    except UNREADABLE as error:
        raise InvalidToken from error
    return claims


def instant(seconds: float) -> datetime:
    """A NumericDate as an instant; InvalidToken beyond the calendar."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidToken from error


def claimed_issuer(token: str) -> str | None:
    """Whom a token names as its issuer, which is not verified yet; None when it cannot be read."""
    try:
        issuer = part(token, 1)["iss"]
    except UNREADABLE:
        return None
    return issuer if isinstance(issuer, str) else None


def part(token: str, position: int) -> dict[str, Any]:
    """The header (0) or the claims (1) of a token, an object."""
    parts = token.split(".")
    if len(token) > LONGEST or len(parts) != 3:
        raise InvalidToken
    found = json.loads(base64.urlsafe_b64decode(parts[position] + "=="), cls=Strict)
    if not isinstance(found, dict):
        raise InvalidToken
    return found


def refuse_odd_header(header: dict[str, Any]) -> None:
    """InvalidToken for a header that a plain access token does not have."""
    if REFUSED & header.keys() or str(header.get("typ", "jwt")).lower() not in TYPES:
        raise InvalidToken


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; ValueError when a name stands in it twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def no_number(name: str) -> float:
    """ValueError for NaN, Infinity and -Infinity."""
    raise ValueError(name)
