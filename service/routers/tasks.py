"""/v1/tasks: who does what for which account, until when."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from service.domain.states import TaskState
from service.errors import IllegalTransition, NotFound, PreconditionFailed, PreconditionRequired
from service.http.answers import created, listed
from service.http.conditional import ExpectedVersion, digest, respond
from service.http.context import Context, Ctx
from service.http.responses import raises
from service.http.route import Endpoint
from service.operations import tasks as operations
from service.queries import tasks as queries
from service.queries.calendar import business_calendar
from service.queries.listing import Asked
from service.schemas.tasks import TaskCreate, TaskFilter, TaskFinish, TaskPage, TaskStep, TaskUpdate, TaskView

router = APIRouter(prefix="/v1/tasks", tags=["daily work"], route_class=Endpoint)
CONDITIONAL = raises(NotFound, PreconditionFailed, PreconditionRequired)
STEP = raises(NotFound, IllegalTransition, PreconditionFailed, PreconditionRequired)


@router.get("", response_model=TaskPage, responses=raises())
async def list_tasks(query: Annotated[TaskFilter, Query()], context: Ctx) -> Response:
    """The tasks of the accounts that you work for.

    `overdue=true` shows what is late.

    任务列表，可筛选逾期任务。
    """
    timezone = context.services.settings.timezone
    told = await queries.told_by_calendar(context.connection, timezone)
    return await listed(context, queries.task_listing(timezone), Asked.of(query), each=told)


@router.get("/{task_id}", response_model=TaskView, responses=raises(NotFound))
async def get_task(task_id: UUID, context: Ctx) -> Response:
    """One task, with how it stands today.

    Punctuality is counted in working days.

    查看一项任务及其进度。
    """
    return await answer(context, task_id)


@router.post("", response_model=TaskView, status_code=status.HTTP_201_CREATED, responses=raises(NotFound))
async def create_task(wanted: TaskCreate, context: Ctx) -> Response:
    """Give somebody something to do for an account.

    The person in charge must be able to see the account.

    为客户创建任务。
    """
    task_id = await operations.create_task(context.session, context.actor, wanted)
    return created(await answer(context, task_id), f"/v1/tasks/{task_id}")


@router.patch("/{task_id}", response_model=TaskView, responses=CONDITIONAL)
async def update_task(task_id: UUID, patch: TaskUpdate, version: ExpectedVersion, context: Ctx) -> Response:
    """Change what a task says.

    State changes by its own addresses: start, finish, cancel, reopen.

    修改任务内容。
    """
    await operations.update_task(context.session, context.actor, task_id, version, patch)
    return await answer(context, task_id)


@router.post("/{task_id}/start", response_model=TaskView, responses=STEP)
async def start_task(task_id: UUID, step: TaskStep, version: ExpectedVersion, context: Ctx) -> Response:
    """Begin a task.

    It counts as being worked on.

    开始任务。
    """
    target = TaskState.IN_PROGRESS
    await operations.move_task(context.session, context.actor, task_id, version, target, step.note)
    return await answer(context, task_id)


@router.post("/{task_id}/finish", response_model=TaskView, responses=STEP)
async def finish_task(task_id: UUID, end: TaskFinish, version: ExpectedVersion, context: Ctx) -> Response:
    """End a task on its actual date.

    Leave `actual_on` out for today.

    完成任务。
    """
    calendar = await business_calendar(await context.reader(), context.services.settings.timezone)
    today = calendar.business_date(datetime.now(UTC))
    await operations.finish_task(context.session, context.actor, task_id, version, end.actual_on, end.note, today)
    return await answer(context, task_id)


@router.post("/{task_id}/cancel", response_model=TaskView, responses=STEP)
async def cancel_task(task_id: UUID, step: TaskStep, version: ExpectedVersion, context: Ctx) -> Response:
    """Call a task off.

    It is no longer to be done.

    取消任务。
    """
    target = TaskState.CANCELLED
    await operations.move_task(context.session, context.actor, task_id, version, target, step.note)
    return await answer(context, task_id)


@router.post("/{task_id}/reopen", response_model=TaskView, responses=STEP)
async def reopen_task(task_id: UUID, step: TaskStep, version: ExpectedVersion, context: Ctx) -> Response:
    """Take a task back: a done one into work, any other to its beginning.

    For something that was not done after all.

    重新打开任务。
    """
    await operations.reopen_task(context.session, context.actor, task_id, version, step.note)
    return await answer(context, task_id)


@router.delete("/{task_id}", status_code=status.HTTP_204_NO_CONTENT, responses=CONDITIONAL)
async def delete_task(task_id: UUID, version: ExpectedVersion, context: Ctx) -> None:
    """Remove a task.

    For one that was entered by mistake.

    删除任务。
    """
    await operations.delete_task(context.session, context.actor, task_id, version)


async def answer(context: Context, task_id: UUID) -> Response:
    """The task as it stands today."""
    timezone = context.services.settings.timezone
    content, version = await queries.task_json(await context.reader(), context.actor, task_id, timezone)
    return respond(context, content, version, digest(content))
