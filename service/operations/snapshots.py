"""Evidence of what decisions were computed from and how they came out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.bulk_copy import copy_rows
from service.domain.distribution.decisions import Decision as Decided
from service.domain.distribution.snapshot import Snapshot
from service.models import Assignment, Decision, new_id
from service.models import Snapshot as SnapshotRow

COLUMNS = (
    "id", "kind", "plan_id", "account_id", "snapshot_sha256", "rulebook_id", "engine_version", "position",
    "previous_owner_id", "winner_id", "runner_up_id", "margin", "reason", "remedy",
)  # fmt: skip


async def store_snapshot(session: AsyncSession, snapshot: Snapshot) -> None:
    """Keeps the canonical bytes under their hash, with those who were candidates."""
    people = [UUID(person.id) for person in snapshot.people]
    values = {"sha256": snapshot.sha256, "content": snapshot.canonical_bytes(), "people": people}
    await session.execute(insert(SnapshotRow).values(values).on_conflict_do_nothing())


async def store_decisions(
    session: AsyncSession, snapshot: Snapshot, decisions: Sequence[Decided], plan_id: UUID | None = None
) -> list[UUID]:
    """Keeps decisions on a stored snapshot, by one COPY; their ids in the same order.

    A co-owner's part of an account is decided with the account, and so has no decision of its own; accounts of a group
    that count as one are decided alike.
    """
    owners = {account.id: account.owner for account in snapshot.accounts}
    parts = await parts_among(session, snapshot)
    others = {first: rest for first, *rest in snapshot.groups}
    kept = [
        decision if decision.account_id == account_id else replace(decision, account_id=account_id)
        for decision in decisions
        if decision.account_id not in parts
        for account_id in (decision.account_id, *others.get(decision.account_id, ()))
    ]
    owners |= {account_id: owners[first] for first, rest in others.items() for account_id in rest}
    ids = [new_id() for _ in kept]
    rows = (
        decision_values(id_, decision, owners[decision.account_id], plan_id)
        for id_, decision in zip(ids, kept, strict=True)
    )
    await copy_rows(session, Decision.__table__, COLUMNS, rows)
    return ids


async def parts_among(session: AsyncSession, snapshot: Snapshot) -> frozenset[str]:
    """The entries of a snapshot that are parts of shared accounts."""
    pinned = [UUID(account.id) for account in snapshot.accounts if account.pinned]
    statement = select(Assignment.id).where(Assignment.id == func.any(pinned), Assignment.share_percent.is_not(None))
    return frozenset(str(one) for one in await session.scalars(statement))


def decision_row(decision: Decided, owner: str | None) -> dict[str, Any]:
    """The columns of a decision outside a plan, by name."""
    row = dict(zip(COLUMNS, decision_values(new_id(), decision, owner, None), strict=True))
    ids = [name for name, value in row.items() if name.endswith("_id") and isinstance(value, str)]
    return row | {name: UUID(row[name]) for name in ids}


def decision_values(id_: UUID, decision: Decided, owner: str | None, plan_id: UUID | None) -> tuple[Any, ...]:
    """A decision's columns in their order; the driver reads ids from text faster than Python makes them."""
    return (
        id_,
        decision.kind,
        plan_id,
        decision.account_id,
        decision.snapshot_sha256,
        decision.rulebook_id,
        decision.engine_version,
        decision.position,
        owner,
        decision.winner,
        decision.runner_up,
        decision.margin,
        decision.reason,
        decision.remedy,
    )
