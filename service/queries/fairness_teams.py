"""Teams in a fairness report: their share of each load, and how much of it is pinned or was given by hand."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.models import Assignment, Department, Staff

PLACES = Decimal("0.000001")


async def teams_of(connection: AsyncConnection, people: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The teams with people of a report: TeamView without anybody's name but the manager's id."""
    where = await connection.execute(PEOPLE.where(Staff.id == func.any([UUID(one["person_id"]) for one in people])))
    department = {str(row.id): row.department_id for row in where}
    members = defaultdict(list)
    for one in people:
        members[department.get(one["person_id"])].append(one)
    rows = await connection.execute(HELD.where(Department.id == func.any([one for one in members if one])))
    return [{**held(row), "people": len(members[row.id]), "loads": loads(members[row.id])} for row in rows]


def held(row: Any) -> dict[str, Any]:
    """What a team has, and how much of that its manager keeps or gave by hand."""
    return {
        "department_id": str(row.id),
        "name": row.name,
        "manager_id": str(row.manager_id) if row.manager_id else None,
        "accounts": row.accounts,
        "pinned": row.pinned,
        "by_hand": row.by_hand,
        "pinned_share": part(row.pinned, row.accounts),
        "by_hand_share": part(row.by_hand, row.accounts),
    }


def loads(people: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """The mean of each load among people who can carry it, by their weights, and its extremes."""
    carried: dict[str, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for one in people:
        for name, share in one["after"].items():
            carried[name].append((Decimal(share), Decimal(one["weight"])))
    return {name: spread(shares) for name, shares in carried.items()}


def spread(shares: Sequence[tuple[Decimal, Decimal]]) -> dict[str, str]:
    """Weighted mean, greatest and least of some shares."""
    mean = sum(share * weight for share, weight in shares) / sum(weight for _, weight in shares)
    values = [share for share, _ in shares]
    return {"mean": str(Decimal(mean).quantize(PLACES)), "max": str(max(values)), "min": str(min(values))}


def part(some: int, all_: int) -> str:
    """One number as a part of another."""
    return str((Decimal(some) / max(1, all_)).quantize(PLACES))


PEOPLE = select(Staff.id, Staff.department_id)
CURRENT = and_(Assignment.staff_id == Staff.id, Assignment.team_role == "owner", Assignment.ended_at.is_(None))
HELD = (
    select(
        Department.id,
        Department.name,
        Department.manager_id,
        func.count(Assignment.id).label("accounts"),
        func.count(Assignment.id).filter(Assignment.pinned_until > func.now()).label("pinned"),
        func.count(Assignment.id).filter(Assignment.origin == "manual").label("by_hand"),
    )
    .join(Staff, Staff.department_id == Department.id)
    .outerjoin(Assignment, CURRENT)
    .group_by(Department.id)
    .order_by(Department.name, Department.id)
)
