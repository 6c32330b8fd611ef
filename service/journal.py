"""record(): what happened goes into the audit log and the outbox, in the caller's transaction."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import FromClause, Insert, Table, bindparam, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.bulk_copy import enter_rows
from service.domain.canonical import canonical_json
from service.domain.events import Event
from service.models import AuditEntry, OutboxMessage, new_id
from service.policy.actor import Actor


async def record(session: AsyncSession, actor: Actor, *events: Event) -> None:
    """Writes an audit entry for each event, and an outbox message unless it is evidence alone; in one transaction."""
    if len(events) == 1 and events[0].published:
        await session.flush()
        await session.execute(ENTRY, entry_values(actor, events[0], session.info["request_id"]))
    else:
        await record_all(session, actor, events, len(events))


async def record_all(session: AsyncSession, actor: Actor, events: Iterable[Event], number: int) -> None:
    """The same for so many events, which are asked for while the database writes those before."""
    await session.flush()
    at, request_id, said = datetime.now(UTC), session.info["request_id"], Said()
    known: list[tuple[UUID, Event]] = []

    def entries() -> Iterator[tuple[Any, ...]]:
        for event in events:
            known.append((new_id(), event))
            yield audit_row(known[-1][0], at, actor, event, request_id, said)

    await enter_rows(session, AuditEntry.__table__, ENTRY_COLUMNS, entries(), number)
    heard = [(id_, event) for id_, event in known if event.published]
    messages = (outbox_row(id_, at, event) for id_, event in heard)
    await enter_rows(session, OutboxMessage.__table__, MESSAGE_COLUMNS, messages, len(heard))


def bound(table: FromClause, prefix: str, columns: Iterable[str]) -> Insert:
    """An insert of one row whose values are bound by prefixed names, so that the statement is built only once."""
    columns_of = table.c
    return insert(cast("Table", table)).values(
        {name: bindparam(f"{prefix}{name}", type_=columns_of[name].type) for name in columns}
    )


def entry_values(actor: Actor, event: Event, request_id: str) -> dict[str, Any]:
    """The values of ENTRY_CTES."""
    id_, at = new_id(), datetime.now(UTC)
    entry = zip(ENTRY_COLUMNS, audit_row(id_, at, actor, event, request_id, Said()), strict=True)
    message = zip(MESSAGE_COLUMNS, outbox_row(id_, at, event), strict=True)
    return {f"audit_{name}": value for name, value in entry} | {f"outbox_{name}": value for name, value in message}


class Said(dict[int, str]):
    """The data of events in the form that is sealed (RFC 8785); what several of them share is written once."""

    def of(self, event: Event) -> str:
        """One event's data; the caller keeps the events, so that no two data have one address."""
        if (known := self.get(id(event.data))) is None:
            known = self[id(event.data)] = canonical_json(plain(event.data)).decode()
        return known


def audit_row(id_: UUID, at: datetime, actor: Actor, event: Event, request_id: str, said: Said) -> tuple[Any, ...]:
    """The values of ENTRY_COLUMNS for one event."""
    return (
        id_,
        at,
        f"{actor.kind}:{actor.name}",
        actor.id,
        actor.on_behalf_of,
        event.type,
        event.subject_type,
        event.subject_id,
        event.account_id,
        request_id,
        said.of(event),
    )


def outbox_row(id_: UUID, at: datetime, event: Event) -> tuple[Any, ...]:
    """The values of MESSAGE_COLUMNS for an entry of this id: ids and a type, never content."""
    return id_, at, event.type, event.subject_type, event.subject_id


PLAIN = frozenset({str, int, bool})  # most values by far, so they are looked at first


def plain(value: Any) -> Any:
    """A value as canonical JSON holds it: instants in UTC with Z, decimals and ids as text."""
    if value is None or type(value) in PLAIN:
        return value
    if type(value) is UUID:
        return str(value)
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
