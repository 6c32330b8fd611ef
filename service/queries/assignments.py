"""Assignments as JSON: one, many."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from service.errors import NotFound
from service.models import Account, Assignment, Staff
from service.policy import Actor, allowed
from service.queries.json_view import json_object
from service.queries.listing import Listing, any_of, equals, is_empty, is_set


def account_code(model: Any) -> Any:
    """The code of the account that a row is about."""
    return select(Account.code).where(Account.id == model.account_id).correlate(model).scalar_subquery()


def staff_code(model: Any, column: Any) -> Any:
    """The code of a person that a row names."""
    return select(Staff.code).where(Staff.id == column).correlate(model).scalar_subquery()


COLUMNS: dict[str, Any] = {name: getattr(Assignment, name) for name in (
    "id", "account_id", "staff_id", "team_role", "started_at", "ended_at", "origin", "reason", "plan_id", "decision_id",
    "appeal_id", "pinned_until", "pin_reason", "assigned_by", "version", "created_at", "updated_at",
)} | {
    "account_code": account_code(Assignment),
    "staff_code": staff_code(Assignment, Assignment.staff_id),
}  # fmt: skip


def assignment_columns(_actor: Actor) -> Mapping[str, Any]:
    """The members of AssignmentView."""
    return COLUMNS


ASSIGNMENTS = Listing(
    model=Assignment,
    columns=assignment_columns,
    filters={
        "account_id": equals(Assignment.account_id),
        "staff_id": equals(Assignment.staff_id),
        "plan_id": equals(Assignment.plan_id),
        "current": is_empty(Assignment.ended_at),
        "pinned": is_set(Assignment.pinned_until),
        "origin": any_of(Assignment.origin),
    },
)


async def assignment_json(connection: AsyncConnection, actor: Actor, assignment_id: UUID, *, made: bool = False) -> Any:
    """One assignment's JSON text and its version; whoever has just made it sees it even if it leaves their line."""
    seen = true() if made else allowed(actor, "see", Assignment)
    statement = select(json_object(COLUMNS).label("json"), Assignment.version).where(
        Assignment.id == assignment_id, seen
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return row
