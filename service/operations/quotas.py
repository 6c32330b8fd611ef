"""Taking a share of a quota that all processes count together."""

from datetime import timedelta

from sqlalchemy import Float, case, cast, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.rate_limits import WINDOW_S
from service.models import RateWindow


async def take(connection: AsyncConnection, subject: str, asked: int) -> tuple[int, float]:
    """Counts so many as taken: the count with them, and in how many seconds its window ends.

    One statement, so that nobody comes between; whoever asks in vain counts too, which harms nobody.
    """
    now = func.clock_timestamp()
    row = insert(RateWindow).values(subject=subject, taken=asked, ends_at=now + timedelta(seconds=WINDOW_S))
    over = RateWindow.ends_at <= now
    statement = row.on_conflict_do_update(
        index_elements=[RateWindow.subject],
        set_={
            "taken": case((over, asked), else_=RateWindow.taken + asked),
            "ends_at": case((over, row.excluded.ends_at), else_=RateWindow.ends_at),
        },
    ).returning(RateWindow.taken, cast(func.extract("epoch", RateWindow.ends_at - now), Float))
    taken, seconds = (await connection.execute(statement)).one()
    return taken, seconds
