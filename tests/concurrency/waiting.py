"""A race at the point where one side waits for the other."""

import asyncio

from sqlalchemy import text

from tests.house import House

WAITS = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


async def until_somebody_waits(house: House) -> None:
    """Returns when a transaction waits for a lock."""
    async with house.services.database.reading() as connection, asyncio.timeout(5):
        while not await connection.scalar(WAITS):  # noqa: ASYNC110 - the database knows of no event for it
            await asyncio.sleep(0.01)
