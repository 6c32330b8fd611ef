"""python -m benchmarks.appeals: lists of appeals and precedents among 100,000, against the same among 1,000."""

import asyncio
import json
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import asyncpg
import httpx
from rich.console import Console

from benchmarks.run import plain
from benchmarks.seed import seed
from service.adapters.keys import Keys, new_keys
from service.adapters.postgres import EmbeddedPostgres
from service.database import Database
from service.http.services import Services
from service.logs import configure
from service.main import create_app
from service.migrations import migrate, schema_head
from service.settings import Settings

SMALL, LARGE = 1_000, 100_000
OWN, ACCOUNTS, PEOPLE = 40, 2_000, 100
RUNS, WARM, MOST = 60, 10, 1.5
RESULT = Path(__file__).parent / "appeals.json"
# Name → who asks, and what.
ASKED = {
    "own appeals": ("seller", "/v1/appeals?limit=50"),
    "a manager's appeals": ("manager", "/v1/appeals?limit=50"),
    "all appeals": ("leader", "/v1/appeals?limit=50&sort=-created_at"),
    "open ones by deadline": ("leader", "/v1/appeals?limit=50&state=under_review&sort=decide_by"),
    "all precedents": ("seller", "/v1/precedents?limit=50"),
    "precedents by rule and outcome": ("seller", "/v1/precedents?limit=50&rule=region&outcome=upheld"),
    "precedents by ground, rule and outcome": (
        "seller",
        "/v1/precedents?limit=50&ground=overload&rule=balance&outcome=partially_upheld",
    ),
    "precedents that do not exist": (
        "seller",
        "/v1/precedents?limit=50&ground=territory&rule=by_hand&outcome=rejected",
    ),
}
console = Console()


async def filled(dsn: str, owner_dsn: str, appeals: int) -> dict[str, UUID]:
    """A company with so many decided and open appeals; who asks: a seller with OWN of them, a manager, a leader."""
    leader, seller, _ = await seed(dsn, ACCOUNTS, PEOPLE)
    connection = await asyncpg.connect(dsn)
    people = [row["id"] for row in await connection.fetch("SELECT id FROM staff ORDER BY code")]
    manager = next(one for one in people if one not in {leader, seller})
    await connection.execute("UPDATE role_grants SET role = 'general_manager' WHERE staff_id = $1", leader)
    await connection.execute("UPDATE role_grants SET role = 'department_manager' WHERE staff_id = $1", manager)
    team = await connection.fetchval(
        "INSERT INTO departments (id, name) VALUES (gen_random_uuid(), '一组') RETURNING id"
    )
    await connection.execute("UPDATE staff SET department_id = $1 WHERE id = ANY($2)", team, [manager, seller])
    others = [one for one in people if one not in {leader, seller, manager}]
    await connection.execute(APPEALS, appeals, OWN, seller, leader, others)
    await connection.execute(VERDICTS)
    await connection.close()
    owner = await asyncpg.connect(owner_dsn)
    await owner.execute("ANALYZE")
    await owner.close()
    return {"seller": seller, "manager": manager, "leader": leader}


async def measured(postgres: EmbeddedPostgres) -> list[dict[str, float]]:
    """Median milliseconds of each question among few and among many, all asked in turns."""
    companies = [await opened(postgres, number) for number in (SMALL, LARGE)]
    taken: list[dict[str, list[float]]] = [{name: [] for name in ASKED} for _ in companies]
    for turn in range(RUNS + WARM):
        for (_, clients), times in zip(companies, taken, strict=True):
            for name, (who, path) in ASKED.items():
                start = time.perf_counter()
                answer = await clients[who].get(path)
                assert answer.status_code == 200, answer.text
                if turn >= WARM:
                    times[name].append((time.perf_counter() - start) * 1_000)
    for database, clients in companies:
        for client in clients.values():
            await client.aclose()
        await database.dispose()
    return [{name: statistics.median(each) for name, each in times.items()} for times in taken]


