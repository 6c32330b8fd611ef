"""What tests of the contract need: the tools from npm, and a real service with a few people."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.faults.running import ADMIN_PASSWORD, ROOT, RunningService

NODE_MODULES = ROOT / "openapi" / "node_modules"
# What was written and committed, which test_openapi.py holds equal to the live routes: rendering it takes two seconds.
DOCUMENT = json.loads((ROOT / "openapi" / "openapi.json").read_bytes())
PASSWORD = "春风又绿江南岸2026"


@dataclass(frozen=True)
class Tools:
    """The programs of openapi/package.json."""

    folder: Path

    def run(self, program: str, *arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
        """One of them to its end, whatever that is."""
        command = [str(self.folder / ".bin" / program), *map(str, arguments)]
        return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="session")
def tools() -> Tools:
    if not (NODE_MODULES / ".bin").is_dir():
        pytest.skip("the node packages are not installed: make contract installs them where npm is reachable")
    return Tools(NODE_MODULES)


@dataclass(frozen=True)
class Company:
    """A running service with the people of examples/company.py."""

    service: RunningService
    environment: dict[str, str]

    def run(self, *command: str | Path, cwd: Path = ROOT, **environment: str) -> str:
        """What a program prints that talks to the service; it must succeed."""
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{self.service.last_words()}"
        return done.stdout


@contextmanager
def started(state: Path, **settings: str) -> Iterator[Company]:
    """A service on a state folder, with its people entered."""
    state.chmod(0o755)
    service = RunningService(state, **settings)
    appoint = [sys.executable, "-m", "service", "appoint", "GM001", "林致远"]
    told = subprocess.run(appoint, cwd=ROOT, env=service.environment, capture_output=True, text=True, check=True)
    general_manager = re.search(r"once\): (\S+)", told.stderr)
    assert general_manager
    service.start()
    environment = os.environ | {
        "EVENHAND_URL": service.address,
        "EVENHAND_PASSWORD": PASSWORD,
        "ADMIN_PASSWORD": ADMIN_PASSWORD,
        "GM_PASSWORD": general_manager[1],
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    running = Company(service, environment)
    try:
        running.run(sys.executable, "examples/company.py")
        yield running
    finally:
        service.stop()
        service.wait_until_gone()


@pytest.fixture(scope="session")
def company() -> Iterator[Company]:
    """One service for all tests of a run."""
    with TemporaryDirectory(dir="/tmp") as folder, started(Path(folder)) as running:
        yield running
