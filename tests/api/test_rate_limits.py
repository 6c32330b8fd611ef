"""Rate limits: counted per caller and address over all processes, told in every answer."""

import asyncio
from collections import Counter
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import select

from service.http import rate_limits
from service.http.rate_limits import RateLimits
from service.main import create_app
from service.models import RateWindow
from tests.house import LONG_AGO, House, Person


class Clock:
    """A process's clock that tests turn."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


def process_of(house: House, per_caller: int = 40, per_address: int = 20) -> House:
    """Another process on the same database, with small limits."""
    rates = RateLimits(house.services.database, per_caller, per_address)
    services = replace(house.services, rates=rates)
    return House(services, create_app(services))


async def ask(house: House, person: Person | None, times: int, path: str = "/v1/me") -> list[httpx.Response]:
    async with house.client(person) as client:
        return [await client.get(path) for _ in range(times)]


async def test_every_answer_tells_what_is_left(house: House) -> None:
    process, seller = process_of(house), await house.person("sales_rep")
    answers = await ask(process, seller, 3)
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"caller";q=40;w=60'}
    assert [answer.headers["RateLimit"].rpartition(";")[0] for answer in answers] == [
        f'"caller";r={left}' for left in (39, 38, 37)
    ]
    assert 0 < int(answers[0].headers["RateLimit"].rpartition("t=")[2]) <= 60
    refused = (await ask(process, seller, 1, "/v1/accounts/1"))[0]
    assert (refused.status_code, refused.headers["RateLimit"].split(";")[1]) == (422, "r=36")


async def test_whoever_asks_too_often_waits_and_nobody_else_does(house: House) -> None:
    process, seller, other = process_of(house), await house.person("sales_rep"), await house.person("sales_rep")
    answers = await ask(process, seller, 45)
    assert Counter(answer.status_code for answer in answers) == {200: 40, 429: 5}
    last = answers[-1]
    assert (last.json()["code"], last.headers["RateLimit"].split(";")[1]) == ("too_many_requests", "r=0")
    assert 0 < int(last.headers["Retry-After"]) <= 60
    assert (await ask(process, other, 1))[0].status_code == 200


async def test_strangers_and_bad_tokens_count_by_address_and_keep_nobody_out(house: House) -> None:
    process, seller = process_of(house), await house.person("sales_rep")
    async with process.client(None, Authorization="Bearer nonsense") as client:
        answers = [await client.get("/v1/me") for _ in range(15)]
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"address";q=20;w=60'}
    strangers = await ask(process, None, 10, "/openapi.json")
    assert Counter(answer.status_code for answer in answers + strangers) == {401: 15, 200: 5, 429: 5}
    assert (await ask(process, seller, 1))[0].status_code == 200
    for path in ("/livez", "/readyz", "/metrics"):
        watched = (await ask(process, None, 1, path))[0]
        assert watched.status_code == 200
        assert "RateLimit" not in watched.headers


async def test_processes_share_one_count(house: House) -> None:
    seller = await house.person("sales_rep")
    one, two, three = (process_of(house) for _ in range(3))
    passed = [
        answer.status_code for process in (one, two, three, one, two) for answer in await ask(process, seller, 20)
    ]
    assert Counter(passed) == {200: 40, 429: 60}


async def test_a_window_that_is_over_gives_everything_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(rate_limits, "time", clock)
    process, seller = process_of(house), await house.person("sales_rep")
    assert (await ask(process, seller, 41))[-1].status_code == 429
    async with house.services.database.transaction() as session:
        await session.execute(RateWindow.__table__.update().values(ends_at=LONG_AGO))
    assert (await ask(process, seller, 1))[0].status_code == 429, "nobody asks the database before the window ends"
    clock.now += 60
    again = (await ask(process, seller, 1))[0]
    assert (again.status_code, again.headers["RateLimit"].split(";")[1]) == (200, "r=39")


async def test_one_question_to_the_database_serves_many_requests(house: House) -> None:
    process, seller = process_of(house, per_caller=6000), await house.person("sales_rep")
    await ask(process, seller, 100)
    async with house.services.database.reading() as connection:
        taken = await connection.scalar(
            select(RateWindow.taken).where(RateWindow.subject == f"caller staff:{seller.id}")
        )
    assert taken == 6000 // 16


async def test_requests_at_once_spend_no_more_than_there_is(committed_house: House) -> None:
    seller = await committed_house.person("sales_rep")
    processes = [process_of(committed_house) for _ in range(2)]

    async def one(number: int) -> int:
        return (await ask(processes[number % 2], seller, 1))[0].status_code

    passed = await asyncio.gather(*(one(number) for number in range(90)))
    assert Counter(passed) == {200: 40, 429: 50}
