"""One quota over two servers in processes of their own."""

import asyncio
import json
import os
import subprocess
import sys
from base64 import b64encode
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx

from service.adapters.keys import SIGNING
from tests.faults.running import ROOT, free_port
from tests.house import House

QUOTA = 96
PATIENCE_S = 60


def keys_of(house: House) -> str:
    """The house's signing keys, as EVENHAND_KEYS holds them."""
    keys = house.services.keys
    rings = {purpose: getattr(keys, purpose) for purpose in SIGNING}
    rings |= {f"archive_{name}": ring for name, ring in keys.archive.items()}
    return json.dumps({
        purpose: {"current": ring.current, "keys": {name: b64encode(key).decode() for name, key in ring.keys.items()}}
        for purpose, ring in rings.items()
    })  # fmt: skip


@asynccontextmanager
async def server(house: House) -> AsyncIterator[str]:
    """The address of a uvicorn process on the house's database, with a small quota."""
    port, url = free_port(), house.services.database.write.url
    environment = os.environ | {
        "EVENHAND_DATABASE_URL": url.set(drivername="postgresql").render_as_string(hide_password=False),
        "EVENHAND_KEYS": keys_of(house),
        "EVENHAND_STATE": str(house.services.state),
        "EVENHAND_EMBEDDED_ISSUER": "true",
        "EVENHAND_LOG_LEVEL": "error",
        "EVENHAND_RATE_LIMIT": str(QUOTA),
    }
    command = [sys.executable, "-m", "uvicorn", "benchmarks.ours:create_bench_app", "--factory", "--port", str(port)]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        await answering(address)
        yield address
    finally:
        process.terminate()
        await process.wait()


async def answering(address: str) -> None:
    async with asyncio.timeout(PATIENCE_S), httpx.AsyncClient() as client:
        while True:
            try:
                if (await client.get(f"{address}/livez")).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.05)


async def test_two_processes_together_let_in_what_one_caller_may(committed_house: House) -> None:
    house = committed_house
    assert house.services.issuer
    seller = await house.person("sales_rep")
    token = house.services.issuer.issue(seller.id, "staff")
    async with AsyncExitStack() as stack:
        addresses = [await stack.enter_async_context(server(house)) for _ in range(2)]
        limits = httpx.Limits(max_connections=8)
        client = await stack.enter_async_context(
            httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, limits=limits, timeout=30)
        )
        answers = await asyncio.gather(*(client.get(f"{addresses[n % 2]}/v1/me") for n in range(2 * QUOTA)))
    by_process = [Counter(answer.status_code for answer in answers[n::2]) for n in range(2)]
    assert sum(by_process, Counter()) == {200: QUOTA, 429: QUOTA}, by_process
    assert all(counted[200] for counted in by_process), by_process
