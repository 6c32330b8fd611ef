"""The ledgers that are kept: opened with a snapshot, each routing entered in its place."""

from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.distribution.balance import Booking
from service.domain.states import VersionState
from service.models import Ledger, LedgerEntry, TierScheme
from service.operations.snapshots import store_snapshot
from service.queries.ledgers import (
    AT_ONCE,
    ROUTE,
    Opened,
    Running,
    ledger_row,
    open_at_once,
    running_ledger,
    size_of,
)
from service.queries.snapshots import Scope

ENTRY_COLUMNS = ("ledger_id", "place", "seen", "restated", "booking")


async def ledger_to_book_in(
    session: AsyncSession, department_id: UUID | None, account_id: UUID, timezone: str
) -> Running:
    """The ledger of a scope, which the caller holds, caught up; opened anew where that is due and the scope is small.

    LedgerNotKept while the worker has yet to open a large one.
    """
    connection = await session.connection()
    running = await running_ledger(connection, ROUTE, department_id, timezone)
    renewed = running and running.due and running.small
    if running and not (renewed and await size_of(connection, Scope(department_id)) <= AT_ONCE):
        return running
    return await opened_anew(session, department_id, account_id, timezone)


async def opened_anew(session: AsyncSession, department_id: UUID | None, account_id: UUID, timezone: str) -> Running:
    """A fresh ledger of a small scope, which the account to be routed belongs to."""
    scope = Scope(department_id, account_id=account_id if department_id else None)
    opened = await open_at_once(await session.connection(), ROUTE, scope, timezone)
    await store_ledger(session, opened, ROUTE)
    return Running(opened.id, opened.basis, 0, opened.seen, (), opened.balance, due=False, small=True)


async def store_ledger(session: AsyncSession, opened: Opened, purpose: str) -> None:
    """Keeps a fresh ledger; the snapshot too where routings will rest on it."""
    if purpose == ROUTE:
        await store_snapshot(session, opened.snapshot)
    scheme = select(TierScheme.id).where(
        TierScheme.code == opened.basis.scheme_code, TierScheme.state == VersionState.PUBLISHED
    )
    values = {**ledger_row(opened, purpose), "scheme_id": scheme.scalar_subquery()}
    await session.execute(insert(Ledger).values(values))


async def enter(session: AsyncSession, running: Running, booking: Booking) -> int:
    """Writes a routing into its ledger; its place there."""
    row = entry_row(running, booking)
    await session.execute(insert(LedgerEntry), row)
    place: int = row["place"]
    return place


def entry_row(running: Running, booking: Booking) -> dict[str, Any]:
    """A ledger's next entry, its columns by name."""
    restated = [one.to_mapping() for one in running.restated]
    values = (running.id, running.place + 1, running.seen, restated, booking.to_mapping())
    return dict(zip(ENTRY_COLUMNS, values, strict=True))
