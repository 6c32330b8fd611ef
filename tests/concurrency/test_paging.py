"""A list of ten thousand, read page by page while a thousand rows come and a thousand go."""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, update

from service.models import Account, Assignment, new_id
from service.operations import memberships
from service.operations.accounts import derived
from tests.house import LONG_AGO, House, Person

UNTOUCHED, TOUCHED = 10_000, 1_000
MOST_AT_ONCE = 1_000  # rows of a transaction, so that a busy machine keeps its time-out
AT_ONCE = 25
CHOICE = random.Random(20260101)  # a choice that every run makes alike


def an_account(number: int) -> dict[str, Any]:
    """A row; few distinct values and names, so that many stand at the same place of an order."""
    values = {
        "id": new_id(), "code": f"ACC-{number:06d}", "name": f"客户 {number % 500} 有限公司", "industry": "制造",
        "region": "华东", "potential_value": number % 50, "potential_currency": "CNY",
        "potential_value_base": number % 50, "intent": "medium", "products": [], "verified_at": LONG_AGO,
    }  # fmt: skip
    return values | derived(values)


async def enter(house: House, owner: Person, rows: list[dict[str, Any]]) -> list[UUID]:
    """Accounts with their owner, committed."""
    ids: list[UUID] = [row["id"] for row in rows]
    started = {"team_role": "owner", "origin": "manual", "started_at": LONG_AGO, "staff_id": owner.id}
    for first in range(0, len(rows), MOST_AT_ONCE):
        some, those = rows[first : first + MOST_AT_ONCE], ids[first : first + MOST_AT_ONCE]
        async with house.services.database.transaction() as session:
            await session.execute(insert(Account), some)
            await session.execute(insert(Assignment), [started | {"id": new_id(), "account_id": id_} for id_ in those])
            await memberships.join(session, [(id_, owner.id) for id_ in those], "owner")
            await memberships.refresh_line(session, those)
    return ids


async def come_and_go(house: House, owner: Person, leaving: list[UUID], done: asyncio.Event) -> None:
    """Some rows come and as many go, a few at a time, until all have."""
    number = 900_000
    while leaving:
        gone, leaving = leaving[:AT_ONCE], leaving[AT_ONCE:]
        await enter(house, owner, [an_account(number + n) for n in range(AT_ONCE)])
        async with house.services.database.transaction() as session:
            changed = {"deleted_at": datetime.now(UTC)}
            await session.execute(update(Account).where(Account.id.in_(gone)).values(**changed))
            for account_id in gone:
                await memberships.end_all(session, account_id)
        number += AT_ONCE
        await asyncio.sleep(0)
    done.set()


async def read(house: House, person: Person, sort: str, limit: int) -> list[str]:
    """The ids of a whole list, page by page."""
    found: list[str] = []
    query: dict[str, Any] = {"sort": sort, "limit": limit}
    async with house.client(person) as client:
        while True:
            answer = await client.get("/v1/accounts", params=query)
            assert answer.status_code == 200, answer.text
            found += [item["id"] for item in answer.json()["items"]]
            if answer.json()["next_cursor"] is None:
                return found
            query["cursor"] = answer.json()["next_cursor"]


@pytest.mark.parametrize("role", ["general_manager", "sales_rep"])
async def test_no_untouched_row_is_missed_or_repeated_while_others_come_and_go(
    committed_house: House, role: str
) -> None:
    house = committed_house
    reader = await house.person(role, department_id=await house.department())
    ids = await enter(house, reader, [an_account(number) for number in range(UNTOUCHED + TOUCHED)])
    leaving = CHOICE.sample(ids, TOUCHED)
    untouched = {str(id_) for id_ in ids} - {str(id_) for id_ in leaving}
    done = asyncio.Event()
    orders = (("created_at", 200), ("-created_at", 150), ("name", 200), ("-potential_value", 175))
    _, *lists = await asyncio.gather(
        come_and_go(house, reader, leaving, done), *(read(house, reader, sort, limit) for sort, limit in orders)
    )
    assert done.is_set()
    for (sort, _limit), found in zip(orders, lists, strict=True):
        counted = Counter(found)
        assert max(counted.values()) == 1, f"{sort}: a row came twice"
        assert not untouched - counted.keys(), f"{sort}: rows were missed"
    settled = await read(house, reader, "created_at", 200)
    assert len(settled) == len(set(settled)) == UNTOUCHED + TOUCHED, "as many came as went"
    assert not {str(id_) for id_ in leaving} & set(settled)
