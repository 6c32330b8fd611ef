"""The fairness report: how evenly each load lies before and after, in exact arithmetic and in plain words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from service.domain.distribution.claims import ALL_LOADS, Claims, justified_claims
from service.domain.distribution.core import NOBODY
from service.domain.distribution.decimals import decimal, root
from service.domain.distribution.decisions import Plan
from service.domain.distribution.dimensions import Dimension
from service.domain.distribution.giants import giants_of
from service.domain.distribution.instance import MILLION, Instance
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.snapshot import Snapshot
from service.domain.distribution.wording import both, filled, joined, load_name, opening
from service.errors import Sentence

MOST_GIANTS = 50
HALF = 26


@dataclass(frozen=True)
class Evenness:
    """How evenly one load lies among the people who can carry it; ℓ is load ÷ weight in fair shares.

    `greatest`, `least`: extremes of ℓ with the person's id; `variation` = √(Σω(ℓ−1)² ÷ Σω), squared here;
    `gini`: weighted Gini; `jain` = (Σωℓ)² ÷ (Σω·Σωℓ²); both None while nobody carries anything;
    `residual`: `variation` over the people without giants, squared too, None when everybody holds one.
    """

    greatest: tuple[Fraction, str]
    least: tuple[Fraction, str]
    variation: Fraction
    gini: Fraction | None
    jain: Fraction | None
    residual: Fraction | None

    def to_mapping(self) -> dict[str, Any]:
        """Plain JSON data, decimals as strings; `residual_percent`: RMS in percentage points without giants."""
        return {
            "max": decimal(self.greatest[0]),
            "max_person_id": self.greatest[1],
            "min": decimal(self.least[0]),
            "min_person_id": self.least[1],
            "cv": root(self.variation),
            "gini": None if self.gini is None else decimal(self.gini),
            "jain": None if self.jain is None else decimal(self.jain),
            "residual_percent": None if self.residual is None else root(self.residual * 10_000, 4),
        }


@dataclass(frozen=True)
class Giant:
    """An account that alone is more than the rulebook's part of a full-time share of a load."""

    account_id: str
    code: str
    dimension: str
    share: Fraction

    def to_mapping(self) -> dict[str, Any]:
        """Plain JSON data, the share as a decimal string."""
        return {**vars(self), "share": decimal(self.share)}


@dataclass(frozen=True)
class FairnessReport:
    """Everything above for the owners before and after; `loads`: ℓ per person and load, before and after."""

    dimensions: tuple[Dimension, ...]
    before: Mapping[str, Evenness]
    after: Mapping[str, Evenness]
    claims_before: Claims
    claims_after: Claims
    giants_percent: int
    giants: tuple[Giant, ...]
    people: tuple[Mapping[str, Any], ...]
    waiting: int

    def to_mapping(self) -> dict[str, Any]:
        """Plain JSON data: dimensions, claims, giants, people, waiting and sentences in both languages."""
        return {
            "dimensions": [
                {
                    "name": part.name,
                    "points": part.points,
                    "people": int(part.pool.sum()),
                    "total": str(part.total),
                    "before": self.before[part.name].to_mapping(),
                    "after": self.after[part.name].to_mapping(),
                }
                for part in self.dimensions
            ],
            "claims": {"before": self.claims_before.to_mapping(), "after": self.claims_after.to_mapping()},
            "giants": [giant.to_mapping() for giant in self.giants],
            "people": [dict(person) for person in self.people],
            "waiting": self.waiting,
            "sentences": both(self.sentences()),
        }

    def sentences(self) -> Iterator[Sentence]:
        """The report in plain words, without anybody's name."""
        for part in self.dimensions:
            yield opening(filled(EXTREMES, load=load_name(part.name), **_extremes(self.before, self.after, part.name)))
        before, after = self.claims_before.counts[ALL_LOADS], self.claims_after.counts[ALL_LOADS]
        yield filled(CLAIMS, before=before, after=after)
        if self.giants:
            yield self._giants_by_name()
        yield filled(WAITING, number=self.waiting)

    def _giants_by_name(self) -> Sentence:
        """Each giant once with the loads that make it one, the first ten of them."""
        by_code: dict[str, list[Sentence]] = {}
        for it in self.giants:
            load = filled(GIANT_LOAD, load=load_name(it.dimension), share=decimal(it.share, 2))
            by_code.setdefault(it.code, []).append(load)
        named = [filled(GIANT, account=code, loads=joined(loads)) for code, loads in by_code.items()]
        rest = [filled(MORE_GIANTS, number=len(named) - 10)] if len(named) > 10 else []
        return filled(GIANTS, percent=self.giants_percent, number=len(named), named=joined(named[:10] + rest))


