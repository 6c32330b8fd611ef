"""The compiled rule against the numpy rule, and the same code where nothing is compiled."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from service.domain.distribution import kernels
from service.domain.distribution.core import NOBODY, state_of
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.planning import plan
from service.domain.distribution.scoring import rule
from service.domain.distribution.snapshot import Snapshot
from tests.domain.distribution.families import family, snapshots

ROOT = Path(__file__).parents[3]
SCRIPT = """
import sys
from pathlib import Path
from service.domain.distribution.compiling import COMPILES
from service.domain.distribution.planning import plan
from service.domain.distribution.snapshot import Snapshot
print(COMPILES, plan(Snapshot.from_bytes(Path(sys.argv[1]).read_bytes())).sha256)
"""


def agree(snapshot: Snapshot, owners: dict[str, str] | None) -> None:
    ledger = Ledger.of(snapshot, owners)
    core = ledger.instance.core
    found = np.zeros((len(ledger.owner), 4), np.int64)
    kernels.answers(core, state_of(core, ledger.owner), np.arange(len(found)), found)
    for account, (winner, second, margin, lag) in enumerate(found.tolist()):
        with ledger.without(account) as holder:
            outcome = rule(ledger, account, holder)
        assert (outcome.winner, outcome.runner_up) == (winner, second)
        assert outcome.margin == (margin if second != NOBODY else None)
        assert (outcome.lag or 0) == lag


@settings(max_examples=60, deadline=None)
@given(snapshots())
def test_compiled_and_numpy_name_the_same_winner_runner_up_and_margin(snapshot: Snapshot) -> None:
    agree(snapshot, None)


@pytest.mark.parametrize("name", ["loose", "mismatch"])
def test_they_agree_on_a_finished_plan_and_on_the_owners_before(name: str) -> None:
    snapshot = family(250, 15, name)
    agree(snapshot, None)
    agree(snapshot, plan(snapshot).owners)


@pytest.mark.parametrize("name", ["loose", "mismatch"])
def test_without_compilation_the_plan_is_the_same_byte_for_byte(name: str, tmp_path: Path) -> None:
    snapshot = family(60, 6, name)
    stored, absent = tmp_path / "snapshot.json", tmp_path / "absent"
    stored.write_bytes(snapshot.canonical_bytes())
    absent.mkdir()
    (absent / "sitecustomize.py").write_text(
        "import importlib.util as u\nfound = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'numba' else found(name, *rest)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, str(stored)],
        env={**os.environ, "PYTHONPATH": f"{absent}:{ROOT}"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.split() == ["False", plan(snapshot).sha256]
