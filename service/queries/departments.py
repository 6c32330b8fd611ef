"""Departments as JSON: one, many."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from service.models import Department
from service.policy import Actor
from service.queries.listing import Listing, any_of, equals, is_empty
from service.queries.single import single

COLUMNS = {column.key: column for column in Department.__table__.columns if column.key != "deleted_at"}

DEPARTMENTS = Listing(
    model=Department,
    columns=lambda _actor: COLUMNS,
    filters={
        "name": any_of(Department.name),
        "parent_id": equals(Department.parent_id),
        "top": is_empty(Department.parent_id),
        "manager_id": equals(Department.manager_id),
        "deputy_in_charge_id": equals(Department.deputy_in_charge_id),
    },
)


async def department_json(connection: AsyncConnection, actor: Actor, department_id: UUID) -> Any:
    """One department's JSON text and its version."""
    return await single(connection, actor, Department, COLUMNS, department_id)
