"""Identities of an identity provider: whom they may stand for, who links them, and how they end."""

import time
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from service.adapters.oidc import OidcIssuer
from service.http.identities import Identities
from service.main import create_app
from service.settings import Settings
from tests.house import House, Person
from tests.logins import actions

ISSUER, AUDIENCE = "https://sso.example.com", "https://evenhand.example.com"
PATCH = {"Content-Type": "application/merge-patch+json"}


@dataclass
class Provider:
    """An identity provider as the service sees it: two documents and a signature."""

    key: RSAKey
    is_up: bool = True
    asked: int = 0

    async def fetch(self, address: str) -> bytes:
        self.asked += 1
        if not self.is_up:
            raise OSError
        if address == f"{ISSUER}/.well-known/openid-configuration":
            return orjson.dumps({"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"})
        assert address == f"{ISSUER}/keys"
        return orjson.dumps({"keys": [self.key.as_dict(private=False, alg="RS256", use="sig")]})

    def token(self, subject: str, **claims: Any) -> str:
        now = int(time.time())
        told = {"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "iat": now, "exp": now + 300, "roles": ["admin"]}
        return jwt.encode({"alg": "RS256", "kid": self.key.kid, "typ": "at+jwt"}, told | claims, self.key, ["RS256"])


@pytest.fixture
def provider() -> Provider:
    return Provider(RSAKey.generate_key(2048, {"kid": "first"}))


@pytest.fixture
async def linked(house: House, provider: Provider) -> House:
    """The house with single sign-on beside its own issuer."""
    settings = Settings(
        _env_file=None, embedded_issuer=True, log_level="error", oidc_issuer=ISSUER, oidc_audience=AUDIENCE
    )  # type: ignore[call-arg]
    oidc = OidcIssuer(ISSUER, AUDIENCE, provider.fetch)
    identities = Identities(house.services.database, house.services.issuer, oidc)
    services = replace(house.services, settings=settings, identities=identities)
    return House(services, create_app(services))


async def link(house: House, by: Person, person: Person, subject: str = "sub-1") -> httpx.Response:
    async with house.client(by) as client:
        return await client.post("/v1/identities", json={"staff_id": str(person.id), "subject": subject})


async def me(house: House, token: str) -> httpx.Response:
    async with house.client(None, Authorization=f"Bearer {token}") as client:
        return await client.get("/v1/me")


async def test_a_linked_identity_speaks_for_its_person_with_the_roles_that_they_hold_here(
    linked: House, provider: Provider
) -> None:
    admin, seller = await linked.person("admin"), await linked.person("sales_rep")
    assert (await me(linked, provider.token("sub-1"))).status_code == 401
    made = await link(linked, admin, seller)
    assert made.status_code == 201, made.text
    assert made.headers["Location"] == f"/v1/identities/{made.json()['id']}"
    told = await me(linked, provider.token("sub-1"))
    assert (told.status_code, told.json()["id"], told.json()["roles"]) == (200, str(seller.id), ["sales_rep"])
    assert (await me(linked, provider.token("sub-2"))).status_code == 401
    assert await actions(linked) == ["identity.linked"]


async def test_an_identity_stands_for_one_person_only(linked: House, provider: Provider) -> None:
    admin, one, other = [await linked.person(role) for role in ("admin", "sales_rep", "sales_rep")]
    assert (await link(linked, admin, one)).status_code == 201
    twice = await link(linked, admin, other)
    assert (twice.status_code, twice.json()["code"]) == (409, "already_exists")
    assert (await me(linked, provider.token("sub-1"))).json()["id"] == str(one.id)


async def test_nobody_gets_in_as_themself_and_power_is_not_reached_from_below(linked: House) -> None:
    admin, leader, other = [await linked.person(role) for role in ("admin", "director", "general_manager")]
    seller = await linked.person("sales_rep")
    assert (await link(linked, admin, admin)).status_code == 403
    assert (await link(linked, admin, leader)).status_code == 403
    assert (await link(linked, leader, leader)).status_code == 403
    assert (await link(linked, leader, seller)).status_code == 403
    assert (await link(linked, seller, admin)).status_code == 403
    assert (await link(linked, other, leader)).status_code == 201
    gone = await linked.person("sales_rep", status="left")
    refused = await link(linked, admin, gone, "sub-9")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/staff_id")


async def test_unlinking_ends_access_at_once_and_frees_the_identity(linked: House, provider: Provider) -> None:
    admin, one, other = [await linked.person(role) for role in ("admin", "sales_rep", "sales_rep")]
    made = await link(linked, admin, one)
    token = provider.token("sub-1")
    assert (await me(linked, token)).status_code == 200
    async with linked.client(admin) as client:
        path = made.headers["Location"]
        assert (await client.delete(path)).status_code == 428
        assert (await client.delete(path, headers={"If-Match": '"9-full"'})).status_code == 412
        assert (await client.delete(path, headers={"If-Match": made.headers["ETag"]})).status_code == 204
        assert (await client.get(path)).status_code == 404
    assert (await me(linked, token)).status_code == 401
    assert (await link(linked, admin, other)).status_code == 201
    assert (await me(linked, token)).json()["id"] == str(other.id)
    assert await actions(linked) == ["identity.linked", "identity.unlinked", "identity.linked"]


@pytest.mark.parametrize("how", ["leave", "delete", "revoke"])
async def test_access_ends_at_once_for_whoever_leaves_or_is_revoked(
    linked: House, provider: Provider, how: str
) -> None:
    admin, seller = await linked.person("admin"), await linked.person("sales_rep")
    await link(linked, admin, seller)
    token = provider.token("sub-1")
    assert (await me(linked, token)).status_code == 200
    async with linked.client(admin) as client:
        path = f"/v1/staff/{seller.id}"
        if how == "delete":
            ended = await client.delete(path, headers={"If-Match": (await client.get(path)).headers["ETag"]})
        else:
            ended = await client.post(f"{path}/{how}", json={"reason": "离职"})
        assert ended.is_success, ended.text
        left = (await client.get("/v1/identities", params={"staff_id": str(seller.id)})).json()["items"]
    assert (await me(linked, token)).status_code == 401
    assert len(left) == (1 if how == "revoke" else 0)
    later = provider.token("sub-1", iat=int(time.time()) + 5)
    assert (await me(linked, later)).status_code == (200 if how == "revoke" else 401)


async def test_who_sees_identities(linked: House) -> None:
    admin, seller, colleague = [await linked.person(role) for role in ("admin", "sales_rep", "sales_rep")]
    auditor = await linked.person("auditor")
    path = (await link(linked, admin, seller)).headers["Location"]
    seen = {}
    for person in (admin, seller, colleague, auditor):
        async with linked.client(person) as client:
            listed = len((await client.get("/v1/identities")).json()["items"])
            seen[person.code] = ((await client.get(path)).status_code, listed)
    assert list(seen.values()) == [(200, 1), (200, 1), (404, 0), (200, 1)]
    async with linked.client(auditor) as client:
        assert (await client.delete(path, headers={"If-Match": '"1-full"'})).status_code == 403


async def test_without_an_identity_provider_there_is_nobody_to_link_to(house: House) -> None:
    answer = await link(house, await house.person("admin"), await house.person("sales_rep"))
    assert (answer.status_code, answer.json()["code"]) == (409, "no_identity_provider")


async def test_a_provider_that_was_never_seen_is_told_apart_from_a_bad_token(linked: House, provider: Provider) -> None:
    provider.is_up = False
    answer = await me(linked, provider.token("sub-1"))
    assert (answer.status_code, answer.json()["code"]) == (503, "identity_provider_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    asked = provider.asked
    assert (await me(linked, provider.token("sub-1"))).status_code == 503
    assert provider.asked == asked
    seller = await linked.person("sales_rep")
    async with linked.client(seller) as client:  # whom we vouch for ourselves
        assert UUID((await client.get("/v1/me")).json()["id"]) == seller.id
