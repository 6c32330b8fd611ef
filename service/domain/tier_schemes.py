"""Tier schemes as data: how accounts are graded, into which tiers, and what each tier promises.

Codes are never derived from an English word: 铂金 and 白金 are both "platinum", here `platinum` and `white_gold`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any

from service.domain.archives import ORIGINAL_GROUPS
from service.domain.fields import Fields
from service.domain.invalid import Flaws, Sentence
from service.domain.people import Role


class Method(StrEnum):
    """How a scheme grades.

    方案的评级方式。
    """

    SCORE = "score"
    SHARE = "share"
    PARETO = "pareto"
    MANUAL = "manual"


class Basis(StrEnum):
    """What a share is of: the run of accounts down to a cut, or the one account.

    占比的对象：累计至分界的客户，或单个客户。
    """

    CUMULATIVE_GROUP = "cumulative_group"
    INDIVIDUAL_SHARE = "individual_share"


class PlanKind(StrEnum):
    """The plan that an account gets.

    客户的支持方案：个性化方案、标准方案或基本支持方案。
    """

    PERSONALISED = "personalised"
    STANDARD = "standard"
    BASIC = "basic"


@dataclass(frozen=True, slots=True)
class Service:
    """Something promised: due every so many months, or a standing privilege where that is None."""

    code: str
    name: Sentence
    every_months: int | None


@dataclass(frozen=True, slots=True)
class Entitlements:
    """What a tier promises; the named person and the plan are there within some working days of its start."""

    named_role: Role | None
    visits_per_month: int
    hours_per_month: Decimal
    plan_kind: PlanKind | None
    ready_within_working_days: int
    services: tuple[Service, ...]


@dataclass(frozen=True, slots=True)
class Tier:
    """One grade; rank 1 is the highest, `minimum` (≥) is what its method compares, None takes all the rest.

    `originals`: the groups of originals, 1 to 10, that the dossier of its accounts needs; None: all.
    """

    code: str
    rank: int
    name: Sentence
    description: Sentence
    minimum: Decimal | None
    entitlements: Entitlements
    originals: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Band:
    """Points for a value of at least the minimum.

    数值不低于下限时所得的分数。
    """

    minimum: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class Criterion:
    """One input of a score and what it is worth: by bands (highest first) or by the word that it holds."""

    code: str
    name: Sentence
    input: str
    weight: Decimal
    bands: tuple[Band, ...]
    choices: Mapping[str, Decimal]

    @property
    def most(self) -> Decimal:
        """The highest weighted points that it can give."""
        return self.weight * max([band.points for band in self.bands] + list(self.choices.values()))


@dataclass(frozen=True, slots=True)
class Scheme:
    """A way of grading; `measure` names the input that is shared, `carries` what the top of 80/20 should hold."""

    code: str
    name: Sentence
    method: Method
    criteria: tuple[Criterion, ...]
    measure: str | None
    basis: Basis | None
    carries: Decimal | None
    tiers: tuple[Tier, ...]

    def tier(self, code: str) -> Tier | None:
        """The tier of a code."""
        return next((tier for tier in self.tiers if tier.code == code), None)


def read_scheme(data: Any) -> Scheme:
    """The scheme that some JSON data describes; `InvalidInput` tells every flaw with its JSON Pointer."""
    flaws = Flaws()
    fields = Fields(data, flaws)
    method = fields.choice("method", Method)
    shared = method in (Method.SHARE, Method.PARETO)
    scheme = Scheme(
        code=fields.code("code"),
        name=fields.wording("name"),
        method=method,
        criteria=tuple(map(_criterion, fields.parts("criteria"))) if method is Method.SCORE else (),
        measure=fields.code("measure") if shared else None,
        basis=fields.choice("basis", Basis) if method is Method.SHARE else None,
        carries=fields.decimal("carries", 0, 1) if method is Method.PARETO else None,
        tiers=tuple(_tier(rank, part, method) for rank, part in enumerate(fields.parts("tiers"), 1)),
    )
    _check(fields.finish(scheme), flaws)
    flaws.refuse()
    return scheme


def _criterion(fields: Fields) -> Criterion:
    by_word = fields.has("choices")
    return fields.finish(
        Criterion(
            code=fields.code("code"),
            name=fields.wording("name"),
            input=fields.code("input"),
            weight=fields.decimal("weight"),
            bands=() if by_word else _bands(fields.parts("bands")),
            choices=_choices(fields.part("choices")) if by_word else {},
        )
    )


def _bands(parts: Sequence[Fields]) -> tuple[Band, ...]:
    bands = [part.finish(Band(part.decimal("minimum"), part.decimal("points"))) for part in parts]
    for part, (lower, upper) in zip(parts[1:], pairwise(bands), strict=True):
        if lower.minimum >= upper.minimum:
            part.expected("minimum", "not_ascending", "more than in the band before", "高于前一档的下限")
    return tuple(reversed(bands))


def _choices(fields: Fields) -> dict[str, Decimal]:
    names = fields.names()
    if not names:
        fields.flaws.add(fields.pointer, "no_choices", "At least one word is needed.", "至少需要一个选项。")
    return fields.finish({name: fields.decimal(name) for name in names})


def _tier(rank: int, fields: Fields, method: Method) -> Tier:
    graded = method is not Method.MANUAL
    most = 10**15 if method is Method.SCORE else 1
    return fields.finish(
        Tier(
            code=fields.code("code"),
            rank=rank,
            name=fields.wording("name"),
            description=fields.wording("description"),
            minimum=fields.decimal("minimum", 0, most) if graded and fields.has("minimum") else None,
            entitlements=_entitlements(fields.part("entitlements")),
            originals=fields.wholes("originals", 1, len(ORIGINAL_GROUPS)) if fields.has("originals") else None,
        )
    )


def _entitlements(fields: Fields) -> Entitlements:
    return fields.finish(
        Entitlements(
            named_role=fields.choice("named_role", Role) if fields.has("named_role") else None,
            visits_per_month=fields.whole("visits_per_month", 0, 31),
            hours_per_month=fields.decimal("hours_per_month", 0, 744),
            plan_kind=fields.choice("plan_kind", PlanKind) if fields.has("plan_kind") else None,
            ready_within_working_days=fields.whole("ready_within_working_days", 1, 250),
            services=tuple(map(_service, fields.parts("services"))) if fields.has("services") else (),
        )
    )


def _service(fields: Fields) -> Service:
    every = fields.whole("every_months", 1, 120) if fields.has("every_months") else None
    return fields.finish(Service(fields.code("code"), fields.wording("name"), every))


def _check(scheme: Scheme, flaws: Flaws) -> None:
    """What no single field tells: codes appear once, and every tier can be told from the next."""
    _check_once("/tiers", [tier.code for tier in scheme.tiers], flaws)
    _check_once("/criteria", [criterion.code for criterion in scheme.criteria], flaws)
    for position, tier in enumerate(scheme.tiers):
        _check_once(f"/tiers/{position}/entitlements/services", [one.code for one in tier.entitlements.services], flaws)
    if scheme.method is not Method.MANUAL and not flaws.found:
        _check_minima(scheme, flaws)


def _check_once(pointer: str, codes: Sequence[str], flaws: Flaws) -> None:
    for position, code in enumerate(codes):
        if code and code in codes[:position]:
            flaws.add(f"{pointer}/{position}/code", "duplicate_code", "This code appears twice.", "该代码重复出现。")


def _check_minima(scheme: Scheme, flaws: Flaws) -> None:
    for position, tier in enumerate(scheme.tiers[:-1]):
        if tier.minimum is None:
            place = f"/tiers/{position}/minimum"
            flaws.add(place, "minimum_missing", "Only the last tier takes the rest.", "只有最后一级可以不设下限。")
    minima = [tier.minimum for tier in scheme.tiers if tier.minimum is not None]
    if scheme.method is Method.PARETO or scheme.basis is Basis.CUMULATIVE_GROUP:
        if sum(minima) > 1:
            flaws.add("/tiers", "shares_exceed_whole", "The shares are more than the whole.", "各级份额之和超过 1。")
        return
    for position, (higher, lower) in enumerate(pairwise(minima), 1):
        if lower >= higher:
            place = f"/tiers/{position}/minimum"
            flaws.add(place, "not_descending", "A lower tier asks for less.", "较低级别的下限须更低。")
    if scheme.criteria and minima and minima[0] > sum(criterion.most for criterion in scheme.criteria):
        flaws.add("/tiers/0/minimum", "unreachable", "No account can reach this.", "没有客户能够达到此下限。")
