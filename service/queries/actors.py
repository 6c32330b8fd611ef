"""Who a token stands for, with the roles and scopes that count at this moment."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from service.models import ApiKey, Identity, Login, RoleGrant, Staff
from service.policy import Actor

CURRENT_ROLES = (
    select(
        func.coalesce(
            func.array_agg(aggregate_order_by(RoleGrant.role, RoleGrant.role)), literal_column("'{}'::text[]")
        )
    )
    .where(RoleGrant.staff_id == Staff.id, RoleGrant.state == "effective")
    .correlate(Staff)
    .scalar_subquery()
)
WORKS_HERE = (Staff.deleted_at.is_(None), Staff.status.in_(("active", "on_leave")))


async def staff_actor(connection: AsyncConnection, staff_id: UUID, issued_at: datetime | None = None) -> Actor | None:
    """The staff member, unless they left or their tokens of that time were ended."""
    statement = (
        select(Staff.id, Staff.code, Staff.department_id, CURRENT_ROLES.label("roles"), Login.tokens_valid_from)
        .outerjoin(Login, Login.staff_id == Staff.id)
        .where(Staff.id == staff_id, *WORKS_HERE)
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None or (issued_at and (row.tokens_valid_from is None or issued_at < row.tokens_valid_from)):
        return None
    return person(row)


async def linked_actor(connection: AsyncConnection, issuer: str, subject: str, issued_at: datetime) -> Actor | None:
    """The staff member whom a subject of an OIDC issuer stands for, unless they left or such tokens were ended."""
    statement = (
        select(Staff.id, Staff.code, Staff.department_id, CURRENT_ROLES.label("roles"), Identity.tokens_valid_from)
        .join(Identity, Identity.staff_id == Staff.id)
        .where(Identity.issuer == issuer, Identity.subject == subject, Identity.deleted_at.is_(None), *WORKS_HERE)
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None or (row.tokens_valid_from and issued_at < row.tokens_valid_from):
        return None
    return person(row)


def person(row: Any) -> Actor:
    """A staff member's row as the actor."""
    return Actor("staff", row.id, row.code, roles=frozenset(row.roles), department_id=row.department_id)


async def login_named(connection: AsyncConnection, username: str) -> Any:
    """Whose log-in a user name is, and the hash of their password; None for a name that nobody has."""
    statement = select(Login.staff_id, Login.password_hash).where(Login.username == username)
    return (await connection.execute(statement)).one_or_none()


async def key_actor(
    connection: AsyncConnection, *, key_id: UUID | None = None, secret_hash: bytes = b""
) -> Actor | None:
    """The integration that an API key stands for, unless it was revoked or has expired."""
    statement = select(ApiKey).where(
        ApiKey.id == key_id if key_id else ApiKey.secret_hash == secret_hash,
        ApiKey.revoked_at.is_(None),
        ApiKey.expires_at > func.now(),
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return None
    departments = tuple(row.department_ids) if row.department_ids is not None else None
    return Actor("integration", row.id, row.name, scopes=frozenset(row.scopes), departments=departments)
