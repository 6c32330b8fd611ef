"""What a user can do with departments: set up, change, move, close."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.errors import StillReferenced
from service.journal import record
from service.models import Department, Staff
from service.operations.changes import changes, rewrite
from service.operations.jobs import start_job
from service.operations.memberships import accounts_with, refresh_line
from service.operations.organisation import (
    expect_colleague,
    expect_department,
    hold_tree,
    people_below,
    refuse_circle,
)
from service.operations.versions import Versions, expect
from service.policy import Actor, fetch, require
from service.schemas.departments import DepartmentCreate, DepartmentUpdate

REFRESH = "refresh_lines"
AT_ONCE = 2_000
"""Accounts whose lines a request refreshes, which takes a quarter of a second; more are a job's."""


async def create_department(session: AsyncSession, actor: Actor, wanted: DepartmentCreate) -> Department:
    """Sets up a department."""
    require(actor, "create", Department)
    values = dict(wanted)
    await expect_references(session, values)
    department = Department(**values)
    session.add(department)
    await session.flush()
    await record(session, actor, events.DepartmentCreated(department.id, data={"changes": changes({}, values)}))
    session.info["made"] = department
    return department


async def update_department(
    session: AsyncSession, actor: Actor, department_id: UUID, version: Versions, patch: DepartmentUpdate
) -> None:
    """Renames or moves a department, or gives it another head; who sees its people's accounts follows."""
    if "parent_id" in patch.model_fields_set:
        await hold_tree(session)
    department = await fetch(session, actor, "edit", Department, department_id)
    expect(department, version)
    wanted = {name: getattr(patch, name) for name in patch.model_fields_set}
    new = {name: value for name, value in wanted.items() if value != getattr(department, name)}
    if new.get("parent_id"):
        await refuse_circle(session, department_id, new["parent_id"])
    await expect_references(session, new)
    changed = rewrite(department, new)
    if not changed:
        return
    await record(session, actor, events.DepartmentChanged(department_id, data={"changes": changed}))
    if "parent_id" in changed:
        await refresh_line_below(session, actor, department_id)


async def refresh_line_below(session: AsyncSession, actor: Actor, department_id: UUID) -> None:
    """Who is above a department sees the accounts of its people: at once where they are few, else by a job."""
    accounts = await accounts_with(session, await people_below(session, department_id), AT_ONCE + 1)
    if len(accounts) <= AT_ONCE:
        await refresh_line(session, accounts)
    else:
        await start_job(session, actor, REFRESH, department_id)


async def delete_department(session: AsyncSession, actor: Actor, department_id: UUID, version: Versions) -> None:
    """Closes a department that nobody works in and that nothing is below."""
    department = await fetch(session, actor, "delete", Department, department_id)
    expect(department, version)
    used = or_(
        exists().where(Staff.department_id == department_id, Staff.deleted_at.is_(None)),
        exists().where(Department.parent_id == department_id, Department.deleted_at.is_(None)),
    )
    if await session.scalar(select(used)):
        raise StillReferenced
    department.deleted_at = datetime.now(UTC)
    department.version += 1
    await record(session, actor, events.DepartmentDeleted(department_id))


async def expect_references(session: AsyncSession, values: dict[str, Any]) -> None:
    """Refuses a parent, head or deputy that does not exist."""
    await expect_department(session, values.get("parent_id"), "/parent_id")
    await expect_colleague(session, values.get("manager_id"), "/manager_id")
    await expect_colleague(session, values.get("deputy_in_charge_id"), "/deputy_in_charge_id")
