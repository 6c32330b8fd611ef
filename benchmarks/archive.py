"""50 MiB into the archive and out of it, against a bare handler that copies the same bytes to the same store.

`python -m benchmarks.archive` writes archive.json: seconds, CPU seconds and the growth of the service's memory.
"""

import asyncio
import http.client
import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from rich.console import Console
from rich.progress import track

from benchmarks.processes import cpu_us
from benchmarks.run import LIMIT, OURS, plain, server
from benchmarks.seed import seed
from service.adapters.keys import Keys, new_keys
from service.adapters.postgres import EmbeddedPostgres
from service.adapters.tokens import Issuer
from service.migrations import migrate

RUNS = 7
SIZE = 50 << 20
PIECE = 1 << 16
RESULT = Path(__file__).parent / "archive.json"
HEAD, TAIL = b"%PDF-1.7\n", b"\n%%EOF\n"
FILE = HEAD + os.urandom(SIZE - len(HEAD) - len(TAIL)) + TAIL
PDF = {"Content-Type": "application/pdf"}
console = Console()
Transfer = Callable[[], None]


class Side:
    """One of the two servers, and how a file goes to it and comes back."""

    def __init__(self, port: int, pids: tuple[int, ...], headers: dict[str, str], up: str) -> None:
        self.port, self.pids, self.headers, self.up, self.down = port, pids, headers, up, ""

    def ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        """One request's status and answer; what comes down is read in small pieces and counted only."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request(method, path, body, self.headers | headers)
        answer = connection.getresponse()
        read = 0
        content = b""
        while piece := answer.read(PIECE):
            read += len(piece)
            content = piece if read <= PIECE else b""
        connection.close()
        assert answer.status in {200, 201}, content
        return read, content

    def send(self) -> None:
        """The file up."""
        _, content = self.ask("POST", self.up, FILE, PDF)
        self.down = (
            f"/file?key={content.decode()}" if self.up == "/file" else self.up.split("/versions")[0] + "/content"
        )

    def fetch(self) -> None:
        """The latest file down."""
        assert self.ask("GET", self.down, None, {})[0] == SIZE

    def spent(self, transfer: Transfer) -> tuple[float, float]:
        """Wall and CPU seconds, the database's among them."""
        cpu, began = cpu_us(*self.pids), time.perf_counter()
        transfer()
        return time.perf_counter() - began, (cpu_us(*self.pids) - cpu) / 1e6


def item(port: int, headers: dict[str, str]) -> str:
    """A secret item that the caller deposited, and may open until it is accepted."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    body = {"title": "供货合同", "kind": "contract", "confidentiality": "secret"}
    connection.request(
        "POST", "/v1/archives", json.dumps(body).encode(), headers | {"Content-Type": "application/json"}
    )
    answer = connection.getresponse()
    made = json.loads(answer.read())
    assert answer.status == 201, made
    return str(UUID(made["id"]))


def peak_mb(pid: int) -> float:
    """The most memory that a process has had (VmHWM of proc(5)), in MB."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1000


def alternate(ours: Side, limit: Side, service: int) -> list[dict[str, object]]:
    """Both sides by turns, both ways; the medians and their ratios."""
    ours.send()
    limit.send()
    ours.fetch()
    limit.fetch()
    before = peak_mb(service)
    spent: dict[str, list[tuple[float, float]]] = {}
    for _ in track(range(RUNS), description="50 MiB", console=console):
        for side, one in (("ours", ours), ("limit", limit)):
            spent.setdefault(f"up {side}", []).append(one.spent(one.send))
            spent.setdefault(f"down {side}", []).append(one.spent(one.fetch))
    grown = peak_mb(service) - before
    return [row(way, spent, grown) for way in ("up", "down")]


def row(way: str, spent: dict[str, list[tuple[float, float]]], grown: float) -> dict[str, object]:
    """One line of archive.json."""
    ours_s, ours_cpu = (statistics.median(values) for values in zip(*spent[f"{way} ours"], strict=True))
    limit_s, limit_cpu = (statistics.median(values) for values in zip(*spent[f"{way} limit"], strict=True))
    return {
        "name": f"{way}_50mib",
        "ours_s": round(ours_s, 3),
        "limit_s": round(limit_s, 3),
        "ratio": round(limit_s / ours_s, 3),
        "ours_cpu_s": round(ours_cpu, 3),
        "limit_cpu_s": round(limit_cpu, 3),
        "ratio_cpu": round(limit_cpu / ours_cpu, 3),
        "grown_mb": round(grown, 1),
    }


def main() -> None:
    """Both servers on one state folder; the table."""
    keys = new_keys()
    with TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder)) as postgres:
        urls = postgres.urls()
        migrate(urls.service, urls.migration)
        _, seller, _ = asyncio.run(seed(plain(urls.service), 100, 1))
        token = Issuer(Keys.read(keys).token).issue(seller, "staff")
        environment = {"EVENHAND_DATABASE_URL": urls.service, "EVENHAND_KEYS": keys, "EVENHAND_EMBEDDED_ISSUER": "true",
                       "EVENHAND_STATE": folder, "EVENHAND_RATE_LIMIT": "1000000"}  # fmt: skip
        with (
            server("benchmarks.ours:create_bench_app", OURS, environment) as ours,
            server("benchmarks.archive_limit:app", LIMIT, environment) as limit,
        ):
            headers = {"Authorization": f"Bearer {token}"}
            up = f"/v1/archives/{item(OURS, headers)}/versions?filename=contract.pdf"
            rows = alternate(
                Side(OURS, (ours, postgres.pid), headers, up), Side(LIMIT, (limit, postgres.pid), {}, "/file"), ours
            )
    RESULT.write_text(json.dumps(rows, indent=1) + "\n")
    console.print_json(json.dumps(rows))


if __name__ == "__main__":
    main()
