"""A whole service in processes of its own: started, killed, started again."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parent.parent.parent
ADMIN_PASSWORD = "correct horse battery staple"
PATIENCE_S = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RunningService:
    """`evenhand run` on a state folder."""

    def __init__(self, state: Path, port: int | None = None, **environment: str) -> None:
        self.state = state
        self.port = port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = os.environ | {
            "EVENHAND_STATE": str(state),
            "EVENHAND_PORT": str(self.port),
            "EVENHAND_ADMIN_PASSWORD": ADMIN_PASSWORD,
            "EVENHAND_LOG_LEVEL": "warning",
            "EVENHAND_RATE_LIMIT": "1000000",
            **environment,
        }
        self.log = state / "service.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Starts and waits for /readyz; returns the seconds that it took."""
        started = time.monotonic()
        command = [sys.executable, "-m", "service", "run"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stderr=log)
        with self.client() as client:
            while time.monotonic() - started < PATIENCE_S:
                assert self.process.poll() is None, self.last_words()
                try:
                    if client.get("/readyz", timeout=1).status_code == 200:
                        return time.monotonic() - started
                except httpx.TransportError:
                    time.sleep(0.02)
        raise TimeoutError(self.address)

    def command(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """What `evenhand` with these arguments tells, in the service's surroundings."""
        line = [sys.executable, "-m", "service", *arguments]
        return subprocess.run(
            line, cwd=ROOT, env=self.environment, check=False, capture_output=True, text=True, timeout=PATIENCE_S
        )

    def last_words(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def kill(self) -> None:
        """kill -9 of the service; its children must notice by themselves."""
        assert self.process
        self.process.kill()
        self.process.wait()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Asks it to stop, and returns its exit code."""
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def servers_left(self) -> list[int]:
        """Processes that still work on the state folder: a PostgreSQL server or a worker."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    command = (entry / "cmdline").read_bytes()
                    surroundings = (entry / "environ").read_bytes()
                except (FileNotFoundError, ProcessLookupError, PermissionError):
                    continue
                mine = str(self.state).encode()
                if mine in command or b"EVENHAND_STATE=" + mine in surroundings:
                    found.append(int(entry.name))
        return [pid for pid in found if pid != os.getpid()]

    def wait_until_gone(self) -> float:
        """Seconds until nothing of it runs any more."""
        started = time.monotonic()
        while self.servers_left():
            assert time.monotonic() - started < PATIENCE_S, self.servers_left()
            time.sleep(0.05)
        return time.monotonic() - started

    def token(self, username: str = "admin", password: str = ADMIN_PASSWORD) -> str:
        form = {"grant_type": "password", "username": username, "password": password}
        answer = httpx.post(f"{self.address}/v1/auth/token", data=form, timeout=10)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def client(self, token: str | None = None) -> httpx.Client:
        """Somebody's; without the certificates of TLS, which take longer to read than a service to answer."""
        headers = {"Authorization": f"Bearer {token}"} if token else None
        return httpx.Client(base_url=self.address, headers=headers, timeout=10, verify=False)

    def steward(self) -> tuple[str, str]:
        """User name and password of a data steward, entered by the administrator through the API."""
        with self.client(self.token()) as admin:
            person = created(admin.post("/v1/staff", json={"code": "DS001", "name": "张伟"}))
            grant = {"staff_id": person["id"], "role": "data_steward", "reason": "主数据"}
            created(admin.post("/v1/role-grants", json=grant))
            invited = created(admin.post(f"/v1/staff/{person['id']}/invitation", json={}))
        password = "a long enough password"
        body = {"token": invited["token"], "new_password": password}
        answer = httpx.post(f"{self.address}/v1/auth/password", json=body, timeout=10)
        assert answer.status_code in {200, 204}, answer.text
        return "DS001", password


def created(answer: httpx.Response) -> Any:
    assert answer.status_code == 201, answer.text
    return answer.json()
