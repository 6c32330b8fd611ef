"""State folders that the database's own account may enter, and services that never outlive their test."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.faults.running import RunningService


@contextmanager
def on_a_folder_of_its_own() -> Iterator[RunningService]:
    folder = Path(mkdtemp(prefix="evenhand-test-"))
    running = RunningService(folder)
    yield running
    if running.process and running.process.poll() is None:
        running.stop()
    running.wait_until_gone()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def migrated() -> Iterator[Path]:
    """A state folder with an empty schema, which takes as long to make as all of a short test."""
    with on_a_folder_of_its_own() as running:
        assert running.command("migrate").returncode == 0
        yield running.state


@pytest.fixture
def service(migrated: Path) -> Iterator[RunningService]:
    """One that has not been started yet, on a copy of that folder."""
    with on_a_folder_of_its_own() as running:
        subprocess.run(["cp", "-a", f"{migrated}/.", running.state], check=True)
        yield running


@pytest.fixture(scope="module")
def standing() -> Iterator[RunningService]:
    """One that runs, for tests that leave it as they found it: a first start takes seconds."""
    with on_a_folder_of_its_own() as running:
        running.start()
        yield running
