"""Lists of accounts by who is responsible for them, each value of a filter planned for itself."""

from uuid import uuid4

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


async def test_the_order_by_value_is_that_of_its_index(house: House) -> None:
    ordered = select(Account.id).where(Account.deleted_at.is_(None)).order_by(VALUE_ORDER, Account.id)
    statement = ordered.compile(dialect=postgresql.dialect())
    assert not statement.params
    async with house.services.database.transaction() as session:
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        await session.execute(text("SET LOCAL enable_sort = off"))
        plan = await session.scalars(text(f"EXPLAIN {statement}"))
        assert any("ix_accounts_value" in line for line in plan)
