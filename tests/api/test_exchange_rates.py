"""Exchange rates through HTTP, and the values that follow them."""

import asyncio
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select, text

from service.models import Account
from service.operations.rates import converted
from tests.house import House

USD = {"currency": "USD", "valid_from": "2026-01-01", "rate": "7.1234", "source": "中国外汇交易中心"}


async def base_value(house: House, account_id: UUID) -> Decimal | None:
    async with house.services.database.reading() as connection:
        return await connection.scalar(select(Account.potential_value_base).where(Account.id == account_id))


async def test_a_rate_values_the_accounts_of_its_currency_by_the_day_of_each_value(house: House) -> None:
    finance = await house.person("finance")
    usd = {"potential_currency": "USD", "potential_value": 100, "potential_value_base": None}
    early = await house.account(**usd, potential_value_on=date(2026, 1, 1))
    late = await house.account(**usd, potential_value_on=date(2026, 6, 30))
    before = await house.account(**usd, potential_value_on=date(2025, 12, 31))
    other = await house.account(potential_currency="EUR", potential_value=100, potential_value_base=None)
    async with house.client(finance) as client:
        assert (await client.post("/v1/exchange-rates", json=USD)).status_code == 201
        june = await client.post("/v1/exchange-rates", json=USD | {"valid_from": "2026-06-01", "rate": "6.9"})
        values = [await base_value(house, account) for account in (early, late, before, other)]
        assert values == [Decimal("712.34"), Decimal("690.00"), None, None]
        path = june.headers["Location"]
        assert (await client.delete(path, headers={"If-Match": june.headers["ETag"]})).status_code == 204
    assert await base_value(house, late) == Decimal("712.34")


async def test_sql_and_python_round_to_the_same_cent_halves_to_even(house: House) -> None:
    finance = await house.person("finance")
    amounts = [Decimal(cents) / 100 for cents in (1, 3, 5, 7, 11, 25, 33, 101, 999, 123456789)]
    accounts = {
        await house.account(
            potential_currency="USD",
            potential_value=amount,
            potential_value_base=None,
            potential_value_on=date(2026, 2, 1),
        ): amount
        for amount in amounts
    }
    async with house.client(finance) as client:
        for number, rate in enumerate(("0.5", "2.5", "7.1234567891", "0.0000000001")):
            day = f"2026-01-0{number + 1}"
            created = await client.post("/v1/exchange-rates", json=USD | {"rate": rate, "valid_from": day})
            assert created.status_code == 201, created.text
            for account, amount in accounts.items():
                assert await base_value(house, account) == converted(amount, Decimal(rate)), (amount, rate)


async def test_a_changed_value_changes_the_etag_of_the_account(house: House) -> None:
    finance, leader = await house.person("finance"), await house.person("director")
    account = await house.account(potential_currency="USD", potential_value=1, potential_value_base=None)
    async with house.client(leader) as client:
        before = (await client.get(f"/v1/accounts/{account}")).headers["ETag"]
        async with house.client(finance) as other:
            await other.post("/v1/exchange-rates", json=USD)
        after = await client.get(f"/v1/accounts/{account}", headers={"If-None-Match": before})
    assert after.status_code == 200
    assert after.json()["potential_value_base"] == {"amount": "7.12", "currency": "CNY"}


async def test_rates_are_dated_positive_and_not_of_the_base_currency(house: House) -> None:
    finance, seller = await house.person("finance"), await house.person("sales_rep")
    async with house.client(finance) as client:
        await client.post("/v1/exchange-rates", json=USD)
        answers = [
            await client.post("/v1/exchange-rates", json=USD | change)
            for change in ({}, {"rate": "0"}, {"rate": 7.1}, {"currency": "CNY"}, {"currency": "usd"})
        ]
        listed = (await client.get("/v1/exchange-rates", params={"currency": "USD", "sort": "-valid_from"})).json()
    assert [answer.status_code for answer in answers] == [409, 422, 422, 422, 422]
    assert [item["rate"] for item in listed["items"]] == ["7.1234000000"]
    async with house.client(seller) as client:
        assert (await client.post("/v1/exchange-rates", json=USD)).status_code == 403
        assert (await client.get("/v1/exchange-rates")).status_code == 200


async def test_an_account_entered_beside_a_new_rate_has_its_value(committed_house: House) -> None:
    house = committed_house
    finance = await house.person("finance")
    manager = await house.person("key_account_manager", department_id=await house.department())
    new = {"potential_value": {"amount": "10.00", "currency": "USD"}, "potential_value_on": "2026-02-01"}
    async with house.client(finance) as banker, house.client(manager) as accounts:
        answers = await asyncio.gather(
            *(accounts.post("/v1/accounts", json=new | {"name": f"客户 {number}"}) for number in range(3)),
            banker.post("/v1/exchange-rates", json=USD),
            *(accounts.post("/v1/accounts", json=new | {"name": f"客户 {number}"}) for number in range(3, 6)),
        )
    assert {answer.status_code for answer in answers} == {201}
    async with house.services.database.reading() as connection:
        unvalued = await connection.scalar(text("SELECT count(*) FROM accounts WHERE potential_value_base IS NULL"))
    assert unvalued == 0
