"""What grades promise, dated further every night."""

from datetime import datetime

from service.database import Database
from service.operations.entitlements import extend_entitlements
from service.policy import system_actor
from service.queries.account_tiers import running_out
from service.queries.calendar import business_calendar
from service.queries.settings import setting
from service.settings import Settings

PROMISES = system_actor("promises")


async def date_entitlements(database: Database, settings: Settings, now: datetime) -> int:
    """Dates what each grade promises so many months ahead as the company set; tells how many grades there were."""
    async with database.reading() as connection:
        calendar = await business_calendar(connection, settings.timezone)
        ahead = await setting(connection, "entitlement_months")
        today = calendar.business_date(now)
        found = await running_out(connection, today, ahead, settings.timezone)
    extended = 0
    for grade_id in found:
        async with database.transaction() as session:
            extended += await extend_entitlements(session, PROMISES, grade_id, today, calendar, ahead)
    return extended
