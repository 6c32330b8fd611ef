"""Attacks on standing: tokens that ended, were forged, or say too much."""

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from joserfc import jwt
from sqlalchemy import select

from service.adapters.keys import Keys, new_keys
from service.adapters.tokens import Issuer
from service.http.identities import Identities
from service.models import AuditEntry
from tests.house import House, Person


def part(content: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def read(token: str) -> tuple[dict[str, object], dict[str, object], str]:
    head, claims, signature = token.split(".")
    return (
        json.loads(base64.urlsafe_b64decode(head + "==")),
        json.loads(base64.urlsafe_b64decode(claims + "==")),
        signature,
    )


def good(house: House, person: Person) -> str:
    assert house.services.issuer
    return house.services.issuer.issue(person.id, "staff")


def signed(house: House, person: Person, **change: object) -> str:
    """A token with our own signature and other claims."""
    issuer = house.services.issuer
    assert issuer
    head, claims, _ = read(good(house, person))
    fresh = {name: value for name, value in (claims | change).items() if value is not None}
    return jwt.encode(head, fresh, issuer._current, algorithms=["Ed25519"])


async def status_of(house: House, token: str) -> int:
    async with house.client(None, Authorization=f"Bearer {token}") as client:
        return (await client.get("/v1/me")).status_code


async def test_a_good_token_is_let_in(house: House) -> None:
    person = await house.person("sales_rep")
    assert await status_of(house, good(house, person)) == 200
    assert await status_of(house, signed(house, person)) == 200


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "somebody-else"},
        {"iss": "https://issuer.example"},
        {"aud": None},
        {"iss": None},
        {"sub": None},
        {"sub": "admin"},
        {"exp": None},
        {"exp": 1},
        {"nbf": 32503680000},
        {"iat_us": None},
        {"kind": None},
    ],
    ids=str,
)
async def test_a_token_with_other_claims_is_no_token_even_signed_by_us(house: House, change: dict[str, object]) -> None:
    assert await status_of(house, signed(house, await house.person("admin"), **change)) == 401


async def test_a_tampered_an_unsigned_and_a_foreign_token_are_no_tokens(house: House) -> None:
    seller, admin = await house.person("sales_rep"), await house.person("admin")
    head, claims, signature = read(good(house, seller))
    other_subject = part(claims | {"sub": str(admin.id)})
    foreign = Issuer(Keys.read(new_keys()).token).issue(admin.id, "staff")
    for token in (
        f"{part(head)}.{other_subject}.{signature}",
        f"{part({'alg': 'none', 'typ': 'JWT'})}.{other_subject}.",
        f"{part({'alg': 'none', 'kid': head['kid']})}.{other_subject}.{signature}",
        f"{part({'alg': 'HS256', 'kid': head['kid']})}.{other_subject}.{signature}",
        foreign,
        foreign[:-2],
        "a.b.c",
        "",
        "%00",
    ):
        assert await status_of(house, token) == 401, token[:60]


async def test_an_expired_token_is_no_token(house: House) -> None:
    person = await house.person("sales_rep")
    issuer = house.services.issuer
    assert issuer
    assert await status_of(house, issuer.issue(person.id, "staff", datetime.now(UTC) - timedelta(minutes=59))) == 200
    assert await status_of(house, issuer.issue(person.id, "staff", datetime.now(UTC) - timedelta(hours=2))) == 401


async def test_roles_in_a_token_are_ignored(house: House) -> None:
    seller = await house.person("sales_rep")
    token = signed(house, seller, roles=["admin", "general_manager"], scope="accounts:read", kind="staff")
    async with house.client(None, Authorization=f"Bearer {token}") as client:
        assert (await client.get("/v1/me")).json()["roles"] == ["sales_rep"]
    assert await status_of(house, signed(house, seller, kind="integration")) == 401


async def test_a_revoked_token_ends_in_the_process_that_answered(committed_house: House) -> None:
    house = committed_house
    admin, seller = await house.person("admin"), await house.person("sales_rep")
    token = good(house, seller)
    assert await status_of(house, token) == 200
    async with house.client(admin) as client:
        assert (await client.post(f"/v1/staff/{seller.id}/revoke", json={"reason": "设备丢失"})).status_code == 204
    assert await status_of(house, token) == 401
    assert await status_of(house, good(house, seller)) == 200


