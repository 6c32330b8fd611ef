"""A race at the point where one side waits for the other."""

import asyncio

from sqlalchemy import text

from tests.house import House

WAITS = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


async def until_somebody_waits(house: House, within_s: float = 5) -> None:
    """Returns when a transaction waits for a lock."""
    async with house.services.database.reading() as connection, asyncio.timeout(within_s):
        while not await connection.scalar(WAITS):  # noqa: ASYNC110 - the database knows of no event for it
            await asyncio.sleep(0.01)
