"""What departments and staff ask of each other: references that exist, no circles, who is below."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.invalid import invalid
from service.domain.states import StaffStatus
from service.errors import NotAssignable
from service.models import Department, Staff
from service.policy.hierarchy import departments_under

TREE_LOCK = 0x74726565  # "tree" in ASCII
DEPARTMENT = (
    select(Department.id)
    .where(Department.id == bindparam("department_id", type_=Department.id.type), Department.deleted_at.is_(None))
    .with_for_update(read=True)
)


async def expect_department(session: AsyncSession, department_id: UUID | None, pointer: str) -> None:
    """Refuses a department that does not exist; none at all is fine."""
    if department_id is None:
        return
    if await session.scalar(DEPARTMENT, {"department_id": department_id}) is None:
        raise invalid(pointer, "unknown_department", "There is no such department.", "没有该部门。")


async def expect_colleague(
    session: AsyncSession, staff_id: UUID | None, pointer: str, *, changing: bool = False
) -> None:
    """Refuses somebody who does not exist or has left; nobody at all is fine.

    `changing`: the caller will change them, so that they are locked at once for that; a weaker lock first would let
    two callers wait for each other.
    """
    if staff_id is None:
        return
    found = select(Staff.id).where(Staff.id == staff_id, Staff.deleted_at.is_(None), Staff.status != StaffStatus.LEFT)
    if await session.scalar(found.with_for_update(read=not changing)) is None:
        raise invalid(pointer, "unknown_staff", "Nobody with this id works here.", "没有该在职人员。")


async def expect_assignable(session: AsyncSession, staff_ids: Iterable[UUID]) -> None:
    """Refuses to make anybody but the active responsible; nobody leaves before the transaction ends."""
    wanted = sorted(set(staff_ids))
    active = await session.scalars(
        select(Staff.id)
        .where(Staff.id == func.any(wanted), Staff.status == StaffStatus.ACTIVE, Staff.deleted_at.is_(None))
        .order_by(Staff.id)
        .with_for_update(read=True)
    )
    if len(active.all()) != len(wanted):
        raise NotAssignable


async def hold_tree(session: AsyncSession) -> None:
    """One change of the departments' tree at a time: two of them could close a circle together."""
    await session.execute(select(func.pg_advisory_xact_lock(TREE_LOCK)))


async def refuse_circle(session: AsyncSession, department_id: UUID, parent_id: UUID) -> None:
    """Refuses a parent that stands below the department, or is it."""
    above = select(Department.id, Department.parent_id).where(Department.id == parent_id).cte("above", recursive=True)
    step = select(Department.id, Department.parent_id).join(above, Department.id == above.c.parent_id)
    above = above.union(step)
    if await session.scalar(select(above.c.id).where(above.c.id == department_id)) is not None:
        raise invalid(
            "/parent_id",
            "circle",
            "This department stands below the one that it would be under.",
            "上级部门不能是自身或其下级。",
        )


async def people_below(session: AsyncSession, department_id: UUID) -> Sequence[UUID]:
    """Everybody in a department and the departments beneath it."""
    below = departments_under(department_id)
    return (await session.scalars(select(Staff.id).where(Staff.department_id.in_(below)))).all()
