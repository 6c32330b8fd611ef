from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.tier_schemes import Scheme, read_scheme
from service.domain.tier_sheets import REASONS, Missing, Reason, Sheet, Subject, Value
from service.domain.tier_templates import ABC, FIVE_TIERS, IMPORTANCE, PARETO
from service.domain.tiers import Direction, Move, evaluate, moves, summary

ABC_ALONE = {**ABC, "basis": "individual_share"}
AMOUNTS = st.lists(st.decimals(0, 1000, places=2) | st.integers(0, 5), min_size=1, max_size=30)


def subjects(*values: Value, name: str = "potential_value_base") -> list[Subject]:
    return [Subject(UUID(int=number), {name: value}) for number, value in enumerate(values)]


def graded(template: Mapping[str, Any], *values: Value) -> list[str | None]:
    return [sheet.tier for sheet in evaluate(read_scheme(template), subjects(*values))]


def scored(**inputs: Value) -> Sheet:
    return evaluate(read_scheme(FIVE_TIERS), [Subject(UUID(int=1), inputs)])[0]


# --- score ---


@pytest.mark.parametrize(
    ("value", "intent", "influence", "tier"),
    [
        ("100000000", "high", "huge", "gold"),
        ("100000000", "low", "huge", "gold"),
        ("10000000", "high", "important", "diamond"),
        ("10000000", "high", "low", "platinum"),
        ("1000000", "medium", "small", "white_gold"),
        ("0", "low", "low", "silver"),
    ],
)
def test_each_row_of_the_five_tier_table_lands_on_its_tier(value: str, intent: str, influence: str, tier: str) -> None:
    assert scored(potential_value_base=value, intent=intent, influence=influence).tier == tier


def test_the_sheet_of_a_score_shows_every_criterion_with_the_threshold_that_it_reached() -> None:
    sheet = scored(potential_value_base=Decimal("12345678.90"), intent="high", influence="important")
    assert sheet.as_data() == {
        "tier": "diamond",
        "reason": None,
        "held_by": None,
        "threshold": "24",
        "score": "24",
        "lines": [
            {
                "criterion": "buying_power",
                "value": "12345678.9",
                "reached": "10000000",
                "points": "3",
                "weight": "4",
                "score": "12",
            },
            {
                "criterion": "influence",
                "value": "important",
                "reached": "important",
                "points": "3",
                "weight": "3",
                "score": "9",
            },
            {"criterion": "need", "value": "high", "reached": "high", "points": "3", "weight": "1", "score": "3"},
        ],
        "place": None,
    }


def test_a_threshold_is_reached_by_its_own_value_and_not_by_a_cent_less() -> None:
    at = scored(potential_value_base=Decimal("100000000.00"), intent="low", influence="huge")
    below = scored(potential_value_base=Decimal("99999999.99"), intent="low", influence="huge")
    assert (at.tier, at.lines[0].reached) == ("gold", "100000000")
    assert (below.tier, below.lines[0].reached) == ("diamond", "10000000")


@pytest.mark.parametrize(
    ("inputs", "reason", "held_by"),
    [
        ({"intent": "high", "influence": "huge"}, Reason.MISSING_VALUE, "potential_value_base"),
        ({"potential_value_base": None}, Reason.MISSING_VALUE, "potential_value_base"),
        ({"potential_value_base": Missing(Reason.MISSING_RATE)}, Reason.MISSING_RATE, "potential_value_base"),
        ({"potential_value_base": "1 亿"}, Reason.NOT_A_NUMBER, "potential_value_base"),
        ({"potential_value_base": 1.5}, Reason.NOT_A_NUMBER, "potential_value_base"),
        ({"potential_value_base": Decimal("NaN")}, Reason.NOT_A_NUMBER, "potential_value_base"),
        ({"potential_value_base": Decimal("1E+99")}, Reason.NOT_A_NUMBER, "potential_value_base"),
        ({"potential_value_base": 1, "influence": "vast"}, Reason.UNKNOWN_CHOICE, "influence"),
        ({"potential_value_base": 1, "influence": "low", "intent": ""}, Reason.MISSING_VALUE, "intent"),
    ],
)
def test_an_input_that_is_missing_or_not_understood_holds_the_account_back(
    inputs: dict[str, Value], reason: Reason, held_by: str
) -> None:
    sheet = scored(**inputs)
    assert (sheet.tier, sheet.reason, sheet.held_by) == (None, reason, held_by)
    assert sheet.held_back


