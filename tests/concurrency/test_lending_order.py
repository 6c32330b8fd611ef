"""Lending under contention: nobody waits in a circle, and what others hold is passed by."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.database import keep_archive
from service.jobs.lending import note_ended_lending
from service.models import ArchiveItem, Loan, ReadingSession
from tests.adapters.reading_room.files import pdf
from tests.concurrency.waiting import until_somebody_waits
from tests.house import House
from tests.lending import DUTIES, Lending

GoOn = Callable[[], Coroutine[Any, Any, httpx.Response]]
Begun = tuple[type[Any], UUID, GoOn]
PLACE = {"place": "档案室", "networks": ["127.0.0.0/8"]}


@pytest.fixture
async def company(committed_house: House) -> Lending:
    return await Lending.open(committed_house)


async def a_request(company: Lending) -> Begun:
    item = await company.item("secret")
    loan = (await company.ask("seller", item)).json()["id"]
    return Loan, item, lambda: company.post("deputy", f"/loans/{loan}/approve")


async def an_approved_loan(company: Lending) -> Begun:
    _, item, approve = await a_request(company)
    loan = (await approve()).json()["id"]
    return Loan, item, lambda: company.begin("seller", loan)


async def a_reading_request(company: Lending) -> Begun:
    item = await company.item("confidential")
    await company.version(item, await company.house.person("office_assistant"), pdf(1))
    body = {"item_id": str(item), "purpose": "核对附件", "duration_seconds": 600, "acknowledged": DUTIES}
    id_ = (await company.post("seller", "/reading-sessions", **body)).json()["id"]
    return ReadingSession, item, lambda: company.post("deputy", f"/reading-sessions/{id_}/approve")


async def an_approved_session(company: Lending) -> Begun:
    _, item, approve = await a_reading_request(company)
    id_ = (await approve()).json()["id"]
    return ReadingSession, item, lambda: company.post("archivist", f"/reading-sessions/{id_}/grant", **PLACE)


async def an_active_session(company: Lending) -> Begun:
    _, item, grant = await an_approved_session(company)
    id_ = (await grant()).json()["id"]
    return ReadingSession, item, lambda: company.post("seller", f"/reading-sessions/{id_}/views", page=1)


@pytest.mark.parametrize(
    "begun", [a_request, an_approved_loan, a_reading_request, an_approved_session, an_active_session]
)
async def test_whatever_goes_on_waits_for_the_item_before_it_holds_what_is_lent(
    company: Lending,
    begun: Callable[[Lending], Awaitable[Begun]],
) -> None:
    model, item, go_on = await begun(company)
    async with company.house.services.database.transaction() as session:
        await keep_archive(session)
        await hold(session, item)
        task = asyncio.create_task(go_on())
        await until_somebody_waits(company.house)
        free = select(model.id).where(model.item_id == item).with_for_update(nowait=True)
        assert len((await session.scalars(free)).all()) == 1
    assert (await task).status_code == 200


async def hold(session: AsyncSession, item: UUID) -> None:
    """The item as whoever raises its class holds it."""
    await session.execute(select(ArchiveItem.id).where(ArchiveItem.id == item).with_for_update(key_share=True))


async def test_ends_are_noted_one_by_one_past_those_that_somebody_holds(company: Lending) -> None:
    loans = [await company.lent(await company.item("secret")) for _ in range(3)]
    database = company.house.services.database
    async with database.transaction() as session:
        await keep_archive(session)
        day = timedelta(days=1)
        await session.execute(update(Loan).values(starts_at=Loan.starts_at - day, expires_at=Loan.expires_at - day))

    async def note() -> int:
        return await note_ended_lending(database, company.house.services.settings, datetime.now(UTC))

    async with database.transaction() as session:
        await keep_archive(session)
        await session.execute(select(Loan.id).where(Loan.id == UUID(loans[1])).with_for_update())
        assert await asyncio.wait_for(note(), 5) == 2
    assert await note() == 1
    assert await note() == 0
