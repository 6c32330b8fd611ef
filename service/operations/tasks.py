"""What a user can do with tasks: enter, change, move from state to state, remove."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.states import TASK_TRANSITIONS, TaskState
from service.errors import FieldError, InvalidInput, Sentence
from service.journal import record
from service.models import Account, Task, new_id
from service.operations.accounts import Made
from service.operations.changes import changes, rewrite
from service.operations.versions import Versions, expect
from service.policy import Actor, allowed, fetch
from service.queries.actors import staff_actor
from service.schemas.tasks import TaskCreate, TaskUpdate


async def create_task(session: AsyncSession, actor: Actor, wanted: TaskCreate) -> UUID:
    """Enters a task for an account that the actor works for."""
    await fetch(session, actor, "edit", Account, wanted.account_id)
    values = wanted.model_dump()
    await require_responsible(session, actor, wanted.account_id, values, "/assignee_id")
    task_id = await enter_task(session, actor, values | {"origin": "manual"})
    session.info["made"] = Made("tasks", task_id)
    return task_id


async def enter_task(session: AsyncSession, actor: Actor, values: Mapping[str, Any]) -> UUID:
    """The row and its evidence; `values` are columns, checked by the caller, not started unless they say so."""
    columns = {"state": TaskState.NOT_STARTED.value, **values}
    task = Task(id=new_id(), created_by=actor.id, **columns)
    session.add(task)
    await record(session, actor, events.TaskCreated(task.id, task.account_id, {"changes": changes({}, columns)}))
    return task.id


async def update_task(session: AsyncSession, actor: Actor, task_id: UUID, version: Versions, patch: TaskUpdate) -> None:
    """Changes what a task says; its state has its own steps."""
    task = await fetch(session, actor, "edit", Task, task_id)
    expect(task, version)
    wanted = patch.model_dump(include=patch.model_fields_set)
    if wanted.keys() & {"assignee_id", "assignee_text"}:
        present = {"assignee_id": task.assignee_id, "assignee_text": task.assignee_text}
        await require_responsible(session, actor, task.account_id, present | wanted, "/assignee_id")
    await change(session, actor, task, wanted)


async def move_task(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    version: Versions,
    target: TaskState,
    note: str | None,
) -> None:
    """Takes a task to another state, where the present one leads there; only a done task has an actual date."""
    task = await fetch(session, actor, "edit", Task, task_id)
    expect(task, version)
    TASK_TRANSITIONS.check(TaskState(task.state), target)
    await change(session, actor, task, {"state": target.value, "actual_on": None} | noted(note))


async def finish_task(
    session: AsyncSession,
    actor: Actor,
    task_id: UUID,
    version: Versions,
    actual_on: date | None,
    note: str | None,
    today: date,
) -> None:
    """Ends a task on the day that it was done, today unless another is named."""
    task = await fetch(session, actor, "edit", Task, task_id)
    expect(task, version)
    TASK_TRANSITIONS.check(TaskState(task.state), TaskState.DONE)
    if actual_on and actual_on > today:
        sentence = Sentence("This day has not come yet.", "该日期尚未到来。")
        raise InvalidInput(errors=[FieldError("in_the_future", sentence, pointer="/actual_on")])
    await change(session, actor, task, {"state": TaskState.DONE.value, "actual_on": actual_on or today} | noted(note))


async def reopen_task(session: AsyncSession, actor: Actor, task_id: UUID, version: Versions, note: str | None) -> None:
    """Takes a task back: a done one into work, any other to its beginning."""
    task = await fetch(session, actor, "edit", Task, task_id)
    target = TaskState.IN_PROGRESS if task.state == TaskState.DONE else TaskState.NOT_STARTED
    await move_task(session, actor, task_id, version, target, note)


async def delete_task(session: AsyncSession, actor: Actor, task_id: UUID, version: Versions) -> None:
    """Hides a task."""
    task = await fetch(session, actor, "delete", Task, task_id)
    expect(task, version)
    task.deleted_at = datetime.now(UTC)
    task.version += 1
    await record(session, actor, events.TaskDeleted(task_id, task.account_id))


async def change(session: AsyncSession, actor: Actor, task: Task, wanted: Mapping[str, Any]) -> None:
    """Writes new values and the evidence."""
    if changed := rewrite(task, wanted):
        await record(session, actor, events.TaskChanged(task.id, task.account_id, {"changes": changed}))


def noted(note: str | None) -> dict[str, str]:
    """The note's column where a step brings one."""
    return {} if note is None else {"note": note}


async def require_responsible(
    session: AsyncSession, actor: Actor, account_id: UUID, values: Mapping[str, Any], pointer: str
) -> None:
    """Somebody is responsible: a name, or a person who works here and may see the account."""
    if values.get("assignee_id"):
        await require_sees(session, actor, account_id, values["assignee_id"], pointer)
    elif not values.get("assignee_text"):
        sentence = Sentence("Somebody must be responsible.", "须有负责人。")
        raise InvalidInput(errors=[FieldError("nobody_responsible", sentence, pointer=pointer)])


async def require_sees(session: AsyncSession, actor: Actor, account_id: UUID, staff_id: UUID, pointer: str) -> None:
    """A person who is given work for an account may see that account."""
    if staff_id == actor.id:
        return
    person = await staff_actor(await session.connection(), staff_id)
    if person:
        sees = select(Account.id).where(Account.id == account_id, allowed(person, "see_timeline", Account))
        if await session.scalar(sees) is not None:
            return
    sentence = Sentence("This person is not on the account's team; add them first.", "此人不在该客户团队中，请先加入。")
    raise InvalidInput(errors=[FieldError("not_on_team", sentence, pointer=pointer)])