def test_a_score_below_every_threshold_is_judged_not_held_back() -> None:
    tiers = FIVE_TIERS["tiers"][:2]
    sheet = evaluate(
        read_scheme({**FIVE_TIERS, "tiers": tiers}),
        [Subject(UUID(int=1), {"potential_value_base": 0, "intent": "low", "influence": "low"})],
    )[0]
    assert (sheet.tier, sheet.reason, sheet.score) == (None, Reason.BELOW_THRESHOLDS, 8)
    assert not sheet.held_back


def test_scores_are_exact_beyond_the_usual_28_digits() -> None:
    template = {**FIVE_TIERS, "criteria": [dict(FIVE_TIERS["criteria"][0], weight="123456789012345.123457")]}
    template["criteria"][0]["bands"] = [{"minimum": "0", "points": "987654321098765.765433"}]
    sheet = evaluate(read_scheme(template), subjects(1))[0]
    assert Fraction(sheet.score or 0) == Fraction("123456789012345.123457") * Fraction("987654321098765.765433")


# --- share, cumulative ---


@pytest.mark.parametrize(
    ("values", "tiers"),
    [
        ([50, 20, 10, 20], ["a", "b", "c", "b"]),
        ([55, 25, 12, 8], ["a", "b", "c", None]),
        ([60, 15, 15, 10], ["a", "b", "b", "c"]),
        ([30, 30, 20, 10, 10], ["a", "a", "b", "c", "c"]),
        ([85, 10, 5], ["a", "c", None]),
        ([100], ["a"]),
        ([25, 25, 25, 25], ["a", "a", "a", "a"]),
        ([40, 20, 20, 20], ["a", "a", "a", "a"]),
        (["50.00", "49.99", "0.01"], ["a", "b", None]),
        (["49.99", "50.01"], ["b", "a"]),
        ([49, 49, 2, 0], ["a", "a", None, None]),
    ],
)
def test_a_b_c_are_the_smallest_runs_that_hold_their_share(values: list[Value], tiers: list[str | None]) -> None:
    # In the first row 50 is A; the two 20s go together into B; 10 is exactly a tenth.
    assert graded(ABC, *values) == tiers


@given(AMOUNTS)
def test_each_run_is_the_smallest_that_suffices_and_equals_stay_together(values: list[Decimal | int]) -> None:
    sheets = evaluate(read_scheme(ABC), subjects(*values))
    total = sum(map(Fraction, values))
    if total == 0:
        assert {sheet.reason for sheet in sheets} == {Reason.ZERO_TOTAL}
        return
    rest = [Fraction(value) for value in values]
    for code, minimum in (("a", Fraction(1, 2)), ("b", Fraction(1, 5)), ("c", Fraction(1, 10))):
        run = [Fraction(value) for value, sheet in zip(values, sheets, strict=True) if sheet.tier == code]
        if not run:
            assert sum(rest) < minimum * total
            continue
        rest = [value for value in rest if value not in run]
        assert sum(run) >= minimum * total
        assert sum(value for value in run if value != min(run)) < minimum * total
        assert all(value < min(run) for value in rest)


@given(AMOUNTS, st.randoms(use_true_random=False), st.sampled_from([ABC, ABC_ALONE, PARETO]))
def test_the_order_of_the_accounts_decides_nothing(values: list[Decimal | int], random: Any, template: Any) -> None:
    asked = subjects(*values)
    mixed = random.sample(asked, len(asked))
    scheme = read_scheme(template)
    by_id = {sheet.subject_id: sheet for sheet in evaluate(scheme, mixed)}
    assert [by_id[subject.id] for subject in asked] == evaluate(scheme, asked)


def test_the_sheet_of_a_share_shows_the_place_and_shares_that_are_never_rounded_up() -> None:
    first, second, third = evaluate(read_scheme(ABC), subjects("2.00", 1, 1))
    assert first.as_data()["place"] == {
        "value": "2",
        "rank": 1,
        "equals": 1,
        "accounts": 3,
        "cumulative": "2",
        "total": "4",
        "share": "0.500000",
        "cumulative_share": "0.500000",
    }
    assert second.place == third.place
    assert second.place is not None
    assert (second.place.rank, second.place.equals, second.place.cumulative) == (2, 2, 4)
    almost = evaluate(read_scheme(ABC), subjects(2, 1))[0].as_data()["place"]
    assert almost["share"] == "0.666666"


def test_an_account_without_its_measure_is_held_back_and_counts_for_nothing() -> None:
    values = [50, None, Missing(Reason.MISSING_RATE), -1, "x", 50]
    sheets = evaluate(read_scheme(ABC), subjects(*values))
    assert [sheet.reason for sheet in sheets] == [
        None,
        Reason.MISSING_VALUE,
        Reason.MISSING_RATE,
        Reason.NEGATIVE_VALUE,
        Reason.NOT_A_NUMBER,
        None,
    ]
    assert sheets[0].place is not None
    assert sheets[0].place.accounts == 2
    assert evaluate(read_scheme(ABC), []) == []


