"""What of lending has come to its end by itself is noted; whoever reads is refused by the clock, noted or not."""

from datetime import datetime

from service.database import Database, keep_archive
from service.operations.lending_ends import record_ends
from service.policy import system_actor
from service.settings import Settings

CLOCK = system_actor("lending")


async def note_ended_lending(database: Database, _settings: Settings, _now: datetime) -> int:
    """Loans and reading sessions past their end, by the database's clock; tells how many there were."""
    async with database.transaction() as session:
        await keep_archive(session)
        return await record_ends(session, CLOCK)
