"""What no decision may break: the published hard rules for one account and one person, on the present ledger."""

from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.distribution.eligibility import LEAST_WEIGHT, Failed, Rule
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.routing import forbidding_rules
from service.domain.distribution.wording import failed_sentence
from service.errors import FieldError, HardRuleBroken, NotFound
from service.models import Staff
from service.queries.snapshots import Scope, present_basis, read_snapshot

COMPANY_LEDGER = 0x6C6564676572  # "ledger" in ASCII
LOCKS = text("""
    WITH RECURSIVE above (id, parent_id, height) AS (
        SELECT id, parent_id, 0 FROM departments WHERE id = CAST(:department AS uuid)
        UNION ALL
        SELECT d.id, d.parent_id, a.height + 1 FROM departments d JOIN above a ON d.id = a.parent_id
    ) CYCLE id SET is_cycle USING path
    SELECT CASE WHEN height = 0 THEN pg_advisory_xact_lock(key)::text ELSE pg_advisory_xact_lock_shared(key)::text END
    FROM (
        SELECT CAST(:company AS bigint), CASE WHEN CAST(:department AS uuid) IS NULL THEN 0 ELSE 1000 END
        UNION ALL
        SELECT ('x' || right(replace(id::text, '-', ''), 16))::bit(64)::bigint, height FROM above WHERE NOT is_cycle
        ORDER BY 2 DESC
    ) AS wanted (key, height)
""")
"""The company's lock and those of a department's line, the topmost first; all but the last are shared.

A department's key: 64 random bits of its id.
"""


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
    await session.execute(LOCKS, {"department": department_id, "company": COMPANY_LEDGER})
