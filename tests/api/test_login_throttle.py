"""Guessing passwords: who has to wait, and for how long."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from service.models import LoginThrottle
from tests.house import House
from tests.logins import log_in, member


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
