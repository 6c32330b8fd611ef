import re

import pytest
from hypothesis import given

from service.domain.distribution.amendments import amendments
from service.domain.distribution.rulebook import Rulebook
from tests.domain.distribution.families import rulebooks
from tests.domain.distribution.test_rulebook import CHANGES


def told(change: dict[str, object]) -> list[tuple[str, str]]:
    found = amendments(Rulebook(), Rulebook.from_mapping(change))
    return [tuple(one.sentence()) for one in found]


def test_each_difference_is_told_with_its_place_and_both_values() -> None:
    assert told({"fit": {"geography": 30}}) == [("Fit, geography: 30 instead of 40.", "匹配度·地域：由 40 改为 30。")]
    assert told({"hard_rules": {"region": False, "minimum_experience": {"gold": 4, "silver": 2}}}) == [
        ("Hard rules, region: no instead of yes.", "硬性规则·地域：由 是 改为 否。"),
        (
            "Hard rules, least experience level, diamond: nothing instead of 2.",
            "硬性规则·最低经验等级·钻石：由 2 改为 无。",
        ),
        ("Hard rules, least experience level, gold: 4 instead of 3.", "硬性规则·最低经验等级·金牌：由 3 改为 4。"),
        (
            "Hard rules, least experience level, silver: 2 instead of nothing.",
            "硬性规则·最低经验等级·银牌：由 无 改为 2。",
        ),
    ]


def test_blocked_pairs_are_told_by_number_and_kept_as_data() -> None:
    pair = {"account_id": "a", "person_id": "p"}
    before = Rulebook.from_mapping({"hard_rules": {"blocked_pairs": [pair, {**pair, "person_id": "q"}]}})
    after = Rulebook.from_mapping({"hard_rules": {"blocked_pairs": [{**pair, "person_id": "r"}]}})
    (one,) = amendments(before, after)
    assert one.sentence().en == "Hard rules, blocked pairs: 1 added, 2 removed."
    assert (one.pointer, len(one.before), len(one.after)) == ("/hard_rules/blocked_pairs", 2, 1)


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_every_setting_is_told_in_both_languages(change: dict[str, object]) -> None:
    for english, chinese in told(change):
        assert not re.search("[\u4e00-\u9fff]", english)
        assert re.search("[\u4e00-\u9fff]", chinese)
    assert told(change)


@given(rulebooks())
def test_a_rulebook_does_not_differ_from_itself(rulebook: Rulebook) -> None:
    assert amendments(rulebook, rulebook) == []
