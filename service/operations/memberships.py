"""Who is on an account's team, and which departments see it through them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.bulk_copy import enter_rows
from service.models import AccountMembership, new_id

COLUMNS = ("id", "account_id", "holder_id", "holder_kind", "role")

# Every department of a current member, and its parents, as (account, department) pairs that should exist.
WANTED_LINE = """
    WITH RECURSIVE above AS (
        SELECT m.account_id, s.department_id
        FROM account_memberships m JOIN staff s ON s.id = m.holder_id
        WHERE m.account_id = ANY(:accounts) AND m.ended_at IS NULL AND m.holder_kind = 'staff'
          AND s.department_id IS NOT NULL
        UNION
        SELECT a.account_id, d.parent_id
        FROM above a JOIN departments d ON d.id = a.department_id WHERE d.parent_id IS NOT NULL
    )
"""
END_LINE = text(
    WANTED_LINE  # noqa: S608 - constants only
    + """
    UPDATE account_memberships m SET ended_at = now()
    WHERE m.account_id = ANY(:accounts) AND m.holder_kind = 'department' AND m.role = 'line' AND m.ended_at IS NULL
      AND NOT EXISTS (SELECT FROM above a WHERE a.account_id = m.account_id AND a.department_id = m.holder_id)
    """
)
MISSING_LINE = text(
    WANTED_LINE  # noqa: S608 - constants only
    + """
    SELECT a.account_id, a.department_id FROM above a
    WHERE NOT EXISTS (
        SELECT FROM account_memberships m
        WHERE m.account_id = a.account_id AND m.holder_id = a.department_id AND m.role = 'line' AND m.ended_at IS NULL
    )
    """
)


async def join(session: AsyncSession, members: Sequence[tuple[UUID, UUID]], role: str) -> None:
    """Puts people on teams, (account, person) each, in one role."""
    rows = [
        {"id": new_id(), "account_id": account, "holder_id": person, "holder_kind": "staff", "role": role}
        for account, person in members
    ]
    await enter_rows(session, AccountMembership.__table__, COLUMNS, rows)


async def leave(session: AsyncSession, accounts: Sequence[UUID], role: str) -> None:
    """Ends everybody's membership in one role."""
    await session.execute(
        update(AccountMembership)
        .where(
            AccountMembership.account_id == func.any(list(accounts)),
            AccountMembership.role == role,
            AccountMembership.holder_kind == "staff",
            AccountMembership.ended_at.is_(None),
        )
        .values(ended_at=func.now())
    )


async def refresh_line(session: AsyncSession, accounts: Sequence[UUID], *, only_new: bool = False) -> None:
    """Makes the departments that see these accounts those of the present team, and their parents.

    `only_new`: nobody has left the teams, so that no department loses sight of them.
    """
    if not accounts:
        return
    values = {"accounts": list(accounts)}
    if not only_new:
        await session.execute(END_LINE, values)
    missing = (await session.execute(MISSING_LINE, values)).all()
    rows = [
        {
            "id": new_id(),
            "account_id": row.account_id,
            "holder_id": row.department_id,
            "holder_kind": "department",
            "role": "line",
        }
        for row in missing
    ]
    await enter_rows(session, AccountMembership.__table__, COLUMNS, rows)


async def refresh_line_of(session: AsyncSession, people: Sequence[UUID]) -> None:
    """The same for every account of people who moved to another department."""
    await refresh_line(session, await accounts_with(session, people))


async def accounts_with(session: AsyncSession, people: Sequence[UUID], at_most: int | None = None) -> Sequence[UUID]:
    """The accounts on whose teams some people are, in the order of ids."""
    theirs = select(AccountMembership.account_id).where(
        AccountMembership.holder_id == func.any(list(people)), AccountMembership.ended_at.is_(None)
    )
    found = theirs.distinct().order_by(AccountMembership.account_id).limit(at_most)
    return (await session.scalars(found)).all()


async def end_all(session: AsyncSession, account_id: UUID) -> None:
    """Nobody is on the team any more."""
    await session.execute(
        update(AccountMembership)
        .where(AccountMembership.account_id == account_id, AccountMembership.ended_at.is_(None))
        .values(ended_at=func.now())
    )
