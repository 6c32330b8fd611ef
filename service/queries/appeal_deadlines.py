"""Which appeals, mediations and promises the clock has come to; the oldest first."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, exists, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.appeals import reminded_until
from service.domain.states import OPEN_APPEALS
from service.models import Appeal, AppealPromise, Mediation
from service.models.appeals import RUNNING_STATES, UNENDED
from service.queries.appeals import appeal_settings
from service.queries.calendar import business_calendar


async def overdue(connection: AsyncConnection, now: datetime) -> list[UUID]:
    """The running appeals whose deadline has passed and that may still go to another reviewer."""
    escalations = (await appeal_settings(connection)).escalations
    missed = RUNNING.where(Appeal.decide_by < now, Appeal.instance <= escalations)
    return list(await connection.scalars(missed))


async def near(connection: AsyncConnection, now: datetime, timezone: str) -> list[UUID]:
    """The running appeals whose deadline is near, and of which nobody was reminded yet."""
    until = await horizon(connection, now, timezone)
    return list(await connection.scalars(RUNNING.where(Appeal.decide_by <= until, Appeal.reminded_at.is_(None))))


async def overdue_mediations(connection: AsyncConnection, now: datetime) -> list[UUID]:
    """The mediations whose time has passed."""
    return list(await connection.scalars(MEDIATIONS.where(Mediation.answer_by < now)))


async def near_mediations(connection: AsyncConnection, now: datetime, timezone: str) -> list[UUID]:
    """The mediations with a proposal to answer soon, of which nobody was reminded yet."""
    until = await horizon(connection, now, timezone)
    waiting = MEDIATIONS.where(
        Mediation.answer_by <= until, Mediation.reminded_at.is_(None), Mediation.proposal.is_not(None)
    )
    return list(await connection.scalars(waiting))


async def due_promises(connection: AsyncConnection, now: datetime, timezone: str) -> list[UUID]:
    """The open promises whose date has come, but those of a verdict that is being looked at again."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    statement = select(AppealPromise.id).where(
        AppealPromise.state == "open", AppealPromise.kind == "later", AppealPromise.due_on <= today, stands()
    )
    return list(await connection.scalars(statement.order_by(AppealPromise.due_on, AppealPromise.id)))


def stands() -> ColumnElement[bool]:
    """Promises of a verdict that no second instance is hearing now."""
    heard_again = exists().where(Appeal.id == AppealPromise.appeal_id, Appeal.state.in_(OPEN_APPEALS))
    return ~heard_again.correlate_except(Appeal)


async def horizon(connection: AsyncConnection, now: datetime, timezone: str) -> datetime:
    """Deadlines up to this instant are near."""
    settings, calendar = await appeal_settings(connection), await business_calendar(connection, timezone)
    return reminded_until(now, settings, calendar)


RUNNING: Select[UUID] = select(Appeal.id).where(text(RUNNING_STATES)).order_by(Appeal.decide_by)
MEDIATIONS: Select[UUID] = select(Mediation.id).where(text(UNENDED)).order_by(Mediation.answer_by)