async def opened(postgres: EmbeddedPostgres, appeals: int) -> tuple[Database, dict[str, httpx.AsyncClient]]:
    """A company with so many appeals, and a client for everybody who asks."""
    urls = postgres.urls(database_of(appeals))
    people = await filled(plain(urls.service), plain(urls.migration), appeals)
    database = Database.connect(urls.service)
    settings = Settings(_env_file=None, embedded_issuer=True, log_level="error", rate_limit=1_000_000)
    services = Services.build(settings, database, Keys.read(new_keys()), Path("/nowhere"), schema_head())
    assert services.issuer
    app = create_app(services)
    return database, {
        who: httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app),
            base_url="http://evenhand.test",
            headers={"Authorization": f"Bearer {services.issuer.issue(id_, 'staff')}"},
        )
        for who, id_ in people.items()
    }


def database_of(appeals: int) -> str:
    """The name of the database with so many appeals."""
    return f"appeals_{appeals}"


def main() -> None:
    """Measures both, prints and writes the table; fails above 1.5 times."""
    configure("error")
    with TemporaryDirectory(dir="/tmp") as folder, EmbeddedPostgres(Path(folder), durable=False) as postgres:
        for number in (SMALL, LARGE):
            postgres.create_database(database_of(number))
            urls = postgres.urls(database_of(number))
            migrate(urls.service, urls.migration)
        small, large = asyncio.run(measured(postgres))
    rows = [
        {"name": name, "small_ms": round(small[name], 2), "large_ms": round(large[name], 2),
         "ratio": round(large[name] / small[name], 2)}
        for name in ASKED
    ]  # fmt: skip
    console.print_json(data=rows)
    RESULT.write_text(json.dumps({"small": SMALL, "large": LARGE, "rows": rows}, indent=2) + "\n")
    worst = max(rows, key=lambda row: row["ratio"])
    if worst["ratio"] > MOST:
        raise SystemExit(f"{worst['name']} costs {worst['ratio']} times as much.")


# Each appeal is against an assignment of somebody else; the seller has OWN of them, whatever the number.
APPEALS = """
    INSERT INTO appeals (id, assignment_id, account_id, appellant_id, filed_by_id, respondent_id, beneficiary_id,
        grounds, statement, evidence, state, instance, draw_key, reviewer_id, received_at, decide_by, decided_at, rule)
    SELECT gen_random_uuid(), s.id, s.account_id, who.id, who.id, s.staff_id, who.id,
        ARRAY[(ARRAY['wrong_data','rule_misapplied','conflict_of_interest','existing_relationship','overload',
            'territory','other'])[1 + n % 7]],
        '该客户一直由我维护。', '[]', CASE WHEN n % 20 = 0 THEN 'under_review' ELSE
            (ARRAY['upheld','rejected','rejected','partially_upheld'])[1 + n % 4] END, 1, 'key',
        $4, now() - n * interval '1 minute', now() + n * interval '1 minute', now(),
        (ARRAY['region','balance','fit','industry','experience'])[1 + n % 5]
    FROM generate_series(0, $1 - 1) AS n
    CROSS JOIN LATERAL (SELECT CASE WHEN n < $2 THEN $3::uuid ELSE ($5::uuid[])[1 + n % cardinality($5::uuid[])] END)
        AS who (id)
    JOIN (
        SELECT *, row_number() OVER (ORDER BY id) - 1 AS number, count(*) OVER () AS many FROM assignments
        WHERE staff_id = ANY($5)
    ) s ON s.number = n % s.many AND s.staff_id <> who.id
"""
VERDICTS = """
    INSERT INTO appeal_verdicts (id, appeal_id, instance, reviewer_id, outcome, remedy, reason_en, reason_zh,
        precedent_en, precedent_zh, grounds, rule, region, tier, received_at, decided_at)
    SELECT gen_random_uuid(), id, 1, reviewer_id, state,
        CASE WHEN state = 'partially_upheld' THEN '{"kind": "compensate"}'::jsonb END,
        'Why.', '理由。', 'Why.', '理由。', grounds, rule, '华东', 'gold', received_at, decided_at
    FROM appeals WHERE state <> 'under_review'
"""

if __name__ == "__main__":
    main()
