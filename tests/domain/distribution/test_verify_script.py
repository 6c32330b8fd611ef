"""The script that checks an export without the service, run as anybody would run it."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.domain.distribution.certificate import Subject
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.planning import plan
from service.domain.distribution.pricing import certificate_of
from service.domain.distribution.rulebook import Giants
from service.domain.distribution.snapshot import Snapshot
from service.domain.distribution.tasks import Mode, Task
from tests.domain.distribution.families import family

SCRIPT = Path(__file__).parents[3] / "examples" / "verify_plan.py"


def an_export(snapshot: Snapshot) -> dict[str, Any]:
    """What the service exports of a plan."""
    made = plan(snapshot)
    ledger = Ledger.of(snapshot, made.owners)
    instance = ledger.instance
    subject = Subject.of(instance.core, instance.scale, ledger.owner, instance.roll.free)
    found = certificate_of(subject, ledger.owner, instance.scale.point).to_mapping()
    content = json.loads(snapshot.canonical_bytes())
    return {
        "format": "evenhand-export/1",
        "snapshot": content,
        "plan": json.loads(made.canonical_bytes()),
        "certificate": found,
    }


def checked(export: dict[str, Any], folder: Path) -> subprocess.CompletedProcess[str]:
    """The script's answer."""
    path = folder / "plan.json"
    path.write_text(json.dumps(export), encoding="utf-8")
    return subprocess.run([sys.executable, str(SCRIPT), str(path)], capture_output=True, text=True, check=False)


def rebalancing(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, task=Task(Mode.REBALANCE, most_moves=12))


def leaving(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, task=Task(Mode.LEAVER, person_id=snapshot.people[0].id))


def resting(snapshot: Snapshot) -> Snapshot:
    pinned = [
        replace(account, pinned=account.owner is not None and at % 7 == 0, held_back="stale" if at % 9 == 0 else None)
        for at, account in enumerate(snapshot.accounts)
    ]
    rulebook = replace(snapshot.rulebook, giants=Giants(25, stay=True))
    return replace(snapshot, accounts=tuple(pinned), rulebook=rulebook)


@pytest.mark.parametrize("left_out", [("accounts",), ("people",), ("accounts", "people")])
def test_the_script_checks_a_plan_of_nothing(left_out: tuple[str, ...], tmp_path: Path) -> None:
    snapshot = replace(family(20, 4), **dict.fromkeys(left_out, ()))
    answer = checked(an_export(snapshot), tmp_path)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert plan(snapshot).sha256 in answer.stdout


@pytest.mark.parametrize("name", ["loose", "mismatch"])
@pytest.mark.parametrize("occasion", [lambda snapshot: snapshot, rebalancing, leaving, resting])
def test_the_script_proves_what_the_engine_states(
    name: str, occasion: Callable[[Snapshot], Snapshot], tmp_path: Path
) -> None:
    snapshot = occasion(family(150, 10, name))
    answer = checked(an_export(snapshot), tmp_path)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert snapshot.sha256 in answer.stdout
    assert plan(snapshot).sha256 in answer.stdout


def test_the_script_notices_what_was_tampered_with(tmp_path: Path) -> None:
    export = an_export(family(120, 8))
    export["snapshot"]["accounts"][0]["value_minor"] += 1
    assert "NO  the plan names this snapshot" in checked(export, tmp_path).stdout
    export = an_export(family(120, 8))
    placements = export["plan"]["placements"]
    placements[0]["person_id"], placements[1]["person_id"] = "person-0001", "person-0000"
    assert checked(export, tmp_path).returncode == 1
    export = an_export(family(120, 8))
    export["certificate"]["bound"] = str(int(export["certificate"]["bound"]) + 10**6)
    assert "NO  the prices prove the bound" in checked(export, tmp_path).stdout


def test_the_script_is_short_and_needs_numpy_alone() -> None:
    lines = SCRIPT.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 150
    assert {line.split()[1] for line in lines if line.startswith(("import ", "from "))} <= {
        "hashlib",
        "json",
        "sys",
        "fractions",
        "math",
        "pathlib",
        "numpy",
    }
