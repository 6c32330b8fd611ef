"""Accounts that wait are asked about again, in order, as soon as the reason has gone: whatever it was."""

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database import Database
from service.domain.distribution.queue import DUE, OUTGROWN
from service.domain.distribution.scale import TooLarge
from service.errors import LedgerNotKept, NoPublishedRulebook, Problem
from service.models import Account
from service.operations.waiting import retry
from service.queries.waiting import UNASKED, asked_again, by_team, waiting
from service.settings import Settings

AT_ONCE = 1_000
"""Accounts of a team that are looked at in one run; where more wait, others come in the next minute."""
PERIOD_S = 60
log = structlog.get_logger("evenhand.waiting")


async def retry_waiting(database: Database, settings: Settings, now: datetime) -> int:
    """Gives out what waits and is due, team by team, the highest priority first; tells how many accounts that were."""
    async with database.reading() as connection:
        rows = (await connection.execute(waiting().where(UNASKED.is_(None)).order_by(Account.id))).all()
    given = 0
    for department_id, accounts in by_team(rows).items():
        try:
            async with database.reading() as connection:
                due = await due_of(connection, department_id, in_reach(accounts, now), settings.timezone)
        except NoPublishedRulebook:
            break
        except LedgerNotKept:  # of this team; the worker is about to open it
            continue
        for account_id in due:
            given += await given_out(database, account_id, department_id, settings.timezone)
    return given


def in_reach(accounts: list[UUID], now: datetime) -> list[UUID]:
    """As many accounts as one run looks at; what waits in vain keeps none from its turn."""
    first = int(now.timestamp()) // PERIOD_S * AT_ONCE % len(accounts)
    return [*accounts[first:], *accounts[:first]][:AT_ONCE]


async def due_of(
    connection: AsyncConnection, department_id: UUID | None, accounts: list[UUID], timezone: str
) -> list[UUID]:
    """The accounts for which the rule names somebody now, or of which only a fresh ledger can tell, in order."""
    told = await asked_again(connection, department_id, accounts, timezone)
    return [account_id for account_id, (_, waits) in told.items() if waits.reason in {DUE, OUTGROWN}]


async def given_out(database: Database, account_id: UUID, department_id: UUID | None, timezone: str) -> bool:
    """Whether the account has an owner now; what stands in the way of one does not stop the others."""
    try:
        async with database.transaction() as session:
            return await retry(session, account_id, department_id, timezone)
    except (Problem, TooLarge) as reason:
        log.info("still waiting", account_id=str(account_id), reason=str(reason))
        return False
