"""The division of labour on an account, with what is missing or doubled."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Text, and_, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.division import (
    FINDINGS,
    LEAST,
    RULES,
    Complexity,
    Duty,
    Finding,
    Scale,
    Stage,
    StageTask,
    findings,
    stages_of,
)
from service.domain.states import StaffStatus, TaskState
from service.models import AccountDivision, AccountMembership, Staff, StageDuty, Task
from service.policy import Actor
from service.queries.accounts import find_account

Json = dict[str, Any]


@dataclass(frozen=True)
class Arrangement:
    """What is known of an account's division: its size, present duties and the tasks of its stages."""

    scale: Scale
    complexity: Complexity
    needs: str | None
    version: int
    duties: Sequence[Any]
    tasks: Sequence[Any]

    def findings(self) -> list[tuple[Stage, Finding]]:
        """What is wrong with it."""
        duties = [Duty(Stage(row.stage), row.staff_id, frozenset(row.functions), row.at_work) for row in self.duties]
        tasks = [StageTask(Stage(row.stage), row.assignee_id, row.state == TaskState.DONE) for row in self.tasks]
        return findings(self.scale, self.complexity, duties, tasks)


async def division_json(connection: AsyncConnection, actor: Actor, account_id: UUID) -> tuple[str, int]:
    """The division's JSON text and its version, 0 before anybody wrote one."""
    await find_account(connection, actor, "see_timeline", account_id)
    arranged = await arrangement(connection, account_id)
    found = arranged.findings()
    needed = stages_of(arranged.scale, arranged.complexity)
    told = {
        "account_id": account_id,
        "scale": arranged.scale,
        "complexity": arranged.complexity,
        "needs": arranged.needs,
        "complete": not found,
        "stages": [stage_json(arranged, stage, found, needed=stage in needed) for stage in Stage],
        "version": arranged.version,
    }
    return orjson.dumps(told, default=str).decode(), arranged.version


def stage_json(arranged: Arrangement, stage: Stage, found: Sequence[tuple[Stage, Finding]], *, needed: bool) -> Json:
    """The members of StageView."""
    duty = next((row for row in arranged.duties if row.stage == stage), None)
    task = next((row for row in arranged.tasks if row.stage == stage), None)
    wrong = [{"code": one, "text": FINDINGS[one]._asdict()} for at, one in found if at is stage]
    return {
        "stage": stage,
        "name": RULES[stage].name._asdict(),
        "function": RULES[stage].function,
        "needed": needed,
        **{name: getattr(duty, name, None) for name in ("staff_id", "staff_code", "staff_name")},
        **{name: getattr(task, name, None) for name in ("task_id", "task_state", "planned_on")},
        "findings": wrong,
    }


async def arrangement(connection: AsyncConnection, account_id: UUID) -> Arrangement:
    """The division as it stands; a small and simple project before anybody wrote one."""
    statement = select(
        AccountDivision.scale, AccountDivision.complexity, AccountDivision.needs, AccountDivision.version
    ).where(AccountDivision.account_id == account_id)
    row = (await connection.execute(statement)).one_or_none()
    size = (Scale(row.scale), Complexity(row.complexity)) if row else LEAST
    duties = (await connection.execute(duties_of(account_id))).all()
    tasks = (await connection.execute(tasks_of(account_id))).all()
    return Arrangement(*size, row.needs if row else None, row.version if row else 0, duties, tasks)


def duties_of(account_id: UUID) -> Any:
    """Present duties with their people's names and roles on the team."""
    at_work = and_(Staff.deleted_at.is_(None), Staff.status == StaffStatus.ACTIVE)
    columns: list[Any] = [
        StageDuty.stage,
        StageDuty.staff_id,
        Staff.code.label("staff_code"),
        Staff.name.label("staff_name"),
        at_work.label("at_work"),
        roles_on(StageDuty.account_id, StageDuty.staff_id).label("functions"),
    ]
    held = select(*columns).join(Staff, Staff.id == StageDuty.staff_id)
    return held.where(StageDuty.account_id == account_id, StageDuty.ended_at.is_(None))


def roles_on(account_id: Any, staff_id: Any) -> ColumnElement[Any]:
    """The roles that somebody has on an account's team."""
    roles = func.coalesce(func.array_agg(AccountMembership.role), literal_column("'{}'::text[]", ARRAY(Text())))
    current = (
        AccountMembership.account_id == account_id,
        AccountMembership.holder_id == staff_id,
        AccountMembership.ended_at.is_(None),
    )
    return select(roles).where(*current).scalar_subquery()


def tasks_of(account_id: UUID) -> Any:
    """The tasks of stages, open ones first, then the latest."""
    columns: list[Any] = [
        Task.id.label("task_id"),
        Task.stage,
        Task.assignee_id,
        Task.state,
        Task.state.label("task_state"),
        Task.planned_on,
    ]
    counts = and_(Task.stage.is_not(None), Task.state != TaskState.CANCELLED, Task.deleted_at.is_(None))
    rows = select(*columns).where(Task.account_id == account_id, counts)
    return rows.order_by(Task.state == TaskState.DONE, Task.id.desc())
