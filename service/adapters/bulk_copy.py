"""Many rows in one COPY (PostgreSQL), inside the transaction of a session."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, cast

import orjson
from sqlalchemy import JSON, FromClause, Table, insert
from sqlalchemy.ext.asyncio import AsyncSession

COPIED_FROM = 100


async def copy_rows(
    session: AsyncSession, table: FromClause, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Inserts rows, each with the values of the columns in their order; the other columns take their defaults.

    Without rows nothing is sent. Raises what an INSERT would, as the driver's own error.
    """
    first = next(records := iter(rows), None)
    if first is None:
        return
    connection = await session.connection()
    driver: Any = (await connection.get_raw_connection()).driver_connection
    encode = encoder([isinstance(table.c[name].type, JSON) for name in columns])
    await driver.copy_records_to_table(table.name, columns=columns, records=map(encode, chain([first], records)))  # type: ignore[attr-defined]


async def enter_rows(
    session: AsyncSession, table: FromClause, columns: Sequence[str], rows: Iterable[Sequence[Any]], number: int
) -> None:
    """Inserts so many rows, each with the values of the columns: few by one statement, many by COPY.

    A COPY asks for them one by one, so that making them and writing them goes on at the same time.
    """
    if number > COPIED_FROM:
        await copy_rows(session, table, columns, rows)
    elif number:
        values = [dict(zip(columns, row, strict=True)) for row in rows]
        await session.execute(insert(cast("Table", table)), values)


def encoder(is_json: Sequence[bool]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """What makes a row ready for the driver: JSON columns as text."""
    at = [position for position, json in enumerate(is_json) if json]

    def encode(row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for position in at:
            values[position] = orjson.dumps(values[position]).decode()
        return values

    return encode if at else tuple
