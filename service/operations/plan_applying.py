"""How an approved plan becomes assignments: all at once, if the data are still those that it was computed from."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.distribution.snapshot import Snapshot
from service.domain.distribution.tasks import Mode
from service.domain.progress import Progress
from service.domain.staleness import RETIRED, Changed, changes_since, told
from service.domain.states import PLAN_TRANSITIONS, PlanState, VersionState
from service.errors import AccountUnderAppeal, PlanStale
from service.journal import record
from service.models import Decision, DistributionPlan, Rulebook
from service.models import Snapshot as SnapshotRow
from service.operations.appeal_promises import compensate_waiting
from service.operations.assignments import OWNER, Handover, confirm, hand_over
from service.operations.handovers import finish_handover
from service.operations.hard_rules import hold_ledger
from service.operations.leaving import hold_appeals, leave_appeals
from service.operations.plan_computing import basis_of, locked
from service.policy import Actor
from service.queries.snapshots import read_snapshot

MOST_KEPT = 50
UNDER_APPEAL = "held_back:under_appeal"


class DataChanged(Exception):  # noqa: N818 - it says what happened to the plan, and never leaves its job
    """What a plan was computed from reads differently now."""

    def __init__(self, changes: Sequence[Changed]) -> None:
        super().__init__()
        self.changes = changes


async def apply(session: AsyncSession, actor: Actor, plan_id: UUID, timezone: str, tell: Progress) -> dict[str, Any]:
    """Makes a plan's owners responsible, in the caller's transaction.

    The ledger is held from before the data are read again, so that nobody assigns in between. `tell` is told (phase,
    done, total), phases being reading, confirming, ending and starting; what it raises ends it.
    """
    tell("reading", 0, 1)
    department, leaver = await concerned(session, plan_id)
    appeals = await hold_appeals(session, leaver) if leaver else []
    await hold_ledger(session, department)
    plan = await locked(session, plan_id)
    PLAN_TRANSITIONS.check(PlanState(plan.state), PlanState.APPLIED)
    if plan.team_role == OWNER:
        await compensate_waiting(session, department, timezone)  # a promise that came meanwhile makes the plan stale
    await expect_unchanged(session, plan, timezone)
    if leaver:
        await leave_appeals(session, actor, leaver, appeals, timezone)
    started = await carry_out(session, actor, plan, "handover" if leaver else "plan", timezone, tell)
    if leaver:
        await finish_handover(session, actor, leaver, plan_id)
    plan.state, plan.applied_at = PlanState.APPLIED, datetime.now(UTC)
    plan.version += 1
    result = {"plan_id": str(plan_id), "started": started}
    await record(session, actor, events.DistributionPlanApplied(plan_id, data=result | {"counts": plan.counts}))
    return result


async def carry_out(
    session: AsyncSession, actor: Actor, plan: DistributionPlan, origin: str, timezone: str, tell: Progress
) -> int:
    """Ends and starts assignments as the plan says; tells how many begin.

    Those that stay are confirmed first, while their pages still have room, so that no index is touched.
    """
    tell("confirming", 0, 1)
    await confirm(session, Decision.plan_id == plan.id, plan.team_role)
    moving = await handovers(session, plan.id)
    try:
        started = await hand_over(session, actor, moving, origin, plan_id=plan.id, team_role=plan.team_role, tell=tell)
    except AccountUnderAppeal:
        await expect_unchanged(session, plan, timezone)  # an appeal that came meanwhile is a change like any other
        raise
    return len(started)


async def concerned(session: AsyncSession, plan_id: UUID) -> tuple[UUID | None, UUID | None]:
    """The team whose accounts a plan shares, and who hands over everything by it, if anybody does."""
    statement = select(
        DistributionPlan.department_id, DistributionPlan.staff_id, DistributionPlan.mode, DistributionPlan.team_role
    ).where(DistributionPlan.id == plan_id)
    row = (await session.execute(statement)).one()
    return row.department_id, row.staff_id if (row.mode, row.team_role) == (Mode.LEAVER, OWNER) else None


async def expect_unchanged(session: AsyncSession, plan: DistributionPlan, timezone: str) -> None:
    """DataChanged with all that reads differently now than in the plan's snapshot, the rules among it."""
    connection = await session.connection()
    rulebook = await session.get_one(Rulebook, plan.rulebook_id)
    changes = [] if rulebook.state == VersionState.PUBLISHED else [Changed("rulebook", rulebook.code, (RETIRED,))]
    now = await read_snapshot(connection, await basis_of(connection, plan.id, timezone))
    if now.sha256 != plan.snapshot_sha256:
        content = await session.scalar(select(SnapshotRow.content).where(SnapshotRow.sha256 == plan.snapshot_sha256))
        assert content is not None
        changes += changes_since(Snapshot.from_bytes(content), now)
    if changes:
        raise DataChanged(changes)


async def handovers(session: AsyncSession, plan_id: UUID) -> list[Handover]:
    """Every account that changes hands by a plan."""
    statement = select(Decision.account_id, Decision.winner_id, Decision.id).where(
        Decision.plan_id == plan_id,
        Decision.winner_id.is_distinct_from(Decision.previous_owner_id),
        Decision.reason != UNDER_APPEAL,
    )
    return [Handover(*row) for row in await session.execute(statement)]


async def supersede(session: AsyncSession, actor: Actor, plan_id: UUID, changes: Sequence[Changed]) -> PlanStale:
    """The plan no longer fits: what has changed is kept with it. Returns the problem that says so.

    IllegalTransition when the plan was called off meanwhile.
    """
    plan, stale = await locked(session, plan_id), PlanStale(told(changes))
    PLAN_TRANSITIONS.check(PlanState(plan.state), PlanState.SUPERSEDED)
    changed = [change.to_mapping() for change in changes[:MOST_KEPT]]
    plan.state = PlanState.SUPERSEDED
    plan.problem = {"code": PlanStale.code(), **told(changes)._asdict(), "changed": changed}
    plan.version += 1
    data = {"changed": changed, "number": len(changes)}
    await record(session, actor, events.DistributionPlanSuperseded(plan_id, data=data))
    return stale
