"""200,000 accounts, of which one seller sees 1 %, with the company around them; set-based and reproducible."""

import asyncio
import random
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import asyncpg
import uuid_utils.compat

from service.operations.account_search import derived

ACCOUNTS = 200_000
SELLERS = 100
SURNAMES = "华中国东方北京上海深圳江南长城金山大连海南青岛天津重庆成都武汉西安"
TRADES = ("科技", "电子", "机械", "贸易", "化工", "医药", "能源", "通信", "食品", "物流")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def names(number: int) -> list[str]:
    """Company names as people write them, the same on each run."""
    rng = random.Random(7)
    return [f"{''.join(rng.sample(SURNAMES, 3))}{rng.choice(TRADES)}{index % 997}有限公司" for index in range(number)]


async def seed(dsn: str, number: int = ACCOUNTS, among: int = SELLERS) -> tuple[UUID, UUID, list[UUID]]:
    """Fills an empty database; returns a manager who may create, the seller, and the accounts that the seller sees."""
    connection = await asyncpg.connect(dsn)
    people = [uuid_utils.compat.uuid7() for _ in range(among + 1)]
    manager, sellers = people[0], people[1:]
    department = uuid_utils.compat.uuid7()
    await connection.execute("INSERT INTO departments (id, name) VALUES ($1, '销售部')", department)
    await connection.copy_records_to_table(
        "staff",
        records=[(one, f"B{index:04d}", f"员工{index}", department) for index, one in enumerate(people)],
        columns=("id", "code", "name", "department_id"),
    )
    await connection.copy_records_to_table(
        "logins", records=[(one, f"B{index:04d}", NOW) for index, one in enumerate(people)],
        columns=("staff_id", "username", "tokens_valid_from"),
    )  # fmt: skip
    grants = [(manager, "data_steward"), *((seller, "sales_rep") for seller in sellers)]
    await connection.copy_records_to_table(
        "role_grants",
        records=[(uuid_utils.compat.uuid7(), one, role, "effective", NOW) for one, role in grants],
        columns=("id", "staff_id", "role", "state", "started_at"),
    )
    accounts = [uuid_utils.compat.uuid7() for _ in range(number)]
    await connection.copy_records_to_table(
        "accounts",
        records=[
            account_row(id_, index, name) for index, (id_, name) in enumerate(zip(accounts, names(number), strict=True))
        ],
        columns=ACCOUNT_COLUMNS,
    )
    owners = [(account, sellers[index % among]) for index, account in enumerate(accounts)]
    await connection.copy_records_to_table(
        "assignments",
        records=[(uuid_utils.compat.uuid7(), account, seller, "owner", NOW, "manual") for account, seller in owners],
        columns=("id", "account_id", "staff_id", "team_role", "started_at", "origin"),
    )
    members = [(account, holder, kind, role) for account, seller in owners
               for holder, kind, role in ((seller, "staff", "owner"), (department, "department", "line"))]  # fmt: skip
    await connection.copy_records_to_table(
        "account_memberships",
        records=[(uuid_utils.compat.uuid7(), *member) for member in members],
        columns=("id", "account_id", "holder_id", "holder_kind", "role"),
    )
    await connection.execute("ANALYZE")
    await connection.close()
    return manager, sellers[0], accounts[0::among]


ACCOUNT_COLUMNS = (
    "id", "code", "name", "name_sort", "name_match", "search", "grams", "industry", "region", "potential_value",
    "potential_currency", "potential_value_base", "intent", "products", "lifecycle", "verified_at",
)  # fmt: skip


def account_row(id_: UUID, index: int, name: str) -> tuple[object, ...]:
    """One account's columns."""
    code, value = f"ACC-{index:06d}", Decimal(1000 + index * 37 % 900_000)
    forms = derived({"name": name, "code": code})
    return (
        id_, code, name, forms["name_sort"], forms["name_match"], forms["search"], forms["grams"],
        f"行业{index % 20}", f"地区{index // 20 % 30}", value, "CNY", value, ("low", "medium", "high")[index % 3],
        ["产品A"], "active", NOW,
    )  # fmt: skip


if __name__ == "__main__":
    import sys

    print(asyncio.run(seed(sys.argv[1]))[:2])
