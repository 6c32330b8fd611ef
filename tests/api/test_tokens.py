"""Forged, stolen and odd tokens: none of them opens anything, whoever is said to have issued it."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from cryptography.hazmat.primitives import serialization
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from sqlalchemy import insert

from service.adapters.oidc import OidcIssuer
from service.adapters.tokens import ALGORITHM, private_key
from service.http.identities import Identities
from service.main import create_app
from service.models import Identity
from tests.house import House

ISSUER, AUDIENCE = "https://sso.example.com", "https://evenhand.example.com"
HOUR = 3600
EVIL = "https://evil.example.com/keys"


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@dataclass
class Forge:
    """Whoever signs like an issuer, and may twist every part of a token."""

    key: Key
    algorithm: str
    claims: dict[str, Any]

    def sign(self, message: bytes, key: Key | None = None, algorithm: str | None = None) -> bytes:
        return JWSRegistry.algorithms[algorithm or self.algorithm].sign(message, key or self.key)

    def raw(self, header: str, payload: str, key: Key | None = None, algorithm: str | None = None) -> str:
        head = f"{b64(header.encode())}.{b64(payload.encode())}"
        return f"{head}.{b64(self.sign(head.encode(), key, algorithm))}"

    def header(self, **changes: Any) -> str:
        told = {"alg": self.algorithm, "kid": self.key.kid, "typ": "at+jwt"} | changes
        return json.dumps({name: value for name, value in told.items() if value is not None})

    def payload(self, **changes: Any) -> str:
        told = self.claims | changes
        return json.dumps({name: value for name, value in told.items() if value is not None})

    def token(self, key: Key | None = None, claims: dict[str, Any] | None = None, **header: Any) -> str:
        return self.raw(self.header(**header), self.payload(**(claims or {})), key)


def odd_claims(forge: Forge) -> Iterator[tuple[str, str]]:
    """Tokens that the right key signed, which say what does not count."""
    now = int(time.time())
    changes: dict[str, dict[str, Any]] = {
        "wrong issuer": {"iss": "https://other.example.com"},
        "issuer as a list": {"iss": [forge.claims["iss"]]},
        "no issuer": {"iss": None},
        "wrong audience": {"aud": "https://other.example.com"},
        "audience of others": {"aud": ["a", "b"]},
        "no audience": {"aud": None},
        "expired": {"iat": now - 2 * HOUR, "nbf": now - 2 * HOUR, "exp": now - HOUR},
        "no end": {"exp": None},
        "end as text": {"exp": str(now + HOUR)},
        "end as true": {"exp": True},
        "end beyond the calendar": {"exp": 10**300},
        "not yet valid": {"nbf": now + HOUR},
        "issued in the future": {"iat": now + HOUR, "iat_us": (now + HOUR) * 1_000_000},
        "no instant of issue": {"iat": None, "iat_us": None},
        "no subject": {"sub": None},
        "empty subject": {"sub": ""},
        "another's subject": {"sub": str(uuid4())},
        "subject as a number": {"sub": 7},
        "subject as a list": {"sub": [forge.claims["sub"]]},
        "subject with a null character": {"sub": forge.claims["sub"] + "\0"},
        "subject too long": {"sub": forge.claims["sub"] * 300},
        "oversized": {"padding": "a" * 10_000},
    }
    for name, change in changes.items():
        yield name, forge.token(claims=change)
    good = forge.payload()
    yield "a claim twice", forge.raw(forge.header(), good[:-1] + f', "sub": "{forge.claims["sub"]}"}}')
    yield "end at infinity", forge.raw(forge.header(), forge.payload(exp=float("inf")))
    yield "end as NaN", forge.raw(forge.header(), forge.payload(exp=float("nan")))
    yield "claims as a list", forge.raw(forge.header(), f"[{good}]")
    yield "claims as no JSON", forge.raw(forge.header(), "sub=admin")
    yield "a token in the token", forge.raw(forge.header(cty="JWT"), forge.token())
    yield "deep claims", forge.raw(forge.header(), "[" * 5000)


def odd_headers(forge: Forge, stranger: Key) -> Iterator[tuple[str, str]]:
    """Tokens whose header would have us verify in another way."""
    yield "another key under our id", forge.raw(forge.header(), forge.payload(), stranger)
    public = stranger.as_dict(private=False)
    for name, header in {
        "embedded jwk": {"jwk": public},
        "jku": {"jku": EVIL},
        "x5u": {"x5u": EVIL},
        "x5c": {"x5c": ["MIIB"]},
    }.items():
        yield f"{name}, a stranger's key", forge.token(stranger, **header)
        yield f"{name}, the right key", forge.token(**header)
    for kid in ("../../../../dev/null", "/dev/null", "' OR 1=1 --", "", "a\0b", 7, ["a"], None):
        yield f"kid {kid!r}, a stranger's key", forge.token(stranger, kid=kid)
    yield "unknown kid", forge.token(kid="nobody's")
    yield "crit", forge.token(crit=["exp"], exp=1)
    yield "unencoded payload", forge.token(crit=["b64"], b64=False)
    yield "compressed", forge.token(zip="DEF")
    yield "another kind of token", forge.token(typ="logout+jwt")
    yield "kind as a number", forge.token(typ=1)
    yield "header twice", forge.raw(forge.header()[:-1] + ', "alg": "none"}', forge.payload())
    yield "header as a list", forge.raw(f"[{forge.header()}]", forge.payload())
    yield "deep header", forge.raw("[" * 5000, forge.payload())
    yield "long header", forge.token(padding="a" * 5000)


def odd_algorithms(forge: Forge) -> Iterator[tuple[str, str]]:
    """Tokens signed with nothing, or with what everybody knows."""
    for none in ("none", "None", "NONE", "nOnE", ""):
        yield f"alg {none!r}", f"{b64(forge.header(alg=none).encode())}.{b64(forge.payload().encode())}."
    yield "no alg", forge.token(alg=None)
    known = forge.key.as_dict(private=False)
    secrets = {"JWK": json.dumps(known).encode(), "its own text": forge.key.as_bytes(private=False)}
    if isinstance(forge.key, OKPKey):
        encoding = serialization.Encoding.Raw, serialization.PublicFormat.Raw
        secrets["raw"] = forge.key.public_key.public_bytes(*encoding)
    for form, secret in secrets.items():
        for alg, hash_ in (("HS256", hashlib.sha256), ("HS512", hashlib.sha512)):
            head = f"{b64(forge.header(alg=alg).encode())}.{b64(forge.payload().encode())}"
            yield f"{alg} with the public key as {form}", f"{head}.{b64(hmac.digest(secret, head.encode(), hash_))}"


def odd_forms(forge: Forge) -> Iterator[tuple[str, str]]:
    """What is not quite the token."""
    good = forge.token()
    header, payload, signature = good.split(".")
    yield "no signature", f"{header}.{payload}."
    yield "two parts", f"{header}.{payload}"
    yield "four parts", f"{good}.{signature}"
    yield "five parts", f"{header}.a.b.c.{signature}"
    yield "cut signature", good[:-8]
    yield "lengthened signature", good + "AAAA"
    yield "other claims", f"{header}.{b64(forge.payload(sub=str(uuid4())).encode())}.{signature}"
    yield "JSON form", json.dumps({"payload": payload, "signatures": [{"protected": header, "signature": signature}]})
    yield "padding", f"{header}=.{payload}==.{signature}"
    yield "dots", ".."
    yield "blank inside", good.replace(".", ". ", 1)
    yield "letters that are no base64", f"{header}.é.{signature}"


def odd_tokens(forge: Forge, stranger: Key) -> Iterator[tuple[str, str]]:
    yield from odd_claims(forge)
    yield from odd_headers(forge, stranger)
    yield from odd_algorithms(forge)
    yield from odd_forms(forge)


async def our_own(house: House) -> tuple[House, Forge, Key]:
    """The embedded issuer's key in the wrong hands."""
    ring = house.services.keys.token
    person, now = await house.person("sales_rep"), int(time.time())
    claims = {
        "iss": "evenhand", "aud": "evenhand", "sub": str(person.id), "kind": "staff", "iat": now,
        "iat_us": now * 1_000_000, "nbf": now, "exp": now + HOUR,
    }  # fmt: skip
    forge = Forge(private_key(ring.current, ring.keys[ring.current]), ALGORITHM, claims)
    return house, forge, private_key(ring.current, b"another key of thirty-two bytes!")


