"""What happened to an account, told from the evidence: its history of changes, its timeline, its fields in the past."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Text, and_, cast, column, func, literal_column, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from service.models import Account, Appeal, AuditEntry
from service.policy import Actor, allowed
from service.queries.json_view import json_object
from service.queries.listing import Listing, any_of, at_least, at_most, before, equals

CHANGED = ("account", "contact", "interaction", "task")
AROUND = ("account", "division", "contact", "membership", "interaction", "task", "assignment", "account_tier")
DATA = cast(AuditEntry.data, JSONB)
CHANGES = DATA["changes"]
HAS_CHANGES = DATA.has_key("changes")


def entry_columns() -> dict[str, Any]:
    """What both lists tell of an entry."""
    names = ("id", "at", "actor_id", "actor", "on_behalf_of", "action", "subject_type", "subject_id")
    return {name: getattr(AuditEntry, name) for name in names}


def history_columns(_actor: Actor) -> Mapping[str, Any]:
    """The members of HistoryEntry."""
    return entry_columns() | {"changes": CHANGES}


def timeline_columns(_actor: Actor) -> Mapping[str, Any]:
    """The members of TimelineEntry."""
    changed = func.jsonb_object_keys(func.coalesce(CHANGES, literal_column("'{}'::jsonb"))).column_valued("changed")
    names = select(func.coalesce(func.array_agg(changed), literal_column("'{}'::text[]", ARRAY(Text()))))
    return entry_columns() | {"fields": names.scalar_subquery()}


def with_changes(_actor: Actor) -> ColumnElement[bool]:
    """Entries that tell what a field was and became."""
    return and_(AuditEntry.subject_type.in_(CHANGED), HAS_CHANGES)


def around(actor: Actor) -> ColumnElement[bool]:
    """What whoever sees an account's timeline sees on it; of appeals only those that they may know of."""
    appeals = select(Appeal.id).where(allowed(actor, "see", Appeal))
    of_appeal = and_(AuditEntry.subject_type == "appeal", AuditEntry.subject_id.in_(appeals))
    return or_(AuditEntry.subject_type.in_(AROUND), of_appeal)


HISTORY = Listing(
    model=AuditEntry,
    name="history",
    columns=history_columns,
    rows=with_changes,
    sorts={"at": AuditEntry.position},
    filters={
        "account_id": equals(AuditEntry.account_id),
        "as_of": at_most(AuditEntry.at),
        "subject_type": any_of(AuditEntry.subject_type),
        "subject_id": equals(AuditEntry.subject_id),
        "actor_id": equals(AuditEntry.actor_id),
    },
)
TIMELINE = Listing(
    model=AuditEntry,
    name="timeline",
    columns=timeline_columns,
    rows=around,
    sorts={"at": AuditEntry.position},
    filters={
        "account_id": equals(AuditEntry.account_id),
        "action": any_of(AuditEntry.action),
        "at_from": at_least(AuditEntry.at),
        "at_to": before(AuditEntry.at),
    },
)
# The fields that people enter, as evidence tells them: money in two.
ENTERED = (
    "code", "external_ref", "parent_id", "name", "kind", "industry", "region", "potential_value", "potential_currency",
    "potential_value_on", "intent", "products", "lifecycle", "source", "watch", "watch_reason", "custom",
)  # fmt: skip


async def fields_as_of(connection: AsyncConnection, account_id: UUID, instant: datetime) -> dict[str, Any] | None:
    """An account's fields at an instant: those of today, every later change undone; None before it was entered."""
    present = select(json_object({name: getattr(Account, name) for name in ENTERED})).where(
        Account.id == account_id, Account.created_at <= instant
    )
    fields = await connection.scalar(present)
    if fields is None:
        return None
    change = func.jsonb_each(CHANGES).table_valued("key", column("value", JSONB))
    undone = (
        select(change.c.key, change.c.value["from"])
        .select_from(AuditEntry)
        .join(change, true())
        .where(
            AuditEntry.subject_id == account_id,
            AuditEntry.subject_type == "account",
            HAS_CHANGES,
            AuditEntry.at > instant,
        )
        .ext(distinct_on(change.c.key))
        .order_by(change.c.key, AuditEntry.position)
    )
    earlier = {key: value for key, value in await connection.execute(undone) if key in ENTERED}
    return dict(orjson.loads(fields)) | earlier
