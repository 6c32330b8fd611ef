"""Instances of arrays as sources of a core: floats become whole numbers in one stated way."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.families import Arrays
from service.domain.distribution.dimensions import Dimension, Roll
from service.domain.distribution.eligibility import FULL, Classes
from service.domain.distribution.rulebook import Rulebook

MILLION = 1_000_000
SHIPPED = Rulebook()
POINTS = {name: getattr(SHIPPED.balance, name) for name in ("value", "workload", "count")}
POINTS |= {f"tier:{code}": points for code, points in SHIPPED.balance.top_tiers.items()}


@dataclass(frozen=True)
class Sheet:
    """An instance under a rulebook: `points` per load, `prices` of misfit and move; everything else as in Source.

    Fit is counted in ten-thousandths, hours and caps in minutes, weights in millionths, each to the nearest number.
    """

    classes: Classes
    weights: Any
    roll: Roll
    dimensions: tuple[Dimension, ...]
    minutes: Any
    most_minutes: Any
    most_accounts: Any
    prices: tuple[int, int]
    tie_account: Any
    tie_person: Any
    order: Any


def sheet_of(
    arrays: Arrays, points: dict[str, int] = POINTS, prices: tuple[int, int] = (SHIPPED.misfit_price, 0)
) -> Sheet:
    """The sheet of an instance; loads without points are left out."""
    accounts, people = arrays["n"], arrays["K"]
    weights = np.rint(arrays["w"] * MILLION).astype(np.int64)
    of_account, start = arrays["cls"].astype(np.int64), arrays["ptr"].astype(np.int64)
    rows = arrays["rep"].astype(np.int64)
    fit = np.rint(arrays["fit"] * FULL).astype(np.int64)
    level = np.ones(accounts, np.int64)
    classes = Classes(of_account, start, rows, fit, np.zeros((5, people), np.int64), FULL, level)
    sizes = np.diff(start)[of_account]
    served, owner, nobody = sizes > 0, arrays["owner"].astype(np.int64), np.zeros(accounts, np.bool_)
    minutes = np.rint(arrays["hrs"] * 60).astype(np.int64)
    raw = {
        "value": arrays["val"].astype(np.int64), "workload": minutes, "count": np.ones(accounts, np.int64),
        "tier:gold": (arrays["tier"] == 0).astype(np.int64),
    }  # fmt: skip
    chance = np.random.default_rng(accounts)
    return Sheet(
        classes=classes,
        weights=weights,
        roll=Roll(nobody, served, served, owner, owner >= 0, nobody),
        dimensions=tuple(
            _dimension(name, raw[name] * served, number, classes, weights) for name, number in points.items()
        ),
        minutes=minutes,
        most_minutes=np.rint(arrays["capH"] * 60).astype(np.int64),
        most_accounts=arrays["capN"].astype(np.int64),
        prices=prices,
        tie_account=chance.integers(0, 2**63, accounts).astype(np.uint64),
        tie_person=chance.integers(0, 2**63, people).astype(np.uint64),
        order=np.flatnonzero(served)[np.lexsort((sizes[served], -raw["value"][served]))],
    )


def _dimension(name: str, loads: Any, points: int, classes: Classes, weights: Any) -> Dimension:
    """One load, its pool being those who may serve an account that has it."""
    carried = np.zeros(len(classes.start) - 1, np.bool_)
    carried[classes.of_account[loads > 0]] = True
    pool = np.zeros(len(weights), np.bool_)
    pool[classes.people[np.repeat(carried, np.diff(classes.start))]] = True
    pool = pool & (weights > 0) if name.startswith("tier:") else weights > 0
    return Dimension(name, points, pool, int(weights[pool].sum()), loads, int(loads.sum()))