EXTREMES = Sentence(
    "{load}: the most loaded person carries {most} of a fair share and the least loaded {least}; "
    "before it was {most_before} and {least_before}.",
    "{load}：负荷最高者为公平份额的 {most} 倍，最低者为 {least} 倍；此前分别为 {most_before} 倍和 {least_before} 倍。",
)
CLAIMS = Sentence(
    "Transfers of one account that would bring the loads of two people closer together, all loads weighed: {after}; "
    "before: {before}.",
    "综合各项负荷，只需转移一个客户就能使两人负荷更接近的情形：{after} 种；此前 {before} 种。",
)
GIANTS = Sentence(
    "Accounts that are each more than {percent} % of a fair share and cannot be split ({number}): {named}.",
    "单个即超过公平份额 {percent}% 且无法拆分的客户（{number} 个）：{named}。",
)
GIANT = Sentence("{account} ({loads})", "{account}（{loads}）")
GIANT_LOAD = Sentence("{share} of a fair share of {load}", "{load}为公平份额的 {share} 倍")
MORE_GIANTS = Sentence("{number} more", "另 {number} 个")
WAITING = Sentence("Accounts that wait for an owner: {number}.", "没有负责人、等待分配的客户：{number} 个。")


def plan_fairness(snapshot: Snapshot, plan: Plan) -> FairnessReport:
    """The report of a plan: the owners that the snapshot tells, and those that the plan gives."""
    before = Ledger.of(snapshot)
    return fairness_report(before, before.with_owners(plan.owners))


def fairness_report(before: Ledger, after: Ledger) -> FairnessReport:
    """The report of two ledgers over one instance."""
    instance = after.instance
    giants = tuple(_giants(instance))
    shares = [
        {part.name: _shares(ledger, at) for at, part in enumerate(instance.dimensions)} for ledger in (before, after)
    ]
    evenness = [
        {part.name: evenness_of(ledger, part, share[part.name], giants) for part in instance.dimensions}
        for ledger, share in zip((before, after), shares, strict=True)
    ]
    return FairnessReport(
        dimensions=instance.dimensions,
        before=evenness[0],
        after=evenness[1],
        claims_before=justified_claims(before),
        claims_after=justified_claims(after),
        giants_percent=instance.snapshot.rulebook.giants.percent,
        giants=giants[:MOST_GIANTS],
        people=tuple(_people(instance, *shares)),
        waiting=int((after.owner == NOBODY).sum()),
    )


def _shares(ledger: Ledger, at: int) -> dict[int, Fraction]:
    """ℓ of each person who can carry a load, from the raw loads."""
    instance, part = ledger.instance, ledger.instance.dimensions[at]
    owned = ledger.owner != NOBODY
    owner, loads = ledger.owner[owned], np.array(part.loads, np.int64)[owned]
    upper, lower = np.zeros((2, len(instance.weights)), np.int64)
    np.add.at(upper, owner, loads >> HALF)  # in two halves, because a person's sum may pass 63 bits
    np.add.at(lower, owner, loads & ((1 << HALF) - 1))
    weights = instance.weights.tolist()
    return {
        person: Fraction(((high << HALF) + low) * part.pool_weight, part.total * weights[person])
        for person, (high, low) in enumerate(zip(upper.tolist(), lower.tolist(), strict=True))
        if part.pool[person]
    }


