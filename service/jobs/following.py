"""What follows from a change to so many accounts that no request can carry it out: lines, values."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from service.errors import Sentence, StateConflict
from service.jobs.worker import Workplace
from service.operations import rates
from service.operations.departments import AT_ONCE
from service.operations.memberships import accounts_with, refresh_line
from service.operations.organisation import people_below

CALLED_OFF = Sentence("The job was called off.", "任务已取消。")


async def refresh_lines(work: Workplace) -> dict[str, Any]:
    """Lets those above a department that has moved see its people's accounts, some at a time."""
    job = work.job
    async with work.database.transaction() as session:
        accounts = await accounts_with(session, await people_below(session, job.subject_id))
    done = 0
    for some in chunks(accounts):
        async with work.database.transaction(job.created_by, job.request_id) as session:
            await refresh_line(session, some)
        done += len(some)
        await tell(work, 100 * done // len(accounts))
    return {"accounts": done}


async def revalue_accounts(work: Workplace) -> dict[str, Any]:
    """Values accounts by the rates as they stand, some at a time; what has its value already stays as it is."""
    async with work.database.transaction() as session:
        known = await rates.currencies(session, work.settings.base_currency)
    valued = 0
    for at, currency in enumerate(known, 1):
        changed = rates.AT_ONCE
        while changed == rates.AT_ONCE:
            async with work.database.transaction(work.job.created_by, work.job.request_id) as session:
                await rates.hold_rates(session, changing=True)
                changed = await rates.revalue(session, currency)
            valued += changed
        await tell(work, 100 * at // len(known))
    return {"accounts_valued": valued}


def chunks(accounts: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """As many accounts at a time as a request would take."""
    for start in range(0, len(accounts), AT_ONCE):
        yield accounts[start : start + AT_ONCE]


async def tell(work: Workplace, percent: int) -> None:
    """Notes progress; stops when the job was called off."""
    if not await work.progress(min(percent, 99)):
        raise StateConflict(CALLED_OFF)
