import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.adapters.postgres import EmbeddedPostgres


@pytest.fixture(scope="session")
def bindir() -> Path | None:
    """Another server's programs to run these tests on; None for the best at hand."""
    chosen = os.environ.get("EVENHAND_TEST_PG_BIN")
    return Path(chosen) if chosen else None


@pytest.fixture
def state() -> Iterator[Path]:
    """A new state folder; pytest's own temporary folders are closed to the account that the server runs as."""
    with _temporary_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def made(bindir: Path | None) -> Iterator[Path]:
    """A state folder whose server has run before."""
    with _temporary_folder() as folder:
        with EmbeddedPostgres(folder, bindir=bindir, durable=False):
            pass
        yield folder


@pytest.fixture
def begun(made: Path, state: Path) -> Path:
    """A copy of that folder, for tests of what comes after a first start, which takes a second."""
    subprocess.run(["cp", "-a", f"{made}/.", state], check=True)
    return state


@pytest.fixture(scope="module")
def server(bindir: Path | None) -> Iterator[EmbeddedPostgres]:
    """A running server for tests that only look inside."""
    with _temporary_folder() as folder, EmbeddedPostgres(folder, bindir=bindir, durable=False) as running:
        yield running


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="evenhand-test-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)
