"""Keys of an identity provider: asked for when one is unknown, never more often than every half minute."""

import asyncio
import time
from typing import Any

import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, RSAKey

from service.adapters import oidc
from service.adapters.oidc import IssuerUnreachable, OidcIssuer
from service.adapters.strict_tokens import InvalidToken

ISSUER, AUDIENCE = "https://sso.example.com/realms/company", "evenhand"


class Clock:
    """A clock that tests turn."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return time.time()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    turned = Clock()
    monkeypatch.setattr(oidc, "time", turned)
    return turned


class Published:
    """What an issuer publishes, and how often it was asked."""

    def __init__(self, *keys: Key, **configuration: Any) -> None:
        self.keys = [key.as_dict(private=False) for key in keys]
        self.configuration = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"} | configuration
        self.asked = 0
        self.is_up = True

    async def fetch(self, address: str) -> bytes:
        await asyncio.sleep(0)
        if not self.is_up:
            raise OSError
        if address == f"{ISSUER}/keys":
            self.asked += 1
            return orjson.dumps({"keys": self.keys})
        assert address == f"{ISSUER}/.well-known/openid-configuration"
        return orjson.dumps(self.configuration)


def rsa(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid})


def token(key: Key, algorithm: str = "RS256") -> str:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": [AUDIENCE, "others"], "sub": "sub-1", "iat": now, "exp": now + 60}
    return jwt.encode({"alg": algorithm, "kid": key.kid}, claims, key, [algorithm])


async def test_keys_are_asked_for_once(clock: Clock) -> None:
    key = rsa("first")
    published = Published(key)
    issuer = OidcIssuer(ISSUER, AUDIENCE, published.fetch)
    read = await asyncio.gather(*(issuer.verify(token(key)) for _ in range(20)))
    assert {subject.name for subject in read} == {"sub-1"}
    assert published.asked == 1


async def test_a_new_key_is_found_and_unknown_ones_do_not_make_us_ask_again_and_again(clock: Clock) -> None:
    old, new, unknown = rsa("old"), rsa("new"), rsa("unknown")
    published = Published(old)
    issuer = OidcIssuer(ISSUER, AUDIENCE, published.fetch)
    await issuer.verify(token(old))
    published.keys.append(new.as_dict(private=False))
    with pytest.raises(InvalidToken):  # half a minute has not passed
        await issuer.verify(token(new))
    clock.now += oidc.PAUSE_S
    answers = await asyncio.gather(*(issuer.verify(token(new)) for _ in range(20)))
    assert len(answers) == 20
    for _ in range(50):
        with pytest.raises(InvalidToken):
            await issuer.verify(token(unknown))
    assert published.asked == 2


async def test_a_withdrawn_key_stops_counting(clock: Clock) -> None:
    old, new = rsa("old"), rsa("new")
    published = Published(old, new)
    issuer = OidcIssuer(ISSUER, AUDIENCE, published.fetch)
    await issuer.verify(token(old))
    published.keys.pop(0)
    clock.now += oidc.FRESH_S
    await issuer.verify(token(new))
    with pytest.raises(InvalidToken):
        await issuer.verify(token(old))


async def test_known_keys_go_on_to_serve_while_the_issuer_is_away(clock: Clock) -> None:
    key = rsa("first")
    published = Published(key)
    issuer = OidcIssuer(ISSUER, AUDIENCE, published.fetch)
    await issuer.verify(token(key))
    published.is_up = False
    clock.now += oidc.FRESH_S
    assert (await issuer.verify(token(key))).name == "sub-1"


async def test_what_was_never_seen_is_asked_for_again_after_the_pause(clock: Clock) -> None:
    key = rsa("first")
    published = Published(key)
    published.is_up = False
    issuer = OidcIssuer(ISSUER, AUDIENCE, published.fetch)
    for _ in range(3):
        with pytest.raises(IssuerUnreachable):
            await issuer.verify(token(key))
    published.is_up = True
    clock.now += oidc.PAUSE_S
    assert (await issuer.verify(token(key))).name == "sub-1"


@pytest.mark.parametrize(
    "configuration",
    [
        {"issuer": "https://sso.example.com/realms/other"},
        {"jwks_uri": "http://sso.example.com/keys"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": None},
    ],
)
async def test_a_configuration_that_is_not_the_issuers_is_not_believed(
    clock: Clock, configuration: dict[str, Any]
) -> None:
    key = rsa("first")
    published = Published(key, **configuration)
    with pytest.raises(IssuerUnreachable):
        await OidcIssuer(ISSUER, AUDIENCE, published.fetch).verify(token(key))
    assert published.asked == 0


async def test_only_keys_that_verify_signatures_count(clock: Clock) -> None:
    good, secret = rsa("good"), OctKey.import_key("a secret of thirty-two characters", {"kid": "secret"})
    encrypting = rsa("encrypting")
    published = Published(good)
    published.keys += [
        secret.as_dict(private=True),
        encrypting.as_dict(private=False, use="enc"),
        {"kty": "EC", "crv": "P-256", "x": "broken", "kid": "broken"},
        {"kty": "AKP", "kid": "from the future"},
        {},
    ]
    issuer = OidcIssuer(ISSUER, AUDIENCE, published.fetch)
    assert (await issuer.verify(token(good))).name == "sub-1"
    for forged in (token(secret, "HS256"), token(encrypting)):
        with pytest.raises(InvalidToken):
            await issuer.verify(forged)


async def test_each_key_verifies_the_algorithm_that_it_is_for(clock: Clock) -> None:
    key = rsa("first")
    published = Published(key)
    published.keys[0]["alg"] = "PS256"
    issuer = OidcIssuer(ISSUER, AUDIENCE, published.fetch)
    assert (await issuer.verify(token(key, "PS256"))).name == "sub-1"
    with pytest.raises(InvalidToken):
        await issuer.verify(token(key, "RS256"))
    curve = ECKey.generate_key("P-384", {"kid": "curve"})
    published.keys.append(curve.as_dict(private=False))
    clock.now += oidc.FRESH_S
    with pytest.raises(InvalidToken):  # not among the pinned ones
        await issuer.verify(token(curve, "ES384"))
