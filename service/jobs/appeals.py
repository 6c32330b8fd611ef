"""Appeals whose deadline has passed."""

from datetime import datetime

from service.database import Database
from service.operations.appeal_reviews import escalate
from service.policy import system_actor
from service.queries.appeals import appeal_settings, overdue
from service.settings import Settings

DEADLINES = system_actor("deadlines")


async def escalate_overdue_appeals(database: Database, settings: Settings, now: datetime) -> int:
    """Hands each overdue appeal to another reviewer, in a transaction of its own; tells how many there were."""
    async with database.reading() as connection:
        found = await overdue(connection, now, await appeal_settings(connection))
    escalated = 0
    for appeal_id in found:
        async with database.transaction() as session:
            escalated += await escalate(session, DEADLINES, appeal_id, now, settings.timezone)
    return escalated
