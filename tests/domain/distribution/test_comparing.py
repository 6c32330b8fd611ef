"""Two plans side by side in plain words."""

import pytest

from service.domain.distribution.comparing import comparison


@pytest.mark.parametrize(
    ("this", "other", "en", "zh"),
    [
        ("0.100000", "0.200000", "this plan is the more even one", "本方案更均衡"),
        ("0.200000", "0.100000", "the other plan is the more even one", "另一方案更均衡"),
        ("0.100000", "0.100000", "both plans are equally even", "两个方案同样均衡"),
    ],
)
def test_the_plan_that_deviates_less_is_the_more_even_one(this: str, other: str, en: str, zh: str) -> None:
    gold = {"name": "tier:gold", "people": 3, "after": {"cv": this}}
    loads = [{"name": "value", "people": people, "after": {"cv": cv}} for people, cv in ((3, this), (4, other))]
    owners, value = comparison([loads[0], gold], loads[1:], 7, 2)
    assert "both plans: 7; to another person: 2." in owners.en
    assert value.en.startswith(f"Potential value: {en} (coefficient of variation {this} here, {other} there; ")
    assert "people 3 and 4" in value.en
    assert value.zh.startswith(f"潜在价值：{zh}（变异系数：本方案 {this}，另一方案 {other}；人数：3 与 4）。")
