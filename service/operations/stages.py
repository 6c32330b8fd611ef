"""Stages of an account's work go along with the account: whoever comes in a role answers for what belongs to it."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from service.adapters.bulk_copy import enter_rows
from service.domain import events
from service.domain.division import Complexity, Scale, Stage, fits
from service.domain.states import OPEN_TASK_STATES
from service.journal import record
from service.models import AccountDivision, StageDuty, Task, new_id
from service.policy import Actor
from service.queries.divisions import roles_on

COLUMNS = ("id", "account_id", "stage", "staff_id")
FORMER, PRESENT = aliased(StageDuty), aliased(StageDuty)
UNSYNCHRONISED = {"synchronize_session": False}


async def take_over(session: AsyncSession, actor: Actor, heirs: Mapping[UUID, UUID], role: str) -> None:
    """Stages whose people lost the function go to whoever came in a role that has it, and their open tasks with them.

    `heirs`: account → who came; the present memberships tell who lost what. Where nobody came, everything stays, and
    the division tells what is wrong.
    """
    held = (await session.execute(duties_on(list(heirs)))).all()
    passing = [duty for duty in held if passes(duty, role)]
    if not passing:
        return
    former = [duty.id for duty in passing]
    ended = update(StageDuty).where(StageDuty.id == func.any(former)).values(ended_at=func.now())
    await session.execute(ended, execution_options=UNSYNCHRONISED)
    begun = [(new_id(), one.account_id, one.stage, heirs[one.account_id]) for one in passing]
    await enter_rows(session, StageDuty.__table__, COLUMNS, begun, len(begun))
    await pass_tasks(session, actor, former)
    await tell(session, actor, begun)


def duties_on(accounts: list[UUID]) -> Any:
    """Present duties on some accounts, with the size of the project and the functions of who has them."""
    columns: list[Any] = [getattr(StageDuty, name) for name in COLUMNS]
    functions = roles_on(StageDuty.account_id, StageDuty.staff_id).label("functions")
    return (
        select(*columns, AccountDivision.scale, AccountDivision.complexity, functions)
        .join(AccountDivision, AccountDivision.account_id == StageDuty.account_id)
        .where(StageDuty.account_id == func.any(accounts), StageDuty.ended_at.is_(None))
        .order_by(StageDuty.account_id, StageDuty.stage)
    )


def passes(duty: Any, role: str) -> bool:
    """Whether its person may not answer for a stage any more, and whoever has the role may."""
    stage, size = Stage(duty.stage), (Scale(duty.scale), Complexity(duty.complexity))
    return fits(stage, frozenset({role}), *size) and not fits(stage, frozenset(duty.functions), *size)


async def pass_tasks(session: AsyncSession, actor: Actor, former: list[UUID]) -> None:
    """Open tasks of those who answered for their stage until now go to whoever does so from now on."""
    tasks = (await session.execute(tasks_behind(former))).all()
    passed = update(Task).where(
        Task.id == func.any([task.id for task in tasks]),
        PRESENT.account_id == Task.account_id,
        PRESENT.stage == Task.stage,
        PRESENT.ended_at.is_(None),
    )
    given = passed.values(assignee_id=PRESENT.staff_id, version=Task.version + 1)
    await session.execute(given, execution_options=UNSYNCHRONISED)
    facts = [
        events.TaskChanged(
            task.id,
            task.account_id,
            {"changes": {"assignee_id": {"from": task.former, "to": task.present}}, "came_with": "account"},
        )
        for task in tasks
    ]
    await record(session, actor, *facts)


def tasks_behind(former: list[UUID]) -> Any:
    """Open tasks of stages, locked, that those whose duties ended have, with who answers for the stage now."""
    stage = (Task.account_id == FORMER.account_id, Task.stage == FORMER.stage, Task.assignee_id == FORMER.staff_id)
    now = (PRESENT.account_id == FORMER.account_id, PRESENT.stage == FORMER.stage, PRESENT.ended_at.is_(None))
    return (
        select(Task.id, Task.account_id, FORMER.staff_id.label("former"), PRESENT.staff_id.label("present"))
        .select_from(FORMER)
        .join(Task, and_(*stage, Task.state.in_(OPEN_TASK_STATES), Task.deleted_at.is_(None)))
        .join(PRESENT, and_(*now))
        .where(FORMER.id == func.any(former))
        .order_by(Task.id)
        .with_for_update(of=Task)
    )


async def tell(session: AsyncSession, actor: Actor, begun: Iterable[tuple[UUID, UUID, str, UUID]]) -> None:
    """The evidence of each account's division, which counts one version more."""
    responsible: dict[UUID, dict[str, UUID]] = {}
    for _id, account_id, stage, staff_id in begun:
        responsible.setdefault(account_id, {})[stage] = staff_id
    divided = update(AccountDivision).where(AccountDivision.account_id == func.any(list(responsible)))
    raised = divided.values(version=AccountDivision.version + 1)
    told = raised.returning(AccountDivision.id, AccountDivision.account_id)
    divisions = (await session.execute(told, execution_options=UNSYNCHRONISED)).all()
    facts = [
        events.DivisionChanged(one.id, one.account_id, {"changes": {}, "responsible": responsible[one.account_id]})
        for one in divisions
    ]
    await record(session, actor, *facts)
