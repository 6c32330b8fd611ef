"""Access tokens of an OIDC issuer (OpenID Connect Discovery 1.0, RFC 9068), verified with its published keys."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import orjson
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, import_key

from service.adapters.strict_tokens import InvalidToken, UnknownKey, claims_of, instant
from service.settings import is_trustworthy

log = structlog.get_logger("evenhand.oidc")

ALGORITHMS = ("RS256", "PS256", "ES256", "Ed25519", "EdDSA")  # asymmetric ones only: we hold no secret of the issuer's
FRESH_S = 600.0  # keys that are older are asked for again
PAUSE_S = 30.0  # between two questions to the issuer, whatever tokens say
PATIENCE_S = 3.0
LARGEST = 256 * 1024  # bytes of a document
LEEWAY_S = 10
LONGEST_SUBJECT = 255  # ASCII characters (OpenID Connect Core 1.0, section 2)
Fetch = Callable[[str], Awaitable[bytes]]


class IssuerUnreachable(Exception):  # noqa: N818 - what happened, like the other failures
    """The issuer's keys were never seen, so nothing can be said of its tokens."""


@dataclass(frozen=True)
class Subject:
    """Whom a valid token stands for at the issuer, since when and until when."""

    issuer: str
    name: str
    issued_at: datetime
    expires_at: datetime


async def fetched(address: str) -> bytes:
    """A document of the issuer; redirects are not followed."""
    async with (
        httpx.AsyncClient(timeout=PATIENCE_S) as client,
        client.stream("GET", address, headers={"Accept": "application/json"}) as answer,
    ):
        answer.raise_for_status()
        content = b""
        async for piece in answer.aiter_bytes():
            content += piece
            if len(content) > LARGEST:
                raise ValueError("the document is too large")
        return content


class OidcIssuer:
    """Verifies tokens of one issuer for one audience; its keys are kept, and asked for again when one is unknown."""

    def __init__(self, issuer: str, audience: str, fetch: Fetch = fetched) -> None:
        self.issuer = issuer
        self._fetch = fetch
        self._registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            iat={"essential": True},
            exp={"essential": True},
        )
        self._asking = asyncio.Lock()
        self._keys: KeySet | None = None
        self._old_at = 0.0
        self._ask_after = 0.0

    async def verify(self, token: str) -> Subject:
        """Whom a token stands for; InvalidToken says no more, IssuerUnreachable that nothing can be said."""
        try:
            return self._read(token, await self._known())
        except UnknownKey:
            return self._read(token, await self._known(anew=True))

    def _read(self, token: str, keys: KeySet) -> Subject:
        claims = claims_of(token, keys, ALGORITHMS, self._registry)
        name: str = claims["sub"]
        if len(name) > LONGEST_SUBJECT or not (name.isascii() and name.isprintable()):
            raise InvalidToken
        return Subject(self.issuer, name, instant(claims["iat"]), instant(claims["exp"]))

    async def _known(self, *, anew: bool = False) -> KeySet:
        """The issuer's keys; old ones go on to serve while it does not answer, and while somebody asks it."""
        if self._keys and not anew and (time.monotonic() < self._old_at or self._asking.locked()):
            return self._keys
        async with self._asking:
            now = time.monotonic()
            if now >= self._ask_after and (anew or now >= self._old_at):
                self._ask_after = now + PAUSE_S
                await self._ask()
        if self._keys is None:
            raise IssuerUnreachable
        return self._keys

    async def _ask(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                self._keys = await self._published()
        except (httpx.HTTPError, OSError, ValueError, KeyError, TypeError) as error:
            log.warning("issuer does not answer", error=type(error).__name__)
        else:
            self._old_at = time.monotonic() + FRESH_S

    async def _published(self) -> KeySet:
        configuration = orjson.loads(await self._fetch(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"))
        if configuration["issuer"] != self.issuer:
            raise ValueError("the document is another issuer's")
        if not is_trustworthy(configuration["jwks_uri"]):
            raise ValueError("the keys are not published over https")
        published = orjson.loads(await self._fetch(configuration["jwks_uri"]))
        keys = [key for member in published["keys"] if (key := public_key(member)) is not None]
        if not keys:
            raise ValueError("none of the keys can be used")
        return KeySet(keys)


def public_key(member: dict[str, Any]) -> Key | None:
    """A member of a JWK Set as a key that verifies signatures; None for every other kind of key."""
    if member.get("kty") not in {"RSA", "EC", "OKP"} or member.get("use", "sig") != "sig":
        return None
    try:
        return import_key(member)
    except (JoseError, ValueError, KeyError, TypeError):
        return None
