"""Logging in with the embedded issuer: grants of OAuth 2.0, refresh tokens."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import event, select, update

from service.http.services import Services
from service.main import create_app
from service.models import Invitation, Login, RefreshToken
from service.settings import Settings
from tests.house import LONG_AGO, House
from tests.logins import OTHER, PASSWORD, actions, bearer, invitation, log_in, member, token


async def test_a_password_opens_the_door_and_is_recorded(house: House) -> None:
    person = await member(house, "sales_rep")
    async with house.client() as client:
        answer = await log_in(client, person.code)
        me = await client.get("/v1/me", headers=bearer(answer))
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 3600)
    assert answer.headers["Cache-Control"] == "no-store"
    assert (me.status_code, me.json()["id"]) == (200, str(person.id))
    assert await actions(house) == ["login.succeeded"]


@pytest.mark.parametrize("known", [True, False])
async def test_a_wrong_password_and_an_unknown_name_are_told_alike(house: House, known: bool) -> None:
    person = await member(house)
    async with house.client() as client:
        refused = await log_in(client, person.code if known else "nobody", "wrong password")
        chinese = await client.post(
            "/v1/auth/token",
            data={"grant_type": "password", "username": "nobody", "password": "x"},
            headers={"Accept-Language": "zh-CN"},
        )
    body = refused.json()
    assert (refused.status_code, body["code"], body["error"]) == (400, "invalid_grant", "invalid_grant")
    assert body["error_description"] == body["detail"]
    assert refused.headers["content-type"] == "application/problem+json"
    assert chinese.json()["error_description"] == "用户名与密码不匹配，或刷新令牌已失效。"
    assert await actions(house) == ["login.failed", "login.failed"]


async def test_an_unknown_name_takes_the_same_steps_as_a_wrong_password(house: House) -> None:
    person = await member(house)
    invited = await house.person()  # a log-in without a password
    async with house.client() as client:
        await log_in(client, "warm", "up")
        steps = []
        for username in (person.code, "nobody", invited.code):
            with watched(house) as seen:
                assert (await log_in(client, username, "wrong password")).status_code == 400
            steps.append(seen)
    assert steps[0] == steps[1] == steps[2]
    assert steps[0].count("argon2") == 1


@contextmanager
def watched(house: House) -> Iterator[list[str]]:
    """The statements sent and the passwords verified inside the block, in order."""
    seen: list[str] = []
    verify = house.services.passwords._argon2.verify
    engine = house.services.database.connection.sync_connection  # type: ignore[attr-defined]

    def statement(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        seen.append(text.rstrip("0123456789"))  # savepoints are numbered

    def counting(password: str, hashed: str) -> bool:
        seen.append("argon2")
        return verify(password, hashed)

    event.listen(engine, "before_cursor_execute", statement)
    house.services.passwords._argon2.verify = counting  # type: ignore[method-assign]
    try:
        yield seen
    finally:
        house.services.passwords._argon2.verify = verify  # type: ignore[method-assign]
        event.remove(engine, "before_cursor_execute", statement)


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "implicit"}, 400, "unsupported_grant_type"),
        ({"username": "admin", "password": "x"}, 422, "invalid_request"),
        ({"grant_type": "password", "username": "admin"}, 422, "invalid_request"),
        ({"grant_type": "refresh_token"}, 422, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "made-up"}, 400, "invalid_grant"),
        ({"grant_type": "password", "username": "a\0b", "password": "x"}, 422, "invalid_request"),
        ({"grant_type": "password", "username": "a" * 201, "password": "x"}, 422, "invalid_request"),
        ({"grant_type": "client_credentials"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}, 401, "invalid_client"),
    ],
)
async def test_what_is_no_grant_is_told_in_the_words_of_oauth(
    house: House, form: dict[str, str], status: int, error: str
) -> None:
    async with house.client() as client:
        refused = await token(client, **form)
    assert (refused.status_code, refused.json()["error"]) == (status, error), refused.text


async def test_a_form_with_more_than_we_know_is_fine_and_json_is_not(house: House) -> None:
    person = await member(house)
    async with house.client() as client:
        swagger = await token(
            client, grant_type="password", username=person.code, password=PASSWORD, scope="", client_id=""
        )
        json = await client.post("/v1/auth/token", json={"grant_type": "password"})
    assert (swagger.status_code, json.status_code) == (200, 422)


async def test_a_refresh_token_gives_the_next_pair_once(house: House) -> None:
    person = await member(house)
    async with house.client() as client:
        first = await log_in(client, person.code)
        second = await token(client, grant_type="refresh_token", refresh_token=first.json()["refresh_token"])
        assert second.status_code == 200, second.text
        assert (await client.get("/v1/me", headers=bearer(second))).status_code == 200
    assert second.json()["refresh_token"] != first.json()["refresh_token"]


async def test_a_refresh_token_that_comes_back_ends_its_family_and_the_access_tokens(house: House) -> None:
    person = await member(house)
    async with house.client() as client:
        first = await log_in(client, person.code)
        second = await token(client, grant_type="refresh_token", refresh_token=first.json()["refresh_token"])
        other = await log_in(client, person.code)
        reused = await token(client, grant_type="refresh_token", refresh_token=first.json()["refresh_token"])
        thief = await token(client, grant_type="refresh_token", refresh_token=second.json()["refresh_token"])
        house.services.identities.forget()
        assert (await client.get("/v1/me", headers=bearer(second))).status_code == 401
        apart = await token(client, grant_type="refresh_token", refresh_token=other.json()["refresh_token"])
    assert (reused.status_code, reused.json()["error"]) == (400, "invalid_grant")
    assert (thief.status_code, apart.status_code) == (400, 200)
    assert "refresh_token.reused" in await actions(house)


async def test_two_uses_of_one_refresh_token_at_once_give_at_most_one_pair(committed_house: House) -> None:
    house = committed_house
    person = await member(house)
    async with house.client() as client:
        first = (await log_in(client, person.code)).json()["refresh_token"]
        answers = await asyncio.gather(
            *(token(client, grant_type="refresh_token", refresh_token=first) for _ in range(4))
        )
        given = [answer.json()["refresh_token"] for answer in answers if answer.status_code == 200]
        assert len(given) == 1
        assert (await token(client, grant_type="refresh_token", refresh_token=given[0])).status_code == 400


@pytest.mark.parametrize("change", [{"expires_at": LONG_AGO}, {"revoked_at": LONG_AGO}])
async def test_an_expired_or_revoked_refresh_token_is_no_good(house: House, change: dict[str, datetime]) -> None:
    person = await member(house)
    async with house.client() as client:
        first = await log_in(client, person.code)
        async with house.services.database.transaction() as session:
            await session.execute(update(RefreshToken).values(**change))
        refused = await token(client, grant_type="refresh_token", refresh_token=first.json()["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


async def test_secrets_are_kept_as_hashes_only(house: House) -> None:
    person = await member(house)
    link = await invitation(house, person)
    async with house.client() as client:
        given = (await log_in(client, person.code)).json()["refresh_token"]
    async with house.services.database.reading() as connection:
        kept = [
            await connection.scalar(select(Login.password_hash).where(Login.staff_id == person.id)),
            await connection.scalar(select(Invitation.token_hash)),
            await connection.scalar(select(RefreshToken.token_hash)),
        ]
    assert str(kept[0]).startswith("$argon2id$")
    assert not any(secret.encode() in bytes(str(kept), "utf-8") for secret in (link, given, PASSWORD))


@pytest.mark.parametrize("status", ["invited", "left"])
async def test_only_who_works_here_logs_in(house: House, status: str) -> None:
    person = await member(house, status=status)
    async with house.client() as client:
        refused = await log_in(client, person.code)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


async def test_without_the_embedded_issuer_there_is_nothing_here(house: House) -> None:
    settings = Settings(_env_file=None, embedded_issuer=False, log_level="error")  # type: ignore[call-arg]
    services = Services.build(
        settings, house.services.database, house.services.keys, house.services.state, house.services.schema_head
    )
    transport = httpx.ASGITransport(app=create_app(services))
    async with httpx.AsyncClient(transport=transport, base_url="http://evenhand.test") as client:
        assert (await log_in(client, "admin")).status_code == 404
        password = await client.post("/v1/auth/password", json={"token": "x", "new_password": OTHER})
        assert password.status_code == 404
