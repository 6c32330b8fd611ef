import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from service.domain.distribution.published import rulebook_text
from service.domain.distribution.rulebook import BlockedPair, Rulebook
from service.errors import InvalidInput
from tests.domain.distribution.families import rulebooks

PAIR = {"account_id": "a", "person_id": "p"}


@given(rulebooks())
def test_a_rulebook_comes_back_from_its_data(rulebook: Rulebook) -> None:
    assert Rulebook.from_mapping(rulebook.to_mapping()) == rulebook


def test_a_field_left_out_has_its_default() -> None:
    assert Rulebook.from_mapping({}) == Rulebook()
    assert Rulebook.from_mapping({"fit": {"geography": None}, "arrivals": None}) == Rulebook()
    assert Rulebook.from_mapping({"fit": {"geography": 7}}).fit == replace(Rulebook().fit, geography=7)


def test_blocked_pairs_are_kept_once_in_the_order_of_their_ids() -> None:
    other = {"account_id": "a", "person_id": "b"}
    rulebook = Rulebook.from_mapping({"hard_rules": {"blocked_pairs": [PAIR, other, PAIR]}})
    assert rulebook.hard_rules.blocked_pairs == (BlockedPair("a", "b"), BlockedPair("a", "p"))


@pytest.mark.parametrize(
    ("mapping", "pointer", "code"),
    [
        ([], "", "not_an_object"),
        ({"fit": 1}, "/fit", "not_an_object"),
        ({"colour": 1}, "/colour", "unknown_field"),
        ({"fit": {"colour": 1}}, "/fit/colour", "unknown_field"),
        ({"hard_rules": {"region": 1}}, "/hard_rules/region", "not_a_boolean"),
        ({"fit": {"product": True}}, "/fit/product", "not_a_whole_number"),
        ({"fit": {"product": "7"}}, "/fit/product", "not_a_whole_number"),
        ({"fit": {"product": 101}}, "/fit/product", "not_a_whole_number"),
        ({"priority": {"value": -1}}, "/priority/value", "not_a_whole_number"),
        ({"misfit_price": 1001}, "/misfit_price", "not_a_whole_number"),
        ({"move_price": 0.5}, "/move_price", "not_a_whole_number"),
        ({"tie_key": ""}, "/tie_key", "bad_text"),
        ({"tie_key": "a\nb"}, "/tie_key", "bad_text"),
        ({"tie_key": 5}, "/tie_key", "bad_text"),
        ({"arrivals": "now"}, "/arrivals", "unknown_choice"),
        ({"arrivals": []}, "/arrivals", "unknown_choice"),
        ({"hard_rules": {"minimum_experience": []}}, "/hard_rules/minimum_experience", "not_an_object"),
        ({"hard_rules": {"minimum_experience": {"a": 6}}}, "/hard_rules/minimum_experience/a", "not_a_whole_number"),
        ({"balance": {"top_tiers": {"a/b": 6}}}, "/balance/top_tiers/a~1b", "bad_code"),
        ({"giants": {"percent": 0}}, "/giants/percent", "not_a_whole_number"),
        ({"freshness": {"verified": 1}}, "/freshness/verified", "not_a_boolean"),
        ({"team_roles": {"sales_rep": {}}}, "/team_roles/sales_rep", "unknown_choice"),
        ({"team_roles": {"finance": {"priority": {}}}}, "/team_roles/finance/priority", "unknown_field"),
        ({"hard_rules": {"blocked_pairs": {}}}, "/hard_rules/blocked_pairs", "not_a_list"),
        (
            {"hard_rules": {"blocked_pairs": [PAIR, {"person_id": "p"}]}},
            "/hard_rules/blocked_pairs/1/account_id",
            "missing",
        ),
        ({"hard_rules": {"blocked_pairs": [PAIR, "a"]}}, "/hard_rules/blocked_pairs/1", "not_an_object"),
        (
            {"hard_rules": {"blocked_pairs": [{**PAIR, "person_id": 3}]}},
            "/hard_rules/blocked_pairs/0/person_id",
            "bad_text",
        ),
    ],
)
def test_a_wrong_field_is_told_with_pointer_code_and_both_languages(mapping: Any, pointer: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Rulebook.from_mapping(mapping)
    (error,) = caught.value.errors
    assert (error.pointer, error.code) == (pointer, code)
    name = pointer.rpartition("/")[2].replace("~1", "/")
    for told, word in ((error.detail.en, "xpected"), (error.detail.zh, "应为")):
        assert name in told, told
        assert word in told, told


def test_a_missing_member_is_named_with_what_it_should_be() -> None:
    with pytest.raises(InvalidInput) as caught:
        Rulebook.from_mapping({"hard_rules": {"blocked_pairs": [{"person_id": "p"}]}})
    (error,) = caught.value.errors
    assert error.detail.en == "account_id is missing; expected 1 to 200 printable characters."
    assert error.detail.zh == "缺少 account_id；应为 1 到 200 个可见字符。"


def test_all_wrong_fields_are_told_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        Rulebook.from_mapping({"arrivals": 1, "fit": {"product": 200, "experience": []}, "x": 1})
    assert {error.pointer for error in caught.value.errors} == {"/arrivals", "/fit/product", "/fit/experience", "/x"}


CHANGES: list[dict[str, Any]] = [
    *({"hard_rules": {name: not getattr(Rulebook().hard_rules, name)}} for name in ("region", "industry", "product")),
    *({"hard_rules": {name: False}} for name in ("workload_cap", "count_cap")),
    {"hard_rules": {"minimum_experience": {"gold": 4}}},
    {"hard_rules": {"minimum_experience": {}}},
    {"hard_rules": {"blocked_pairs": [PAIR]}},
    *({"fit": {name: 1}} for name in ("geography", "product", "industry", "experience")),
    {"fit": dict.fromkeys(("geography", "product", "industry", "experience"), 0)},
    *({"priority": {name: 1}} for name in ("value", "intent", "newness")),
    {"priority": dict.fromkeys(("value", "intent", "newness"), 0)},
    *({"balance": {name: 1}} for name in ("value", "workload", "count")),
    {"balance": {"top_tiers": {"diamond": 9}}},
    {"balance": {"value": 0, "workload": 0, "count": 0, "top_tiers": {}}},
    {"misfit_price": 0},
    {"misfit_price": 77},
    {"move_price": 0},
    {"move_price": 77},
    {"tie_key": "another"},
    {"arrivals": "wait_for_plan"},
    {"move_budget": {"rebalance_permille": 7}},
    {"move_budget": {"appeal_accounts": 7}},
    {"giants": {"percent": 7}},
    {"giants": {"stay": True}},
    {"freshness": {"verified": False}},
    {"freshness": {"most_days": 0}},
    {"freshness": {"most_days": 7}},
    {"team_roles": {"tech_support": {}}},
]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_every_setting_shows_in_the_published_text(change: dict[str, Any], language: str) -> None:
    assert rulebook_text(Rulebook.from_mapping(change), language) != rulebook_text(Rulebook(), language)


def test_the_text_says_that_the_scheme_in_use_may_not_have_its_tiers() -> None:
    assert "a scheme that has these tiers: diamond accounts need level 2" in rulebook_text(Rulebook(), "en")
    assert "含有下列级别的分级方案" in rulebook_text(Rulebook(), "zh")
    of_pareto = Rulebook.from_mapping({"hard_rules": {"minimum_experience": {"key": 3}}})
    assert "大客户要求 3 级及以上" in rulebook_text(of_pareto, "zh")


@given(rulebooks())
def test_the_text_is_complete_in_both_languages(rulebook: Rulebook) -> None:
    english, chinese = rulebook_text(rulebook, "en"), rulebook_text(rulebook, "zh")
    assert english.count("\n") == chinese.count("\n")
    assert "{" not in english + chinese
    assert all(re.search("[\u4e00-\u9fff]", line) for line in chinese.splitlines() if line)
    assert not re.search("[\u4e00-\u9fff]", english)
