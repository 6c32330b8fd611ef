"""Tasks as JSON; early, late and overdue are told on the day of reading."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Boolean, ColumnElement, Date, Text, and_, bindparam, cast, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.calendar import BusinessCalendar
from service.domain.states import OPEN_TASK_STATES, TaskState
from service.domain.tasks import progress
from service.models import Account, Staff, Task
from service.policy import Actor
from service.queries.calendar import business_calendar
from service.queries.listing import Filter, Listing, any_of, at_least, at_most, equals
from service.queries.single import single

NEVER = date(9999, 12, 31)
ASSIGNEE = func.coalesce(
    select(Staff.name).where(Staff.id == Task.assignee_id).correlate(Task).scalar_subquery(), Task.assignee_text
)


def task_columns(_actor: Actor) -> Mapping[str, Any]:
    """The stored members of TaskView."""
    plain = {
        name: getattr(Task, name)
        for name in (
            *("id", "account_id", "subject", "stage", "assignee_id", "assignee_text", "contact_text", "planned_on"),
            *("actual_on", "state", "note", "origin", "interaction_id", "version", "created_at", "updated_at"),
        )
    }
    account_name = select(Account.name).where(Account.id == Task.account_id).correlate(Task).scalar_subquery()
    return plain | {"account_name": account_name, "assignee": ASSIGNEE}


def overdue(timezone: str) -> ColumnElement[bool]:
    """Open tasks whose planned date has passed in the business time zone."""
    today = cast(func.timezone(literal_column(f"'{timezone}'", Text), func.now()), Date)
    past = func.coalesce(Task.planned_on < today, literal_column("false"))
    return and_(Task.state.in_(OPEN_TASK_STATES), past)


@cache
def task_listing(timezone: str) -> Listing:
    """How tasks are listed."""
    return Listing(
        model=Task,
        columns=task_columns,
        sorts={"created_at": Task.id, "planned_on": func.coalesce(Task.planned_on, NEVER, type_=Date())},
        filters={
            "account_id": equals(Task.account_id),
            "assignee_id": equals(Task.assignee_id),
            "state": any_of(Task.state),
            "overdue": Filter(lambda name: overdue(timezone) == bindparam(name, type_=Boolean())),
            "planned_from": at_least(Task.planned_on),
            "planned_to": at_most(Task.planned_on),
            "interaction_id": equals(Task.interaction_id),
        },
    )


async def told_by_calendar(connection: AsyncConnection, timezone: str) -> Callable[[str], str]:
    """Adds to a task's JSON how it stands today."""
    calendar = await business_calendar(connection, timezone)
    today = calendar.business_date(datetime.now(UTC))
    return lambda item: with_progress(item, today, calendar)


def with_progress(item: str, today: date, calendar: BusinessCalendar) -> str:
    """A task's JSON with early, late or overdue, in working days."""
    task = orjson.loads(item)
    planned_on, actual_on = (
        date.fromisoformat(text) if text else None for text in (task["planned_on"], task["actual_on"])
    )
    stands = progress(TaskState(task["state"]), planned_on, actual_on, today, calendar)
    task |= {"punctuality": stands.punctuality, "working_days_late": stands.working_days_late}
    return orjson.dumps(task).decode()


async def task_json(connection: AsyncConnection, actor: Actor, task_id: UUID, timezone: str) -> tuple[str, int]:
    """One task's JSON text and its version."""
    row = await single(connection, actor, Task, task_columns(actor), task_id)
    return (await told_by_calendar(connection, timezone))(row.json), row.version
