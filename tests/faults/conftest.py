"""State folders that the database's own account may enter, and services that never outlive their test."""

import shutil
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


@pytest.fixture
def service() -> Iterator[RunningService]:
    """One that has not been started yet."""
    with on_a_folder_of_its_own() as running:
        yield running


@pytest.fixture(scope="module")
def standing() -> Iterator[RunningService]:
    """One that runs, for tests that leave it as they found it: a first start takes seconds."""
    with on_a_folder_of_its_own() as running:
        running.start()
        yield running