def evenness_of(ledger: Ledger, part: Dimension, shares: Mapping[int, Fraction], giants: tuple[Giant, ...]) -> Evenness:
    """The measures of one load, in whole numbers of the greatest unit that counts every ℓ."""
    people, weights = ledger.instance.snapshot.people, ledger.instance.weights.tolist()
    named = {person: (share, people[person].id) for person, share in shares.items()}
    unit = lcm(*(share.denominator for share in shares.values()))
    counted = {person: share.numerator * (unit // share.denominator) for person, share in shares.items()}
    carried = sum(weights[person] * number for person, number in counted.items())
    squares = sum(weights[person] * number * number for person, number in counted.items())
    numbers = ledger.instance.account_numbers
    holders = {int(ledger.owner[numbers[giant.account_id]]) for giant in giants if giant.dimension == part.name}
    rest = {person: number for person, number in counted.items() if person not in holders}
    return Evenness(
        greatest=max(named.values(), key=lambda pair: pair[0]),
        least=min(named.values(), key=lambda pair: pair[0]),
        variation=_variation(counted, unit, weights),
        gini=_gini(counted, weights) if carried else None,
        jain=Fraction(carried * carried, part.pool_weight * squares) if carried else None,
        residual=_variation(rest, unit, weights) if rest else None,
    )


def _variation(counted: Mapping[int, int], unit: int, weights: list[int]) -> Fraction:
    """Σω(ℓ−1)² ÷ Σω, ℓ being counted in parts of `unit`."""
    spread = sum(weights[person] * (number - unit) ** 2 for person, number in counted.items())
    return Fraction(spread, unit * unit * sum(weights[person] for person in counted))


def _gini(counted: Mapping[int, int], weights: list[int]) -> Fraction:
    """ΣΣ ω_i·ω_j·|ℓ_i − ℓ_j| ÷ (2·Σω·Σωℓ), by one sum over the people in the order of ℓ."""
    weight = carried = spread = 0
    for person in sorted(counted, key=lambda person: counted[person]):
        spread += weights[person] * (counted[person] * weight - carried)
        weight += weights[person]
        carried += weights[person] * counted[person]
    return Fraction(spread, weight * carried)


def _giants(instance: Instance) -> Iterator[Giant]:
    """The giants of value and hours, the greatest first."""
    found = [
        Giant(account.id, account.code, part.name, Fraction(load * part.pool_weight, part.total * MILLION))
        for part, giants in giants_of(instance.snapshot.rulebook, instance.dimensions)
        for account, load, giant in zip(instance.snapshot.accounts, part.loads, giants, strict=True)
        if giant
    ]
    yield from sorted(found, key=lambda giant: (-giant.share, giant.dimension, giant.account_id))


def _people(
    instance: Instance, before: Mapping[str, Mapping[int, Fraction]], after: Mapping[str, Mapping[int, Fraction]]
) -> Iterator[Mapping[str, Any]]:
    """Each person who takes part: weight, and ℓ of each load before and after."""
    for at, person in enumerate(instance.snapshot.people):
        if instance.weights[at] > 0:
            yield {
                "person_id": person.id,
                "code": person.code,
                "weight": decimal(Fraction(int(instance.weights[at]), MILLION)),
                "before": {name: decimal(shares[at]) for name, shares in before.items() if at in shares},
                "after": {name: decimal(shares[at]) for name, shares in after.items() if at in shares},
            }


def _extremes(before: Mapping[str, Evenness], after: Mapping[str, Evenness], name: str) -> dict[str, str]:
    """The four numbers of a load's sentence."""
    return {
        "most": decimal(after[name].greatest[0], 2),
        "least": decimal(after[name].least[0], 2),
        "most_before": decimal(before[name].greatest[0], 2),
        "least_before": decimal(before[name].least[0], 2),
    }
