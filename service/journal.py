"""record(): what happened goes into the audit log and the outbox, in the caller's transaction."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.sql.selectable import CTE

from service.domain.canonical import canonical_bytes
from service.domain.events import Event
from service.models import AuditEntry, OutboxMessage, new_id
from service.policy.actor import Actor


async def record(session: AsyncSession, actor: Actor, *events: Event, request_id: str | None = None) -> None:
    """Writes an audit entry and an outbox message for each event; they commit or vanish with the change itself."""
    if not events:
        return
    recorded = session.info.setdefault("recorded", [])
    recorded.extend(events)
    await session.flush()
    await write(await session.connection(), actor, events, request_id or session.info.get("request_id", ""))


async def write(connection: AsyncConnection, actor: Actor, events: Iterable[Event], request_id: str) -> None:
    """The rows of many events, in two statements."""
    at = datetime.now(UTC)
    entries = [audit_row(actor, event, at, request_id) for event in events]
    await connection.execute(insert(AuditEntry), entries)
    await connection.execute(insert(OutboxMessage), [outbox_row(entry) for entry in entries])


def entry_ctes(actor: Actor, event: Event, request_id: str) -> tuple[CTE, CTE]:
    """The same two rows as data-modifying CTEs, for a write that is one statement."""
    entry = audit_row(actor, event, datetime.now(UTC), request_id)
    audit = insert(AuditEntry).values(entry).returning(AuditEntry.position).cte("audit")
    outbox = insert(OutboxMessage).values(outbox_row(entry)).returning(OutboxMessage.position).cte("outbox")
    return audit, outbox


def audit_row(actor: Actor, event: Event, at: datetime, request_id: str) -> dict[str, Any]:
    """The columns of one entry, its canonical bytes among them."""
    data = plain(event.data)
    row: dict[str, Any] = {
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
        "data": data,
    }
    row["canonical"] = canonical_bytes({key: plain(value) for key, value in row.items()})
    return row


def outbox_row(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The thin message for an entry: ids and a type, never content."""
    return {
        "id": entry["id"],
        "at": entry["at"],
        "type": entry["action"],
        "subject_type": entry["subject_type"],
        "subject_id": entry["subject_id"],
    }


def plain(value: Any) -> Any:
    """A value as canonical JSON holds it: instants in UTC with Z, decimals and ids as text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, (UUID, Decimal)):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
