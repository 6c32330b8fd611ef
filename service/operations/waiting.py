"""Giving out an account that waited, once the rule names somebody."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.models import Account
from service.operations.handovers import pass_on_tasks
from service.operations.hard_rules import hold_ledger
from service.operations.routing import route_account
from service.policy import system_actor
from service.queries.waiting import waiting

RETRIES = system_actor("waiting accounts")


async def retry(session: AsyncSession, account_id: UUID, department_id: UUID | None, timezone: str) -> bool:
    """Puts an account to the rule again unless somebody has it by now; tells whether it has an owner.

    Open tasks of whoever had it before go along.
    """
    await hold_ledger(session, department_id)
    await session.execute(select(Account.id).where(Account.id == account_id).with_for_update(key_share=True))
    row = (await session.execute(waiting().where(Account.id == account_id))).one_or_none()
    if row is None or row.unasked:
        return False
    routed = await route_account(session, RETRIES, account_id, department_id, timezone)
    if routed.staff_id in {None, row.previous_owner_id}:
        return False
    if row.previous_owner_id:
        await pass_on_tasks(session, RETRIES, row.previous_owner_id, account_id)
    return True
