"""Logging in with the embedded issuer: passwords, invitations, refresh tokens, throttling."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import event, select, update

from service.http.services import Services
from service.main import create_app
from service.models import AuditEntry, Invitation, Login, LoginThrottle, RefreshToken
from service.settings import Settings
from tests.house import LONG_AGO, House, Person

PASSWORD = "马到成功 2026 correct horse"
OTHER = "another long password"


async def token(client: httpx.AsyncClient, **form: str) -> httpx.Response:
    return await client.post("/v1/auth/token", data=form)


async def log_in(client: httpx.AsyncClient, username: str, password: str = PASSWORD) -> httpx.Response:
    return await token(client, grant_type="password", username=username, password=password)


def bearer(answer: httpx.Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def member(house: House, *roles: str, **fields: Any) -> Person:
    """Somebody with a password."""
    person = await house.person(*roles, **fields)
    hashed = await house.services.passwords.hash(PASSWORD)
    async with house.services.database.transaction() as session:
        await session.execute(update(Login).where(Login.staff_id == person.id).values(password_hash=hashed))
    return person


async def invitation(house: House, person: Person) -> str:
    admin = await house.person("admin")
    async with house.client(admin) as client:
        made = await client.post(f"/v1/staff/{person.id}/invitation")
    assert made.status_code == 201, made.text
    return str(made.json()["token"])


async def actions(house: House) -> list[str]:
    async with house.services.database.reading() as connection:
        return list(await connection.scalars(select(AuditEntry.action).order_by(AuditEntry.position)))


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


async def test_guessing_a_password_has_to_wait_even_with_the_right_one(house: House) -> None:
    person = await member(house)
    async with house.client() as client:
        guesses = [await log_in(client, person.code, f"guess number {n}") for n in range(5)]
        right = await log_in(client, person.code)
        elsewhere = await log_in(client, "somebody-else", "guess")
    assert [guess.status_code for guess in guesses] == [400] * 5
    assert (right.status_code, right.json()["code"]) == (429, "too_many_requests")
    assert 55 <= int(right.headers["Retry-After"]) <= 60
    assert elsewhere.status_code == 400


async def test_an_unknown_name_is_throttled_like_a_known_one(house: House) -> None:
    async with house.client() as client:
        answers = [await log_in(client, "nobody", f"guess number {n}") for n in range(6)]
    assert [answer.status_code for answer in answers] == [400] * 5 + [429]


async def test_one_address_has_to_wait_whoever_it_tries_to_be(house: House) -> None:
    async with house.services.database.transaction() as session:
        session.add(LoginThrottle(subject="address:127.0.0.1", failures=49, last_at=datetime.now(UTC)))
    person = await member(house)
    async with house.client() as client:
        last = await log_in(client, "somebody", "guess")
        refused = await log_in(client, person.code)
    assert (last.status_code, refused.status_code) == (400, 429)


async def test_a_success_gives_the_name_a_fresh_start_and_the_address_its_attempt_back(house: House) -> None:
    person = await member(house)
    async with house.client() as client:
        for _ in range(2):
            for n in range(4):
                assert (await log_in(client, person.code, f"guess number {n}")).status_code == 400
            assert (await log_in(client, person.code)).status_code == 200
    async with house.services.database.reading() as connection:
        rows = (await connection.execute(select(LoginThrottle.subject, LoginThrottle.failures))).all()
    assert rows == [("address:127.0.0.1", 8)]


async def test_after_the_wait_one_attempt_is_free_and_the_next_wait_is_longer(house: House) -> None:
    person = await member(house)
    async with house.client() as client:
        for n in range(5):
            await log_in(client, person.code, f"guess number {n}")
        past = datetime.now(UTC) - timedelta(seconds=1)
        async with house.services.database.transaction() as session:
            await session.execute(update(LoginThrottle).values(blocked_until=past))
        assert (await log_in(client, person.code, "guess")).status_code == 400
        refused = await log_in(client, person.code)
    assert refused.status_code == 429
    assert 115 <= int(refused.headers["Retry-After"]) <= 120


async def test_guesses_sent_all_at_once_share_the_five_places(committed_house: House) -> None:
    house = committed_house
    person = await member(house)
    async with house.client() as client:
        answers = await asyncio.gather(*(log_in(client, person.code, f"guess number {n}") for n in range(20)))
        right = await log_in(client, person.code)
    assert sorted(answer.status_code for answer in answers) == [400] * 5 + [429] * 15
    assert right.status_code == 429


async def test_names_that_were_made_up_are_forgotten(house: House) -> None:
    person = await member(house)
    old = datetime.now(UTC) - timedelta(days=2)
    async with house.services.database.transaction() as session:
        session.add_all([LoginThrottle(subject=f"user:{n}", failures=1, last_at=old) for n in range(3)])
    async with house.client() as client:
        await log_in(client, person.code)
    async with house.services.database.reading() as connection:
        assert list(await connection.scalars(select(LoginThrottle.subject))) == ["address:127.0.0.1"]


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


async def test_an_invitation_sets_the_first_password_and_activates(house: House) -> None:
    person = await house.person("sales_rep", status="invited")
    link = await invitation(house, person)
    async with house.client() as client:
        accepted = await client.post("/v1/auth/password", json={"token": link, "new_password": PASSWORD})
        assert accepted.status_code == 204, accepted.text
        answer = await log_in(client, person.code)
        me = await client.get(f"/v1/staff/{person.id}", headers=bearer(answer))
    assert (me.status_code, me.json()["status"]) == (200, "active")
    assert await actions(house) == ["staff.invited", "staff.activated", "password.changed", "login.succeeded"]


async def test_a_link_works_once_and_only_the_latest(house: House) -> None:
    person = await house.person("sales_rep", status="invited")
    old, new = await invitation(house, person), await invitation(house, person)
    async with house.client() as client:
        statuses = [
            (await client.post("/v1/auth/password", json={"token": link, "new_password": PASSWORD})).status_code
            for link in (old, "made-up", new, new)
        ]
        refused = await client.post("/v1/auth/password", json={"token": new, "new_password": PASSWORD})
    assert statuses == [422, 422, 204, 422]
    assert refused.json()["code"] == "invalid_link"


async def test_an_expired_link_and_one_of_somebody_who_left_are_no_good(house: House) -> None:
    late, gone = await house.person(status="invited"), await house.person(status="invited")
    links = [await invitation(house, late), await invitation(house, gone)]
    past = datetime.now(UTC) - timedelta(seconds=1)
    async with house.services.database.transaction() as session:
        await session.execute(update(Invitation).where(Invitation.staff_id == late.id).values(expires_at=past))
    admin = await house.person("admin")
    async with house.client(admin) as client:
        await client.post(f"/v1/staff/{gone.id}/leave", json={})
    async with house.client() as client:
        for link in links:
            refused = await client.post("/v1/auth/password", json={"token": link, "new_password": PASSWORD})
            assert (refused.status_code, refused.json()["code"]) == (422, "invalid_link")


async def test_one_link_used_by_many_at_once_sets_one_password(committed_house: House) -> None:
    house = committed_house
    person = await house.person(status="invited")
    link = await invitation(house, person)
    async with house.client() as client:
        answers = await asyncio.gather(
            *(
                client.post("/v1/auth/password", json={"token": link, "new_password": f"{PASSWORD} {n}"})
                for n in range(5)
            )
        )
    assert sorted(answer.status_code for answer in answers) == [204, 422, 422, 422, 422]


async def test_an_invitation_is_shown_once(house: House) -> None:
    admin, person = await house.person("admin"), await house.person()
    async with house.client(admin, **{"Idempotency-Key": "once"}) as client:
        first = await client.post(f"/v1/staff/{person.id}/invitation")
        again = await client.post(f"/v1/staff/{person.id}/invitation")
    assert (first.status_code, again.status_code) == (201, 409)
    assert again.json()["code"] == "secret_already_shown"


async def test_power_is_not_reached_by_inviting(house: House) -> None:
    admin, leader, chief = [await house.person(role) for role in ("admin", "director", "general_manager")]
    seller = await house.person("sales_rep")
    async with house.client(admin) as client:
        over_chief = await client.post(f"/v1/staff/{chief.id}/invitation")
        oneself = await client.post(f"/v1/staff/{admin.id}/invitation")
        left = await client.post(f"/v1/staff/{(await house.person(status='left')).id}/invitation")
    async with house.client(leader) as client:
        by_leader = await client.post(f"/v1/staff/{chief.id}/invitation")
        over_admin = await client.post(f"/v1/staff/{admin.id}/invitation")
    async with house.client(seller) as client:
        by_seller = await client.post(f"/v1/staff/{leader.id}/invitation")
    assert [answer.status_code for answer in (over_chief, oneself, left)] == [403, 403, 409]
    assert [answer.status_code for answer in (by_leader, over_admin, by_seller)] == [201, 403, 403]


async def test_a_changed_password_ends_every_earlier_token(house: House) -> None:
    person = await member(house)
    async with house.client() as client:
        first = await log_in(client, person.code)
        body = {"current_password": PASSWORD, "new_password": OTHER}
        changed = await client.post("/v1/auth/password", json=body, headers=bearer(first))
        assert changed.status_code == 204, changed.text
        assert (await client.get("/v1/me", headers=bearer(first))).status_code == 401
        refreshed = await token(client, grant_type="refresh_token", refresh_token=first.json()["refresh_token"])
        assert refreshed.status_code == 400
        assert (await log_in(client, person.code)).status_code == 400
        second = await log_in(client, person.code, OTHER)
        assert (await client.get("/v1/me", headers=bearer(second))).status_code == 200


async def test_the_current_password_is_asked_for_and_guessing_it_is_throttled(house: House) -> None:
    person = await member(house)
    async with house.client(person) as client:
        guesses = [
            await client.post(
                "/v1/auth/password", json={"current_password": f"guess number {n}", "new_password": OTHER}
            )
            for n in range(6)
        ]
    assert [guess.status_code for guess in guesses] == [422] * 5 + [429]
    assert guesses[0].json()["code"] == "wrong_password"


@pytest.mark.parametrize(
    "body",
    [
        {"new_password": OTHER},
        {"token": "x", "current_password": PASSWORD, "new_password": OTHER},
        {"current_password": PASSWORD, "new_password": "short"},
        {"current_password": PASSWORD, "new_password": "x" * 201},
        {"current_password": PASSWORD, "new_password": PASSWORD},
    ],
)
async def test_a_password_that_will_not_do_is_refused_and_not_echoed(house: House, body: dict[str, str]) -> None:
    person = await member(house)
    async with house.client(person) as client:
        refused = await client.post("/v1/auth/password", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")
    assert PASSWORD not in refused.text
    assert OTHER not in refused.text


async def test_a_stranger_changes_no_password(house: House) -> None:
    person = await member(house)
    async with house.client() as client:
        body = {"current_password": PASSWORD, "new_password": OTHER}
        stranger = await client.post("/v1/auth/password", json=body)
        forged = await client.post("/v1/auth/password", json=body, headers={"Authorization": "Bearer made.up.token"})
        assert (await log_in(client, person.code)).status_code == 200
    assert (stranger.status_code, forged.status_code) == (401, 401)


async def test_the_same_characters_composed_otherwise_are_the_same_password(house: House) -> None:
    person = await house.person(status="invited")
    link = await invitation(house, person)
    async with house.client() as client:
        await client.post("/v1/auth/password", json={"token": link, "new_password": "cafe\u0301 au lait 2026"})
        assert (await log_in(client, person.code, "caf\u00e9 au lait 2026")).status_code == 200


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
