"""Which column is which field, as confirmed."""

from decimal import Decimal

import pytest

from service.domain.headings import suggest
from service.domain.import_keys import MatchOn
from service.domain.import_mapping import Choice, check_complete, chosen
from service.errors import InvalidInput

COLUMNS = suggest(("客户名称", "简称", "规模(万元)", "备注", "备注"))


def fields(*choices: Choice, target: str = "accounts") -> list[str | None]:
    return [column.field for column in chosen(COLUMNS, choices, target)]


def pointers(*choices: Choice) -> list[tuple[str | None, str]]:
    with pytest.raises(InvalidInput) as refused:
        chosen(COLUMNS, choices, "accounts")
    return [(error.pointer, error.code) for error in refused.value.errors]


def test_what_is_not_named_stays_as_suggested() -> None:
    assert fields() == ["account.name", None, None, None, None]


def test_a_field_chosen_elsewhere_is_given_up() -> None:
    assert fields(Choice("account.name", heading="简称")) == [None, "account.name", None, None, None]


def test_a_column_may_be_kept_verbatim() -> None:
    assert fields(Choice(None, column=0)) == [None] * 5


def test_a_chosen_field_counts_in_the_unit_of_its_heading() -> None:
    column = chosen(COLUMNS, [Choice("account.potential_value", column=2)], "accounts")[2]
    assert (column.multiplier, column.currency, column.confidence) == (Decimal(10_000), "CNY", Decimal(1))


def test_a_unit_may_be_stated() -> None:
    choice = Choice("account.potential_value", column=2, multiplier=Decimal(1000), currency="USD")
    column = chosen(COLUMNS, [choice], "accounts")[2]
    assert (column.multiplier, column.currency) == (Decimal(1000), "USD")


def test_a_repeated_heading_is_named_by_position() -> None:
    assert pointers(Choice("account.note", heading="备注")) == [("/mapping/0", "no_such_column")]
    assert fields(Choice("account.note", column=4))[4] == "account.note"


def test_every_wrong_choice_is_told() -> None:
    assert pointers(
        Choice("account.name", column=9),
        Choice("account.shoe_size", column=1),
        Choice("staff.name", column=2),
        Choice("account.kind", column=3),
        Choice("account.kind", column=4),
        Choice(None, heading="没有"),
    ) == [
        ("/mapping/0", "no_such_column"),
        ("/mapping/1/field", "no_such_field"),
        ("/mapping/2/field", "no_such_field"),
        ("/mapping/4/field", "field_taken"),
        ("/mapping/5", "no_such_column"),
    ]


def test_one_column_is_chosen_once() -> None:
    assert pointers(Choice("account.kind", column=1), Choice("account.source", heading="简称")) == [
        ("/mapping/0", "no_such_column"),
        ("/mapping/1", "no_such_column"),
    ]


@pytest.mark.parametrize(
    ("headings", "target", "match_on", "missing"),
    [
        (("客户名称",), "accounts", MatchOn.NAME_REGION, []),
        (("行业",), "accounts", MatchOn.CODE, ["/mapping", "/match_on"]),
        (("客户名称", "状态"), "tasks", MatchOn.NAME_REGION, ["/mapping"]),
        (("联系人", "电话"), "contacts", MatchOn.NAME_REGION, ["/match_on"]),
    ],
)
def test_a_mapping_fills_what_is_needed(
    headings: tuple[str, ...], target: str, match_on: MatchOn, missing: list[str]
) -> None:
    columns = suggest(headings, target)
    if not missing:
        check_complete(columns, target, match_on)
        return
    with pytest.raises(InvalidInput) as refused:
        check_complete(columns, target, match_on)
    assert [error.pointer for error in refused.value.errors] == missing
