"""Made-up distributions: the loose and mismatched families at small size, and arbitrary ones for hypothesis."""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from service.domain.distribution.rulebook import (
    BalanceTargets,
    FitWeights,
    Giants,
    HardRules,
    PriorityWeights,
    Rulebook,
)
from service.domain.distribution.snapshot import Account, Person, Snapshot

REGIONS = [f"region-{number}" for number in range(30)]
INDUSTRIES = [f"industry-{number}" for number in range(20)]
PRODUCTS = [f"product-{number}" for number in range(8)]
TIERS = ["gold", "diamond", "platinum", "white_gold", "silver"]
MINUTES = dict(zip(TIERS, [960, 480, 240, 120, 60], strict=True))
LEVELS = {"gold": 3, "diamond": 2}
OPEN = HardRules(region=False, industry=False, minimum_experience={})


def family(
    accounts: int, people: int, name: str = "loose", seed: int = 1, rulebook: Rulebook | None = None
) -> Snapshot:
    """Lognormal values with a Pareto tail, tiers by value, part-timers, absences; mismatch: understaffed regions."""
    chance = np.random.default_rng(seed)
    region_share, industry_share = chance.dirichlet(np.full(30, 4.0)), chance.dirichlet(np.full(20, 3.0))
    values = chance.lognormal(np.log(2_000_000), 1.15, accounts)
    tail = chance.random(accounts) < 0.02
    values[tail] *= chance.pareto(1.6, int(tail.sum())) + 1
    cuts = np.quantile(values, [0.98, 0.9, 0.7, 0.4])
    tiers = [TIERS[int((value < cuts).sum())] for value in values]
    regions = chance.choice(REGIONS, accounts, p=region_share)
    industries = chance.choice(INDUSTRIES, accounts, p=industry_share)
    products = chance.choice(PRODUCTS, accounts)
    intents = chance.choice(["low", "medium", "high"], accounts)
    staff = _staff(chance, people, {"loose": 12, "mismatch": 6}[name], region_share)
    return Snapshot(
        accounts=tuple(
            Account(
                id=f"account-{at:06d}",
                code=f"C{at:06d}",
                region=str(regions[at]),
                industry=str(industries[at]),
                products=(str(products[at]),),
                tier=tiers[at],
                intent=str(intents[at]),
                is_new=bool(chance.random() < 0.2),
                value_minor=round(values[at]),
                workload_minutes=MINUTES[tiers[at]],
                owner=staff[int(chance.integers(people) ** 2 // people)].id if chance.random() < 0.7 else None,
            )
            for at in range(accounts)
        ),
        people=tuple(staff),
        rulebook=rulebook or Rulebook(hard_rules=HardRules(product=True, minimum_experience=LEVELS)),
        rulebook_id="rulebook",
        rulebook_version=1,
        cycle=f"{name}-{seed}",
    )


def _staff(chance: np.random.Generator, people: int, regions: int, share: np.ndarray) -> list[Person]:
    """People of mixed level, coverage and hours, the first fifth of them experienced."""
    return [
        Person(
            id=f"person-{at:04d}",
            code=f"S{at:04d}",
            regions=tuple(str(region) for region in chance.choice(REGIONS, regions, replace=False, p=share)),
            industries=tuple(industry for industry in INDUSTRIES if chance.random() > 0.12),
            products=tuple(product for product in PRODUCTS if chance.random() > 0.05),
            experience_level=3 if at < people / 5 else int(chance.choice([1, 2, 3, 4], p=[0.3, 0.4, 0.2, 0.1])),
            fte_permille=int(chance.choice([1000, 800, 500], p=[0.8, 0.1, 0.1])),
            availability_permille=0 if chance.random() < 0.03 else 1000,
        )
        for at in range(people)
    ]


def one_dimension(snapshot: Snapshot, name: str = "value") -> Snapshot:
    """The snapshot with nothing but one load to share, everybody eligible for everything."""
    points = {"value": 0, "workload": 0, "count": 0, name: 100}
    balance = BalanceTargets(**points, top_tiers={})
    return replace(snapshot, rulebook=Rulebook(hard_rules=OPEN, balance=balance, misfit_price=0, move_price=0))


def _some(values: list[str], most: int = 3) -> st.SearchStrategy[tuple[str, ...]]:
    """A few of some codes."""
    return st.lists(st.sampled_from(values), max_size=most, unique=True).map(tuple)


@st.composite
def rulebooks(draw: st.DrawFn) -> Rulebook:
    """Any rulebook, blocked pairs apart."""
    points, price = st.integers(0, 100), st.integers(0, 1000)
    return Rulebook(
        hard_rules=HardRules(
            region=draw(st.booleans()),
            industry=draw(st.booleans()),
            product=draw(st.booleans()),
            minimum_experience=draw(st.dictionaries(st.sampled_from(TIERS), st.integers(1, 5), max_size=2)),
            workload_cap=draw(st.booleans()),
            count_cap=draw(st.booleans()),
        ),
        fit=FitWeights(draw(points), draw(points), draw(points), draw(points)),
        priority=PriorityWeights(draw(points), draw(points), draw(points)),
        balance=BalanceTargets(
            draw(points), draw(points), draw(points), draw(st.dictionaries(st.sampled_from(TIERS), points, max_size=2))
        ),
        misfit_price=draw(price),
        move_price=draw(price),
        giants=Giants(draw(st.sampled_from([25, 100])), draw(st.booleans())),
        tie_key=draw(st.sampled_from(["one", "two"])),
    )


@st.composite
def snapshots(draw: st.DrawFn, most_accounts: int = 12, most_people: int = 5) -> Snapshot:
    """Any small distribution: with ties, zeros, giants, caps, pins, accounts held back and people away."""
    codes = draw(st.integers(0, most_people))
    people = tuple(draw(_person(number)) for number in range(codes))
    owners = st.none() | st.sampled_from([person.id for person in people] or ["gone"])
    accounts = tuple(draw(_account(number, owners)) for number in range(draw(st.integers(0, most_accounts))))
    return Snapshot(accounts, people, draw(rulebooks()), "rulebook", 1, draw(st.sampled_from(["2026-h1", "2026-h2"])))


@st.composite
def _person(draw: st.DrawFn, number: int) -> Person:
    """Somebody."""
    return Person(
        id=f"person-{number}",
        code=f"S{number}",
        regions=draw(_some(REGIONS[:3])),
        industries=draw(_some(INDUSTRIES[:3])),
        products=draw(_some(PRODUCTS[:3])),
        experience_level=draw(st.integers(1, 5)),
        fte_permille=draw(st.sampled_from([0, 5, 300, 500, 777, 1000])),
        availability_permille=draw(st.sampled_from([0, 333, 1000, 1000])),
        max_accounts=draw(st.none() | st.integers(0, 6)),
        max_workload_minutes=draw(st.none() | st.integers(0, 3000)),
    )


@st.composite
def _account(draw: st.DrawFn, number: int, owners: st.SearchStrategy[str | None]) -> Account:
    """Some account."""
    owner = draw(owners)
    tier = draw(st.none() | st.sampled_from(TIERS))
    return Account(
        id=f"account-{number}",
        code=f"C{number}",
        region=draw(st.none() | st.sampled_from(REGIONS[:3])),
        industry=draw(st.none() | st.sampled_from(INDUSTRIES[:3])),
        products=draw(_some(PRODUCTS[:3], 2)),
        tier=tier,
        intent=draw(st.sampled_from([None, "low", "medium", "high"])),
        is_new=draw(st.booleans()),
        value_minor=draw(st.none() | st.sampled_from([0, 100, 100, 250]) | st.integers(0, 10**13)),
        workload_minutes=draw(st.sampled_from([0, 60, 60, 240, 960])),
        held_back=draw(st.sampled_from([None, None, None, "missing_rate"])),
        owner=owner,
        pinned=owner is not None and draw(st.integers(0, 4)) == 0,
    )
