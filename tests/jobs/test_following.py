"""Changes to so many accounts that a job follows them up."""

from uuid import UUID

import pytest
from sqlalchemy import select

from service.jobs.schedule import KINDS
from service.jobs.worker import run_job
from service.models import Account, AuditEntry, Job
from service.operations import departments, rates
from tests.house import House, Person


async def job_of(house: House, kind: str) -> UUID:
    async with house.services.database.reading() as connection:
        return (await connection.execute(select(Job.id).where(Job.kind == kind))).scalar_one()


async def ran(house: House, kind: str) -> dict[str, object]:
    job_id = await job_of(house, kind)
    await run_job(house.services.database, house.services.settings, KINDS, job_id)
    async with house.services.database.reading() as connection:
        row = (await connection.execute(select(Job.state, Job.result).where(Job.id == job_id))).one()
    assert row.state == "succeeded"
    return row.result


async def codes_seen(house: House, who: Person) -> int:
    async with house.client(who) as client:
        return len((await client.get("/v1/accounts")).json()["items"])


async def test_a_large_department_moves_at_once_and_a_job_lets_the_new_line_see(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(departments, "AT_ONCE", 2)
    monkeypatch.setattr("service.jobs.following.AT_ONCE", 2)
    old, new = [await house.department() for _ in range(2)]
    team = await house.department(parent_id=old)
    before, after = [await house.person("department_manager", department_id=one) for one in (old, new)]
    seller = await house.person("sales_rep", department_id=team)
    for _ in range(5):
        await house.account(seller)
    admin = await house.person("admin")
    async with house.client(admin) as client:
        etag = (await client.get(f"/v1/departments/{team}")).headers["ETag"]
    async with house.client(admin, **{"If-Match": etag, "Content-Type": "application/merge-patch+json"}) as client:
        moved = await client.patch(f"/v1/departments/{team}", content=f'{{"parent_id": "{new}"}}'.encode())
    assert moved.status_code == 200, moved.text
    assert (await codes_seen(house, before), await codes_seen(house, after)) == (5, 0)
    assert await ran(house, "refresh_lines") == {"accounts": 5}
    assert (await codes_seen(house, before), await codes_seen(house, after)) == (0, 5)


async def test_a_rate_for_many_accounts_counts_once_its_job_has_run(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "AT_ONCE", 2)
    for _ in range(5):
        await house.account(potential_currency="USD", potential_value=100, potential_value_base=None)
    finance = await house.person("finance")
    async with house.client(finance) as client:
        made = await client.post(
            "/v1/exchange-rates", json={"currency": "USD", "valid_from": "2020-01-01", "rate": "7.1"}
        )
    assert made.status_code == 201, made.text
    assert await ran(house, "revalue_accounts") == {"accounts_valued": 5}
    async with house.services.database.reading() as connection:
        assert set(await connection.scalars(select(Account.potential_value_base))) == {710}
        data = await connection.scalar(select(AuditEntry.data).where(AuditEntry.action == "exchange_rate.created"))
    assert data["accounts_valued"] is None
