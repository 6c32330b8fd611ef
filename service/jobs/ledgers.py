"""Ledgers that no request may open, and fairness: kept current by the clock."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database import Database
from service.errors import NoPublishedRulebook
from service.jobs.housekeeping import forget
from service.models import Department, LoadChange
from service.operations.fairness_reports import store_report
from service.operations.ledgers import store_ledger
from service.queries.fairness import measured
from service.queries.ledgers import AT_ONCE, FAIRNESS, ROUTE, open_ledger, running_ledger, size_of
from service.queries.snapshots import Scope
from service.settings import Settings

CHANGES_KEPT = timedelta(days=2)  # a ledger holds for one day


async def keep_ledgers(database: Database, settings: Settings, _now: datetime) -> int:
    """Opens anew each large scope's ledger that does not hold any more or is due; tells how many there were.

    A ledger is read in one state of the database, so routings that go on meanwhile are restated in it.
    """
    async with database.reading() as connection:
        scopes = await large_scopes(connection)
    opened = 0
    for department_id in scopes:
        try:
            opened += await keep_ledger(database, department_id, settings.timezone)
        except NoPublishedRulebook:
            break
    return opened


async def large_scopes(connection: AsyncConnection) -> list[UUID | None]:
    """The scopes with more accounts than a request reads at once: None for the company, ids of departments."""
    if await size_of(connection, Scope()) <= AT_ONCE:
        return []
    departments = await connection.scalars(select(Department.id).where(Department.deleted_at.is_(None)))
    return [None, *[one for one in departments if await size_of(connection, Scope(one)) > AT_ONCE]]


async def keep_ledger(database: Database, department_id: UUID | None, timezone: str) -> bool:
    """Opens a scope's ledger anew unless it holds and is not due."""
    async with database.reading() as connection:
        running = await running_ledger(connection, ROUTE, department_id, timezone)
    if running and not running.due:
        return False
    async with database.frozen() as connection:
        opened = await open_ledger(connection, ROUTE, Scope(department_id), timezone)
    async with database.transaction() as session:
        await store_ledger(session, opened, ROUTE)
    return True


async def measure_fairness(database: Database, settings: Settings, _now: datetime) -> int:
    """Measures the company's fairness where somebody's load has changed, or the last measurement is old."""
    async with database.reading() as connection:
        try:
            running = await running_ledger(connection, FAIRNESS, None, settings.timezone)
        except NoPublishedRulebook:
            return 0
    if running and not running.restated and not running.due:
        return 0
    async with database.frozen() as connection:
        opened = await open_ledger(connection, FAIRNESS, Scope(), settings.timezone)
        report = await measured(connection, opened)
    async with database.transaction() as session:
        await store_report(session, opened, report)
    return 1


async def forget_load_changes(database: Database, _settings: Settings, now: datetime) -> int:
    """Forgets changes that every ledger of the last two days knows of, older ones being void; tells how many."""
    return await forget(database, LoadChange, LoadChange.at < now - CHANGES_KEPT)
