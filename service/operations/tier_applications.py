"""Applying an approved evaluation: every grade that changes, in one transaction."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.states import EVALUATION_TRANSITIONS, EvaluationState, VersionState
from service.errors import EvaluationStale, StateConflict
from service.journal import record
from service.models import Account, AccountTier, TierEvaluation, TierScheme, TierSheet
from service.operations.account_tiers import Change, change_grades, grading_of
from service.operations.tier_evaluations import NOT_PUBLISHED
from service.operations.tier_previews import Tell
from service.policy import Actor

BATCH = 2_000


async def apply(session: AsyncSession, actor: Actor, evaluation_id: UUID, timezone: str, tell: Tell) -> dict[str, Any]:
    """Makes an approved evaluation count; one that was applied already stays as it is.

    `EvaluationStale` when a grade has changed since it was computed; `tell` hears the percentage done. Returns the
    counts.
    """
    evaluation = await session.get_one(TierEvaluation, evaluation_id, with_for_update=True)
    if evaluation.state == EvaluationState.APPLIED:
        return evaluation.counts
    EVALUATION_TRANSITIONS.check(EvaluationState(evaluation.state), EvaluationState.APPLIED)
    # one at a time for a scheme, and no other version is published meanwhile
    scheme = await session.get_one(TierScheme, evaluation.scheme_id, with_for_update=True)
    if scheme.state != VersionState.PUBLISHED:
        raise StateConflict(NOT_PUBLISHED)
    if await session.scalar(stale(evaluation_id, scheme.code)) is not None:
        raise EvaluationStale
    grading = await grading_of(session, scheme, timezone, evaluation_id=evaluation_id)
    changed = 0
    result = await session.stream(pending(evaluation_id, scheme))
    async for rows in result.partitions(BATCH):
        changes = [Change(row.account_id, row.held_id, row.before, row.after) for row in rows]
        await change_grades(session, actor, grading, changes)
        changed += len(changes)
        await tell(99 * changed // evaluation.counts["accounts"])
    evaluation.state, evaluation.applied_at = EvaluationState.APPLIED, datetime.now(UTC)
    evaluation.counts = evaluation.counts | {"changed": changed}
    evaluation.version += 1
    data = {"scheme_id": scheme.id, "changed": changed}
    await record(session, actor, events.TierEvaluationApplied(evaluation.id, data=data))
    return evaluation.counts


def pending(evaluation_id: UUID, scheme: TierScheme) -> Select[Any]:
    """Who moves, and who keeps the tier but held it by another version, whose promises differ."""
    renewed = and_(TierSheet.tier.is_not(None), AccountTier.scheme_id != scheme.id)
    return (
        with_current_grades(scheme.code, TierSheet.account_id, AccountTier.id.label("held_id"))
        .add_columns(AccountTier.tier.label("before"), TierSheet.tier.label("after"))
        .where(TierSheet.evaluation_id == evaluation_id, or_(TierSheet.direction.is_not(None), renewed))
    )


def stale(evaluation_id: UUID, code: str) -> Select[Any]:
    """An account whose grade is not the one that it held when the evaluation was computed."""
    differs = AccountTier.tier.is_distinct_from(TierSheet.previous_tier)
    return (
        with_current_grades(code, TierSheet.account_id)
        .where(TierSheet.evaluation_id == evaluation_id, differs)
        .limit(1)
    )


def with_current_grades(code: str, *columns: Any) -> Select[Any]:
    """Columns of sheets of accounts that still exist, beside the grade that each holds now."""
    current = and_(
        AccountTier.account_id == TierSheet.account_id, AccountTier.scheme_code == code, AccountTier.ended_at.is_(None)
    )
    return (
        select(*columns)
        .select_from(TierSheet)
        .join(Account, and_(Account.id == TierSheet.account_id, Account.deleted_at.is_(None)))
        .outerjoin(AccountTier, current)
    )
