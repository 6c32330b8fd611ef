"""Who is on an account's team, and which departments see it through them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.bulk_copy import enter_rows
from service.models import AccountMembership, new_id

COLUMNS = ("id", "account_id", "holder_id", "holder_kind", "role")

# Which departments, and their parents, should see accounts through their teams; those that should not any more lose
# sight, those that do not yet are told.
LINE = text("""
    WITH RECURSIVE members AS MATERIALIZED (
        SELECT m.account_id, s.department_id
        FROM account_memberships m JOIN staff s ON s.id = m.holder_id
        WHERE m.account_id = ANY(:accounts) AND m.ended_at IS NULL AND m.holder_kind = 'staff'
          AND s.department_id IS NOT NULL
    ), above (department_id, above_id) AS (
        SELECT DISTINCT department_id, department_id FROM members
        UNION
        SELECT a.department_id, d.parent_id
        FROM above a JOIN departments d ON d.id = a.above_id WHERE d.parent_id IS NOT NULL
    ), wanted AS MATERIALIZED (
        SELECT DISTINCT m.account_id, a.above_id AS holder_id FROM members m JOIN above a USING (department_id)
    ), present AS MATERIALIZED (
        SELECT id, account_id, holder_id FROM account_memberships
        WHERE account_id = ANY(:accounts) AND holder_kind = 'department' AND role = 'line' AND ended_at IS NULL
    ), past AS (
        UPDATE account_memberships m SET ended_at = now()
        FROM present p
        WHERE m.id = p.id AND m.ended_at IS NULL
          AND NOT EXISTS (SELECT FROM wanted w WHERE w.account_id = p.account_id AND w.holder_id = p.holder_id)
    )
    SELECT account_id, holder_id FROM wanted EXCEPT SELECT account_id, holder_id FROM present
""")


async def join(session: AsyncSession, members: Sequence[tuple[UUID, UUID]], role: str) -> None:
    """Puts people on teams, (account, person) each, in one role."""
    rows = ((new_id(), account, person, "staff", role) for account, person in members)
    await enter_rows(session, AccountMembership.__table__, COLUMNS, rows, len(members))


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
        .values(ended_at=func.now()),
        execution_options={"synchronize_session": False},
    )


async def refresh_line(session: AsyncSession, accounts: Sequence[UUID]) -> None:
    """Makes the departments that see these accounts those of the present team, and their parents."""
    if not accounts:
        return
    missing = (await session.execute(LINE, {"accounts": list(accounts)})).all()
    rows = ((new_id(), account, department, "department", "line") for account, department in missing)
    await enter_rows(session, AccountMembership.__table__, COLUMNS, rows, len(missing))


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
