"""kill -9 of the worker while it tells people: each is told of each event, once."""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import mkdtemp

from sqlalchemy import select

from service.adapters.keys import new_keys
from service.models import Notice
from tests.dispute import Dispute, a_dispute
from tests.faults.running import ROOT
from tests.house import House

KILLS, TASKS, PATIENCE_S = 3, 40, 60


@contextmanager
def worker(house: House, keys: str) -> Iterator[None]:
    """`evenhand worker` on the house's database, killed in the end."""
    surroundings = os.environ | {
        "EVENHAND_DATABASE_URL": house.services.database.write.url.render_as_string(hide_password=False),
        "EVENHAND_STATE": mkdtemp(dir="/tmp", prefix="evenhand-worker-"),
        "EVENHAND_KEYS": keys,
        "EVENHAND_LOG_LEVEL": "error",
    }
    process = subprocess.Popen([sys.executable, "-m", "service", "worker"], cwd=ROOT, env=surroundings)
    try:
        yield
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(surroundings["EVENHAND_STATE"])


async def told(house: House) -> Counter[str]:
    """How often the owner was told of each event."""
    async with house.services.database.reading() as connection:
        return Counter(str(one) for one in await connection.scalars(select(Notice.event_id)))


async def until_told(house: House, number: int) -> None:
    """Waits until so many events were told of."""
    deadline = time.monotonic() + PATIENCE_S
    while len(await told(house)) < number:
        assert time.monotonic() < deadline, number
        await asyncio.sleep(0.02)


async def give_tasks(dispute: Dispute, number: int) -> None:
    """Tasks for the owner, each an event."""
    async with dispute.house.client(dispute.boss) as client:
        for one in range(number):
            body = {
                "account_id": str(dispute.account_id),
                "subject": f"第 {one} 项",
                "assignee_id": str(dispute.owner.id),
            }
            assert (await client.post("/v1/tasks", json=body)).status_code == 201


async def test_everybody_is_told_once_whenever_the_worker_dies(committed_house: House) -> None:
    house, keys = committed_house, new_keys()
    dispute = await a_dispute(house)
    for number in range(KILLS):
        with worker(house, keys):
            giving = asyncio.create_task(give_tasks(dispute, TASKS))
            await until_told(house, number * TASKS + 1 + number * 7)
        await giving
    with worker(house, keys):
        await until_told(house, KILLS * TASKS)
        await asyncio.sleep(2)
    counted = await told(house)
    assert (len(counted), set(counted.values())) == (KILLS * TASKS, {1})
