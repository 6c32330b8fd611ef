"""Absences as JSON: one, many."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from service.models import Absence
from service.policy import Actor
from service.queries.listing import Listing, any_of, at_least, at_most, equals
from service.queries.single import single

COLUMNS = {column.key: column for column in Absence.__table__.columns if column.key != "deleted_at"}

ABSENCES = Listing(
    model=Absence,
    columns=lambda _actor: COLUMNS,
    filters={
        "staff_id": equals(Absence.staff_id),
        "kind": any_of(Absence.kind),
        "on_from": at_least(Absence.ends_on),
        "on_to": at_most(Absence.starts_on),
    },
    sorts={"starts_on": Absence.starts_on},
)


async def absence_json(connection: AsyncConnection, actor: Actor, staff_id: UUID, absence_id: UUID) -> Any:
    """One absence's JSON text and its version."""
    return await single(connection, actor, Absence, COLUMNS, absence_id, Absence.staff_id == staff_id)
