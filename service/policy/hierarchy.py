"""The tree of departments."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from service.models import Department


def departments_under(top: Any) -> Select[UUID]:
    """A department, named by its id or a bound value, and everything beneath it; none where `top` is null."""
    root = select(Department.id).where(Department.id == top).cte(recursive=True)
    return select(root.union(select(Department.id).where(Department.parent_id == root.c.id)).c.id)
