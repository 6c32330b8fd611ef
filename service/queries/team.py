"""An account's current team as JSON."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.errors import NotFound
from service.models import AccountMembership, Staff
from service.policy import Actor, allowed
from service.queries.json_view import json_object
from service.queries.listing import Listing, equals


def member_columns(_actor: Actor) -> Mapping[str, Any]:
    """The members of MemberView."""
    return {
        "id": AccountMembership.id,
        "account_id": AccountMembership.account_id,
        "staff_id": AccountMembership.holder_id,
        "staff_code": of_holder(Staff.code),
        "name": of_holder(Staff.name),
        "title": of_holder(Staff.title),
        "role": AccountMembership.role,
        "started_at": AccountMembership.started_at,
    }


def of_holder(column: Any) -> Any:
    """What is known of the person who holds a membership."""
    return select(column).where(Staff.id == AccountMembership.holder_id).scalar_subquery()


def current_members(actor: Actor) -> ColumnElement[bool]:
    """The people on the teams of visible accounts now; departments see by their line, and are no members."""
    return and_(
        allowed(actor, "see", AccountMembership),
        AccountMembership.holder_kind == "staff",
        AccountMembership.ended_at.is_(None),
    )


TEAM = Listing(
    model=AccountMembership,
    columns=member_columns,
    filters={"account_id": equals(AccountMembership.account_id)},
    rows=current_members,
)


async def member_json(connection: AsyncConnection, actor: Actor, account_id: UUID, membership_id: UUID) -> str:
    """One current member's JSON text."""
    statement = select(json_object(member_columns(actor))).where(
        AccountMembership.id == membership_id, AccountMembership.account_id == account_id, current_members(actor)
    )
    found: str | None = await connection.scalar(statement)
    if found is None:
        raise NotFound
    return found
