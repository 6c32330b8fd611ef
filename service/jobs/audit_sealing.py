"""What was written down is sealed within a second or two of its commit."""

from datetime import datetime

from service.adapters.audit_signing import Notary
from service.adapters.keys import kept_keys
from service.database import Database
from service.operations import audit_sealing
from service.settings import Settings


async def seal_audit(database: Database, settings: Settings, _now: datetime) -> int:
    """Seals what may be sealed; tells how many entries that was."""
    async with database.transaction() as session:
        return await audit_sealing.seal(session, Notary(kept_keys(settings).audit))
