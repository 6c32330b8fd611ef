"""Handing over what a person had: a plan for their accounts, and with its application everything else."""

from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.distribution.tasks import Mode
from service.domain.invalid import invalid
from service.domain.states import OPEN_TASK_STATES, UNSETTLED_PLANS, StaffStatus
from service.errors import Sentence, StateConflict
from service.journal import record
from service.models import Account, AccountMembership, Assignment, DistributionPlan, Staff, StageDuty, Task
from service.operations.assignments import OWNER, Holding, end
from service.operations.distribution_plans import create_plan
from service.operations.leaving import LEAVES, end_standing
from service.operations.memberships import refresh_line
from service.operations.stages import take_over
from service.operations.tasks import change
from service.policy import Actor, fetch, require
from service.queries.handovers import beside, latest_plan
from service.queries.snapshots import scheme_in_use
from service.schemas.distribution_plans import DistributionPlanCreate
from service.schemas.handovers import HandoverCreate

BEGUN = Sentence("A plan for this handover is under way; cancel or apply it first.", "该交接已有方案，请先撤销或执行。")
NO_SCHEME = Sentence("No tier scheme is published.", "没有已发布的分级方案。")


async def begin_handover(
    session: AsyncSession, actor: Actor, staff_id: UUID, wanted: HandoverCreate
) -> DistributionPlan:
    """Asks for the plan by which somebody else's accounts go to others; a job computes it."""
    require(actor, "create", DistributionPlan)
    person = await fetch(session, actor, "see_handover", Staff, staff_id)
    connection = await session.connection()
    latest = await latest_plan(connection, staff_id)
    if latest and latest.state in UNSETTLED_PLANS:
        raise StateConflict(BEGUN)
    scheme = wanted.scheme_code or await scheme_in_use(connection)
    if scheme is None:
        raise invalid("/scheme_code", "not_found", *NO_SCHEME)
    asked = DistributionPlanCreate(
        name=f"{person.code} 交接 / handover",
        scheme_code=scheme,
        department_id=wanted.department_id or person.department_id,
        mode=Mode.LEAVER,
        staff_id=staff_id,
    )
    plan = await create_plan(session, actor, asked)
    plan.reason = wanted.reason
    await session.flush()
    return plan


async def finish_handover(session: AsyncSession, actor: Actor, staff_id: UUID, plan_id: UUID) -> None:
    """Their accounts have new owners: tasks follow, teams are left, what rests on the person ends.

    Somebody active is on leave from now on, so that no distribution fills their place again.
    """
    await hold_divisions(session, staff_id)
    await leave_teams(session, actor, staff_id, plan_id)
    handed = await pass_on_tasks(session, actor, staff_id)  # before the stages: their owners get no account with them
    await pass_on_stages(session, actor, staff_id)
    await end_standing(session, actor, staff_id)
    await session.execute(update(Staff).where(Staff.id == staff_id).values(handed_over_at=func.now()))
    on_leave = update(Staff).where(Staff.id == staff_id, Staff.status == StaffStatus.ACTIVE)
    changed = on_leave.values(status=StaffStatus.ON_LEAVE, version=Staff.version + 1).returning(Staff.id)
    if await session.scalar(changed):
        session.info["standing_changed"] = True
        await record(session, actor, events.StaffSuspended(staff_id, data={"reason": LEAVES}))
    await record(session, actor, events.StaffReplaced(staff_id, data={"plan_id": plan_id, "tasks": handed}))


async def hold_divisions(session: AsyncSession, staff_id: UUID) -> None:
    """Locks the accounts with stages that a person answers for: nobody divides the work there anew meanwhile.

    These are also accounts whose teams they left before; the locks come before those of tasks, as in a division.
    """
    theirs = select(StageDuty.account_id).where(StageDuty.staff_id == staff_id, StageDuty.ended_at.is_(None))
    held = select(Account.id).where(Account.id.in_(theirs)).order_by(Account.id)
    await session.execute(held.with_for_update(key_share=True))