# --- share, one by one ---


@pytest.mark.parametrize(
    ("values", "tiers"),
    [
        ([50, 20, 10, 20], ["a", "b", "c", "b"]),
        ([50, 50], ["a", "a"]),
        ([25, 25, 25, 25], ["b", "b", "b", "b"]),
        (["19.99", "80.01"], ["c", "a"]),
        ([1] * 11, [None] * 11),
    ],
)
def test_an_individual_share_compares_each_account_with_the_whole(values: list[Value], tiers: list[str | None]) -> None:
    assert graded(ABC_ALONE, *values) == tiers


# --- 80/20 ---


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ([80, 10, 5, 3, 2], 1),
        ([10] * 3 + [1] * 7, 3),
        ([5, 4, 3, 2], 1),
        ([1], 1),
        ([9] + [0] * 9, 1),
        (list(range(10, 0, -1)), 2),
    ],
)
def test_the_top_fifth_by_rank_are_key_accounts_and_equals_stay_together(values: list[Value], keys: int) -> None:
    assert graded(PARETO, *values) == ["key"] * keys + ["other"] * (len(values) - keys)


def test_the_summary_tells_whether_the_top_fifth_carries_four_fifths() -> None:
    scheme = read_scheme(PARETO)
    carrying = summary(scheme, evaluate(scheme, subjects(80, 10, 5, 3, 2)))
    assert carrying == {
        "tiers": [
            {"tier": "key", "accounts": 1, "share": "0.800000"},
            {"tier": "other", "accounts": 4, "share": "0.200000"},
        ],
        "ungraded": {},
        "carries": {"minimum": "0.8", "reached": True},
    }
    spread = summary(scheme, evaluate(scheme, subjects(79, 11, 5, 3, 2)))
    assert spread["carries"] == {"minimum": "0.8", "reached": False}


# --- manual ---


def test_a_manual_scheme_takes_what_somebody_chose() -> None:
    sheets = evaluate(read_scheme(IMPORTANCE), subjects("special", None, "vital", name="tier"))
    assert [(sheet.tier, sheet.reason) for sheet in sheets] == [
        ("special", None),
        (None, Reason.NOT_CHOSEN),
        (None, Reason.UNKNOWN_CHOICE),
    ]


# --- what moves ---


def five(scheme: Scheme) -> list[Sheet]:
    return evaluate(scheme, subjects(55, 25, 12, 8, None))


def test_the_moves_are_those_whose_grade_changes_and_the_held_back_stay() -> None:
    scheme = read_scheme(ABC)
    held = {UUID(int=number): code for number, code in enumerate("bacca")}
    assert moves(scheme, five(scheme), held) == [
        Move(UUID(int=0), "b", "a", Direction.UP),
        Move(UUID(int=1), "a", "b", Direction.DOWN),
        Move(UUID(int=3), "c", None, Direction.LEAVES),
    ]


def test_an_account_without_a_grade_or_with_one_that_is_gone_enters() -> None:
    scheme = read_scheme(ABC)
    entering = moves(scheme, five(scheme), {UUID(int=1): "old"})
    assert [(move.before, move.after, move.direction) for move in entering] == [
        (None, "a", Direction.ENTERS),
        ("old", "b", Direction.ENTERS),
        (None, "c", Direction.ENTERS),
    ]


def test_the_summary_counts_tiers_and_reasons() -> None:
    scheme = read_scheme(ABC)
    assert summary(scheme, five(scheme)) == {
        "tiers": [
            {"tier": "a", "accounts": 1, "share": "0.550000"},
            {"tier": "b", "accounts": 1, "share": "0.250000"},
            {"tier": "c", "accounts": 1, "share": "0.120000"},
        ],
        "ungraded": {"below_thresholds": 1, "missing_value": 1},
        "carries": None,
    }


def test_a_summary_of_nothing_has_no_shares() -> None:
    scheme = read_scheme(PARETO)
    assert summary(scheme, []) == {
        "tiers": [{"tier": "key", "accounts": 0, "share": None}, {"tier": "other", "accounts": 0, "share": None}],
        "ungraded": {},
        "carries": None,
    }


def test_every_reason_has_its_sentence_in_both_languages() -> None:
    assert set(REASONS) == set(Reason)
    assert all(sentence.en and sentence.zh for sentence in REASONS.values())
