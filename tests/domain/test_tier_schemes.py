import json
from decimal import Decimal
from typing import Any

import pytest

from service.domain.invalid import InvalidInput
from service.domain.tier_schemes import Basis, Method, read_scheme
from service.domain.tier_templates import ABC, FIVE_TIERS, IMPORTANCE, PARETO, TEMPLATES


def flaws(data: Any) -> list[tuple[str | None, str]]:
    with pytest.raises(InvalidInput) as refusal:
        read_scheme(data)
    assert all(flaw.detail.en and flaw.detail.zh for flaw in refusal.value.errors)
    return [(flaw.pointer, flaw.code) for flaw in refusal.value.errors]


def changed(template: dict[str, Any], *path: str | int, to: Any) -> dict[str, Any]:
    """A copy of a template with one value replaced."""
    data: dict[str, Any] = json.loads(json.dumps(template))
    *parents, last = path
    inner: Any = data
    for step in parents:
        inner = inner[step]
    inner[last] = to
    return data


@pytest.mark.parametrize("code", TEMPLATES)
def test_every_template_is_a_complete_scheme_in_both_languages(code: str) -> None:
    scheme = read_scheme(TEMPLATES[code])
    assert scheme.code == code
    for tier in scheme.tiers:
        assert tier.name.en
        assert tier.name.zh
        assert tier.description.en
        assert tier.description.zh
        assert tier.entitlements.hours_per_month > 0
        assert tier.entitlements.services
    assert [tier.rank for tier in scheme.tiers] == list(range(1, len(scheme.tiers) + 1))


def test_the_five_tiers_have_codes_of_their_own_and_gold_outranks_diamond() -> None:
    scheme = read_scheme(FIVE_TIERS)
    assert [(tier.code, tier.name.zh) for tier in scheme.tiers] == [
        ("gold", "金牌客户"),
        ("diamond", "钻石客户"),
        ("platinum", "铂金客户"),
        ("white_gold", "白金客户"),
        ("silver", "银牌客户"),
    ]
    assert [tier.entitlements.hours_per_month for tier in scheme.tiers] == [16, 8, 4, 2, 1]


def test_the_shares_of_a_b_c_and_of_80_20_are_those_of_the_field() -> None:
    abc, pareto = read_scheme(ABC), read_scheme(PARETO)
    assert [tier.minimum for tier in abc.tiers] == [Decimal("0.5"), Decimal("0.2"), Decimal("0.1")]
    assert abc.basis is Basis.CUMULATIVE_GROUP
    assert [tier.minimum for tier in pareto.tiers] == [Decimal("0.2"), None]
    assert pareto.carries == Decimal("0.8")


def test_a_b_c_promise_a_manager_a_specialist_and_visits() -> None:
    named = [tier.entitlements.named_role for tier in read_scheme(ABC).tiers]
    plans = [tier.entitlements.plan_kind for tier in read_scheme(ABC).tiers]
    assert named == ["key_account_manager", "key_account_specialist", None]
    assert plans == ["personalised", "standard", "basic"]
    services = {service.code for service in read_scheme(ABC).tiers[2].entitlements.services}
    assert {"return_visit", "technical_training", "basic_support"} == services


