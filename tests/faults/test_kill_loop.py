"""kill -9 under load, ten times: nothing acknowledged is lost, nothing is doubled, evidence is complete."""

import contextlib
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.faults.running import RunningService

KILLS = 10
WRITERS = 4


class Load:
    """Writers that never stop asking, one request in ten with a key that was used before."""

    def __init__(self, service: RunningService, token: str) -> None:
        self.service = service
        self.token = token
        self.acknowledged: dict[str, str] = {}
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.write, args=(number,)) for number in range(WRITERS)]

    def write(self, writer: int) -> None:
        number, keys = 0, []
        with self.service.client(self.token) as client:
            while not self.stopping.is_set():
                number += 1
                key = keys[-1] if keys and number % 10 == 0 else f"w{writer}-{number}"
                keys.append(key)
                self.create(client, key)

    def create(self, client: httpx.Client, key: str) -> None:
        body = {"name": f"客户 {key} 有限公司", "external_ref": key, "region": "华东"}
        try:
            answer = client.post("/v1/accounts", json=body, headers={"Idempotency-Key": key})
        except httpx.TransportError:
            time.sleep(0.05)
            return
        if answer.status_code == 201:
            with self.lock:
                known = self.acknowledged.setdefault(key, answer.json()["id"])
            assert known == answer.json()["id"], key
        else:
            assert answer.status_code in {409, 503}, answer.text


@pytest.fixture
def load(service: RunningService) -> Iterator[Load]:
    service.start()
    load = Load(service, service.token(*service.steward()))
    yield load
    load.stopping.set()
    for thread in load.threads:
        with contextlib.suppress(RuntimeError):
            thread.join()


def test_ten_kills_under_load_lose_and_double_nothing(service: RunningService, load: Load) -> None:
    for thread in load.threads:
        thread.start()
    for _ in range(KILLS):
        time.sleep(0.6)
        service.kill()
        service.start()
    load.stopping.set()
    for thread in load.threads:
        thread.join()
    assert len(load.acknowledged) > KILLS
    stored = all_accounts(service, load.token)
    assert {stored[key] for key in load.acknowledged} == set(load.acknowledged.values())
    service.stop()
    assert counts(service) == (len(stored), len(stored), len(stored))


def all_accounts(service: RunningService, token: str) -> dict[str, str]:
    """Every account by its reference; none twice."""
    found: dict[str, str] = {}
    with service.client(token) as client:
        cursor: str | None = ""
        while cursor is not None:
            query = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
            page = client.get("/v1/accounts", params=query).json()
            for item in page["items"]:
                assert item["external_ref"] not in found
                found[item["external_ref"]] = item["id"]
            cursor = page["next_cursor"]
    return found


def counts(service: RunningService) -> tuple[int, int, int]:
    """Accounts, their audit entries and their outbox messages, read from the database itself."""
    from service.adapters.postgres import EmbeddedPostgres

    with EmbeddedPostgres(service.state) as postgres:
        questions = (
            "SELECT count(*) FROM accounts",
            "SELECT count(DISTINCT subject_id) FROM audit_entries WHERE action = 'account.created'",
            "SELECT count(*) FROM outbox_messages WHERE type = 'account.created'",
        )
        return tuple(int(postgres.execute(question, "evenhand")) for question in questions)
