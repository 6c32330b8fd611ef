"""`python -m demo` on a state folder of its own: once, once more, and where it must not play."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.faults.running import ROOT, free_port


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    folder = Path(mkdtemp(prefix="evenhand-demo-"))  # not under pytest's own, which the database may not enter
    yield os.environ | {"EVENHAND_STATE": str(folder), "EVENHAND_PORT": str(free_port())}
    shutil.rmtree(folder)


def run(environment: dict[str, str], *arguments: str) -> tuple[int, str]:
    """The exit code, and everything that was said."""
    ended = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False,
    )  # fmt: skip
    return ended.returncode, ended.stdout


def left(said: str) -> list[str]:
    """The lines of the last table but for their seconds and the growing number of audit entries."""
    lines = said.rstrip().splitlines()
    begin = next(at for at, line in enumerate(lines) if line.strip().startswith("chapter"))
    return [line.rpartition(" ")[0].rstrip() for line in lines[begin + 1 : -1] if "audit entries" not in line]


def test_the_demo_does_the_main_job_and_a_second_run_finds_it_done(environment: dict[str, str]) -> None:
    code, said = run(environment, "demo")
    assert code == 0, said
    assert said.rstrip().splitlines()[-1].startswith("demo: ok")
    assert "Upheld by" in said
    told = " ".join(said.split())
    assert "The contract again: 403 forbidden." in told
    assert "404 not_found, the same answer twice." in told
    assert "plans the handover" in said
    assert "accounts handed over" in said
    again, repeated = run(environment, "demo")
    assert again == 0, repeated
    assert left(repeated) == left(said)


def test_the_demo_refuses_a_database_with_people_of_its_own(environment: dict[str, str]) -> None:
    appointed, said = run(environment, "service", "appoint", "S0001", "张伟")
    assert appointed == 0, said
    code, said = run(environment, "demo")
    assert code == 2, said
    assert "S0001" in said
    assert not (Path(environment["EVENHAND_STATE"]) / "demo-secret").exists()
