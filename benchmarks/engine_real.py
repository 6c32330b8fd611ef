"""The engine on real companies: `python -m benchmarks.engine_real FOLDER`, the folder with the shared real inputs.

companies: 24,259 companies in 120 people's hands; their size classes stand for values (Mega 256 to Nano 1), which is
synthetic. opportunities: the accounts and deals of 35 agents, rebalanced with at most 5 % of the deals moving.
"""

import csv
import gzip
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.engine import timed
from service.domain.distribution.fairness import plan_fairness
from service.domain.distribution.planning import plan
from service.domain.distribution.rulebook import HardRules, Rulebook
from service.domain.distribution.snapshot import Account, Person, Snapshot
from service.domain.distribution.tasks import Mode, Task

SIZES = {"Mega": 256, "Large": 64, "Mid": 16, "Small": 4, "Micro": 2, "Nano": 1}
TIERS = {256: ("gold", 960), 64: ("diamond", 480), 16: ("platinum", 240), 4: ("white_gold", 120)}
PEOPLE = 120
LOADS = ("value", "hours", "count")


def main(folder: Path) -> None:
    """Both distributions, their fairness before and after."""
    told_of = {
        "companies": companies(folder / "companies_global_financedatabase" / "companies_24k.csv.gz"),
        "opportunities": opportunities(folder / "crm_maven_opportunities"),
    }
    columns = [told(snapshot) for snapshot in told_of.values()]
    drawn = Table("", *told_of)
    for name in columns[0]:
        drawn.add_row(name, *(str(column[name]) for column in columns))
    Console().print(drawn)


def companies(path: Path) -> Snapshot:
    """Companies by country, sector and size; everybody covers countries for an equal part of them, and most sectors."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        known = list(csv.DictReader(file))
    chance = np.random.default_rng(1)
    countries, counts = np.unique([row["country"] for row in known], return_counts=True)
    sectors = sorted({row["sector"] for row in known})
    accounts = tuple(Account(**company(number, row)) for number, row in enumerate(known))
    part = counts / counts.sum()
    people = tuple(
        Person(
            id=f"person-{at:03d}",
            code=f"S{at:03d}",
            regions=(
                str(countries[at % len(countries)]),
                *map(str, chance.choice(countries, 8, replace=False, p=part)),
            ),
            industries=tuple(sector for sector in sectors if chance.random() < 0.8),
            experience_level=int(chance.integers(2, 6)),
            fte_permille=int(chance.choice([1000, 800, 500], p=[0.8, 0.1, 0.1])),
        )
        for at in range(PEOPLE)
    )
    return Snapshot(accounts, people, Rulebook(), "rulebook", 1, "companies")


def company(number: int, row: dict[str, str]) -> dict[str, Any]:
    """The entry of one company; one without a size class counts as the smallest."""
    size = SIZES.get(row["market_cap"].removesuffix(" Cap"), 1)
    tier, minutes = TIERS.get(size, ("silver", 60))
    return {
        "id": f"company-{number:05d}", "code": row["symbol"], "region": row["country"] or None,
        "industry": row["sector"] or None, "tier": tier, "workload_minutes": minutes, "value_minor": size * 100,
    }  # fmt: skip


def opportunities(folder: Path) -> Snapshot:
    """Deals as accounts with the agents who have them: worth what was won or is listed, in the agents' offices."""
    with (folder / "sales_teams.csv").open(encoding="utf-8-sig") as file:
        agents = {row["sales_agent"]: row["regional_office"] for row in csv.DictReader(file)}
    with (folder / "products.csv").open(encoding="utf-8-sig") as file:
        prices = {row["product"].replace(" ", ""): row["sales_price"] for row in csv.DictReader(file)}
    people = tuple(Person(name, name, regions=(office,), experience_level=3) for name, office in agents.items())
    rulebook = Rulebook(hard_rules=HardRules(industry=False, minimum_experience={}))
    with (folder / "sales_pipeline.csv").open(encoding="utf-8-sig") as file:
        accounts = tuple(deals(csv.DictReader(file), agents, prices))
    task = Task(Mode.REBALANCE, most_moves=len(accounts) // 20)
    return Snapshot(accounts, people, rulebook, "rulebook", 1, "opportunities", task)


def deals(rows: Any, agents: dict[str, str], prices: dict[str, str]) -> Iterator[Account]:
    """The entries of the deals."""
    for row in rows:
        value = float(row["close_value"] or 0) or float(prices[row["product"].replace(" ", "")])
        yield Account(
            id=row["opportunity_id"],
            code=row["opportunity_id"],
            region=agents[row["sales_agent"]],
            value_minor=round(value * 100),
            workload_minutes=60,
            owner=row["sales_agent"],
        )


def told(snapshot: Snapshot) -> dict[str, Any]:
    """What was measured of one distribution; shares are 1 for a full-time part of everything."""
    made, seconds = timed(lambda: plan(snapshot))
    report = plan_fairness(snapshot, made).to_mapping()
    moved = sum(account.owner not in {None, made.owners.get(account.id)} for account in snapshot.accounts)
    known = {"accounts": len(snapshot.accounts), "people": len(snapshot.people), "plan, s": round(seconds, 1)}
    giants = [giant["share"] for giant in report["giants"]]
    return known | {
        "changed hands": moved,
        "waiting": len(made.waiting),
        "giants": len(giants),
        "largest, shares": max(giants, key=float, default="–"),
        **{f"{name} {when}": spread(part[when]) for name, part in zip(LOADS, report["dimensions"], strict=False)
           for when in ("before", "after")},
        **{f"claims {when}": claims(report["claims"][when]) for when in ("before", "after")},
    }  # fmt: skip


def spread(part: dict[str, str]) -> str:
    """How one load lies: the least and the greatest share, and the coefficient of variation."""
    return f"{float(part['min']):.3f}–{float(part['max']):.3f}, CV {float(part['cv']):.3f}"


def claims(part: dict[str, Any]) -> str:
    """How many transfers would bring two people closer, all loads weighed, and by how much the widest of them."""
    gaps = [float(claim["gap"]) for claim in part["widest"] if claim["dimension"] == "all_loads"]
    return f"{part['counts']['all_loads']}, widest {max(gaps, default=0):.3f}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
