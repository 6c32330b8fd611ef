"""Which originals the dossier of an account needs, and how complete it is."""

from decimal import Decimal

from service.domain.dossier import completeness, wanted_groups


def test_a_dossier_needs_what_any_grade_of_the_account_asks_for() -> None:
    assert wanted_groups([(2, 4), (4, 8)]) == {2, 4, 8}


def test_a_grade_that_says_nothing_asks_for_all_ten_groups() -> None:
    assert wanted_groups([(2,), None]) == set(range(1, 11))


def test_an_account_without_a_grade_needs_its_business_licence() -> None:
    assert wanted_groups([]) == {2}


def test_a_grade_may_ask_for_nothing_and_is_then_complete() -> None:
    assert wanted_groups([()]) == frozenset()
    assert completeness((), ()) == Decimal("1.0000")


def test_only_what_is_wanted_counts() -> None:
    assert str(completeness({1, 2, 8}, {2, 5, 9})) == "0.3333"
    assert str(completeness({1, 2}, {1, 2, 3})) == "1.0000"
