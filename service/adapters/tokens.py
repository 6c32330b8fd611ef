"""The embedded issuer's access tokens: JWTs signed with Ed25519 (RFC 7519, RFC 8037, RFC 9864)."""

import base64
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from joserfc import jwk, jwt

from service.adapters.keys import KeyRing
from service.adapters.strict_tokens import InvalidToken, claims_of, instant

ISSUER = "evenhand"
ALGORITHM = "Ed25519"
LIFETIME = timedelta(hours=1)
REGISTRY = jwt.JWTClaimsRegistry(
    leeway=10,  # seconds: tokens are issued by the database's clock and verified by ours
    iss={"essential": True, "value": ISSUER},
    aud={"essential": True, "value": ISSUER},
    sub={"essential": True},
    iat={"essential": True},
    nbf={"essential": True},
    exp={"essential": True},
)


@dataclass(frozen=True)
class Claims:
    """What a valid token says: whom it stands for, which kind, since when and until when."""

    subject: UUID
    kind: str
    issued_at: datetime
    expires_at: datetime


class Issuer:
    """Issues and verifies access tokens with the keys of one ring."""

    def __init__(self, ring: KeyRing) -> None:
        self._keys = jwk.KeySet([private_key(name, seed) for name, seed in ring.keys.items()])
        self._current = next(key for key in self._keys.keys if key.kid == ring.current)

    def issue(self, subject: UUID, kind: str, now: datetime | None = None) -> str:
        """A token for a staff member or an integration, valid for an hour."""
        at = now or datetime.now(UTC)
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": ISSUER,
            "sub": str(subject),
            "kind": kind,
            "iat": int(at.timestamp()),
            "iat_us": int(at.timestamp() * 1_000_000),  # a revocation cuts between two tokens of one second
            "nbf": int(at.timestamp()),
            "exp": int((at + LIFETIME).timestamp()),
            "jti": secrets.token_urlsafe(9),
        }
        header = {"alg": ALGORITHM, "kid": self._current.kid, "typ": "at+jwt"}
        return jwt.encode(header, claims, self._current, algorithms=[ALGORITHM])

    def verify(self, token: str) -> Claims:
        """The claims of a token; InvalidToken says no more than that."""
        claims = claims_of(token, self._keys, [ALGORITHM], REGISTRY)
        try:
            return Claims(
                UUID(claims["sub"]), str(claims["kind"]), instant(claims["iat_us"] / 1_000_000), instant(claims["exp"])
            )
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidToken from error


def private_key(name: str, seed: bytes) -> jwk.OKPKey:
    """The Ed25519 key that 32 secret bytes are the seed of."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - slow to import

    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    members: dict[str, str | list[str]] = {
        "kty": "OKP",
        "crv": "Ed25519",
        "d": base64url(seed),
        "x": base64url(public),
        "kid": name,
    }
    return jwk.OKPKey.import_key(members)


def base64url(value: bytes) -> str:
    """Base64url without padding (RFC 7515)."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
