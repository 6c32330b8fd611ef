"""Authentication first: what strangers with large bodies cost, against the cheapest address there is.

`python -m benchmarks.anonymous` prints CPU microseconds of the service a request (user and system time, /proc).
"""

import contextlib
import http.client
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from benchmarks.processes import cpu_us
from service.adapters.keys import new_keys
from service.adapters.postgres import EmbeddedPostgres
from service.migrations import migrate

BODY = b"a" * 1024 * 1024
REQUESTS = 1000
RUNS = 3
AT_MOST = 3.0  # times the price of /livez
PATIENCE_S = 60
console = Console()


@contextmanager
def service(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The service in a process of its own; its limit on addresses would spare it most of the work."""
    with TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder)) as postgres:
        urls = postgres.urls()
        migrate(urls.service, urls.migration)
        environment = os.environ | {
            "EVENHAND_DATABASE_URL": urls.service,
            "EVENHAND_KEYS": new_keys(),
            "EVENHAND_STATE": folder,
            "EVENHAND_ANONYMOUS_RATE_LIMIT": "1000000",
        }
        command = [sys.executable, "-m", "uvicorn", "benchmarks.ours:create_bench_app", "--factory"]
        options = ["--port", str(port), "--no-access-log", "--loop", "uvloop", "--http", "httptools"]
        with subprocess.Popen([*command, *options], env=environment, stderr=subprocess.DEVNULL) as process:
            try:
                wait_for(port)
                yield process
            finally:
                process.terminate()


def wait_for(port: int) -> None:
    """Returns when the service answers."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            return livez(port, 1)
        except OSError:
            time.sleep(0.1)
    raise TimeoutError


def livez(port: int, number: int) -> None:
    """So many questions whether the service lives, over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for _ in range(number):
        connection.request("GET", "/livez")
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
    connection.close()


def strangers(port: int, number: int) -> None:
    """So many bodies of one MiB that nobody asked for, as fast as the service takes them."""
    headers = {"Content-Type": "application/json", "Content-Length": str(len(BODY))}
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for _ in range(number):
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # refused before all of it was sent
            connection.request("POST", "/v1/accounts", BODY, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 401, answer.status
        if answer.will_close:
            connection.close()
    connection.close()


def main() -> None:
    """Both by turns; the medians and how many times the one is the other."""
    from benchmarks.run import free_port  # noqa: PLC0415 - it takes ports when it is imported

    spent: dict[str, list[float]] = {"livez": [], "strangers": []}
    port = free_port()
    with service(port) as process:
        livez(port, REQUESTS)
        for _ in range(RUNS):
            for name, send in (("livez", livez), ("strangers", strangers)):
                before = cpu_us(process.pid)
                send(port, REQUESTS)
                spent[name].append((cpu_us(process.pid) - before) / REQUESTS)
    cheap, dear = (statistics.median(runs) for runs in spent.values())
    console.print(
        f"/livez {cheap:.0f} µs, a stranger's 1 MiB {dear:.0f} µs: {dear / cheap:.2f} times (at most {AT_MOST})"
    )
    assert dear <= AT_MOST * cheap


if __name__ == "__main__":
    main()
