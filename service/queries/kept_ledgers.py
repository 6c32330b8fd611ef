"""Stored snapshots as ledgers: read once, kept while they are asked for, used by one thread at a time."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.distribution.balance import Booking
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.snapshot import Snapshot
from service.models import Decision, LedgerEntry
from service.models import Ledger as LedgerRow
from service.models import Snapshot as SnapshotRow
from service.queries.ledgers import ENTRIES, ROUTE, Balances, balance_at, restated

KEPT = 4
"""How many ledgers a process keeps; one of 100,000 accounts takes some 200 MB."""

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class KeptLedger:
    """A ledger as it stood at its decisions; the rule takes an account off it for a moment, hence the lock."""

    ledger: Ledger
    lock: Lock = field(default_factory=Lock)

    def ask(self, question: Callable[[Ledger], Answer]) -> Answer:
        """The answer to a question that leaves the ledger as it was."""
        with self.lock:
            return question(self.ledger)


@dataclass(frozen=True)
class Source:
    """What a decision was computed from: a snapshot with a plan's owners, or with the entries before a routing's place.

    Neither: with the owners that the snapshot tells.
    """

    sha256: str
    plan_id: UUID | None
    place: int | None


async def on_ledger(connection: AsyncConnection, source: Source, question: Callable[[Ledger], Answer]) -> Answer:
    """The answer on the ledger that a decision was computed from.

    What is kept never changes: a snapshot is found by its hash, a plan's decisions and a ledger's entries are written
    once.
    """
    if source.place is not None:
        return await asyncio.to_thread(question, await ledger_before(connection, source.sha256, source.place))
    key, sha256, plan_id = (source.sha256, source.plan_id), source.sha256, source.plan_id
    kept = _SHELF.get(key)
    if kept is None:
        content = (await connection.execute(CONTENT.where(SnapshotRow.sha256 == sha256))).scalar_one()
        owners = await owners_of(connection, plan_id) if plan_id else None
        kept = await asyncio.to_thread(lambda: KeptLedger(Ledger.of(Snapshot.from_bytes(content), owners)))
        _SHELF[key] = kept
        if len(_SHELF) > KEPT:
            _SHELF.popitem(last=False)
    _SHELF.move_to_end(key)
    return await asyncio.to_thread(kept.ask, question)


async def owners_of(connection: AsyncConnection, plan_id: UUID) -> dict[str, str]:
    """The owners that a plan gives: account id → person id."""
    statement = select(Decision.account_id, Decision.winner_id).where(
        Decision.plan_id == plan_id, Decision.winner_id.is_not(None)
    )
    return {str(row.account_id): str(row.winner_id) for row in await connection.execute(statement)}


async def ledger_before(connection: AsyncConnection, sha256: str, place: int) -> Ledger:
    """The ledger of one account as it stood when the account was routed."""
    ledger_id = (await connection.execute(OPENED.where(LedgerRow.snapshot_sha256 == sha256))).scalar_one()
    entry = (
        await connection.execute(ENTRIES.where(LedgerEntry.ledger_id == ledger_id, LedgerEntry.place == place))
    ).one()
    _, balance = await balance_at(connection, _REPLAYED, ledger_id, place - 1)
    return restated(balance, entry).ledger([Booking.from_mapping(entry.booking).account])


CONTENT = select(SnapshotRow.content)
OPENED = select(LedgerRow.id).where(LedgerRow.purpose == ROUTE)
_REPLAYED: Balances = OrderedDict()
_SHELF: OrderedDict[tuple[str, UUID | None], KeptLedger] = OrderedDict()
