"""State folders that the database's own account may enter, and services that never outlive their test."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.faults.running import RunningService


@pytest.fixture
def service() -> Iterator[RunningService]:
    folder = Path(mkdtemp(prefix="evenhand-test-"))
    running = RunningService(folder)
    yield running
    if running.process and running.process.poll() is None:
        running.stop()
    running.wait_until_gone()
    shutil.rmtree(folder)