async def leave_teams(session: AsyncSession, actor: Actor, staff_id: UUID, plan_id: UUID) -> None:
    """Ends every part in an account's team but that of an owner, given by a plan, an appeal or by hand."""
    roles = select(Assignment.id, Assignment.account_id, Assignment.staff_id, Assignment.team_role).where(
        Assignment.staff_id == staff_id, Assignment.team_role != OWNER, Assignment.ended_at.is_(None)
    )
    held = (await session.execute(roles.order_by(Assignment.id).with_for_update())).all()
    at = (await session.execute(text("SELECT clock_timestamp()"))).scalar_one()
    for role in sorted({row.team_role for row in held}):
        theirs = [Holding(row.id, row.account_id, row.staff_id) for row in held if row.team_role == role]
        why = {"origin": "handover", "plan_id": plan_id, "reason": None}
        await end(session, actor, [(one, why) for one in theirs], at, role)
    left = update(AccountMembership).where(beside(staff_id)).values(ended_at=func.now())
    ended = (await session.scalars(left.returning(AccountMembership))).all()
    facts = [events.MembershipEnded(one.id, one.account_id, {"staff_id": staff_id, "role": one.role}) for one in ended]
    await record(session, actor, *facts)
    touched = sorted({one.account_id for one in ended} | {row.account_id for row in held})
    await refresh_line(session, touched)
    raised = update(Account).where(Account.id == func.any(touched)).values(version=Account.version + 1)
    await session.execute(raised, execution_options={"synchronize_session": False})


async def pass_on_stages(session: AsyncSession, actor: Actor, staff_id: UUID) -> None:
    """They answer for no stage any more: an owner who is at work takes what an owner may do.

    On accounts that wait for an owner their stages wait too.
    """
    held = (
        select(StageDuty.account_id, Assignment.staff_id, Staff.status)
        .join(Assignment, Assignment.account_id == StageDuty.account_id)
        .join(Staff, Staff.id == Assignment.staff_id)
        .where(
            StageDuty.staff_id == staff_id,
            StageDuty.ended_at.is_(None),
            Assignment.team_role == OWNER,
            Assignment.ended_at.is_(None),
            Assignment.staff_id != staff_id,
        )
        .distinct()
    )
    owners = (await session.execute(held)).all()
    heirs = {row.account_id: row.staff_id for row in owners if row.status == StaffStatus.ACTIVE}
    await take_over(session, actor, heirs, OWNER)
    left = update(StageDuty).where(
        StageDuty.staff_id == staff_id,
        StageDuty.ended_at.is_(None),
        StageDuty.account_id == func.any([row.account_id for row in owners]),
    )
    await session.execute(left.values(ended_at=func.now()), execution_options={"synchronize_session": False})


async def pass_on_tasks(session: AsyncSession, actor: Actor, staff_id: UUID, account_id: UUID | None = None) -> int:
    """A person's open tasks, or those for one account, go to whoever owns the account now; tells how many did.

    Where that is somebody who is not at work they stay.
    """
    statement = (
        select(Task, Assignment.staff_id)
        .join(Assignment, Assignment.account_id == Task.account_id)
        .join(Staff, Staff.id == Assignment.staff_id)
        .where(
            Staff.status == StaffStatus.ACTIVE,
            Task.assignee_id == staff_id,
            Task.state.in_(OPEN_TASK_STATES),
            Task.deleted_at.is_(None),
            Assignment.team_role == OWNER,
            Assignment.ended_at.is_(None),
            Assignment.staff_id != staff_id,
        )
        .order_by(Task.id)
        .with_for_update(of=Task)
        .execution_options(populate_existing=True)
    )
    if account_id:
        statement = statement.where(Task.account_id == account_id)
    found = (await session.execute(statement)).all()
    for task, owner_id in found:
        await change(session, actor, task, {"assignee_id": owner_id, "assignee_text": None})
    return len(found)
