"""make bench-routing: 1,000 parallel arrivals for one team of a company of 100,000 accounts and 500 people.

Ours against the locks and inserts alone, by turns in one run; then every outcome is decided again in the order of the
ledger, and the caps are counted.
"""

import asyncio
import json
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import httpx
from rich.console import Console
from sqlalchemy import select

from benchmarks.run import free_port, plain, server
from benchmarks.sharing import Company, rest, share
from service.adapters.keys import Keys, new_keys
from service.adapters.postgres import EmbeddedPostgres
from service.adapters.tokens import Issuer
from service.database import Database
from service.domain.distribution.balance import Balance, Booking, Standing
from service.domain.distribution.routing import route
from service.migrations import migrate
from service.models import Assignment, Decision, Department, Ledger, LedgerEntry, Rulebook, Staff

ACCOUNTS, PEOPLE = 100_000, 500
ARRIVALS, RUNS = 1_000, 3
RESULT = Path(__file__).parent / "routing.json"
console = Console()


async def arrivals(port: int, token: str, team: UUID, accounts: Sequence[UUID]) -> float:
    """Arrivals a second when all come at once; a busy service is asked again."""
    headers = {"Authorization": f"Bearer {token}"}
    limits = httpx.Limits(max_connections=64, keepalive_expiry=2)
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", headers=headers, limits=limits, timeout=None
    ) as client:

        async def arrive(account: UUID) -> None:
            while True:
                answer = await client.post(f"/v1/accounts/{account}/route", json={"department_id": str(team)})
                if answer.status_code == 200:
                    return
                assert answer.status_code == 503, answer.text
                await asyncio.sleep(0.05)

        start = time.perf_counter()
        await asyncio.gather(*(arrive(account) for account in accounts))
        return len(accounts) / (time.perf_counter() - start)


async def prepared(url: str, company: Company) -> dict[str, str]:
    """What the limit writes: the ids of the team's newest ledger and what belongs to it."""
    await rest(url)
    database = Database.connect(url, for_worker=True)
    async with database.reading() as connection:
        newest = select(Ledger.id, Ledger.snapshot_sha256).where(Ledger.purpose == "route")
        ledger = (await connection.execute(newest.order_by(Ledger.id).limit(1))).one()
        rulebook = await connection.scalar(select(Rulebook.id))
        parent = await connection.scalar(select(Department.parent_id).where(Department.id == company.teams[1]))
    await database.dispose()
    return {
        "BENCH_LINE": f"{company.teams[1]},{parent}",
        "BENCH_LEADER": str(company.leader),
        "BENCH_RULEBOOK": str(rulebook),
        "BENCH_LEDGER": str(ledger.id),
        "BENCH_SNAPSHOT": ledger.snapshot_sha256,
    }


async def serial(url: str, routed: Sequence[UUID]) -> None:
    """Every routing of the service decided again in the order of its ledger gives the same; no cap is passed."""
    database = Database.connect(url, for_worker=True)
    joined = (Decision.snapshot_sha256 == Ledger.snapshot_sha256) & (Decision.place == LedgerEntry.place)
    entries = (
        select(LedgerEntry.ledger_id, LedgerEntry.restated, LedgerEntry.booking, Decision.winner_id, Decision.margin)
        .join(Ledger, Ledger.id == LedgerEntry.ledger_id)
        .join(Decision, joined)
        .where(LedgerEntry.place < 1_000_000)
        .order_by(LedgerEntry.ledger_id, LedgerEntry.place)
    )
    async with database.reading() as connection:
        openings = {row.id: row.opening for row in await connection.execute(select(Ledger.id, Ledger.opening))}
        balances = {id_: Balance.from_mapping(opening) for id_, opening in openings.items()}
        again = 0
        for row in (await connection.execute(entries)).all():
            balance = balances[row.ledger_id].restated(map(Standing.from_mapping, row.restated))
            booking = Booking.from_mapping(row.booking)
            decided = route(balance.ledger([booking.account]), booking.account.id)
            assert (decided.winner, decided.margin) == (row.winner_id and str(row.winner_id), row.margin)
            balances[row.ledger_id] = balance.booked(booking)
            again += 1
        assert again == len(routed), (again, len(routed))
        owners = Counter(await connection.scalars(select(Assignment.staff_id).where(Assignment.ended_at.is_(None))))
        caps = {row.id: row.max_accounts for row in await connection.execute(select(Staff.id, Staff.max_accounts))}
    assert all(number <= (caps[person] or number) for person, number in owners.items())
    await database.dispose()
    console.print(f"{again:,} routings decided again in the order of their ledger: the same, no cap passed")


async def asked(port: int, token: str, path: str) -> float:
    """Milliseconds of a request, the median of some."""
    taken = []
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}
    ) as client:
        for _ in range(9):
            start = time.perf_counter()
            answer = await client.get(path)
            assert answer.status_code == 200, answer.text
            taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1000


def measured(
    ports: tuple[int, int], tokens: str, company: Company, waiting: Sequence[UUID]
) -> tuple[list[float], list[float], list[UUID]]:
    """Both sides by turns, each in a team of its own: arrivals a second, and the accounts that ours routed."""
    rates: tuple[list[float], list[float]] = ([], [])
    routed: list[UUID] = []
    for run in range(2 * RUNS):
        some = waiting[run * ARRIVALS : (run + 1) * ARRIVALS]
        side = run % 2
        rates[side].append(asyncio.run(arrivals(ports[side], tokens, company.teams[side], some)))
        console.print(f"{('ours', 'limit')[side]}: {rates[side][-1]:.0f} arrivals a second")
        routed += some if side == 0 else []
    return *rates, routed


def main() -> None:
    """Seeds, opens ledgers, measures, decides again, writes the table."""
    keys = new_keys()
    accounts = int(sys.argv[1]) if len(sys.argv) > 1 else ACCOUNTS
    with TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder)) as postgres:
        urls = postgres.urls()
        migrate(urls.service, urls.migration)
        dsn = plain(urls.service)
        console.print(f"seeding {accounts:,} accounts …")
        company = asyncio.run(share(dsn, plain(urls.migration), accounts, PEOPLE, 2 * RUNS * ARRIVALS))
        ids = asyncio.run(prepared(urls.service, company))
        environment = {"EVENHAND_DATABASE_URL": urls.service, "EVENHAND_KEYS": keys, "EVENHAND_EMBEDDED_ISSUER": "true",
                       "BENCH_DSN": dsn, "EVENHAND_STATE": folder, "EVENHAND_RATE_LIMIT": "1000000", **ids}  # fmt: skip
        token = Issuer(Keys.read(keys).token).issue(company.leader, "staff")
        ours, limit = free_port(), free_port()
        with (
            server("benchmarks.ours:create_bench_app", ours, environment),
            server("benchmarks.arrivals_limit:app", limit, environment),
        ):
            own, bare, routed = measured((ours, limit), token, company, company.waiting)
            fairness = asyncio.run(asked(ours, token, "/v1/fairness"))
        asyncio.run(serial(urls.service, routed))
    row: dict[str, Any] = {
        "accounts": accounts, "people": PEOPLE, "arrivals": ARRIVALS, "cores": os.cpu_count(),
        "ours_per_s": round(statistics.median(own), 1), "limit_per_s": round(statistics.median(bare), 1),
        "ratio": round(statistics.median(own) / statistics.median(bare), 3), "fairness_ms": round(fairness, 1),
    }  # fmt: skip
    RESULT.write_text(json.dumps(row, indent=1) + "\n")
    console.print(row)


if __name__ == "__main__":
    main()
