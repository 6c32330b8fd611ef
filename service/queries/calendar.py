"""The business calendar: working days with the holidays and make-up days (调休) that people entered."""

from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.calendar import BusinessCalendar
from service.models import Holiday


async def business_calendar(connection: AsyncConnection, timezone: str) -> BusinessCalendar:
    """The calendar of one business time zone, such as Asia/Shanghai, as it stands now."""
    rows = (await connection.execute(select(Holiday.on_date, Holiday.kind))).all()
    holidays = [row.on_date for row in rows if row.kind == "holiday"]
    return BusinessCalendar(ZoneInfo(timezone), holidays, [row.on_date for row in rows if row.kind == "make_up"])
