"""Accounts that wait are asked about again, in order, as soon as the reason has gone: whatever it was."""

from datetime import datetime
from itertools import islice
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database import Database
from service.domain.distribution.queue import DUE
from service.domain.distribution.scale import TooLarge
from service.errors import NoPublishedRulebook, Problem
from service.operations.waiting import retry
from service.queries.waiting import asked_again, by_team, waiting
from service.settings import Settings

AT_ONCE = 1_000
"""Accounts of a team that are looked at in one run."""
log = structlog.get_logger("evenhand.waiting")


async def retry_waiting(database: Database, settings: Settings, _now: datetime) -> int:
    """Gives out what waits and is due, team by team, the highest priority first; tells how many accounts that were."""
    async with database.reading() as connection:
        rows = (await connection.execute(waiting())).all()
    given = 0
    for department_id, accounts in by_team(row for row in rows if not row.unasked).items():
        try:
            async with database.reading() as connection:
                due = await due_of(connection, department_id, accounts, settings.timezone)
        except NoPublishedRulebook:
            break
        for account_id in due:
            given += await given_out(database, account_id, department_id, settings.timezone)
    return given


async def due_of(
    connection: AsyncConnection, department_id: UUID | None, accounts: list[UUID], timezone: str
) -> list[UUID]:
    """The accounts for which the rule names somebody now, in order; all, where only a fresh ledger can tell."""
    some = list(islice(accounts, AT_ONCE))
    try:
        told = await asked_again(connection, department_id, some, timezone)
    except TooLarge:
        return some
    return [account_id for account_id, (_, waits) in told.items() if waits.reason == DUE]


async def given_out(database: Database, account_id: UUID, department_id: UUID | None, timezone: str) -> bool:
    """Whether the account has an owner now; what stands in the way of one does not stop the others."""
    try:
        async with database.transaction() as session:
            return await retry(session, account_id, department_id, timezone)
    except Problem as problem:
        log.info("still waiting", account_id=str(account_id), code=problem.code())
        return False
