"""A company that shares its accounts: the seeded accounts graded, their sellers in teams, rules published."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import uuid_utils.compat

from benchmarks.seed import NOW, seed
from service.database import Database
from service.domain.distribution.rulebook import Rulebook
from service.domain.tier_templates import TEMPLATES
from service.jobs.ledgers import keep_ledgers, measure_fairness
from service.settings import Settings

SCHEME = "five_tiers"
TIERS = ("gold", "diamond", "platinum", "white_gold", "silver")
TEAM_SIZE = 50


@dataclass(frozen=True)
class Company:
    """`leader` may route everything; `teams`: departments of TEAM_SIZE sellers; `waiting`: accounts that nobody has."""

    leader: UUID
    teams: list[UUID]
    waiting: list[UUID]


async def share(dsn: str, owner_dsn: str, accounts: int, people: int, waiting: int) -> Company:
    """Fills an empty database; the last accounts lose their owner but stay with the company."""
    leader, *_ = await seed(dsn, accounts, people)
    connection = await asyncpg.connect(dsn)
    await connection.execute("UPDATE role_grants SET role = 'general_manager' WHERE staff_id = $1", leader)
    root = await connection.fetchval("SELECT id FROM departments")
    teams = [uuid_utils.compat.uuid7() for _ in range(max(1, people // TEAM_SIZE))]
    await connection.executemany(
        "INSERT INTO departments (id, name, parent_id) VALUES ($1, $2, $3)",
        [(id_, f"销售{at}组", root) for at, id_ in enumerate(teams)],
    )
    await connection.execute(COVERAGE, leader, teams, people)
    await publish(connection, leader)
    await connection.execute(GRADES, SCHEME, list(TIERS))
    found = await connection.fetch("SELECT id FROM accounts ORDER BY code DESC LIMIT $1", waiting)
    unowned = [row["id"] for row in found]
    await connection.execute("DELETE FROM assignments WHERE account_id = ANY($1)", unowned)
    await connection.execute("DELETE FROM account_memberships WHERE account_id = ANY($1)", unowned)
    for statement in LINES:
        await connection.execute(statement)
    await connection.close()
    owner = await asyncpg.connect(owner_dsn)  # statistics are the owner's to take; without them plans are guesses
    await owner.execute("ANALYZE")
    await owner.close()
    return Company(leader, teams, unowned)


async def rest(url: str) -> None:
    """Does what a worker does by the clock, so that none is busy with it: opens ledgers, measures fairness."""
    database, settings = Database.connect(url, for_worker=True), Settings(_env_file=None)
    await keep_ledgers(database, settings, datetime.now(UTC))
    await measure_fairness(database, settings, datetime.now(UTC))
    await database.dispose()


async def publish(connection: asyncpg.Connection, leader: UUID) -> None:
    """The shipped five tiers and the usual rulebook, both published by the leader."""
    author = await connection.fetchval("SELECT id FROM staff WHERE id <> $1 ORDER BY id LIMIT 1", leader)
    definition = TEMPLATES[SCHEME]
    await connection.execute(
        """INSERT INTO tier_schemes (id, code, number, method, definition, state, created_by, published_by,
             published_at)
           VALUES ($1, $2, 1, $3, $4, 'published', $5, $6, $7)""",
        uuid_utils.compat.uuid7(), SCHEME, definition["method"], json.dumps(definition), author, leader, NOW,
    )  # fmt: skip
    await connection.execute(
        """INSERT INTO rulebooks (id, code, number, state, definition, text_en, text_zh, author_id, publisher_id,
             published_at) VALUES ($1, 'main', 1, 'published', $2, '', '', $3, $4, $5)""",
        uuid_utils.compat.uuid7(), json.dumps(Rulebook().to_mapping()), author, leader, NOW,
    )  # fmt: skip


# Each seller covers 12 of 30 regions and 17 of 20 industries; every tenth works half-time.
COVERAGE = """
    UPDATE staff SET
        department_id = ($2::uuid[])[1 + n % cardinality($2::uuid[])],
        regions = ARRAY(SELECT '地区' || (n * 7 + i) % 30 FROM generate_series(0, 11) AS i),
        industries = ARRAY(SELECT '行业' || (n * 3 + i) % 20 FROM generate_series(0, 16) AS i),
        products = '{产品A}', experience_level = 1 + n % 4, fte = CASE WHEN n % 10 = 0 THEN 0.5 ELSE 1 END,
        max_accounts = 4 * (SELECT count(*) FROM accounts) / $3
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM staff WHERE id <> $1) AS numbered
    WHERE numbered.id = staff.id
"""
# 2, 8, 20, 30 and 40 per cent from gold to silver
GRADES = """
    INSERT INTO account_tiers (id, account_id, scheme_code, scheme_id, tier)
    SELECT gen_random_uuid(), a.id, $1, s.id, ($2::text[])[CASE
        WHEN n % 50 = 0 THEN 1 WHEN n % 50 < 5 THEN 2 WHEN n % 50 < 15 THEN 3 WHEN n % 50 < 30 THEN 4 ELSE 5 END]
    FROM (SELECT id, row_number() OVER (ORDER BY code) AS n FROM accounts) AS a, tier_schemes s
"""
LINES = (
    "DELETE FROM account_memberships WHERE holder_kind = 'department'",
    """INSERT INTO account_memberships (id, account_id, holder_id, holder_kind, role)
       SELECT gen_random_uuid(), m.account_id, p.department_id, 'department', 'line'
       FROM account_memberships m JOIN staff p ON p.id = m.holder_id""",
    """INSERT INTO account_memberships (id, account_id, holder_id, holder_kind, role)
       SELECT gen_random_uuid(), m.account_id, d.parent_id, 'department', 'line'
       FROM account_memberships m JOIN departments d ON d.id = m.holder_id WHERE d.parent_id IS NOT NULL""",
)


if __name__ == "__main__":
    import sys

    print(asyncio.run(share(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), 2_000)).leader)
