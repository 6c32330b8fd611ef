"""What a user can do with the calendar: enter days off and make-up days, take them out."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.journal import record
from service.models import Holiday
from service.operations.versions import Versions, expect
from service.policy import Actor, fetch, require
from service.schemas.holidays import HolidayCreate


async def create_holiday(session: AsyncSession, actor: Actor, wanted: HolidayCreate) -> Holiday:
    """Enters a day; deadlines counted from now on heed it."""
    require(actor, "create", Holiday)
    values = dict(wanted)
    holiday = Holiday(**values)
    session.add(holiday)
    await session.flush()
    await record(session, actor, events.HolidayCreated(holiday.id, data=values))
    session.info["made"] = holiday
    return holiday


async def delete_holiday(session: AsyncSession, actor: Actor, holiday_id: UUID, version: Versions) -> None:
    """Takes a day out again; the audit entry keeps what it was."""
    holiday = await fetch(session, actor, "delete", Holiday, holiday_id)
    expect(holiday, version)
    data = {"on_date": holiday.on_date, "kind": holiday.kind, "name": holiday.name}
    await session.delete(holiday)
    await record(session, actor, events.HolidayDeleted(holiday_id, data=data))
