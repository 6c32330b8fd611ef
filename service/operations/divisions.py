"""Dividing the work on an account: its stages follow from its size, and each has one person and one task."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.division import LEAST, RULES, Complexity, Scale, Stage, fits, stages_of
from service.domain.states import OPEN_TASK_STATES, TaskState
from service.errors import FieldError, InvalidInput, Sentence
from service.journal import record
from service.models import Account, AccountDivision, StageDuty, Task, new_id
from service.operations.changes import rewrite
from service.operations.tasks import change, enter_task
from service.operations.team import require_active
from service.operations.versions import Versions, expect
from service.policy import Actor, fetch
from service.queries.divisions import duties_of, roles_on
from service.schemas.divisions import DivisionUpdate, StageResponsible

NOT_THEIRS = Sentence("This person has not that function on the account's team.", "此人在该客户团队中不具备该职能。")
NO_STAGE = Sentence("A project of this size has no such stage.", "该规模的项目没有此环节。")
REDUNDANT = "The project needs no such stage any more / 该项目已不需要此环节"


async def update_division(
    session: AsyncSession, actor: Actor, account_id: UUID, version: Versions, patch: DivisionUpdate
) -> None:
    """Changes the size of an account's project and who answers for its stages; tasks follow."""
    await fetch(session, actor, "build_team", Account, account_id)
    division = await division_of(session, account_id)
    expect(division, version)
    wanted = {name: getattr(patch, name) for name in patch.model_fields_set if name != "responsible"}
    told = rewrite(division, wanted)
    size = Scale(division.scale), Complexity(division.complexity)
    named = list(patch.responsible or [])
    for at, one in enumerate(named):
        await expect_fit(session, account_id, one, size, f"/responsible/{at}")
    await end_duties(session, account_id, StageDuty.stage.not_in(stages_of(*size)))
    for one in named:
        await appoint(session, account_id, one.stage, one.staff_id)
    planned = {one.stage: one.planned_on for one in named if one.planned_on}
    await settle_tasks(session, actor, account_id, size, planned)
    division.version += not told
    data = {"changes": told, "responsible": {str(one.stage): one.staff_id for one in named}}
    await record(session, actor, events.DivisionChanged(division.id, account_id, data))


async def division_of(session: AsyncSession, account_id: UUID) -> AccountDivision:
    """The division of an account, which is locked; a fresh one is small and simple, and has version 0."""
    found = await session.scalar(select(AccountDivision).where(AccountDivision.account_id == account_id))
    if found is None:
        scale, complexity = LEAST
        found = AccountDivision(id=new_id(), account_id=account_id, scale=scale, complexity=complexity, version=0)
        session.add(found)
        await session.flush()
    return found


async def expect_fit(
    session: AsyncSession, account_id: UUID, one: StageResponsible, size: tuple[Scale, Complexity], pointer: str
) -> None:
    """InvalidInput unless the stage is one of this project's, and the person is at work and on the team for it."""
    if one.stage not in stages_of(*size):
        raise InvalidInput(errors=[FieldError("no_such_stage", NO_STAGE, pointer=f"{pointer}/stage")])
    if one.staff_id is None:
        return
    await require_active(session, one.staff_id, f"{pointer}/staff_id")
    functions = await session.scalar(select(roles_on(account_id, one.staff_id)))
    if not fits(one.stage, frozenset(functions or ()), *size):
        raise InvalidInput(errors=[FieldError("wrong_function", NOT_THEIRS, pointer=f"{pointer}/staff_id")])


async def appoint(session: AsyncSession, account_id: UUID, stage: Stage, staff_id: UUID | None) -> None:
    """Somebody answers for a stage from now on, or nobody; who did so before does so no more."""
    await end_duties(session, account_id, StageDuty.stage == stage, StageDuty.staff_id.is_distinct_from(staff_id))
    same = select(StageDuty.id).where(
        StageDuty.account_id == account_id, StageDuty.stage == stage, StageDuty.ended_at.is_(None)
    )
    if staff_id and await session.scalar(same) is None:
        session.add(StageDuty(id=new_id(), account_id=account_id, stage=stage, staff_id=staff_id))
        await session.flush()


async def end_duties(session: AsyncSession, account_id: UUID, *which: ColumnElement[bool]) -> None:
    """Ends some of an account's duties."""
    statement = update(StageDuty).where(StageDuty.account_id == account_id, StageDuty.ended_at.is_(None), *which)
    await session.execute(statement.values(ended_at=func.now()))


async def settle_tasks(
    session: AsyncSession,
    actor: Actor,
    account_id: UUID,
    size: tuple[Scale, Complexity],
    planned: Mapping[Stage, date],
) -> None:
    """Each stage has one task of the person who answers for it; those of stages that are no more are called off."""
    responsible = {Stage(row.stage): row.staff_id for row in await session.execute(duties_of(account_id))}
    tasks = {task.stage: task for task in await stage_tasks(session, account_id)}
    for stage in Stage:
        task, person = tasks.get(stage), responsible.get(stage)
        if task is not None and task.state in OPEN_TASK_STATES:
            called_off = {"state": TaskState.CANCELLED.value, "note": REDUNDANT}
            taken = {"assignee_id": person or task.assignee_id, "planned_on": planned.get(stage, task.planned_on)}
            await change(session, actor, task, taken if stage in stages_of(*size) else called_off)
        elif task is None and person:
            await enter_task(session, actor, stage_task(account_id, stage, person, planned.get(stage)))


async def stage_tasks(session: AsyncSession, account_id: UUID) -> list[Task]:
    """One task a stage: the open one, else the last that was done."""
    statement = (
        select(Task)
        .where(
            Task.account_id == account_id,
            Task.stage.is_not(None),
            Task.state != TaskState.CANCELLED,
            Task.deleted_at.is_(None),
        )
        .order_by(Task.state != TaskState.DONE, Task.id)  # of each stage the last one counts
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(await session.scalars(statement))


def stage_task(account_id: UUID, stage: Stage, person: UUID, planned_on: date | None) -> dict[str, object]:
    """A stage's main task as columns."""
    subject = RULES[stage].task
    return {
        "account_id": account_id,
        "subject": f"{subject.zh} / {subject.en}",
        "stage": stage.value,
        "assignee_id": person,
        "planned_on": planned_on,
        "origin": "division",
    }
