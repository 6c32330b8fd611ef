"""Imports as JSON: one, many, the rows of one, and what of them a reader sees."""

from collections.abc import AsyncIterator, Callable, Collection
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import bindparam, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from service.errors import NotFound
from service.models import Import, ImportRow
from service.policy import Actor, allowed
from service.queries.accounts import SENSITIVE_FIELDS
from service.queries.listing import Filter, Listing, any_of, equals, unchanged
from service.queries.single import single
from service.queries.staff import DETAILS

COLUMNS = {
    name: getattr(Import, name)
    for name in (
        "id", "target", "filename", "file_sha256", "file_size", "format", "encoding", "sheet", "currency",
        "decimal_mark", "day_first", "mode", "validate_only", "match_on", "mapping", "notices", "state", "job_id",
        "counts", "problem", "created_by", "version", "created_at", "updated_at",
    )
}  # fmt: skip
ROW_COLUMNS = {
    name: getattr(ImportRow, name)
    for name in ("row_number", "outcome", "account_id", "contact_id", "task_id", "staff_id", "cells", "kept", "errors")
}
IMPORTS = Listing(
    model=Import,
    columns=lambda _: COLUMNS,
    filters={
        "state": any_of(Import.state),
        "target": any_of(Import.target),
        "file_sha256": equals(Import.file_sha256),
        "created_by": equals(Import.created_by),
    },
)
WITH_CODE = Filter(
    lambda name: ImportRow.errors.contains(bindparam(name, type_=JSONB())), lambda name, code: {name: [{"code": code}]}
)
# The rows of an import are for whoever sees the import, which is looked up first.
ROWS = Listing(
    model=ImportRow,
    columns=lambda _: ROW_COLUMNS,
    rows=lambda _: true(),
    filters={
        "import_id": equals(ImportRow.import_id),
        "run": equals(ImportRow.run),
        "outcome": any_of(ImportRow.outcome),
        "row_number": any_of(ImportRow.row_number),
        "account_id": equals(ImportRow.account_id),
        "code": WITH_CODE,
    },
)
PAGE = 1000
SENSITIVE_CELLS = frozenset((*(f"contact.{name}" for name in SENSITIVE_FIELDS), *(f"staff.{name}" for name in DETAILS)))


async def import_json(connection: AsyncConnection, actor: Actor, import_id: UUID) -> Any:
    """One import's JSON text and version."""
    return await single(connection, actor, Import, COLUMNS, import_id)


async def find_import(connection: AsyncConnection, actor: Actor, import_id: UUID) -> Any:
    """The columns of an import that the actor may see, as far as its rows need them."""
    columns = (Import.id, Import.run, Import.mapping, Import.filename, Import.created_by)
    statement = select(*columns).where(Import.id == import_id, allowed(actor, "see", Import))
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return row


def hidden_columns(actor: Actor, import_: Any) -> list[dict[str, Any]]:
    """The columns of sensitive fields, whose cells nobody but the file's sender sees again."""
    if import_.created_by == actor.id:
        return []
    return [column for column in import_.mapping if column["field"] in SENSITIVE_CELLS]


def hiding(columns: Collection[dict[str, Any]]) -> Callable[[str], str]:
    """What takes the cells of some columns out of a row's JSON."""
    if not columns:
        return unchanged

    def hide(item: str) -> str:
        row = orjson.loads(item)
        for column in columns:
            row["kept"] = {name: text for name, text in row["kept"].items() if not name.startswith(column["heading"])}
            if column["column"] < len(row["cells"]):
                row["cells"][column["column"]] = None
        return orjson.dumps(row).decode()

    return hide


async def rejected_rows(connection: AsyncConnection, import_: Any) -> AsyncIterator[list[Any]]:
    """The cells and errors of the last run's rejected rows, some at a time, in the order of the file."""
    last = -1
    while True:
        rows = (
            await connection.execute(
                select(ImportRow.row_number, ImportRow.cells, ImportRow.errors)
                .where(
                    ImportRow.import_id == import_.id,
                    ImportRow.run == import_.run,
                    ImportRow.outcome == "rejected",
                    ImportRow.row_number > last,
                )
                .order_by(ImportRow.row_number)
                .limit(PAGE)
            )
        ).all()
        if not rows:
            return
        yield list(rows)
        last = rows[-1].row_number
