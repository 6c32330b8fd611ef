"""Many rows at once by COPY, inside the caller's transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection


async def copy_rows(
    connection: AsyncConnection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Writes rows of Python values in the columns' order as they come, JSON as text; no row is kept in memory.

    Errors are asyncpg's own: COPY passes SQLAlchemy by.
    """
    driver: Any = (await connection.get_raw_connection()).driver_connection
    await driver.copy_records_to_table(table, records=rows, columns=columns)