def test_a_manual_scheme_has_no_thresholds() -> None:
    scheme = read_scheme(IMPORTANCE)
    assert scheme.method is Method.MANUAL
    assert {tier.minimum for tier in scheme.tiers} == {None}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (changed(ABC, "code", to="A B"), [("/code", "bad_code")]),
        (changed(ABC, "name", to={"en": "x"}), [("/name/zh", "missing")]),
        (changed(ABC, "name", "de", to="x"), [("/name/de", "unknown_field")]),
        (changed(ABC, "basis", to="total"), [("/basis", "unknown_choice")]),
        (changed(ABC, "tiers", to=[]), [("/tiers", "not_a_list")]),
        (changed(ABC, "tiers", 0, to="a"), None),
        (changed(ABC, "tiers", 0, "minimum", to=0.5), [("/tiers/0/minimum", "not_a_decimal")]),
        (changed(ABC, "tiers", 0, "minimum", to="1.5"), [("/tiers/0/minimum", "not_a_decimal")]),
        (changed(ABC, "tiers", 0, "minimum", to="1e-1"), [("/tiers/0/minimum", "not_a_decimal")]),
        (changed(ABC, "tiers", 0, "minimum", to="NaN"), [("/tiers/0/minimum", "not_a_decimal")]),
        (changed(ABC, "tiers", 0, "minimum", to=True), [("/tiers/0/minimum", "not_a_decimal")]),
        (changed(ABC, "tiers", 0, "minimum", to=None), [("/tiers/0/minimum", "minimum_missing")]),
        (changed(ABC, "tiers", 0, "minimum", to="0.9"), [("/tiers", "shares_exceed_whole")]),
        (changed(ABC, "tiers", 1, "code", to="a"), [("/tiers/1/code", "duplicate_code")]),
        (changed(ABC, "criteria", to=[]), [("/criteria", "unknown_field")]),
        (changed(ABC, "a/b~c", to=1), [("/a~1b~0c", "unknown_field")]),
        (changed(FIVE_TIERS, "method", to="magic"), None),
        (changed(FIVE_TIERS, "tiers", 1, "minimum", to="29"), [("/tiers/1/minimum", "not_descending")]),
        (changed(FIVE_TIERS, "tiers", 0, "minimum", to="99"), [("/tiers/0/minimum", "unreachable")]),
        (changed(FIVE_TIERS, "criteria", 2, "code", to="influence"), [("/criteria/2/code", "duplicate_code")]),
        (changed(FIVE_TIERS, "criteria", 0, "weight", to="-1"), [("/criteria/0/weight", "not_a_decimal")]),
        (
            changed(FIVE_TIERS, "criteria", 0, "bands", 1, "minimum", to="0"),
            [("/criteria/0/bands/1/minimum", "not_ascending")],
        ),
        (changed(FIVE_TIERS, "criteria", 1, "choices", to={}), [("/criteria/1/choices", "no_choices")]),
        (changed(FIVE_TIERS, "criteria", 1, "choices", "巨大", to="4"), [("/criteria/1/choices/巨大", "bad_code")]),
        (
            changed(FIVE_TIERS, "tiers", 0, "entitlements", "named_role", to="king"),
            [("/tiers/0/entitlements/named_role", "unknown_choice")],
        ),
        (
            changed(FIVE_TIERS, "tiers", 0, "entitlements", "visits_per_month", to="4"),
            [("/tiers/0/entitlements/visits_per_month", "not_a_whole_number")],
        ),
        (
            changed(FIVE_TIERS, "tiers", 0, "entitlements", "services", 1, "code", to="needs_analysis"),
            [("/tiers/0/entitlements/services/1/code", "duplicate_code")],
        ),
        (changed(IMPORTANCE, "tiers", 0, "minimum", to="1"), [("/tiers/0/minimum", "unknown_field")]),
        ([], None),
        ("five_tiers", None),
    ],
)
def test_a_flaw_is_told_with_its_place_and_code(data: Any, expected: list[tuple[str, str]] | None) -> None:
    found = flaws(data)
    assert found
    if expected is not None:
        assert found == expected


def test_all_flaws_are_told_at_once() -> None:
    data = changed(changed(ABC, "measure", to=""), "tiers", 2, "minimum", to="x")
    assert flaws(data) == [("/measure", "bad_code"), ("/tiers/2/minimum", "not_a_decimal")]


def test_what_is_no_object_is_told_at_its_place() -> None:
    assert ("", "not_an_object") in flaws([])
    assert ("/tiers/0", "not_an_object") in flaws(changed(ABC, "tiers", 0, to="a"))
    assert flaws(changed(ABC, "tiers", 1, "entitlements", to=None)) == [("/tiers/1/entitlements", "missing")]
