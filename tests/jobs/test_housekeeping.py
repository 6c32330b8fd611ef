"""Stored answers and refresh tokens are forgotten when they no longer count, and not a moment earlier."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from service.jobs import housekeeping
from service.jobs.housekeeping import forget_answers, forget_refresh_tokens
from service.models import IdempotencyRecord, RefreshToken, new_id
from tests.house import House

NOW = datetime.now(UTC)
SECOND = timedelta(seconds=1)
KEY = {"Idempotency-Key": "once"}
NEW = {"name": "华为技术有限公司"}


async def kept(house: House, model: type[IdempotencyRecord | RefreshToken]) -> int | None:
    """How many rows there are."""
    async with house.services.database.reading() as connection:
        return await connection.scalar(select(func.count()).select_from(model))


async def test_an_answer_is_kept_72_hours_and_its_key_is_free_afterwards(house: House) -> None:
    database, settings = house.services.database, house.services.settings
    async with house.client(await house.person("data_steward"), **KEY) as client:
        first = await client.post("/v1/accounts", json=NEW)
        again = await client.post("/v1/accounts", json=NEW)
        assert again.headers["Idempotent-Replayed"] == "true"
        async with database.reading() as connection:
            answered = await connection.scalar(select(IdempotencyRecord.created_at))
        assert answered
        assert await forget_answers(database, settings, answered + timedelta(hours=72)) == 0
        assert await forget_answers(database, settings, answered + timedelta(hours=72) + SECOND) == 1
        afresh = await client.post("/v1/accounts", json=NEW)
    assert first.json()["id"] == again.json()["id"] != afresh.json()["id"]


async def test_refresh_tokens_are_forgotten_in_portions_when_they_have_run_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "AT_ONCE", 2)
    database, person = house.services.database, await house.person("sales_rep")
    async with database.transaction() as session:
        for number, ends in enumerate((NOW - SECOND, NOW - SECOND, NOW - SECOND, NOW + SECOND)):
            token = bytes([number]) * 32
            session.add(RefreshToken(family_id=new_id(), staff_id=person.id, token_hash=token, expires_at=ends))
    assert await forget_refresh_tokens(database, house.services.settings, NOW) == 3
    assert await kept(house, RefreshToken) == 1
