"""The clock of appeals: reminders, missed deadlines, mediations without an answer, promises that fall due."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from service.database import Database
from service.errors import Problem
from service.operations.appeal_deadlines import end_mediation, escalate, remind, remind_sides
from service.operations.appeal_promises import keep_dated
from service.policy import system_actor
from service.queries.appeal_deadlines import due_promises, near, near_mediations, overdue, overdue_mediations
from service.settings import Settings

DEADLINES = system_actor("deadlines")
log = structlog.get_logger("evenhand.appeals")


async def escalate_overdue_appeals(database: Database, settings: Settings, now: datetime) -> int:
    """Hands each overdue appeal to another reviewer; tells how many there were."""
    async with database.reading() as connection:
        found = await overdue(connection, now)
    return await each(database, found, lambda session, id_: escalate(session, DEADLINES, id_, now, settings.timezone))


async def end_overdue_mediations(database: Database, settings: Settings, now: datetime) -> int:
    """Ends each mediation that both sides have not accepted in time; tells how many there were."""
    async with database.reading() as connection:
        found = await overdue_mediations(connection, now)
    return await each(
        database, found, lambda session, id_: end_mediation(session, DEADLINES, id_, now, settings.timezone)
    )


async def remind_of_appeals(database: Database, settings: Settings, now: datetime) -> int:
    """Reminds reviewers of deadlines that are near, and parties of proposals to answer; tells how many there were."""
    async with database.reading() as connection:
        appeals = await near(connection, now, settings.timezone)
        mediations = await near_mediations(connection, now, settings.timezone)
    told = await each(database, appeals, lambda session, id_: remind(session, DEADLINES, id_, now))
    return told + await each(database, mediations, lambda session, id_: remind_sides(session, DEADLINES, id_, now))


async def keep_promises(database: Database, settings: Settings, now: datetime) -> int:
    """Carries out what verdicts promised for a date that has come; tells how many there were."""
    async with database.reading() as connection:
        found = await due_promises(connection, now, settings.timezone)
    return await each(database, found, lambda session, id_: keep_dated(session, DEADLINES, id_, settings.timezone))


async def each(database: Database, ids: Sequence[UUID], act: Callable[[AsyncSession, UUID], Awaitable[bool]]) -> int:
    """Acts on each in a transaction of its own; tells for how many something was done.

    What stands in the way of one does not stop the others; it is tried again the next time.
    """
    done = 0
    for id_ in ids:
        try:
            async with database.transaction() as session:
                done += await act(session, id_)
        except Problem as problem:
            log.warning("not done", id=str(id_), code=problem.code())
    return done
