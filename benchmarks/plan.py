"""make bench-plan: a plan of 100,000 accounts and 500 people through the API, from asking to being applied.

Ledgers and fairness are kept already, as on any day, the worker has made a plan before, and the service's connections
are open. Service and worker are processes of their own; meanwhile 20 requests a second are asked, and their time is
compared with that of an idle service. `cpu_s` is what worker and database used, the requests among it. The engine's own
time is measured afterwards on the stored snapshot, in this process.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import uuid_utils.compat
from rich.console import Console
from sqlalchemy import select

from benchmarks.importing import worker
from benchmarks.processes import cpu_us
from benchmarks.run import free_port, plain, server
from benchmarks.seed import NOW
from benchmarks.sharing import SCHEME, rest, share
from service.adapters.keys import Keys, new_keys
from service.adapters.postgres import EmbeddedPostgres
from service.adapters.tokens import Issuer
from service.database import Database
from service.domain.distribution.certificate import Subject
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.planning import plan
from service.domain.distribution.pricing import certificate_of
from service.domain.distribution.snapshot import Snapshot
from service.migrations import migrate
from service.models import DistributionPlan
from service.models import Snapshot as SnapshotRow

ACCOUNTS, PEOPLE, A_SECOND, IDLE_S = 100_000, 500, 20, 20
ROUNDS, AT_ONCE = 6, 24
RESULT = Path(__file__).parent / "plan.json"
console = Console()


@dataclass
class Company:
    """Clients of who asks for a plan and who approves it, and accounts to read meanwhile."""

    author: httpx.AsyncClient
    leader: httpx.AsyncClient
    accounts: Sequence[UUID]
    team: UUID
    processes: tuple[int, ...]

    def spent(self) -> float:
        """Seconds of the processor that worker and database have used."""
        return cpu_us(*self.processes) / 1_000_000

    async def warm(self) -> None:
        """Has a team's plan made, so that the worker's code is compiled as that of the engine alone is.

        Then asks often at once: the service's connections to the database are open, as they are on any day.
        """
        wanted = {"name": "小组方案", "scheme_code": SCHEME, "department_id": str(self.team)}
        await self.done(await self.author.post("/v1/distribution-plans", json=wanted))
        for _ in range(ROUNDS):
            await asyncio.gather(*(self.one(number, []) for number in range(AT_ONCE)))

    async def reading(self, until: "asyncio.Future[Any] | asyncio.Task[Any]") -> list[float]:
        """20 requests a second until something is done; how many milliseconds each took."""
        taken: list[float] = []
        asked: set[asyncio.Task[None]] = set()
        number, start = 0, time.perf_counter()
        while not until.done():
            asked.add(asyncio.create_task(self.one(number, taken)))
            number += 1
            await asyncio.sleep(max(0.0, start + number / A_SECOND - time.perf_counter()))
        await asyncio.gather(*asked)
        return taken

    async def one(self, number: int, taken: list[float]) -> None:
        """One account, every fifth time a list."""
        account = self.accounts[number * 7919 % len(self.accounts)]
        path = "/v1/accounts?limit=50" if number % 5 == 0 else f"/v1/accounts/{account}"
        start = time.perf_counter()
        answer = await self.leader.get(path)
        taken.append((time.perf_counter() - start) * 1000)
        assert answer.status_code == 200, answer.text

    async def done(self, accepted: httpx.Response) -> float:
        """Seconds until the job that an answer names has succeeded."""
        assert accepted.status_code == 202, accepted.text
        start = time.perf_counter()
        job = {"state": "queued"}
        while job["state"] in {"queued", "running"}:
            await asyncio.sleep(0.05)
            job = (await self.author.get(accepted.headers["Location"])).json()
        assert job["state"] == "succeeded", job
        return time.perf_counter() - start


async def measured(company: Company) -> dict[str, Any]:
    """The seconds of a plan and of its application, and what requests took meanwhile."""
    await company.warm()
    idle = await company.reading(asyncio.create_task(asyncio.sleep(IDLE_S)))
    begun = company.spent()
    asked = await company.author.post("/v1/distribution-plans", json={"name": "基准方案", "scheme_code": SCHEME})
    computing = asyncio.create_task(company.done(asked))
    while_computing = await company.reading(computing)
    path = f"/v1/distribution-plans/{asked.json()['id']}"
    assert (await company.leader.post(f"{path}/approve", json={})).status_code == 200
    applying = asyncio.create_task(company.done(await company.author.post(f"{path}/apply", json={})))
    while_applying = await company.reading(applying)
    used = company.spent() - begun
    moved = (await company.author.get(path)).json()["counts"]["moved"]
    taken = {"idle": idle, "computing": while_computing, "applying": while_applying}
    plan_s, apply_s = await computing, await applying
    return {
        "plan_s": round(plan_s, 2),
        "apply_s": round(apply_s, 2),
        "cpu_s": round(used, 2),
        "moved": moved,
        **{f"{name}_p50_ms": round(quantile(times, 0.5), 1) for name, times in taken.items()},
        **{f"{name}_p99_ms": round(quantile(times, 0.99), 1) for name, times in taken.items()},
    }


def quantile(values: list[float], part: float) -> float:
    """The value below which a part of them lies."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


