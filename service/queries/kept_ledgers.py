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

from service.domain.distribution.ledger import Ledger
from service.domain.distribution.snapshot import Snapshot
from service.models import Decision
from service.models import Snapshot as SnapshotRow

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


async def on_ledger(
    connection: AsyncConnection, sha256: str, plan_id: UUID | None, question: Callable[[Ledger], Answer]
) -> Answer:
    """The answer on the ledger of a snapshot: with a plan's owners, or with those that the snapshot tells.

    What is kept never changes: a snapshot is found by its hash, and a plan's decisions are written once.
    """
    key = (sha256, plan_id)
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


CONTENT = select(SnapshotRow.content)
_SHELF: OrderedDict[tuple[str, UUID | None], KeptLedger] = OrderedDict()
