"""The engine measured: `make bench-engine`, with FULL=1 for a million accounts, INSTANCE=file.npz for one's own.

SEEDS=6,7 takes other seeds of the families than 1 to 5.

Each instance runs in a process of its own, compiled beforehand. What each figure means stands in benchmarks/README.md.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks import families
from benchmarks.rivals import RIVALS, owners_by
from benchmarks.sheets import Sheet, sheet_of
from service.domain.distribution.arranging import Arrangement
from service.domain.distribution.attainable import levels_of, network_of
from service.domain.distribution.certificate import Certificate, Subject
from service.domain.distribution.core import NOBODY, Core
from service.domain.distribution.dimensions import Dimension
from service.domain.distribution.extremes import greatest_least, least_greatest
from service.domain.distribution.flows import cut_of
from service.domain.distribution.planning import moved_least, shared_anew
from service.domain.distribution.pricing import certificate_of
from service.domain.distribution.scale import Scale, core_of, scale_of, shares_of

RESULTS = Path(__file__).parent / "engine.json"
SEEDS = range(1, 6)
SIZES = [(10_000, 100), (100_000, 500)]
FULL_SIZE = (1_000_000, 2_000)
GIANT = 0.25
MOVED = 20
"""One account in so many may move in a rebalancing: 5 %."""
COLUMNS = ["family", "seed", "accounts", "people", "plan_s", "certificate_s", "maxflow_s", "peak_mb", "gap_max"]
COLUMNS += [
    "gap_min",
    "residual_value",
    "residual_hours",
    "bound_gap_points",
    "cv_value",
    "cv_routed",
    "cv_round_robin",
]
COLUMNS += ["cv_before", "cv_rebalanced"]
Answer = TypeVar("Answer")


def main() -> None:
    """Every instance in turn, each into the file as soon as it is measured, and the table."""
    rows = []
    for asked in track(asked_for(), "instances"):
        rows.append(measured_apart(asked))
        RESULTS.write_text(json.dumps(rows, indent=1) + "\n")
    Console(width=None if sys.stdout.isatty() else 20 * len(COLUMNS)).print(table(rows))


def asked_for() -> list[dict[str, Any]]:
    """What the environment asks to be measured."""
    if path := os.environ.get("INSTANCE"):
        return [{"path": path}]
    sizes = [*SIZES, FULL_SIZE] if os.environ.get("FULL") else SIZES
    kinds = ("loose", "mismatch")
    seeds = [int(seed) for seed in os.environ.get("SEEDS", "").split(",") if seed] or SEEDS
    return [
        {"accounts": accounts, "people": people, "family": family, "seed": seed}
        for accounts, people in sizes
        for family in kinds
        for seed in seeds
    ]


def measured_apart(asked: dict[str, Any]) -> dict[str, Any]:
    """The figures of one instance, from a process of its own, so that its peak of memory is its own."""
    command = [sys.executable, "-m", "benchmarks.engine", json.dumps(asked)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise SystemExit(answer.stderr)
    row: dict[str, Any] = json.loads(answer.stdout)
    return row


def measured(asked: dict[str, Any]) -> dict[str, Any]:
    """The figures of one instance."""
    compile_s = timed(lambda: figures(families.made(400, 60, "loose", 1)))[1]
    arrays = families.read(Path(asked["path"])) if "path" in asked else families.made(*(
        asked[name] for name in ("accounts", "people", "family", "seed")
    ))  # fmt: skip
    known = {"family": str(arrays.get("family", "file")), "seed": 0, "accounts": arrays["n"], "people": arrays["K"]}
    row = known | {name: value for name, value in asked.items() if name != "path"} | figures(arrays)
    return row | {"compile_s": round(compile_s, 2), "load": round(os.getloadavg()[0], 1)}


def figures(arrays: families.Arrays) -> dict[str, Any]:
    """Times, gaps, residuals and rivals of an instance; one core, wall clock."""
    sheet = sheet_of(arrays)
    core, scale = core_and_scale(sheet)
    nobody = np.full(arrays["n"], NOBODY)
    begun = time.process_time()
    plan, plan_s = timed(lambda: shared_anew(core, sheet.order, nobody))
    plan_cpu_s = time.process_time() - begun
    subject = Subject.of(core, scale, plan.owner, sheet.roll.free)
    certificate, certificate_s = timed(lambda: certificate_of(subject, plan.owner, scale.point))
    certificate_cpu_s = time.process_time() - begun - plan_cpu_s
    value = sheet.dimensions[0]
    network, _ = network_of(core.of_account, sheet.classes, value.loads, nobody > 0, nobody, value.pool)
    capacity = [Fraction(value.total * weight, value.pool_weight) for weight in sheet.weights.tolist()]
    _, maxflow_s = timed(lambda: cut_of(network, capacity))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "plan_s": round(plan_s, 3), "certificate_s": round(certificate_s, 3), "maxflow_s": round(maxflow_s, 4),
        "peak_mb": round(peak_mb, 1),
        "plan_cpu_s": round(plan_cpu_s, 3), "certificate_cpu_s": round(certificate_cpu_s, 3),
        "plan_per_maxflow": round(plan_s / maxflow_s, 1),
        **gaps(arrays),
        **evenness(sheet, plan, certificate),
        **rebalancing(sheet, core, scale),
        **routing(sheet, core),
        **{f"cv_{name}": cv(sheet, owners_by(rival, arrays)) for name, rival in RIVALS.items()},
    }  # fmt: skip


def core_and_scale(sheet: Sheet) -> tuple[Core, Scale]:
    """What the engine computes with."""
    scale = scale_of(sheet)
    return core_of(sheet, scale, shares_of(sheet.dimensions, scale.share_bits, len(sheet.minutes))), scale


def gaps(arrays: families.Arrays) -> dict[str, Any]:
    """How far the extremes of plans that share one load alone are from what any plan can reach, the worse of two loads.

    `gap_max`, `gap_min`: relative to the bound.
    """
    found = []
    for name in ("value", "workload"):
        sheet = sheet_of(arrays, {name: 100}, (0, 0))
        core, _ = core_and_scale(sheet)
        nobody = np.full(arrays["n"], NOBODY)
        owner = shared_anew(core, sheet.order, nobody).owner
        (part,) = sheet.dimensions
        shares = shares_by(part, owner, sheet)[sheet.weights > 0]
        network, sizes = network_of(core.of_account, sheet.classes, part.loads, nobody > 0, nobody, part.pool)
        unit = Fraction(part.total, part.pool_weight)
        levels = list(levels_of(network, sizes, sheet.weights, part.pool, unit))
        names = np.cumsum(np.bincount(core.of_account[part.loads > 0], minlength=len(core.start) - 1) > 0) - 1
        carried = (part.loads > 0) & sheet.roll.free
        about = part.loads[carried], names[core.of_account[carried]], network, sheet.weights, unit
        most, least = float(least_greatest(levels[0], *about)), float(greatest_least(levels[-1].share, *about))
        found.append((shares.max() / most - 1, 1 - shares.min() / least if least else 0.0))
    worst = np.max(found, axis=0)
    return {"gap_max": round(float(worst[0]), 6) + 0.0, "gap_min": round(float(worst[1]), 6)}  # never -0.0


def evenness(sheet: Sheet, plan: Arrangement, certificate: Certificate) -> dict[str, Any]:
    """How even the plan of all loads together is, the holders of giants apart, and what it leaves to be desired."""
    owner = plan.owner
    holders = np.zeros(len(sheet.weights), np.bool_)
    for part in sheet.dimensions[:2]:
        giant = part.loads * part.pool_weight > GIANT * part.total * 1e6
        holders[owner[giant & (owner >= 0)]] = True
    found = {
        f"residual_{said}": round(100 * residual(sheet, part, owner, holders), 4)
        for part, said in zip(sheet.dimensions, ("value", "hours"), strict=False)
    }
    return found | {
        "cv_value": cv(sheet, owner), "bound_gap_points": round(float(certificate.gap), 5),
        "waiting": int((owner[sheet.roll.free] == NOBODY).sum()), "giants": int(holders.sum()), "passes": plan.passes,
    }  # fmt: skip


def rebalancing(sheet: Sheet, core: Core, scale: Scale) -> dict[str, Any]:
    """The present owners, and after at most one account in MOVED has changed hands; those without one are given out."""
    standing, budget = sheet.roll.standing, len(sheet.minutes) // MOVED
    about = core, sheet.order, standing.copy(), budget, NOBODY, scale.point
    made, seconds = timed(lambda: moved_least(*about))
    moved = int(((standing >= 0) & (made.owner != standing)).sum())
    return {
        "cv_before": cv(sheet, standing), "cv_rebalanced": cv(sheet, made.owner), "moved": moved,
        "rebalance_s": round(seconds, 3),
    }  # fmt: skip


def routing(sheet: Sheet, core: Core) -> dict[str, Any]:
    """Accounts given out one by one as they come, none of them moved afterwards."""
    arrivals = Arrangement(core, np.full(len(sheet.minutes), NOBODY), np.sort(sheet.order), len(sheet.minutes))
    _, seconds = timed(arrivals.place)
    return {"cv_routed": cv(sheet, arrivals.owner), "routing_us": round(1e6 * seconds / len(sheet.order), 2)}


def residual(sheet: Sheet, part: Dimension, owner: Any, holders: Any) -> float:
    """RMS of share less attainable share among those who hold no giant, over what these hold."""
    pool = part.pool & ~holders
    loads = np.where((owner >= 0) & pool[owner], part.loads, 0)
    nobody = np.full(len(owner), NOBODY)
    network, sizes = network_of(sheet.classes.of_account, sheet.classes, loads, nobody > 0, nobody, pool)
    unit = Fraction(part.total, part.pool_weight)
    fair = np.zeros(len(pool))
    for level in levels_of(network, sizes, sheet.weights, pool, unit):
        fair[list(level.people)] = float(level.share)
    apart = (shares_by(part, owner, sheet) - fair)[pool]
    weights = sheet.weights[pool]
    return float(np.sqrt((weights * apart**2).sum() / weights.sum())) if len(weights) else 0.0


def shares_by(part: Dimension, owner: Any, sheet: Sheet) -> Any:
    """ℓ of each person (K), 0 for those who take no part."""
    carried = np.bincount(owner[owner >= 0], part.loads[owner >= 0], len(sheet.weights))
    at_work = np.maximum(sheet.weights, 1)
    return np.where(sheet.weights > 0, carried * part.pool_weight / part.total / at_work, 0.0)


def cv(sheet: Sheet, owner: Any) -> float:
    """The weighted coefficient of variation of value."""
    shares, weights = shares_by(sheet.dimensions[0], owner, sheet), sheet.weights
    mean = (weights * shares).sum() / weights.sum()
    return round(float(np.sqrt((weights * (shares / mean - 1) ** 2).sum() / weights.sum())), 4)


def timed(work: Callable[[], Answer]) -> tuple[Answer, float]:
    """What some work gives, and its seconds."""
    begun = time.perf_counter()
    return work(), time.perf_counter() - begun


def table(rows: list[dict[str, Any]]) -> Table:
    """The figures as a table."""
    drawn = Table(*COLUMNS, title="Engine (one core; gaps relative, residuals in percentage points)")
    for row in rows:
        drawn.add_row(*(str(row[name]) for name in COLUMNS))
    return drawn


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measured(json.loads(sys.argv[1]))))
    else:
        main()
