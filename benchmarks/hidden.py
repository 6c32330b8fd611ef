"""What time tells: a hidden item of the archive against an id that nothing has, asked by turns.

`python -m benchmarks.hidden` writes hidden.json: medians in µs and their ratio (0.9 to 1.1 wanted), and whether the
answers are the same bytes but for ids.
"""

import asyncio
import http.client
import json
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import asyncpg
import uuid_utils.compat
from rich.console import Console
from rich.progress import track

from benchmarks.archive import item
from benchmarks.run import OURS, plain, server
from benchmarks.seed import NOW, seed
from service.adapters.keys import Keys, new_keys
from service.adapters.postgres import EmbeddedPostgres
from service.adapters.tokens import Issuer
from service.migrations import migrate

TURNS = 500
WARM_UP = 50
HIDDEN = 20
RESULT = Path(__file__).parent / "hidden.json"
LOAN = {"purpose": "核对附件", "duration_seconds": 3600}
ASKED = {
    "item": ("GET", "/v1/archives/{}"),
    "content": ("GET", "/v1/archives/{}/content"),
    "versions": ("GET", "/v1/archives/{}/versions"),
    "history": ("GET", "/v1/archives/{}/history"),
    "loan": ("POST", "/v1/loans"),
}
console = Console()


def timed(connection: http.client.HTTPConnection, what: str, id_: str, headers: dict[str, str]) -> tuple[float, bytes]:
    """Seconds until the whole answer is there, and the answer without what is its own."""
    method, path = ASKED[what]
    body = json.dumps({"item_id": id_, **LOAN}).encode() if method == "POST" else None
    began = time.perf_counter()
    connection.request(method, path.format(id_), body, headers | ({"Content-Type": "application/json"} if body else {}))
    answer = connection.getresponse()
    content = answer.read()
    seconds = time.perf_counter() - began
    assert answer.status == 404, (what, answer.status, content)
    problem = json.loads(content)
    problem.pop("request_id")
    return seconds, json.dumps(problem).replace(id_, "ID").encode()


def compared(what: str, hidden: list[str], headers: dict[str, str]) -> dict[str, object]:
    """One line of hidden.json."""
    connection = http.client.HTTPConnection("127.0.0.1", OURS)
    taken: dict[str, list[float]] = {"hidden": [], "random": []}
    answers = set()
    for turn in track(range(WARM_UP + TURNS), description=what, console=console):
        for kind, id_ in (("hidden", hidden[turn % HIDDEN]), ("random", str(uuid_utils.compat.uuid7()))):
            seconds, answer = timed(connection, what, id_, headers)
            answers.add(answer)
            if turn >= WARM_UP:
                taken[kind].append(seconds)
    connection.close()
    medians = {kind: statistics.median(seconds) * 1e6 for kind, seconds in taken.items()}
    return {
        "name": what,
        **{f"{kind}_us": round(median) for kind, median in medians.items()},
        "ratio": round(medians["hidden"] / medians["random"], 3),
        "same_answer": len(answers) == 1,
    }


async def stranger(dsn: str) -> UUID:
    """A seller of another department, who may know of nothing."""
    connection = await asyncpg.connect(dsn)
    id_, department = uuid_utils.compat.uuid7(), uuid_utils.compat.uuid7()
    await connection.execute("INSERT INTO departments (id, name) VALUES ($1, '市场部')", department)
    await connection.execute(
        "INSERT INTO staff (id, code, name, department_id) VALUES ($1, 'S', '员工', $2)", id_, department
    )
    await connection.execute(
        "INSERT INTO logins (staff_id, username, tokens_valid_from) VALUES ($1, 'S', $2)", id_, NOW
    )
    await connection.execute(
        "INSERT INTO role_grants (id, staff_id, role, state, started_at) VALUES ($1, $2, 'sales_rep', 'effective', $3)",
        uuid_utils.compat.uuid7(), id_, NOW,
    )  # fmt: skip
    await connection.close()
    return UUID(str(id_))


def main() -> None:
    """A seller's items, asked for by somebody of another department."""
    keys = new_keys()
    with TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder)) as postgres:
        urls = postgres.urls()
        migrate(urls.service, urls.migration)
        dsn = plain(urls.service)
        _, seller, _ = asyncio.run(seed(dsn, 100, 1))
        issuer, outside = Issuer(Keys.read(keys).token), asyncio.run(stranger(dsn))
        environment = {"EVENHAND_DATABASE_URL": urls.service, "EVENHAND_KEYS": keys, "EVENHAND_EMBEDDED_ISSUER": "true",
                       "EVENHAND_STATE": folder, "EVENHAND_RATE_LIMIT": "1000000"}  # fmt: skip
        with server("benchmarks.ours:create_bench_app", OURS, environment):
            depositor, asker = ({"Authorization": f"Bearer {issuer.issue(who, 'staff')}"} for who in (seller, outside))
            hidden = [item(OURS, depositor) for _ in range(HIDDEN)]
            rows = [compared(what, hidden, asker) for what in ASKED]
    RESULT.write_text(json.dumps(rows, indent=1) + "\n")
    console.print_json(json.dumps(rows))


if __name__ == "__main__":
    main()
