"""Audit entries as JSON, with the bytes that were sealed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, LargeBinary, Text, Uuid, cast, func, literal_column
from sqlalchemy.ext.asyncio import AsyncConnection

from service.models import AuditEntry
from service.models.evidence import Xid8
from service.policy import Actor
from service.queries.listing import Listing, any_of, at_least, before, equals
from service.queries.single import single

PLAIN = (
    *(
        "id",
        "position",
        "at",
        "actor",
        "actor_id",
        "on_behalf_of",
        "action",
        "subject_type",
        "subject_id",
        "account_id",
    ),
    *("request_id", "data"),
)
QUOTE = literal_column("""'"'""", Text())


def entry_columns(_actor: Actor) -> Mapping[str, Any]:
    """The members of AuditEntryView."""
    return {name: getattr(AuditEntry, name) for name in PLAIN} | {
        "xid": cast(AuditEntry.xid, Text),
        "canonical": canonical_text(),
    }


def canonical_text() -> ColumnElement[str]:
    """An entry's columns as one RFC 8785 text: the content of its leaf in the Merkle tree."""
    parts: list[Any] = []
    for mark, (name, column) in zip("{" + "," * 99, sorted(AuditEntry.__table__.columns.items()), strict=False):
        parts += [literal_column(f"""'{mark}"{name}":'"""), json_text(column)]
    return func.concat(*parts, literal_column("'}'"), type_=Text())


def canonical_bytes() -> ColumnElement[bytes]:
    """The same in UTF-8, as it is hashed."""
    return func.convert_to(canonical_text(), literal_column("'UTF8'"), type_=LargeBinary())


def json_text(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column as `plain` writes it. PostgreSQL escapes text as RFC 8785 does, and keeps `json` as it is."""
    if isinstance(column.type, DateTime):
        return func.to_char(func.timezone("UTC", column), literal_column(r"""'\"YYYY-MM-DD"T"HH24:MI:SS.US"Z"\"'"""))
    if isinstance(column.type, (Uuid, Xid8)):
        return func.coalesce(QUOTE.concat(cast(column, Text)).concat(QUOTE), literal_column("'null'"))
    return func.to_json(column) if isinstance(column.type, Text) else column


AUDIT_ENTRIES = Listing(
    model=AuditEntry,
    columns=entry_columns,
    sorts={"at": AuditEntry.position},
    filters={
        "subject_type": any_of(AuditEntry.subject_type),
        "subject_id": equals(AuditEntry.subject_id),
        "account_id": equals(AuditEntry.account_id),
        "action": any_of(AuditEntry.action),
        "actor_id": equals(AuditEntry.actor_id),
        "request_id": equals(AuditEntry.request_id),
        "at_from": at_least(AuditEntry.at),
        "at_to": before(AuditEntry.at),
    },
)


async def audit_entry_json(connection: AsyncConnection, actor: Actor, entry_id: UUID) -> str:
    """One entry's JSON text."""
    row = await single(connection, actor, AuditEntry, entry_columns(actor), entry_id)
    return str(row.json)
