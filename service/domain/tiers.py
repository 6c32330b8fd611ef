"""Grading: which tier each account is in under a scheme, what moves, and what that makes together.

Numbers are whole or decimal and never rounded; every comparison is ≥. An input that is missing holds its account back.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID

from service.domain.fields import exact_number
from service.domain.tier_schemes import Criterion, Method, Scheme, Tier
from service.domain.tier_shares import highest_reached, places, tiers_by_value
from service.domain.tier_sheets import Line, Missing, Reason, Sheet, Subject, decimal_text, share_text

MANUAL_INPUT = "tier"  # the input of a manual scheme: the code that somebody chose

_EXACT = Context(prec=120, traps=[Inexact, InvalidOperation])


class Direction(StrEnum):
    """Which way an account moves within a scheme.

    客户在分级方案中的变动方向。
    """

    ENTERS = "enters"
    UP = "up"
    DOWN = "down"
    LEAVES = "leaves"


@dataclass(frozen=True, slots=True)
class Move:
    """An account whose grade would change."""

    subject_id: UUID
    before: str | None
    after: str | None
    direction: Direction


class _Held(Exception):  # noqa: N818 - it says what happens to the account, and never leaves this module
    """An input holds its account back."""

    def __init__(self, reason: Reason, held_by: str) -> None:
        super().__init__(reason)
        self.reason, self.held_by = reason, held_by


def evaluate(scheme: Scheme, subjects: Sequence[Subject]) -> list[Sheet]:
    """One sheet per subject, in their order; the order itself decides nothing."""
    judges = {Method.SCORE: _scored, Method.MANUAL: _chosen, Method.SHARE: _measured, Method.PARETO: _measured}
    judge = partial(judges[scheme.method], scheme)
    with localcontext(_EXACT):
        sheets = [_judged(judge, subject) for subject in subjects]
        return _graded_by_place(scheme, sheets) if scheme.measure else sheets


def moves(scheme: Scheme, sheets: Sequence[Sheet], current: Mapping[UUID, str]) -> list[Move]:
    """Who would change, given the codes now held; those held back stay where they are."""
    found = [(sheet, current.get(sheet.subject_id)) for sheet in sheets if not sheet.held_back]
    return [
        Move(sheet.subject_id, before, sheet.tier, _direction(scheme, before, sheet.tier))
        for sheet, before in found
        if before != sheet.tier
    ]


def summary(scheme: Scheme, sheets: Sequence[Sheet]) -> dict[str, Any]:
    """Accounts (and their share of the measure) per tier, and how many have none for which reason, as JSON data.

    For 80/20 `carries` tells whether the first tier holds as much as the scheme says that it should.
    """
    counts = Counter(sheet.tier for sheet in sheets if sheet.tier)
    reasons = Counter(str(sheet.reason) for sheet in sheets if sheet.reason)
    with localcontext(_EXACT):
        values = {tier.code: _value_of(tier, sheets) for tier in scheme.tiers}
    total = next((sheet.place.total for sheet in sheets if sheet.place), None)
    return {
        "tiers": [
            {
                "tier": tier.code,
                "accounts": counts[tier.code],
                "share": share_text(values[tier.code], total) if total else None,
            }
            for tier in scheme.tiers
        ],
        "ungraded": dict(sorted(reasons.items())),
        "carries": _carries(scheme, values[scheme.tiers[0].code], total) if scheme.carries and total else None,
    }


def _judged(judge: "partial[Sheet]", subject: Subject) -> Sheet:
    try:
        return judge(subject)
    except _Held as held:
        return Sheet(subject.id, reason=held.reason, held_by=held.held_by)


def _scored(scheme: Scheme, subject: Subject) -> Sheet:
    lines = tuple(_line(criterion, _given(subject, criterion.input)) for criterion in scheme.criteria)
    score = sum((line.score for line in lines), Decimal(0))
    return _graded(Sheet(subject.id, score=score, lines=lines), highest_reached(scheme.tiers, score))


def _line(criterion: Criterion, value: int | str | Decimal) -> Line:
    if criterion.choices:
        shown = reached = str(value)
        points = criterion.choices.get(shown)
        if points is None:
            raise _Held(Reason.UNKNOWN_CHOICE, criterion.input)
        return Line(criterion.code, shown, reached, points, criterion.weight, points * criterion.weight)
    number = _number(value, criterion.input)
    band = next((band for band in criterion.bands if number >= band.minimum), None)
    points = band.points if band else Decimal(0)
    threshold = decimal_text(band.minimum) if band else None
    return Line(criterion.code, decimal_text(number), threshold, points, criterion.weight, points * criterion.weight)


def _chosen(scheme: Scheme, subject: Subject) -> Sheet:
    if subject.inputs.get(MANUAL_INPUT) is None:
        raise _Held(Reason.NOT_CHOSEN, MANUAL_INPUT)
    tier = scheme.tier(str(_given(subject, MANUAL_INPUT)))
    if tier is None:
        raise _Held(Reason.UNKNOWN_CHOICE, MANUAL_INPUT)
    return _graded(Sheet(subject.id), tier)


def _measured(scheme: Scheme, subject: Subject) -> Sheet:
    """A sheet with the measure alone; its place comes when all are measured."""
    name = str(scheme.measure)
    value = _number(_given(subject, name), name)
    if value < 0:
        raise _Held(Reason.NEGATIVE_VALUE, name)
    return Sheet(subject.id, score=value)


def _graded_by_place(scheme: Scheme, sheets: Sequence[Sheet]) -> list[Sheet]:
    order = places([sheet.score for sheet in sheets if sheet.score is not None])
    if not order or not order[0].total:
        return [_without_total(scheme, sheet) for sheet in sheets]
    place_of = {place.value: place for place in order}
    tier_of = tiers_by_value(scheme, order)
    return [
        sheet
        if sheet.score is None
        else _graded(Sheet(sheet.subject_id, place=place_of[sheet.score]), tier_of.get(sheet.score))
        for sheet in sheets
    ]


def _without_total(scheme: Scheme, sheet: Sheet) -> Sheet:
    return sheet if sheet.reason else Sheet(sheet.subject_id, reason=Reason.ZERO_TOTAL, held_by=scheme.measure)


def _graded(sheet: Sheet, tier: Tier | None) -> Sheet:
    if tier is None:
        return replace(sheet, reason=Reason.BELOW_THRESHOLDS)
    return replace(sheet, tier=tier.code, threshold=tier.minimum)


def _given(subject: Subject, name: str) -> int | str | Decimal:
    value = subject.inputs.get(name)
    if isinstance(value, Missing):
        raise _Held(value.reason, name)
    if value is None or value == "":
        raise _Held(Reason.MISSING_VALUE, name)
    return value


def _number(value: int | str | Decimal, name: str) -> Decimal:
    number = exact_number(value)
    if number is None:
        raise _Held(Reason.NOT_A_NUMBER, name)
    return number


def _direction(scheme: Scheme, before: str | None, after: str | None) -> Direction:
    ranks = {tier.code: tier.rank for tier in scheme.tiers}
    if after is None:
        return Direction.LEAVES
    if before not in ranks:
        return Direction.ENTERS
    return Direction.UP if ranks[after] < ranks[before] else Direction.DOWN


def _value_of(tier: Tier, sheets: Sequence[Sheet]) -> Decimal:
    return sum((sheet.place.value for sheet in sheets if sheet.place and sheet.tier == tier.code), Decimal(0))


def _carries(scheme: Scheme, value: Decimal, total: Decimal) -> dict[str, Any]:
    wanted = scheme.carries or Decimal(0)
    with localcontext(_EXACT):
        return {"minimum": decimal_text(wanted), "reached": value >= wanted * total}
