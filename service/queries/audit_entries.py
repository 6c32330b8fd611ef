"""Audit entries as JSON, with the bytes that were sealed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, func, literal_column
from sqlalchemy.ext.asyncio import AsyncConnection

from service.models import AuditEntry
from service.policy import Actor
from service.queries.listing import Listing, any_of, at_least, before, equals
from service.queries.single import single

PLAIN = (
    *("id", "at", "actor", "actor_id", "on_behalf_of", "action", "subject_type", "subject_id", "account_id"),
    *("request_id", "data"),
)


def entry_columns(_actor: Actor) -> Mapping[str, Any]:
    """The members of AuditEntryView."""
    return {name: getattr(AuditEntry, name) for name in PLAIN} | {
        "xid": cast(AuditEntry.xid, Text),
        "canonical": func.convert_from(AuditEntry.canonical, literal_column("'UTF8'")),
    }


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
