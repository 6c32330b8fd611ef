"""Evidence of what decisions were computed from and how they came out."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.bulk_copy import copy_rows
from service.domain.distribution.decisions import Decision as Decided
from service.domain.distribution.snapshot import Snapshot
from service.models import Decision, new_id
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
    session: AsyncSession, snapshot: Snapshot, decisions: Iterable[Decided], plan_id: UUID | None = None
) -> list[UUID]:
    """Keeps decisions on a stored snapshot, by one COPY; their ids in the same order."""
    owners = {account.id: account.owner for account in snapshot.accounts}
    rows = [decision_row(decision, owners[decision.account_id], plan_id) for decision in decisions]
    values = ([row[name] for name in COLUMNS] for row in rows)
    await copy_rows(session, Decision.__table__, COLUMNS, values)
    return [row["id"] for row in rows]


def decision_row(decision: Decided, owner: str | None, plan_id: UUID | None) -> dict[str, Any]:
    """A decision's columns."""
    people = {
        "previous_owner_id": owner,
        "winner_id": decision.winner,
        "runner_up_id": decision.runner_up,
    }
    return {
        "id": new_id(),
        "kind": decision.kind,
        "plan_id": plan_id,
        "account_id": UUID(decision.account_id),
        "snapshot_sha256": decision.snapshot_sha256,
        "rulebook_id": UUID(decision.rulebook_id),
        "engine_version": decision.engine_version,
        "position": decision.position,
        "margin": decision.margin,
        "reason": decision.reason,
        "remedy": decision.remedy,
        **{name: UUID(person) if person else None for name, person in people.items()},
    }
