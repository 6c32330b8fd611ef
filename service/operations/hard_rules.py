"""What no decision may break: the published hard rules for one account and one person, on the present ledger."""

from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.distribution.eligibility import LEAST_WEIGHT, Failed, Rule
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.routing import forbidding_rules
from service.domain.distribution.wording import failed_sentence
from service.errors import FieldError, HardRuleBroken, NotFound
from service.models import Department, Staff
from service.queries.snapshots import Scope, present_basis, read_snapshot

COMPANY_LEDGER = 0x6C6564676572  # "ledger" in ASCII
# all but the last are shared
LOCKS = text("""
    SELECT CASE WHEN last THEN pg_advisory_xact_lock(key)::text ELSE pg_advisory_xact_lock_shared(key)::text END
    FROM (
        SELECT key, place = cardinality(CAST(:keys AS bigint[])) AS last
        FROM unnest(CAST(:keys AS bigint[])) WITH ORDINALITY AS k (key, place) ORDER BY place
    ) AS wanted
""")


async def hard_rules_against(session: AsyncSession, account_id: UUID, staff_id: UUID, timezone: str) -> list[Failed]:
    """Every hard rule that forbids this person this account now, caps included; empty when they may have it.

    The person's team ledger is held until the transaction ends, so that what is true here stays true. Whoever holds no
    sales role or is not active counts as absent. NotFound without the account, NoPublishedRulebook without rules.
    """
    department = await session.scalar(select(Staff.department_id).where(Staff.id == staff_id))
    await hold_ledger(session, department)
    connection = await session.connection()
    scope = Scope(staff_ids=(staff_id,), account_id=account_id)
    snapshot = await read_snapshot(connection, await present_basis(connection, timezone, "hard rules", scope))
    if all(account.id != str(account_id) for account in snapshot.accounts):
        raise NotFound
    if not snapshot.people:
        return [Failed(Rule.AVAILABILITY, LEAST_WEIGHT, 0)]
    return list(forbidding_rules(Ledger.of(snapshot), str(account_id), str(staff_id)))


async def require_hard_rules(session: AsyncSession, account_id: UUID, staff_id: UUID, timezone: str) -> None:
    """HardRuleBroken with a sentence for each rule that forbids this person this account."""
    failed = await hard_rules_against(session, account_id, staff_id, timezone)
    if failed:
        raise HardRuleBroken(
            errors=[FieldError(str(one.rule), failed_sentence(one), pointer="/staff_id") for one in failed]
        )


async def hold_ledger(session: AsyncSession, department_id: UUID | None) -> None:
    """Until the transaction ends nobody else gives accounts to this department's people, nor to those above or below.

    The locks of its parents are shared and taken from the top, so that teams side by side do not wait for each other.
    """
    above = await parents_of(session, department_id) if department_id else []
    shared = [COMPANY_LEDGER, *map(lock_key, above)] if department_id else []
    own = lock_key(department_id) if department_id else COMPANY_LEDGER
    await session.execute(LOCKS, {"keys": [*shared, own]})


async def parents_of(session: AsyncSession, department_id: UUID) -> list[UUID]:
    """The departments above one, the topmost first."""
    rows = (await session.execute(select(Department.id, Department.parent_id))).all()
    parents = {row.id: row.parent_id for row in rows}
    found: list[UUID] = []
    above = parents.get(department_id)
    while above and above not in found:
        found.append(above)
        above = parents.get(above)
    return found[::-1]


def lock_key(department_id: UUID) -> int:
    """A department's lock: 64 random bits of its id as PostgreSQL counts them."""
    return int.from_bytes(department_id.bytes[8:], "big", signed=True)
