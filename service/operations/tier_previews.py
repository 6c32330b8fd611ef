"""Computing a tier evaluation: every account judged at once, its sheet kept."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.bulk_copy import copy_rows
from service.domain import events
from service.domain.tier_schemes import Scheme, read_scheme
from service.domain.tier_sheets import Sheet
from service.domain.tiers import Direction, evaluate, moves, summary
from service.journal import record
from service.models import TierEvaluation, TierScheme, TierSheet
from service.policy import Actor
from service.queries.tier_inputs import standing

SHEET_COLUMNS = ("evaluation_id", "account_id", "tier", "previous_tier", "direction", "reason", "sheet")
Tell = Callable[[int], Awaitable[None]]


async def compute(session: AsyncSession, actor: Actor, evaluation_id: UUID, tell: Tell) -> dict[str, Any]:
    """Judges the accounts as they stand now and keeps their sheets; what was computed already stays.

    The evaluation is locked meanwhile; `tell` hears the percentage done. Returns the counts.
    """
    evaluation = await session.get_one(TierEvaluation, evaluation_id, with_for_update=True)
    if evaluation.computed_at is not None:
        return evaluation.counts
    row = await session.get_one(TierScheme, evaluation.scheme_id)
    scheme = read_scheme(row.definition)
    accounts = await standing(await session.connection(), scheme)
    await tell(40)
    sheets = await asyncio.to_thread(evaluate, scheme, accounts.subjects)
    await tell(70)
    directions = {move.subject_id: move.direction for move in moves(scheme, sheets, accounts.held)}
    rows = sheet_rows(evaluation_id, sheets, accounts.held, directions)
    await copy_rows(session, TierSheet.__table__, SHEET_COLUMNS, rows)
    evaluation.counts = counts(scheme, sheets, directions)
    evaluation.computed_at = datetime.now(UTC)
    evaluation.version += 1
    await record(session, actor, events.TierEvaluationComputed(evaluation.id, data={"counts": evaluation.counts}))
    return evaluation.counts


def sheet_rows(
    evaluation_id: UUID, sheets: Sequence[Sheet], held: dict[UUID, str], directions: dict[UUID, Direction]
) -> Iterator[tuple[Any, ...]]:
    """The columns of each sheet, one at a time."""
    for sheet in sheets:
        account_id = sheet.subject_id
        yield (
            evaluation_id,
            account_id,
            sheet.tier,
            held.get(account_id),
            directions.get(account_id),
            sheet.reason,
            sheet.as_data(),
        )


def counts(scheme: Scheme, sheets: Sequence[Sheet], directions: dict[UUID, Direction]) -> dict[str, Any]:
    """What an evaluation makes together, as JSON data."""
    moved = Counter(directions.values())
    return {
        "accounts": len(sheets),
        "held_back": sum(sheet.held_back for sheet in sheets),
        "moves": {str(direction): moved[direction] for direction in Direction},
        **summary(scheme, sheets),
        "changed": None,
    }
