"""Whom an assignment concerns: who was eligible, who was not, who stands behind the plan."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from service.domain.distribution.eligibility import failed_rules
from service.domain.distribution.ledger import Ledger
from service.errors import NoPublishedRulebook, NotFound
from service.models import Assignment, Decision, DistributionPlan
from service.queries.kept_ledgers import Source, on_ledger
from service.queries.snapshots import Scope, present_basis, read_snapshot


@dataclass(frozen=True)
class Candidates:
    """Whom the decision behind an assignment concerned.

    `previous_id`: who had the account before, None when nobody did or the same person keeps it; `eligible_ids`: who
    might have been given it, caps apart, the owner among them; `excluded_ids`: who was considered but forbidden by a
    hard rule; `noticed_at`: since when the decision counts, from which the filing window runs.
    """

    account_id: UUID
    assigned_id: UUID
    previous_id: UUID | None
    eligible_ids: frozenset[UUID]
    excluded_ids: frozenset[UUID]
    noticed_at: datetime


@dataclass(frozen=True)
class PlanPeople:
    """Who wrote and approved the plan behind an assignment; `assigned_by`: who applied it, or assigned by hand."""

    author_id: UUID | None
    approver_id: UUID | None
    assigned_by: UUID | None


async def candidates_of(session: AsyncSession, assignment_id: UUID, timezone: str) -> Candidates:
    """Whom the decision behind an assignment concerned; NotFound without the assignment.

    Where no rule was asked (by hand, an import, a handover) the hard rules of today tell who is eligible.
    """
    connection = await session.connection()
    row = (await connection.execute(BEHIND.where(Assignment.id == assignment_id))).one_or_none()
    if row is None:
        raise NotFound
    if row.snapshot_sha256 is None:
        eligible, excluded = await eligible_now(connection, row.account_id, timezone)
    else:
        question = Standing(str(row.account_id))
        source = Source(row.snapshot_sha256, row.plan_id, row.place)
        eligible, excluded = await on_ledger(connection, source, question)
    previous = row.previous_owner_id if row.decision_id else await owner_before(connection, row)
    return Candidates(
        account_id=row.account_id,
        assigned_id=row.staff_id,
        previous_id=None if previous == row.staff_id else previous,
        eligible_ids=eligible,
        excluded_ids=excluded,
        noticed_at=max(row.started_at, row.applied_at or row.started_at),
    )


async def plan_people(session: AsyncSession, assignment_id: UUID) -> PlanPeople:
    """Who stands behind an assignment: author and approver of its plan, and who assigned."""
    row = (await session.execute(BEHIND.where(Assignment.id == assignment_id))).one_or_none()
    if row is None:
        raise NotFound
    return PlanPeople(row.author_id, row.approver_id, row.assigned_by)


@dataclass(frozen=True)
class Standing:
    """The question who might have been given an account, caps apart, and who not."""

    account_id: str

    def __call__(self, ledger: Ledger) -> tuple[frozenset[UUID], frozenset[UUID]]:
        """The eligible and the excluded of the ledger's people."""
        instance = ledger.instance
        able = instance.classes.eligible(instance.account_numbers[self.account_id]).tolist()
        everybody = frozenset(UUID(person.id) for person in instance.snapshot.people)
        eligible = frozenset(UUID(instance.snapshot.people[at].id) for at in able)
        return eligible, everybody - eligible


async def eligible_now(
    connection: AsyncConnection, account_id: UUID, timezone: str
) -> tuple[frozenset[UUID], frozenset[UUID]]:
    """Whom the published hard rules allow and forbid an account today, caps apart; nobody where none are published."""
    try:
        basis = await present_basis(connection, timezone, "standing", Scope(account_id=account_id))
    except NoPublishedRulebook:
        return frozenset(), frozenset()
    snapshot = await read_snapshot(connection, basis)
    if not snapshot.accounts:
        raise NotFound
    account = snapshot.accounts[0]
    forbidden = {UUID(person.id): bool(failed_rules(snapshot.rulebook, account, person)) for person in snapshot.people}
    eligible = frozenset(person for person, failed in forbidden.items() if not failed)
    return eligible, frozenset(forbidden) - eligible


async def owner_before(connection: AsyncConnection, row: Any) -> UUID | None:
    """Who had the account when this assignment began."""
    statement = (
        select(Assignment.staff_id)
        .where(
            Assignment.account_id == row.account_id,
            Assignment.team_role == row.team_role,
            Assignment.ended_at == row.started_at,
        )
        .limit(1)
    )
    return await connection.scalar(statement)


BEHIND = (
    select(
        Assignment.account_id,
        Assignment.staff_id,
        Assignment.team_role,
        Assignment.started_at,
        Assignment.assigned_by,
        Assignment.decision_id,
        Decision.plan_id,
        Decision.snapshot_sha256,
        Decision.place,
        Decision.previous_owner_id,
        DistributionPlan.author_id,
        DistributionPlan.approver_id,
        DistributionPlan.applied_at,
    )
    .outerjoin(Decision, Decision.id == Assignment.decision_id)
    .outerjoin(DistributionPlan, DistributionPlan.id == func.coalesce(Decision.plan_id, Assignment.plan_id))
)
