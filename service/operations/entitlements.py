"""What a grade promises, dated further as time passes."""

from datetime import date
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.calendar import BusinessCalendar
from service.domain.entitlements import entitlement_schedule, months_owed
from service.domain.tier_schemes import read_scheme
from service.journal import record
from service.models import AccountTier, Entitlement, TierScheme, new_id
from service.operations.account_tiers import ENTITLEMENT_COLUMNS, duty
from service.policy import Actor


async def extend_entitlements(
    session: AsyncSession, actor: Actor, grade_id: UUID, today: date, calendar: BusinessCalendar, ahead: int
) -> bool:
    """Dates what a grade promises until so many months are ahead; False where they are, or the grade has ended."""
    held = select(AccountTier).where(AccountTier.id == grade_id, AccountTier.ended_at.is_(None))
    grade = await session.scalar(held.with_for_update(key_share=True))
    if grade is None:
        return False
    start_on = calendar.business_date(grade.started_at)
    months = range(grade.months_dated, months_owed(start_on, today, ahead))
    if not months:
        return False
    scheme = await session.get_one(TierScheme, grade.scheme_id)
    tier = read_scheme(scheme.definition).tier(grade.tier)
    duties = entitlement_schedule(tier, start_on, months, calendar) if tier else []
    rows = [dict(zip(ENTITLEMENT_COLUMNS, (new_id(), grade.id, grade.account_id, *duty(due)), strict=True))
            for due in duties]  # fmt: skip
    if rows:
        await session.execute(insert(Entitlement), rows)
    grade.months_dated = months.stop
    data = {"months": len(months), "entitlements": len(rows)}
    await record(session, actor, events.AccountTierExtended(grade.id, grade.account_id, data))
    return True