async def engine_alone(url: str) -> dict[str, float]:
    """Seconds of the engine itself on the stored snapshot, compiled code being warm."""
    database = Database.connect(url, for_worker=True)
    async with database.reading() as connection:
        whole = (
            select(SnapshotRow.content)
            .join(DistributionPlan, DistributionPlan.snapshot_sha256 == SnapshotRow.sha256)
            .where(DistributionPlan.department_id.is_(None))
        )
        content = (await connection.execute(whole)).scalar_one()
    await database.dispose()
    found: dict[str, float] = {}
    for _ in range(2):  # the first time compiles
        snapshot = Snapshot.from_bytes(content)
        start, used = time.perf_counter(), time.process_time()
        made = plan(snapshot)
        found["engine_plan_s"] = round(time.perf_counter() - start, 2)
        planned = time.process_time() - used
        ledger = Ledger.of(snapshot, made.owners)
        instance = ledger.instance
        start, used = time.perf_counter(), time.process_time()
        subject = Subject.of(instance.core, instance.scale, ledger.owner, instance.roll.free)
        certificate_of(subject, ledger.owner, instance.scale.point)
        found["engine_certificate_s"] = round(time.perf_counter() - start, 2)
        found["engine_cpu_s"] = round(planned + time.process_time() - used, 2)
    return found


async def appointed(dsn: str) -> tuple[UUID, list[UUID]]:
    """Somebody who may ask for a plan, and accounts to read."""
    connection = await asyncpg.connect(dsn)
    author: UUID = await connection.fetchval("SELECT staff_id FROM role_grants WHERE role = 'sales_rep' LIMIT 1")
    await connection.execute(
        "INSERT INTO role_grants (id, staff_id, role, state, started_at) VALUES ($1, $2, 'director', 'effective', $3)",
        uuid_utils.compat.uuid7(), author, NOW,
    )  # fmt: skip
    accounts = [row["id"] for row in await connection.fetch("SELECT id FROM accounts ORDER BY id LIMIT 5000")]
    await connection.close()
    return author, accounts


async def asked(
    port: int, leader: str, author: str, accounts: Sequence[UUID], team: UUID, processes: tuple[int, ...]
) -> dict[str, Any]:
    """What is measured, through clients with a token each."""
    base, limits = f"http://127.0.0.1:{port}", httpx.Limits(max_connections=32)
    headers = [{"Authorization": f"Bearer {token}"} for token in (author, leader)]
    async with (
        httpx.AsyncClient(base_url=base, headers=headers[0], limits=limits, timeout=60) as one,
        httpx.AsyncClient(base_url=base, headers=headers[1], limits=limits, timeout=60) as other,
    ):
        return await measured(Company(one, other, accounts, team, processes))


def main() -> None:
    """Seeds, measures, writes the table."""
    keys, accounts = new_keys(), int(sys.argv[1]) if len(sys.argv) > 1 else ACCOUNTS
    with TemporaryDirectory(dir="/tmp") as folder, EmbeddedPostgres(Path(folder)) as postgres:
        urls = postgres.urls()
        migrate(urls.service, urls.migration)
        dsn = plain(urls.service)
        console.print(f"seeding {accounts:,} accounts …")
        company = asyncio.run(share(dsn, plain(urls.migration), accounts, PEOPLE, 0))
        author, some = asyncio.run(appointed(dsn))
        asyncio.run(rest(urls.service))
        environment = {"EVENHAND_DATABASE_URL": urls.service, "EVENHAND_KEYS": keys, "EVENHAND_EMBEDDED_ISSUER": "true",
                       "BENCH_DSN": dsn, "EVENHAND_STATE": folder, "EVENHAND_RATE_LIMIT": "1000000"}  # fmt: skip
        issuer, port = Issuer(Keys.read(keys).token), free_port()
        with server("benchmarks.ours:create_bench_app", port, environment), worker(environment) as working:
            tokens = issuer.issue(company.leader, "staff"), issuer.issue(author, "staff")
            row = asyncio.run(asked(port, *tokens, some, company.teams[0], (working, postgres.pid)))
        row = {"accounts": accounts, "people": PEOPLE, "cores": os.cpu_count(), **row}
        row |= asyncio.run(engine_alone(urls.service))
    engine = row["engine_plan_s"] + row["engine_certificate_s"]
    row |= {
        "ratio": round((row["plan_s"] + row["apply_s"]) / engine, 2),
        "ratio_plan": round(row["plan_s"] / engine, 2),
        "ratio_cpu": round(row["cpu_s"] / row["engine_cpu_s"], 2),
    }
    RESULT.write_text(json.dumps(row, indent=1) + "\n")
    console.print(row)


if __name__ == "__main__":
    main()
