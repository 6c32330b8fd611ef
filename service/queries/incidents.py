"""Incidents as JSON."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.models import ArchiveItem, Incident
from service.policy import Actor
from service.queries.listing import Listing, equals
from service.queries.single import single

PAPER = select(ArchiveItem.paper_state).where(ArchiveItem.id == Incident.item_id).correlate(Incident).scalar_subquery()
SHOWN = ("id", "item_id", "loan_id", "reported_by", "account", "created_at")
COLUMNS: dict[str, Any] = {name: getattr(Incident, name) for name in SHOWN} | {"paper_state": PAPER}
INCIDENTS = Listing(
    model=Incident,
    columns=lambda _actor: COLUMNS,
    filters={"item_id": equals(Incident.item_id), "loan_id": equals(Incident.loan_id)},
    sorts={"created_at": Incident.created_at},
)


async def incident_json(connection: AsyncConnection, actor: Actor, incident_id: UUID) -> Any:
    """One incident's JSON text."""
    return await single(connection, actor, Incident, COLUMNS, incident_id)
