"""python -m benchmarks.audit: a million entries sealed and verified; what a seal and a proof cost beside them."""

import asyncio
import json
import platform
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from rich.console import Console
from rich.table import Table

from benchmarks.processes import cpu_us
from service.adapters.audit_signing import Notary
from service.adapters.keys import Keys, new_keys
from service.adapters.postgres import EmbeddedPostgres
from service.database import Database
from service.domain.audit_tree import inclusion_spans
from service.domain.events import AccountChanged
from service.journal import record
from service.migrations import migrate
from service.operations import audit_sealing
from service.policy import system_actor
from service.queries.audit_tree import span_hashes
from service.queries.audit_verification import Report, verify

ENTRIES, A_TRANSACTION = 1_000_000, 1_000
RESULT = Path(__file__).parent / "audit.json"
console = Console()


@asynccontextmanager
async def measured(name: str, figures: dict[str, Any], server: int) -> AsyncIterator[None]:
    """Seconds on the clock, and of CPU of this process and the database's."""
    wall, own, database = time.perf_counter(), time.process_time(), cpu_us(server)
    yield
    seconds = time.perf_counter() - wall
    cpu = time.process_time() - own + (cpu_us(server) - database) / 1e6
    figures[name] = {"s": round(seconds, 3), "cpu_s": round(cpu, 3)}
    console.print(f"{name}: {seconds:.3f} s, CPU {cpu:.3f} s")


async def write(database: Database, entries: int) -> None:
    """One transaction of entries as an import writes them: by COPY."""
    events = [
        AccountChanged(
            uuid4(), uuid4(), {"changes": {"potential_value": ["1200000.00", "1300000.00"], "region": ["华东", "华南"]}}
        )
        for _ in range(entries)
    ]
    async with database.transaction(request_id=uuid4().hex) as session:
        await record(session, system_actor("bench"), *events)


async def seal(database: Database, notary: Notary) -> int:
    """Everything that may be sealed."""
    async with database.transaction() as session:
        return await audit_sealing.seal(session, notary)


async def verified(database: Database, notary: Notary) -> Report:
    async with database.frozen() as connection:
        return await verify(connection, notary)


async def prove(database: Database) -> None:
    async with database.reading() as connection:
        await span_hashes(connection, inclusion_spans(ENTRIES // 3, ENTRIES))


async def median(ask: Callable[[], Awaitable[Any]]) -> float:
    """Milliseconds of the middle one of 21."""
    spent = []
    for _ in range(21):
        start = time.perf_counter()
        await ask()
        spent.append((time.perf_counter() - start) * 1000)
    return round(sorted(spent)[10], 2)


async def measure(url: str, server: int) -> dict[str, Any]:
    database = Database.connect(url, for_worker=True)
    notary, figures = Notary(Keys.read(new_keys()).audit), {}
    async with measured("write_1m", figures, server):
        for _ in range(ENTRIES // A_TRANSACTION):
            await write(database, A_TRANSACTION)
    async with measured("seal_1m", figures, server):
        assert await seal(database, notary) == ENTRIES
    for number in (1, 2, 3):
        async with measured(f"verify_1m_{number}", figures, server):
            report = await verified(database, notary)
        assert (report.findings, report.entries) == ([], ENTRIES)
    figures["idle_seal_ms"] = await median(lambda: seal(database, notary))

    async def one() -> None:
        await write(database, 1)
        start = time.perf_counter()
        assert await seal(database, notary) == 1
        sealed.append((time.perf_counter() - start) * 1000)

    sealed: list[float] = []
    await median(one)
    figures["seal_one_ms"] = round(sorted(sealed)[10], 2)
    figures["inclusion_proof_ms"] = await median(lambda: prove(database))
    await database.dispose()
    return figures


def main() -> None:
    """Prints the figures and keeps them."""
    with (
        TemporaryDirectory(prefix="evenhand-audit-", dir="/tmp") as folder,
        EmbeddedPostgres(Path(folder), durable=False) as postgres,
    ):
        urls = postgres.urls()
        migrate(urls.service, urls.migration)
        figures = asyncio.run(measure(urls.service, postgres.pid))
    table = Table("what", "figure")
    for name, figure in figures.items():
        table.add_row(name, json.dumps(figure))
    console.print(table)
    kept = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": platform.machine(), **figures}
    RESULT.write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
