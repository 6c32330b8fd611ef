"""Grading by share: accounts in the order of a measure, cut into runs or compared one by one.

A cumulative tier is the smallest run, after the tier above, that holds at least its share of the whole; a run that the
rest cannot fill stays empty. Equals stay together and go upward with the first of them. 80/20 is the same with each
account weighing one: those that carry nothing are no part of the whole.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import accumulate, groupby

from service.domain.tier_schemes import Basis, Method, Scheme, Tier
from service.domain.tier_sheets import Place


def places(values: Sequence[Decimal]) -> list[Place]:
    """The places of values of zero or more, equal ones sharing one, the highest first."""
    counts = [(value, len(list(group))) for value, group in groupby(sorted(values, reverse=True))]
    cumulative = list(accumulate(value * count for value, count in counts))
    ranks = accumulate((count for _, count in counts), initial=1)
    return [
        Place(value, rank, count, len(values), reached, cumulative[-1])
        for (value, count), rank, reached in zip(counts, ranks, cumulative, strict=False)
    ]


def tiers_by_value(scheme: Scheme, order: Sequence[Place]) -> Mapping[Decimal, Tier]:
    """The tier of each value that has one; the total is above zero."""
    if scheme.basis is Basis.INDIVIDUAL_SHARE:
        found = ((place.value, highest_reached(scheme.tiers, place.value, place.total)) for place in order)
        return {value: tier for value, tier in found if tier}
    return _runs(scheme.tiers, order, _count if scheme.method is Method.PARETO else _value)


def highest_reached(tiers: Sequence[Tier], value: Decimal, whole: Decimal = Decimal(1)) -> Tier | None:
    """The first tier whose minimum, as a part of the whole, a value reaches."""
    return next((tier for tier in tiers if tier.minimum is None or value >= tier.minimum * whole), None)


def _value(place: Place) -> Decimal:
    return place.value * place.equals


def _count(place: Place) -> Decimal:
    return Decimal(place.equals if place.value else 0)


def _runs(tiers: Sequence[Tier], order: Sequence[Place], weigh: Callable[[Place], Decimal]) -> dict[Decimal, Tier]:
    weights = [weigh(place) for place in order]
    whole = sum(weights, Decimal(0))
    found: dict[Decimal, Tier] = {}
    start = 0
    for tier in tiers:
        end = len(order) if tier.minimum is None else _end_of_run(weights, start, tier.minimum * whole)
        found.update((place.value, tier) for place in order[start:end])
        start = end
    return found


def _end_of_run(weights: Sequence[Decimal], start: int, wanted: Decimal) -> int:
    """Where the smallest run from `start` that weighs enough ends; `start` itself where the rest is too light."""
    held = accumulate(weights[start:], initial=Decimal(0))
    return next((end for end, weight in enumerate(held, start) if weight >= wanted), start)
