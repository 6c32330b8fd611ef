"""What follows when something of the archive is lost, lent or not."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.journal import record
from service.models import Incident
from service.policy import Actor


async def open_incident(
    session: AsyncSession, actor: Actor, item_id: UUID, account: str, loan_id: UUID | None = None
) -> Incident:
    """Opens an incident: what was lost, on which loan if any, and what the reporter tells of it."""
    assert actor.id is not None
    incident = Incident(item_id=item_id, loan_id=loan_id, reported_by=actor.id, account=account)
    session.add(incident)
    await session.flush()
    data = {"item_id": item_id, "loan_id": loan_id}
    await record(session, actor, events.IncidentOpened(incident.id, data=data))
    return incident
