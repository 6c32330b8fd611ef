"""make bench: ours against the hand-written limit, alternating in one run; CPU of service plus database a request."""

import asyncio
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy.engine import make_url

from benchmarks import importing
from benchmarks.processes import cpu_us
from benchmarks.seed import seed
from service.adapters.keys import Keys, new_keys
from service.adapters.postgres import EmbeddedPostgres
from service.adapters.tokens import Issuer
from service.migrations import migrate

RUNS = 5
REQUESTS = {"get_account": 600, "list_accounts_50": 300, "create_account": 400}
WARM_UP = 60
RESULT = Path(__file__).parent / "latest.json"
console = Console()


def free_port() -> int:
    """A port that nobody listens on, so that two benchmarks do not measure each other."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


OURS, LIMIT = free_port(), free_port()
Send = Callable[[http.client.HTTPConnection, int], None]


@dataclass(frozen=True)
class Bench:
    """What is asked for, of both sides alike."""

    seller: UUID
    steward: UUID
    accounts: list[UUID]
    issuer: Issuer

    def requests(self, name: str) -> Send:
        """A function that sends the n-th request of one kind and reads its answer."""
        reader, writer = (
            {"Authorization": f"Bearer {self.issuer.issue(who, 'staff')}"} for who in (self.seller, self.steward)
        )

        def get_account(connection: http.client.HTTPConnection, number: int) -> None:
            account = self.accounts[number * 7 % len(self.accounts)]
            ask(connection, "GET", f"/v1/accounts/{account}", reader, None, 200)

        def list_accounts_50(connection: http.client.HTTPConnection, _number: int) -> None:
            ask(connection, "GET", "/v1/accounts?limit=50", reader, None, 200)

        def create_account(connection: http.client.HTTPConnection, number: int) -> None:
            body = {
                "name": f"新客户{time.monotonic_ns()}有限公司",
                "industry": "制造",
                "region": "华东",
                "potential_value": {"amount": f"{number}.00", "currency": "CNY"},
                "intent": "high",
                "products": ["产品A"],
            }
            headers = writer | {"Content-Type": "application/json"}
            ask(connection, "POST", "/v1/accounts", headers, json.dumps(body), 201)

        return {"get_account": get_account, "list_accounts_50": list_accounts_50, "create_account": create_account}[
            name
        ]


def ask(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    headers: dict[str, str],
    body: str | None,
    status: int,
) -> None:
    """One request and its whole answer."""
    connection.request(method, path, body.encode() if body else None, headers)
    answer = connection.getresponse()
    content = answer.read()
    assert answer.status == status, content


def measure(port: int, roots: tuple[int, ...], send: Send, number: int) -> float:
    """CPU microseconds a request of service and database together."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for index in range(WARM_UP):
        send(connection, index)
    before = cpu_us(*roots)
    for index in range(number):
        send(connection, index)
    spent = (cpu_us(*roots) - before) / number
    connection.close()
    return spent


@contextmanager
def server(app: str, port: int, environment: dict[str, str]) -> Iterator[int]:
    """uvicorn in a process of its own, ready."""
    command = [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--no-access-log", "--log-level", "warning"]
    command += ["--factory"] if app.endswith("_app") else []
    process = subprocess.Popen(command, env=os.environ | environment, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int) -> None:
    """Returns when somebody answers at the port."""
    for _ in range(1200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", "/livez")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(port)


def plain(url: str) -> str:
    """An address as asyncpg takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def main() -> None:
    """Seeds, measures both sides in turn, writes the table; names on the command line choose some."""
    asked = set(sys.argv[1:]) or {*REQUESTS, importing.NAME}
    keys = new_keys()
    with TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder)) as postgres:
        urls = postgres.urls()
        migrate(urls.service, urls.migration)
        dsn = plain(urls.service)
        console.print("seeding 200,000 accounts …")
        steward, seller, accounts = asyncio.run(seed(dsn))
        bench = Bench(seller, steward, accounts, Issuer(Keys.read(keys).token))
        environment = {"EVENHAND_DATABASE_URL": urls.service, "EVENHAND_KEYS": keys, "EVENHAND_EMBEDDED_ISSUER": "true",
                       "BENCH_DSN": dsn, "BENCH_SELLER": str(seller), "EVENHAND_STATE": folder,
                       "EVENHAND_RATE_LIMIT": "1000000"}  # fmt: skip
        rows = []
        with (
            server("benchmarks.ours:create_bench_app", OURS, environment) as ours,
            server("benchmarks.reference:app", LIMIT, environment) as limit,
        ):
            for name, number in REQUESTS.items():
                if name in asked:
                    rows.append(alternate(bench, name, number, (ours, limit), postgres.pid))
            if importing.NAME in asked:
                with importing.worker(environment) as worker:
                    token = bench.issuer.issue(steward, "staff")
                    processes = (ours, worker, postgres.pid)
                    imports = importing.ImportBench(OURS, token, dsn, plain(urls.migration), processes)
                    rows.append(imports.alternate(console))
        write(rows)


def alternate(bench: Bench, name: str, number: int, pids: tuple[int, int], database: int) -> dict[str, object]:
    """Both sides by turns; the medians and their ratio."""
    send, spent = bench.requests(name), ([], [])
    for _ in track(range(RUNS), description=name, console=console):
        for side, port in enumerate((OURS, LIMIT)):
            spent[side].append(measure(port, (pids[side], database), send, number))
    ours, limit = (statistics.median(side) for side in spent)
    return {"name": name, "ours_us": round(ours), "limit_us": round(limit), "ratio": round(limit / ours, 3)}


def write(rows: list[dict[str, object]]) -> None:
    """The table on the screen and in latest.json; rows measured elsewhere stay."""
    kept = json.loads(RESULT.read_text()) if RESULT.exists() else []
    names = {row["name"] for row in rows}
    RESULT.write_text(json.dumps([*rows, *(row for row in kept if row["name"] not in names)], indent=1) + "\n")
    table = Table("what", "ours µs", "limit µs", "ratio")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    console.print(table)


if __name__ == "__main__":
    main()
