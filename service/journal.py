"""record(): what happened goes into the audit log and the outbox, in the caller's transaction."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, cast

from sqlalchemy import FromClause, Insert, Table, bindparam, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.bulk_copy import enter_rows
from service.domain.canonical import canonical_json
from service.domain.events import Event
from service.models import AuditEntry, OutboxMessage, new_id
from service.policy.actor import Actor


async def record(session: AsyncSession, actor: Actor, *events: Event) -> None:
    """Writes an audit entry for each event, and an outbox message unless it is evidence alone; in one transaction."""
    await session.flush()
    at, request_id = datetime.now(UTC), session.info["request_id"]
    if len(events) == 1 and events[0].published:
        await session.execute(ENTRY, entry_values(actor, events[0], request_id))
        return
    entries = [audit_row(actor, event, at, request_id) for event in events]
    await enter_rows(session, AuditEntry.__table__, ENTRY_COLUMNS, entries)
    messages = [outbox_row(entry) for event, entry in zip(events, entries, strict=True) if event.published]
    await enter_rows(session, OutboxMessage.__table__, MESSAGE_COLUMNS, messages)


def bound(table: FromClause, prefix: str, columns: Iterable[str]) -> Insert:
    """An insert of one row whose values are bound by prefixed names, so that the statement is built only once."""
    columns_of = table.c
    return insert(cast("Table", table)).values(
        {name: bindparam(f"{prefix}{name}", type_=columns_of[name].type) for name in columns}
    )


def entry_values(actor: Actor, event: Event, request_id: str) -> dict[str, Any]:
    """The values of ENTRY_CTES."""
    entry = audit_row(actor, event, datetime.now(UTC), request_id)
    message = outbox_row(entry)
    return {f"audit_{name}": value for name, value in entry.items()} | {
        f"outbox_{name}": value for name, value in message.items()
    }


def audit_row(actor: Actor, event: Event, at: datetime, request_id: str) -> dict[str, Any]:
    """The columns of one entry; its data in the form that is sealed (RFC 8785)."""
    return {
        "id": new_id(),
        "at": at,
        "actor": f"{actor.kind}:{actor.name}",
        "actor_id": actor.id,
        "on_behalf_of": actor.on_behalf_of,
        "action": event.type,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "account_id": event.account_id,
        "request_id": request_id,
        "data": canonical_json(plain(event.data)).decode(),
    }


def outbox_row(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The thin message for an entry: ids and a type, never content."""
    return {
        "id": entry["id"],
        "at": entry["at"],
        "type": entry["action"],
        "subject_type": entry["subject_type"],
        "subject_id": entry["subject_id"],
    }


PLAIN = frozenset({str, int, bool})  # most values by far, so they are looked at first


def plain(value: Any) -> Any:
    """A value as canonical JSON holds it: instants in UTC with Z, decimals and ids as text."""
    if value is None or type(value) in PLAIN:
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, dict):
        return {str(key): item if item is None or type(item) in PLAIN else plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else str(value)


ENTRY_COLUMNS = (
    "id", "at", "actor", "actor_id", "on_behalf_of", "action", "subject_type", "subject_id", "account_id", "request_id",
    "data",
)  # fmt: skip
MESSAGE_COLUMNS = ("id", "at", "type", "subject_type", "subject_id")
# The same two rows as data-modifying CTEs, for a write that is one statement; `entry_values` fills them.
ENTRY_CTES = (
    bound(AuditEntry.__table__, "audit_", ENTRY_COLUMNS).returning(AuditEntry.__table__.c.position).cte("audit"),
    bound(OutboxMessage.__table__, "outbox_", MESSAGE_COLUMNS)
    .returning(OutboxMessage.__table__.c.position)
    .cte("outbox"),
)
ENTRY = select(literal(1)).add_cte(*ENTRY_CTES)
"""Both rows of one event in one statement."""
