"""An import of 100,000 accounts against COPY of the same rows into a table with the same indexes and constraints."""

import asyncio
import csv
import http.client
import io
import json
import os
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import asyncpg
from rich.console import Console
from rich.progress import track

from benchmarks.processes import cpu_us
from benchmarks.seed import ACCOUNT_COLUMNS, account_row, names
from service.models import new_id

NAME = "import_accounts_100k"
ACCOUNTS, RUNS = 100_000, 3
HEADINGS = ("客户编号", "客户名称", "所属行业", "地域分布", "潜在价值", "合作意向", "产品需求", "客户状态")
LIMIT_TABLE = """
    CREATE TABLE import_limit (LIKE accounts INCLUDING ALL,
        FOREIGN KEY (parent_id) REFERENCES accounts, FOREIGN KEY (verified_by) REFERENCES staff);
    GRANT INSERT ON import_limit TO PUBLIC
"""
LEVELS = {"low": "低", "medium": "中", "high": "高"}


@dataclass(frozen=True)
class ImportBench:
    """Where both sides are: our service and worker, the database by the service's and by the owner's address."""

    port: int
    token: str
    dsn: str
    owner_dsn: str
    processes: tuple[int, ...]

    def alternate(self, console: Console) -> dict[str, object]:
        """Both sides by turns, each time other accounts; the medians and their ratio."""
        asyncio.run(self.prepare())
        self.ours(file_of(rows_of(100)))
        spent: tuple[list[float], list[float]] = ([], [])
        for _ in track(range(RUNS), description=NAME, console=console):
            rows = rows_of(ACCOUNTS)
            content = file_of(rows)
            before = cpu_us(*self.processes)
            self.ours(content)
            spent[0].append(cpu_us(*self.processes) - before)
            spent[1].append(asyncio.run(self.limit(rows)))
        ours, limit = (statistics.median(side) for side in spent)
        return {"name": NAME, "ours_us": round(ours), "limit_us": round(limit), "ratio": round(limit / ours, 3)}

    async def prepare(self) -> None:
        """The table that the limit copies into."""
        connection = await asyncpg.connect(self.owner_dsn)
        await connection.execute(LIMIT_TABLE)
        await connection.close()

    async def limit(self, rows: list[tuple[object, ...]]) -> float:
        """CPU microseconds of one COPY, of this process and the database."""
        connection = await asyncpg.connect(self.dsn)
        database, own = cpu_us(self.processes[-1]), time.process_time()
        await connection.copy_records_to_table("import_limit", records=rows, columns=ACCOUNT_COLUMNS)
        spent = cpu_us(self.processes[-1]) - database + (time.process_time() - own) * 1e6
        await connection.close()
        owner = await asyncpg.connect(self.owner_dsn)
        await owner.execute("TRUNCATE import_limit")
        await owner.close()
        return spent

    def ours(self, content: bytes) -> None:
        """Upload, confirm, and the job to its end."""
        boundary = secrets.token_hex(16)
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="accounts.csv"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        import_ = self.ask("POST", "/v1/imports", body, f"multipart/form-data; boundary={boundary}", 201)
        path = f"/v1/imports/{import_['id']}"
        self.ask("POST", f"{path}/confirm", b"{}", "application/json", 202)
        while (found := self.ask("GET", path, None, "", 200))["state"] == "running":
            time.sleep(0.5)
        counts = found["counts"]
        assert (found["state"], counts["created"]) == ("completed", counts["rows"]), found["problem"] or counts

    def ask(self, method: str, path: str, body: bytes | None, kind: str, status: int) -> dict[str, object]:
        """One request and its answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request(method, path, body, {"Authorization": f"Bearer {self.token}", "Content-Type": kind})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        assert answer.status == status, content
        return json.loads(content)


def rows_of(number: int) -> list[tuple[object, ...]]:
    """Accounts that no run has seen before, as rows for COPY."""
    mark = secrets.token_hex(4)
    found = []
    for index, name in enumerate(names(number)):
        row = dict(zip(ACCOUNT_COLUMNS, account_row(new_id(), index, f"{mark}{name}{index}"), strict=True))
        found.append(tuple((row | {"code": f"{mark}-{index:06d}"}).values()))
    return found


def file_of(rows: list[tuple[object, ...]]) -> bytes:
    """The same accounts as a CSV file under Chinese headings."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    for values in rows:
        row = dict(zip(ACCOUNT_COLUMNS, values, strict=True))
        writer.writerow([
            row["code"], row["name"], row["industry"], row["region"], row["potential_value"], LEVELS[row["intent"]],
            "、".join(row["products"]), "活跃",
        ])  # fmt: skip
    return text.getvalue().encode("utf-8-sig")


@contextmanager
def worker(environment: dict[str, str]) -> Iterator[int]:
    """A worker in a process of its own."""
    command = [sys.executable, "-m", "service", "worker"]
    process = subprocess.Popen(command, env=os.environ | environment, stderr=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait()