async def a_providers(house: House, key: Key, stranger: Key, algorithm: str) -> tuple[House, Forge, Key]:
    """An identity provider's key in the wrong hands, with one person linked."""
    person, now = await house.person("sales_rep"), int(time.time())
    async with house.services.database.transaction() as session:
        await session.execute(
            insert(Identity).values(staff_id=person.id, issuer=ISSUER, subject="sub-1", linked_by=person.id)
        )

    async def fetch(address: str) -> bytes:
        assert address.startswith(ISSUER), "the service asked somebody else for keys"
        told = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys", "keys": [key.as_dict(private=False)]}
        return orjson.dumps(told)

    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "sub-1", "iat": now, "exp": now + HOUR}
    oidc = OidcIssuer(ISSUER, AUDIENCE, fetch)
    services = replace(house.services, identities=Identities(house.services.database, house.services.issuer, oidc))
    return House(services, create_app(services)), Forge(key, algorithm, claims), stranger


async def rsa(house: House) -> tuple[House, Forge, Key]:
    keys = [RSAKey.generate_key(2048, {"kid": "k"}) for _ in range(2)]
    return await a_providers(house, keys[0], keys[1], "RS256")


async def elliptic(house: House) -> tuple[House, Forge, Key]:
    keys = [ECKey.generate_key("P-256", {"kid": "k"}) for _ in range(2)]
    return await a_providers(house, keys[0], keys[1], "ES256")


@pytest.mark.parametrize("who", [our_own, rsa, elliptic])
async def test_no_odd_token_opens_anything(house: House, who: Callable[..., Any]) -> None:
    under_test, forge, stranger = await who(house)

    async def asked(token: str) -> httpx.Response:
        async with under_test.client() as client:
            return await client.get("/v1/me", headers={"Authorization": f"Bearer {token}".encode()})

    good = await asked(forge.token())
    assert good.status_code == 200, good.text
    answers = {name: await asked(token) for name, token in odd_tokens(forge, stranger)}
    assert len(answers) > 60
    opened = {name: answer.status_code for name, answer in answers.items() if answer.status_code != 401}
    assert not opened
    assert {answer.json()["code"] for answer in answers.values()} == {"not_authenticated"}
    assert {answer.headers["WWW-Authenticate"] for answer in answers.values()} == {"Bearer"}
    again = await asked(forge.token())
    assert again.status_code == 200, "a good token no longer opens"
