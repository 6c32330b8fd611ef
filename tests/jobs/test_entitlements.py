"""What grades promise is dated further as months pass, once, and only while the grade is held."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from service.domain.calendar import add_months
from service.domain.invalid import InvalidInput
from service.jobs.entitlements import date_entitlements
from service.models import Account, AccountTier, AuditEntry, TierScheme
from tests.house import House
from tests.tier_company import Company


async def dated(house: House, now: datetime) -> int:
    return await date_entitlements(house.services.database, house.services.settings, now)


def after(months: int) -> datetime:
    """Noon of the same business day of a later month."""
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    return datetime.combine(add_months(now.date(), months), now.replace(hour=12).timetz())


async def graded(house: House) -> tuple[Company, UUID]:
    """An account with a grade, given by hand, that promises visits each month."""
    company = await Company.of(house)
    account = await house.account()
    await company.scheme(template="importance")
    async with house.client(company.leader) as client:
        grade = {"scheme_code": "importance", "tier": "important", "reason": "战略客户"}
        answer = await client.post(f"/v1/accounts/{account}/tiers", json=grade)
    assert answer.status_code == 201, answer.text
    return company, account


async def test_the_months_that_pass_are_dated_at_the_other_end_once(house: House) -> None:
    company, account = await graded(house)
    first = await company.owed(account)
    assert await dated(house, datetime.now(UTC)) == 0
    assert await dated(house, after(3)) == 1
    assert await dated(house, after(3)) == 0
    longer = await company.owed(account)
    assert [item for item in longer if item["id"] in {one["id"] for one in first}] == first
    added = [item for item in longer if item not in first]
    assert added
    assert min(item["due_on"] for item in added) > max(item["due_on"] for item in first if item["kind"] == "visit")
    assert {item["kind"] for item in added}.isdisjoint({"plan", "named_person"})
    entry = await company.value(select(AuditEntry).where(AuditEntry.action == "account_tier.extended"))
    assert (entry.actor, entry.account_id) == ("system:promises", account)
    assert entry.data == {"months": 3, "entitlements": len(added)}


async def test_a_grade_that_has_ended_promises_nothing_more(house: House) -> None:
    company, account = await graded(house)
    before = await company.owed(account)
    async with house.services.database.transaction() as session:
        await session.execute(update(AccountTier).values(ended_at=datetime.now(UTC)))
    assert await dated(house, after(6)) == 0
    assert await company.owed(account) == before


async def test_a_deleted_account_is_owed_nothing_more(house: House) -> None:
    _, account = await graded(house)
    async with house.services.database.transaction() as session:
        await session.execute(update(Account).where(Account.id == account).values(deleted_at=datetime.now(UTC)))
    assert await dated(house, after(6)) == 0


async def test_a_run_that_breaks_off_leaves_each_grade_dated_whole_or_not_at_all(committed_house: House) -> None:
    house = committed_house
    company, first = await graded(house)
    await company.scheme(template="importance", code="attention")
    second = await house.account()
    async with house.client(company.leader) as client:
        grade = {"scheme_code": "attention", "tier": "important", "reason": "战略客户"}
        assert (await client.post(f"/v1/accounts/{second}/tiers", json=grade)).status_code == 201
    before = len(await company.owed(second))
    scheme = select(TierScheme.definition).where(TierScheme.code == "attention")
    definition = await company.value(scheme)
    await defined(house, {})
    with pytest.raises(InvalidInput):
        await dated(house, after(2))
    assert (len(await company.owed(first)) > before, len(await company.owed(second))) == (True, before)
    await defined(house, definition)
    assert await dated(house, after(2)) == 1
    assert len(await company.owed(second)) == len(await company.owed(first))


async def defined(house: House, definition: dict[str, Any]) -> None:
    async with house.services.database.transaction() as session:
        await session.execute(update(TierScheme).where(TierScheme.code == "attention").values(definition=definition))
