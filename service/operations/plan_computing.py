"""How a plan is computed: what it is read from, the decisions that it stores, the failure that it tells."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from service.domain import events
from service.domain.distribution.certificate import Subject
from service.domain.distribution.decisions import Plan
from service.domain.distribution.judging import judged
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.planning import planned
from service.domain.distribution.pricing import certificate_of
from service.domain.distribution.snapshot import Snapshot
from service.domain.distribution.tasks import BUDGET_MODES, Mode, Task
from service.domain.distribution.what_if import imagined
from service.domain.progress import Progress
from service.domain.states import PLAN_TRANSITIONS, PlanState
from service.errors import Sentence, StateConflict
from service.journal import record
from service.models import DistributionPlan, Rulebook
from service.operations.appeal_promises import compensate_waiting
from service.operations.assignments import OWNER
from service.operations.hard_rules import hold_ledger
from service.operations.snapshots import store_decisions, store_snapshot
from service.policy import Actor
from service.queries.snapshots import PLAN_DAYS, Basis, Scope, read_snapshot

NO_CANDIDATE = Sentence(
    "The newcomer takes no part: without the role that is shared, in another department, or no longer here.",
    "新人不参与此方案：没有所分配的角色、属于其他部门或已离职。",
)
CALLED_OFF = Sentence("The plan was called off.", "方案已取消。")


@dataclass(frozen=True)
class Drawn:
    """A snapshot, its plan, and the ledger as it stands when everybody has what the plan gives them."""

    snapshot: Snapshot
    plan: Plan
    after: Ledger


@dataclass(frozen=True)
class Judged:
    """What is told of a plan as JSON data: how fair it is, its certificate, the members of PlanCounts."""

    fairness: dict[str, Any]
    certificate: dict[str, Any]
    counts: dict[str, int]


async def begin(session: AsyncSession, plan_id: UUID, timezone: str) -> None:
    """The plan is being computed from now on; a job that runs again after a crash goes on where it was.

    Accounts that appeals have promised are given first, unless the plan only asks what would be.
    """
    row = await locked(session, plan_id)
    if row.state == PlanState.COMPUTING:
        return
    if row.state == PlanState.CANCELLED:
        raise StateConflict(CALLED_OFF)
    PLAN_TRANSITIONS.check(PlanState(row.state), PlanState.COMPUTING)
    row.state, row.computed_at = PlanState.COMPUTING, datetime.now(UTC)
    row.version += 1
    await session.flush()
    if row.what_if is None and row.team_role == OWNER:
        await hold_ledger(session, row.department_id)
        await compensate_waiting(session, row.department_id, timezone)


async def basis_of(connection: AsyncConnection, plan_id: UUID, timezone: str) -> Basis:
    """What a plan is read from: the same however often it is asked, as long as the data stay the same."""
    row = (await connection.execute(ASKED.where(DistributionPlan.id == plan_id))).one()
    budget = (row.most_moves or 0) if row.mode in BUDGET_MODES else None
    return Basis(
        rulebook_id=row.rulebook_id,
        rulebook_number=row.number,
        definition=row.definition,
        scheme_code=row.scheme_code,
        cycle=row.seed,
        as_of=row.computed_at,
        first_day=row.computed_at.astimezone(ZoneInfo(timezone)).date(),
        days=PLAN_DAYS,
        scope=Scope(department_id=row.department_id),
        team_role=row.team_role,
        task=Task(Mode(row.mode), budget, str(row.staff_id) if row.staff_id else None),
    )


ASKED = select(
    DistributionPlan.rulebook_id,
    DistributionPlan.scheme_code,
    DistributionPlan.department_id,
    DistributionPlan.seed,
    DistributionPlan.computed_at,
    DistributionPlan.mode,
    DistributionPlan.most_moves,
    DistributionPlan.staff_id,
    DistributionPlan.team_role,
    Rulebook.number,
    Rulebook.definition,
).join(Rulebook, Rulebook.id == DistributionPlan.rulebook_id)


async def read_task(connection: AsyncConnection, plan_id: UUID, timezone: str) -> Snapshot:
    """Everything that a plan is computed from: the data as they are, its budget of moves, what would be otherwise.

    StateConflict where it is for a newcomer who is no candidate.
    """
    snapshot = await read_snapshot(connection, await basis_of(connection, plan_id, timezone))
    statement = select(DistributionPlan.what_if, DistributionPlan.most_moves).where(DistributionPlan.id == plan_id)
    row = (await connection.execute(statement)).one()
    if row.what_if is not None:
        snapshot = imagined(snapshot, row.what_if)
    task = snapshot.task
    if task.mode is Mode.NEWCOMER and task.person_id not in {person.id for person in snapshot.people}:
        raise StateConflict(NO_CANDIDATE)
    return within_budget(snapshot, row.most_moves)


def within_budget(snapshot: Snapshot, asked: int | None) -> Snapshot:
    """The snapshot with the moves that its task may make: what was asked, in a rebalance as far as the rules allow."""
    mode, accounts = snapshot.task.mode, len(snapshot.accounts)
    if mode not in BUDGET_MODES:
        return snapshot
    permille = snapshot.rulebook.move_budget.rebalance_permille if mode is Mode.REBALANCE else 1000
    allowed = accounts * permille // 1000
    return replace(snapshot, task=replace(snapshot.task, most_moves=min(allowed if asked is None else asked, allowed)))


def draw(snapshot: Snapshot, tell: Progress) -> Drawn:
    """The plan of a snapshot; pure, for a thread of its own."""
    return Drawn(snapshot, *planned(snapshot, tell))


def judge(drawn: Drawn, tell: Progress) -> Judged:
    """How fair a plan is, and how near the best possible; pure, for a thread of its own."""
    after, instance = drawn.after, drawn.after.instance
    fairness = judged(after, tell)
    subject = Subject.of(instance.core, instance.scale, after.owner, instance.roll.free)
    certificate = certificate_of(subject, after.owner, instance.scale.point, tell)
    return Judged(fairness, certificate.to_mapping(), counts(drawn))


async def store(session: AsyncSession, plan_id: UUID, drawn: Drawn) -> None:
    """Keeps a plan's snapshot and decisions; nobody sees them before the plan is proposed in the same transaction."""
    await store_snapshot(session, drawn.snapshot)
    await store_decisions(session, drawn.snapshot, drawn.plan.decisions, plan_id)


