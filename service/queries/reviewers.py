"""Who may hear an appeal: the facts by which independence is judged, as they stand now."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, text, union
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.appeals import AppealFacts, Refusal, ReviewerFacts, independent
from service.domain.people import LINE_ROLES, REVIEWER_ROLES, Role
from service.domain.states import StaffStatus
from service.models import Appeal, Assignment, Department, Mediation, RoleGrant, Staff
from service.models.appeals import OPEN_STATES
from service.queries.actors import CURRENT_ROLES
from service.queries.candidates import plan_people


async def appeal_facts(session: AsyncSession, appeal: Appeal) -> AppealFacts:
    """The parties of an appeal, their line, and who stands behind the assignment."""
    named = (appeal.appellant_id, appeal.filed_by_id, appeal.respondent_id, appeal.beneficiary_id)
    parties = frozenset(party for party in named if party)
    return AppealFacts(
        appeal_id=appeal.id,
        party_ids=parties,
        line_ids=frozenset(await session.scalars(line_above(parties))),
        plan_approver_ids=await approvers(session, appeal.assignment_id),
        first_decider_id=appeal.first_decider_id,
        mediator_ids=frozenset(
            await session.scalars(select(Mediation.mediator_id).where(Mediation.appeal_id == appeal.id))
        ),
        recused_ids=frozenset(appeal.recused_ids or ()),
    )


async def approvers(session: AsyncSession, assignment_id: UUID) -> frozenset[UUID]:
    """Who approved the plan, or chose the person without one; where the rule routed, nobody did."""
    people = await plan_people(session, assignment_id)
    origin = await session.scalar(select(Assignment.origin).where(Assignment.id == assignment_id))
    chose = people.approver_id or (None if origin == "routed" else people.assigned_by)
    return frozenset({chose} if chose else ())


async def reviewers(session: AsyncSession) -> list[ReviewerFacts]:
    """Everybody active who holds a role in which appeals are heard."""
    may_review = select(RoleGrant.staff_id).where(
        RoleGrant.state == "effective", RoleGrant.role.in_(sorted(REVIEWER_ROLES))
    )
    rows = await session.execute(CANDIDATES.where(Staff.status == StaffStatus.ACTIVE, Staff.id.in_(may_review)))
    return [reviewer_facts(row) for row in rows]


async def refusals(session: AsyncSession, staff_id: UUID, appeal: AppealFacts) -> list[Refusal]:
    """Every reason why a person may not hear an appeal; somebody who is not on the staff is not active."""
    row = (await session.execute(CANDIDATES.where(Staff.id == staff_id))).one_or_none()
    return independent(reviewer_facts(row), appeal) if row else [Refusal.INACTIVE]


def reviewer_facts(row: Any) -> ReviewerFacts:
    """A row of CANDIDATES."""
    roles = frozenset(Role(role) for role in row.roles)
    return ReviewerFacts(row.id, roles, StaffStatus(row.status), row.open_appeals)


def line_above(people: Iterable[UUID]) -> Select[UUID]:
    """Whoever leads a department of these people, or one above it."""
    own = select(Staff.department_id.label("id")).where(Staff.id.in_(people), Staff.department_id.is_not(None))
    start = own.cte("above", recursive=True)
    parents = select(Department.parent_id).join(start, start.c.id == Department.id)
    above = start.union(parents.where(Department.parent_id.is_not(None)))
    departments = select(above.c.id)
    by_role = (
        select(Staff.id)
        .join(RoleGrant, RoleGrant.staff_id == Staff.id)
        .where(
            Staff.department_id.in_(departments),
            RoleGrant.state == "effective",
            RoleGrant.role.in_(sorted(LINE_ROLES)),
        )
    )
    by_name = select(Department.manager_id).where(Department.id.in_(departments), Department.manager_id.is_not(None))
    return select(union(by_role, by_name).subquery().c[0])


CANDIDATES = select(
    Staff.id,
    Staff.status,
    CURRENT_ROLES.label("roles"),
    select(func.count())
    .where(Appeal.reviewer_id == Staff.id, text(OPEN_STATES))
    .scalar_subquery()
    .label("open_appeals"),
).where(Staff.deleted_at.is_(None))