@pytest.mark.parametrize("verb", ["revoke", "leave"])
async def test_another_process_hears_that_tokens_ended(committed_house: House, verb: str) -> None:
    house = committed_house
    admin, seller = await house.person("admin"), await house.person("sales_rep")
    token = good(house, seller)
    elsewhere = Identities(house.services.database, house.services.issuer)
    heard = asyncio.Event()
    forget = elsewhere.forget
    elsewhere.forget = lambda: (forget(), heard.set())  # type: ignore[method-assign,assign,func-returns-value]
    listener = asyncio.create_task(elsewhere.listen())
    try:
        await asyncio.wait_for(heard.wait(), 5)  # it listens now
        assert await elsewhere.resolve(token) is not None
        heard.clear()
        async with house.client(admin) as client:
            assert (await client.post(f"/v1/staff/{seller.id}/{verb}", json={})).status_code in {200, 204}
        await asyncio.wait_for(heard.wait(), 2)
        assert await elsewhere.resolve(token) is None
    finally:
        listener.cancel()
        await asyncio.gather(listener, return_exceptions=True)


async def test_a_look_up_that_was_overtaken_by_a_change_is_not_remembered(house: House) -> None:
    seller = await house.person("sales_rep")
    identities, token = house.services.identities, good(house, seller)
    look_up = identities._look_up

    async def overtaken(asked: str) -> object:
        found = await look_up(asked)
        identities.forget()
        return found

    identities._look_up = overtaken  # type: ignore[method-assign,assignment]
    assert await identities.resolve(token) is not None
    assert identities._known == {}


async def test_who_left_and_came_back_starts_from_nothing(house: House) -> None:
    admin, seller = await house.person("admin"), await house.person("sales_rep")
    before = good(house, seller)
    async with house.client(admin) as client:
        for verb in ("leave", "reinstate", "activate"):
            moved = await client.post(f"/v1/staff/{seller.id}/{verb}", json={})
            assert moved.status_code == 200, moved.text
        assert (moved.json()["status"], moved.json()["roles"]) == ("active", [])
    house.services.identities.forget()
    assert await status_of(house, before) == 401


async def test_an_admin_sees_no_account(house: House) -> None:
    admin, seller = await house.person("admin"), await house.person("sales_rep")
    account = await house.account(seller)
    async with house.client(admin) as client:
        assert (await client.get("/v1/accounts")).json()["items"] == []
        assert (await client.get(f"/v1/accounts/{account}")).status_code == 404


async def test_a_change_of_password_while_a_log_in_is_checked_leaves_no_token(committed_house: House) -> None:
    house = committed_house
    seller = await house.person("sales_rep")
    passwords = house.services.passwords
    await set_password(house, seller, "the old password")
    matches, verified, go_on = passwords.matches, asyncio.Event(), asyncio.Event()

    async def held(password: str, known: str | None) -> bool:
        right = await matches(password, known)
        verified.set()
        await go_on.wait()
        return right

    passwords.matches = held  # type: ignore[method-assign]
    form = {"grant_type": "password", "username": seller.code, "password": "the old password"}
    async with house.client() as client:
        log_in = asyncio.create_task(client.post("/v1/auth/token", data=form))
        await asyncio.wait_for(verified.wait(), 10)
        await set_password(house, seller, "the new password")
        go_on.set()
        answer: httpx.Response = await log_in
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def set_password(house: House, person: Person, password: str) -> None:
    admin = await house.person("admin")
    async with house.client(admin) as client:
        token = (await client.post(f"/v1/staff/{person.id}/invitation")).json()["token"]
        done = await client.post("/v1/auth/password", json={"token": token, "new_password": password})
        assert done.status_code == 204, done.text


async def test_every_refused_write_is_remembered_after_its_rollback(house: House) -> None:
    seller = await house.person("sales_rep")
    async with house.client(seller) as client:
        await client.post("/v1/departments", json={"name": "私设"})
        await client.post(f"/v1/staff/{seller.id}/activate", json={})
    async with house.services.database.reading() as connection:
        rows = (
            await connection.execute(
                select(AuditEntry.action, AuditEntry.actor_id, AuditEntry.data).order_by(AuditEntry.position)
            )
        ).all()
    assert [(row.action, row.actor_id) for row in rows] == [("access.refused", seller.id)] * 2
    assert rows[0].data == {"method": "POST", "path": "/v1/departments"}