async def propose(session: AsyncSession, actor: Actor, plan_id: UUID, drawn: Drawn, judged: Judged) -> dict[str, Any]:
    """A stored plan is there for a second person to judge; StateConflict when it was called off meanwhile."""
    row = await locked(session, plan_id)
    if row.state != PlanState.COMPUTING:
        raise StateConflict(CALLED_OFF)
    row.state, row.counts = PlanState.PROPOSED, judged.counts
    row.fairness, row.certificate, row.content = judged.fairness, judged.certificate, drawn.plan.canonical_bytes()
    row.snapshot_sha256, row.plan_sha256 = drawn.snapshot.sha256, drawn.plan.sha256
    row.engine_version, row.most_moves = drawn.plan.engine_version, drawn.snapshot.task.most_moves
    row.version += 1
    result = {"plan_id": plan_id, "snapshot_sha256": row.snapshot_sha256, "plan_sha256": row.plan_sha256}
    await record(session, actor, events.DistributionPlanProposed(plan_id, data=result | {"counts": row.counts}))
    return {name: str(value) for name, value in result.items()} | {"counts": row.counts}


async def fail(session: AsyncSession, actor: Actor, plan_id: UUID, problem: dict[str, Any]) -> None:
    """The plan could not be computed; one that was called off meanwhile stays so."""
    row = await locked(session, plan_id)
    if row.state in {PlanState.DRAFT, PlanState.COMPUTING}:
        row.state, row.problem = PlanState.FAILED, problem | {"changed": []}
        row.version += 1
        await record(session, actor, events.DistributionPlanFailed(plan_id, data={"problem": problem}))


async def locked(session: AsyncSession, plan_id: UUID) -> DistributionPlan:
    """The plan, held until the transaction ends."""
    return await session.get_one(DistributionPlan, plan_id, with_for_update=True, populate_existing=True)


def counts(drawn: Drawn) -> dict[str, int]:
    """The members of PlanCounts."""
    owners = {account.id: account.owner for account in drawn.snapshot.accounts}
    ways = Counter(way(owners[one.account_id], one.winner) for one in drawn.plan.decisions)
    bases = Counter(placement.basis for placement in drawn.plan.placements)
    return {
        "accounts": len(drawn.snapshot.accounts),
        "people": len(drawn.snapshot.people),
        "assigned": len(drawn.plan.placements),
        "waiting": len(drawn.plan.waiting),
        **{name: ways[name] for name in ("moved", "begun", "ended", "kept")},
        "pinned": bases["pinned"],
        "held_back": bases["held_back"],
        "passes": drawn.plan.passes,
    }


def way(before: str | None, after: str | None) -> str:
    """How an account goes from one owner, or none, to another."""
    if before == after:
        return "kept" if after else "waits"
    if before is None:
        return "begun"
    return "moved" if after else "ended"
