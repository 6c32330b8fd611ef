"""Two plans side by side in plain words."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from service.domain.distribution.wording import filled, load_name, opening
from service.errors import Sentence

OWNERS = Sentence(
    "Accounts that go to the same person by both plans: {same}; to another person: {unlike}.",
    "两个方案中归同一人的客户：{same} 个；归不同人的客户：{unlike} 个。",
)
THIS = Sentence("{load}: this plan is the more even one ({spread}).", "{load}：本方案更均衡（{spread}）。")
OTHER = Sentence("{load}: the other plan is the more even one ({spread}).", "{load}：另一方案更均衡（{spread}）。")
BOTH = Sentence("{load}: both plans are equally even ({spread}).", "{load}：两个方案同样均衡（{spread}）。")
SPREAD = Sentence(
    "coefficient of variation {this} here, {other} there; people {people} and {other_people}",
    "变异系数：本方案 {this}，另一方案 {other}；人数：{people} 与 {other_people}",
)


def comparison(
    this: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]], same: int, unlike: int
) -> Iterator[Sentence]:
    """How many accounts go elsewhere, and which plan is the more even one in each load that both know.

    `this`, `other`: the dimensions of the plans' fairness reports; `same`, `unlike`: numbers of accounts.
    """
    yield filled(OWNERS, same=same, unlike=unlike)
    by_name = {load["name"]: load for load in other}
    for load in this:
        if twin := by_name.get(load["name"]):
            cv, other_cv = load["after"]["cv"], twin["after"]["cv"]
            spread = filled(SPREAD, this=cv, other=other_cv, people=load["people"], other_people=twin["people"])
            verdict = _verdict(Decimal(cv), Decimal(other_cv))
            yield opening(filled(verdict, load=load_name(load["name"]), spread=spread))


def _verdict(this: Decimal, other: Decimal) -> Sentence:
    """The sentence for two coefficients of variation."""
    if this == other:
        return BOTH
    return THIS if this < other else OTHER
