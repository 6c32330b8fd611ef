"""The two families of instances that the engine is measured on, made from a seed, and instances read from a file.

loose: everybody covers about five regions; mismatch: two, and some regions have too few people. Arrays as in the files:
val (n), hrs (n), tier (n, 0 the top one), cls (n), ptr, rep, fit (classes as compressed rows of people), w, capH, capN
(K), owner (n, −1 for nobody).
"""

from pathlib import Path
from typing import Any

import numpy as np

Arrays = dict[str, Any]
REGIONS, INDUSTRIES, PRODUCTS = 30, 20, 8
TIER_SHARES = (0.98, 0.90, 0.70, 0.40)
TIER_HOURS = np.array([16.0, 8.0, 4.0, 2.0, 1.0])
TIER_LEVELS = np.array([3, 2, 1, 1, 1])


def made(accounts: int, people: int, family: str, seed: int) -> Arrays:
    """An instance of a family."""
    chance = np.random.default_rng([seed, accounts, people])
    weights = {name: chance.dirichlet(np.full(size, spread)) for name, size, spread in (
        ("region", REGIONS, 4.0), ("industry", INDUSTRIES, 3.0), ("product", PRODUCTS, 5.0))}  # fmt: skip
    kinds = {name: chance.choice(len(share), accounts, p=share) for name, share in weights.items()}
    value = _values(chance, kinds)
    tier = 4 - np.searchsorted(np.quantile(value, TIER_SHARES[::-1]), value, side="right")
    staff = _staff(chance, people, family, weights["region"])
    key = np.stack([kinds["region"], kinds["industry"], kinds["product"], TIER_LEVELS[tier]])
    classes, of_account = np.unique(key, axis=1, return_inverse=True)
    of_account = of_account.ravel()
    able = (
        staff["regions"][:, classes[0]]
        & staff["industries"][:, classes[1]]
        & staff["products"][:, classes[2]]
        & (staff["level"][:, None] >= classes[3])
        & (staff["weight"] > 0)[:, None]
    ).T
    rows, who = np.nonzero(able)
    fit = _fit(staff, classes[:, rows], who)
    start = np.concatenate([[0], np.cumsum(able.sum(axis=1))])
    instance: Arrays = {
        "n": accounts, "K": people, "val": value, "hrs": TIER_HOURS[tier], "tier": tier, "cls": of_account,
        "ptr": start, "rep": who, "fit": fit, "w": staff["weight"],
    }  # fmt: skip
    return instance | _history(chance, instance)


def read(path: Path) -> Arrays:
    """An instance from a file."""
    with np.load(path) as stored:
        return {name: stored[name] for name in stored.files} | {"n": int(stored["n"]), "K": int(stored["K"])}


def _values(chance: np.random.Generator, kinds: Arrays) -> Any:
    """Lognormal values whose mean depends on industry and region, with a Pareto tail of two in a hundred."""
    drift = chance.normal(0, 0.3, INDUSTRIES)[kinds["industry"]] + chance.normal(0, 0.2, REGIONS)[kinds["region"]]
    value = chance.lognormal(np.log(20_000) + drift, 1.15)
    tail = chance.random(len(value)) < 0.02
    value[tail] *= 1 + chance.pareto(1.6, int(tail.sum()))
    return np.rint(value).astype(np.int64)


def _staff(chance: np.random.Generator, people: int, family: str, demand: Any) -> Arrays:
    """Levels, hours, coverage: in mismatch people are spread over regions unlike the accounts."""
    large = people > 50
    many = {"loose": 5 if large else 12, "mismatch": 2 if large else 8}[family]
    spread = demand * (chance.lognormal(0, 0.35, REGIONS) if family == "mismatch" else 1)
    level = chance.choice([1, 2, 3], people, p=[0.3, 0.45, 0.25])
    level[: max(2, people // 5)] = 3
    weight = np.where(chance.random(people) < 0.03, 0.0, chance.choice([1.0, 0.8, 0.5], people, p=[0.8, 0.1, 0.1]))
    regions = np.zeros((people, REGIONS), np.bool_)
    for one in (3, 2, 1):  # every region has somebody of every level, as far as the people suffice
        among = np.flatnonzero((level == one) & (weight > 0))
        for at, region in enumerate(chance.permutation(REGIONS) if len(among) else ()):
            if regions[among[at % len(among)]].sum() < many:
                regions[among[at % len(among)], region] = True
    for person in range(people):
        more = many - int(regions[person].sum())
        if more > 0:
            regions[person, chance.choice(REGIONS, more, replace=False, p=spread / spread.sum())] = True
    skill, range_ = chance.random((people, INDUSTRIES)).round(2), chance.random((people, PRODUCTS)).round(2)
    return {
        "level": level, "weight": weight, "regions": regions, "skill": skill, "range": range_,
        "industries": skill > (0.3 if large else 0.12), "products": range_ > (0.2 if large else 0.05),
        "home": np.array([chance.choice(np.flatnonzero(row)) for row in regions]),
    }  # fmt: skip


def _fit(staff: Arrays, kinds: Any, who: Any) -> Any:
    """The weighted match of pairs with four decimals: region, industry, product, experience."""
    experience = np.minimum(1, (staff["level"][who] - kinds[3] + 1) / 2)
    home = np.where(staff["home"][who] == kinds[0], 1.0, 0.6)
    return np.round(
        0.4 * home + 0.3 * staff["skill"][who, kinds[1]] + 0.2 * staff["range"][who, kinds[2]] + 0.1 * experience, 4
    )


def _history(chance: np.random.Generator, instance: Arrays) -> Arrays:
    """Caps that are tight and yet leave room for all, and present owners who keep them, some far busier than others."""
    start, rows, of_account, hours, weight = (instance[name] for name in ("ptr", "rep", "cls", "hrs", "w"))
    people, served = len(weight), np.diff(start)[of_account] > 0
    busy, count = np.zeros(people), np.zeros(people)
    for account in np.lexsort((np.diff(start)[of_account], -hours)):
        row = rows[start[of_account[account]] : start[of_account[account] + 1]]
        if len(row):
            one = row[np.argmin((busy[row] + hours[account]) / weight[row])]
            busy[one] += hours[account]
            count[one] += 1
    at_work = weight > 0
    fair = hours[served].sum() / weight.sum()
    most = np.ceil(np.maximum(busy / chance.uniform(0.85, 0.95, people), weight * fair / 0.9)) * at_work
    most_count = np.ceil(np.maximum(count / 0.8, 1.25 * weight * len(hours) / weight.sum())) * at_work
    owner, drawn = np.full(len(hours), -1), chance.lognormal(0, 0.45, people) * weight
    busy[:], count[:] = 0, 0
    for account in chance.permutation(len(hours)):
        row = rows[start[of_account[account]] : start[of_account[account] + 1]]
        row = row[(busy[row] + hours[account] <= most[row]) & (count[row] < most_count[row])]
        if len(row) and chance.random() < 0.85:
            sums = np.cumsum(drawn[row])
            owner[account] = one = row[np.searchsorted(sums, chance.random() * sums[-1])]
            busy[one] += hours[account]
            count[one] += 1
    return {"capH": most, "capN": most_count.astype(np.int64), "owner": owner}
