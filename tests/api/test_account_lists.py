"""Lists of accounts by who is responsible for them, each value of a filter planned for itself."""

from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql

from service.models import Account
from service.queries.accounts import VALUE_ORDER
from tests.house import House, Person


async def listed(house: House, person: Person, query: str) -> list[str]:
    """The ids of a list's first page."""
    async with house.client(person) as client:
        answer = await client.get(f"/v1/accounts?{query}")
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def test_accounts_are_found_by_their_owner_and_by_having_none(house: House) -> None:
    leader, seller, other = await house.person("director"), await house.person("sales_rep"), await house.person("admin")
    owned, free = str(await house.account(seller)), str(await house.account())
    assert await listed(house, leader, f"owner_id={seller.id}") == [owned]
    assert await listed(house, leader, f"owner_id={other.id}") == []
    assert await listed(house, leader, f"owner_id={uuid4()}") == []
    assert await listed(house, leader, "unassigned=true") == [free]
    assert await listed(house, leader, "unassigned=false") == [owned]
    assert await listed(house, leader, "unassigned=true") == [free]
    assert await listed(house, seller, "unassigned=true") == []
    assert await listed(house, seller, f"owner_id={seller.id}") == [owned]


async def test_a_search_finds_the_same_with_and_without_the_index_of_pieces(house: House) -> None:
    leader, seller = await house.person("director"), await house.person("sales_rep")
    huawei = str(await house.account(seller, name="华为技术有限公司"))
    await house.account(seller, name="长江电子有限公司")
    for words in ("华", "华为", "hwjs", "技术 有限", "HWJS"):
        assert await listed(house, seller, f"q={words}") == await listed(house, leader, f"q={words}") == [huawei]
    for words in ("为华", "100%"):
        assert await listed(house, seller, f"q={words}") == await listed(house, leader, f"q={words}") == []


@pytest.mark.parametrize("written", ["150000000", "1.5亿", "１．５亿", "15000万", "1亿5000万", "150,000,000", "150m"])
async def test_a_filter_reads_an_amount_as_people_write_it(house: House, written: str) -> None:
    leader = await house.person("director")
    large = [
        str(await house.account(potential_value=value, potential_value_base=value)) for value in (149999999, 150000000)
    ]
    assert await listed(house, leader, f"potential_value_max={written}") == large
    assert await listed(house, leader, f"potential_value_min={written}") == large[1:]


@pytest.mark.parametrize("bound", ["potential_value_min", "potential_value_max"])
@pytest.mark.parametrize(
    ("written", "code", "en", "zh"),
    [
        ("很多", "not_a_number", "This is not a number that we can read.", "无法识别为数字。"),
        ("150 USD", "not_a_number", "This is not a number that we can read.", "无法识别为数字。"),
        (
            "1亿以上",
            "amount_is_a_range",
            "A range or a bound is not one amount; write one number.",
            "区间或上下限不是确定的金额，请填写一个数值。",
        ),
        (
            "3兆",
            "ambiguous_scale",
            "兆 may be a million or a million millions; write it with 万 or 亿.",
            "“兆”可能是百万，也可能是万亿；请改用万或亿。",
        ),
        ("9999999999999999万亿", "number_too_large", "The number is too large.", "数值过大。"),
        ("−5亿", "greater_than_equal", "At least 0 is expected.", "应不小于 0。"),
    ],
)
async def test_an_amount_that_cannot_be_read_is_told_in_both_languages(
    house: House, bound: str, written: str, code: str, en: str, zh: str
) -> None:
    async with house.client(await house.person("director")) as client:
        for language, sentence in (("en", en), ("zh-CN", zh)):
            asked = {"params": {bound: written}, "headers": {"Accept-Language": language}}
            answer = await client.get("/v1/accounts", **asked)
            assert answer.status_code == 422
            assert answer.json()["errors"] == [{"parameter": bound, "code": code, "detail": sentence}]


async def test_the_order_by_value_is_that_of_its_index(house: House) -> None:
    ordered = select(Account.id).where(Account.deleted_at.is_(None)).order_by(VALUE_ORDER, Account.id)
    statement = ordered.compile(dialect=postgresql.dialect())
    assert not statement.params
    async with house.services.database.transaction() as session:
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        await session.execute(text("SET LOCAL enable_sort = off"))
        plan = await session.scalars(text(f"EXPLAIN {statement}"))
        assert any("ix_accounts_value" in line for line in plan)
