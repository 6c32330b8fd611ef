"""What of lending has come to its end by itself is noted; whoever reads is refused by the clock, noted or not."""

from datetime import datetime

from service.database import Database, keep_archive
from service.operations.lending_ends import record_end
from service.settings import Settings


async def note_ended_lending(database: Database, _settings: Settings, _now: datetime) -> int:
    """Loans and reading sessions past their end, each in a transaction of its own; tells how many there were."""
    noted = 0
    while True:
        async with database.transaction() as session:
            await keep_archive(session)
            if not await record_end(session):
                return noted
        noted += 1
