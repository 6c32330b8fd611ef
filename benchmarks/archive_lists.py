"""python -m benchmarks.archive_lists: lists of 100,000 archive items and their loans, under row-level security."""

import asyncio
import json
import platform
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.table import Table
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import create_async_engine

from service.adapters.keys import KeyRing, Keys, new_keys
from service.adapters.postgres import EmbeddedPostgres
from service.database import Database, asyncpg_url
from service.migrations import migrate
from service.models import Staff
from service.queries.actors import staff_actor
from service.queries.archives import ITEMS
from service.queries.listing import Asked, Listing, page
from service.queries.loans import LOANS

ITEMS_MADE, DEPARTMENTS, BORROWERS, TIMES = 100_000, 40, 200, 9
RESULT = Path(__file__).parent / "archive_lists.json"
ROLES = (
    "general_manager", "deputy_general_manager", "office_director", "archivist", "sales_rep", "deputy_general_manager",
)  # fmt: skip
READERS = (*ROLES[:-1], "deputy_with_a_letter")  # entrusted by the first with approving what is classified
QUESTIONS: dict[str, tuple[Listing, dict[str, Any]]] = {
    "items": (ITEMS, {}),
    "items, one class": (ITEMS, {"confidentiality": ["confidential"]}),
    "items, hidden class": (ITEMS, {"confidentiality": ["top_secret"]}),
    "items, a word of one title": (ITEMS, {"q": "99999"}),
    "loans": (LOANS, {}),
    "loans that wait": (LOANS, {"state": ["requested"]}),
    "loans that expired": (LOANS, {"state": ["expired"]}),
}
SEED = (
    f"""
    INSERT INTO departments (id, name) SELECT gen_random_uuid(), '部门 ' || n FROM generate_series(1, {DEPARTMENTS}) n
    """,
    f"""
    INSERT INTO staff (id, code, name, department_id, search)
    SELECT gen_random_uuid(), 'S' || n, '员工 ' || n, (SELECT id FROM departments OFFSET n % {DEPARTMENTS} LIMIT 1), ''
    FROM generate_series(1, {BORROWERS}) n
    """,
    """
    INSERT INTO role_grants (id, staff_id, role, state)
    SELECT gen_random_uuid(), (SELECT id FROM staff WHERE code = 'S' || n), role, 'effective'
    FROM unnest(cast(:roles AS text[])) WITH ORDINALITY AS held (role, n)
    """,
    """
    INSERT INTO delegations (id, grantor_id, holder_id, actions, classes, starts_at, ends_at, letter)
    SELECT gen_random_uuid(), grantor.id, holder.id, '{approve}', '{secret,confidential}', now(),
           now() + interval '1 day', '委托书'
    FROM staff grantor, staff holder WHERE grantor.code = 'S1' AND holder.code = 'S6'
    """,
    f"""
    INSERT INTO archive_items (id, code, title, kind, department_id, confidentiality, state, depositor_id, accepted_at,
                               retention, created_at)
    SELECT gen_random_uuid(), 'AR-' || n, '供货合同 ' || n, 'contract', departments.ids[1 + n % {DEPARTMENTS}],
           ('{{unclassified,unclassified,secret,secret,confidential,top_secret}}'::text[])[1 + n / 7 % 6], 'accepted',
           staff.ids[1 + n % {BORROWERS}], now(), 'permanent', now() - n * interval '1 minute'
    FROM generate_series(1, {ITEMS_MADE}) n, (SELECT array_agg(id) AS ids FROM departments) departments,
         (SELECT array_agg(id) AS ids FROM staff) staff
    """,
    """
    INSERT INTO loans (id, item_id, class_as_lent, borrower_id, applicant_id, way, purpose, duration_s, state,
                       created_at)
    SELECT gen_random_uuid(), id, confidentiality, depositor_id, depositor_id,
           CASE confidentiality WHEN 'secret' THEN 'approval' ELSE 'application' END, '核对', 60, 'refused', created_at
    FROM archive_items WHERE confidentiality IN ('unclassified', 'secret')
    """,
    "ANALYZE",
)


async def seed(owner_url: str) -> None:
    """Departments, people, items of every class, and a refused loan of each that is lent at all."""
    engine = create_async_engine(asyncpg_url(owner_url), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in SEED:
            await connection.execute(text(statement), {"roles": list(ROLES)} if ":roles" in statement else {})
    await engine.dispose()


async def median_ms(
    database: Database, keys: KeyRing, reader: UUID, listing: Listing, filters: dict[str, Any]
) -> float:
    """Milliseconds of the middle one of some pages of 50, each in a transaction of the reader's."""
    spent = []
    for _ in range(TIMES):
        start = time.perf_counter()
        async with database.transaction(reader) as session:
            connection = await session.connection()
            actor = await staff_actor(connection, reader)
            assert actor is not None
            await page(connection, keys, actor, listing, Asked(50, None, "created_at", filters))
        spent.append((time.perf_counter() - start) * 1000)
    return round(sorted(spent)[TIMES // 2], 1)


async def measure(url: str) -> dict[str, dict[str, float]]:
    """Each question as each reader asks it."""
    database, keys = Database.connect(url), Keys.read(new_keys()).cursor
    async with database.reading() as connection:
        found = await connection.execute(select(Staff.code, Staff.id))
        codes = {row.code: row.id for row in found}
    figures = {
        role: {
            name: await median_ms(database, keys, codes[f"S{number}"], listing, filters)
            for name, (listing, filters) in QUESTIONS.items()
        }
        for number, role in enumerate(READERS, 1)
    }
    await database.dispose()
    return figures


def main() -> None:
    """Prints the figures and keeps them."""
    with (
        TemporaryDirectory(prefix="evenhand-archive-", dir="/tmp") as folder,
        EmbeddedPostgres(Path(folder), durable=False) as postgres,
    ):
        urls = postgres.urls()
        migrate(urls.service, urls.migration)
        asyncio.run(seed(urls.migration))
        figures = asyncio.run(measure(urls.service))
    table = Table("ms", *READERS)
    for name in QUESTIONS:
        table.add_row(name, *(str(figures[role][name]) for role in READERS))
    Console().print(table)
    kept = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": platform.machine(), **figures}
    RESULT.write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
