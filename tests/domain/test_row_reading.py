"""Rows read by a mapping: values, what is kept, what was wrong."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from service.domain.amounts import Money
from service.domain.cell_reading import Habits, Value
from service.domain.headings import suggest
from service.domain.row_reading import RowReader, RowReading
from service.domain.tables import Cell, CellFlaw, Row

ACCOUNTS = ["客户名称", "行业", "地区", "潜在价值（万元）", "联系人", "电话", "合作意向", "产品", "内部代号"]


def read(
    *cells: Cell, headings: list[str] = ACCOUNTS, target: str = "accounts", habits: Habits | None = None
) -> RowReading:
    reader = RowReader(suggest(headings, target), target, habits=habits, headings=headings, delimited=True)
    return reader.read(Row(7, cells))


def codes(reading: RowReading) -> list[tuple[str, int | None]]:
    return [(problem.code, problem.column) for problem in reading.problems]


def test_a_row_becomes_typed_values_and_unmapped_columns_are_kept() -> None:
    reading = read("华兴科技", "制造业", "上海", "3.5", "陈静", "138xxxxxx88", "高", "产品A、产品B", "HX-1")
    assert reading.values == {
        "account.name": "华兴科技",
        "account.industry": "制造业",
        "account.region": "上海",
        "account.potential_value": Money(Decimal("35000.0"), "CNY"),
        "contact.name": "陈静",
        "contact.mobile": "138xxxxxx88",
        "account.intent": "high",
        "account.products": ("产品A", "产品B"),
    }
    assert reading.kept == {"内部代号": "HX-1"}
    assert not reading.problems
    assert reading.number == 7


def test_a_cell_that_is_not_understood_is_kept_as_typed_and_reported() -> None:
    reading = read("华兴", "", "", "1-2万", "", "", "挺高")
    assert reading.kept == {"潜在价值（万元）": "1-2万", "合作意向": "挺高"}
    assert codes(reading) == [("amount_is_a_range", 3), ("unknown_level", 6)]
    assert reading.problems[0].heading == "潜在价值（万元）"
    assert not reading.is_rejected


def test_a_cell_of_which_the_value_says_less_is_kept_too() -> None:
    reading = read("华兴", None, None, "约3.5万")
    assert reading.values["account.potential_value"] == Money(Decimal("35000.0"), "CNY")
    assert reading.kept == {"潜在价值（万元）": "约3.5万"}


def test_a_missing_name_rejects_the_row_and_so_does_one_that_cannot_be_read() -> None:
    assert codes(read(None, "制造业")) == [("required_missing", 0)]
    assert codes(read("-", "制造业")) == [("required_missing", 0)]
    broken = read("华\x00兴", "制造业")
    assert codes(broken) == [("control_character", 0)]
    assert broken.is_rejected
    assert broken.kept == {"客户名称": "华␀兴"}


def test_marks_for_nothing_are_nothing_but_stay_the_text_of_a_contact_detail() -> None:
    reading = read("华兴", "无", "-", "无", "-", "无", "-")
    assert reading.values == {"account.name": "华兴", "contact.mobile": "无"}
    assert not reading.problems


def test_a_scale_in_the_cell_outweighs_the_unit_of_the_heading() -> None:
    assert read("华兴", "", "", "1.2亿").values["account.potential_value"] == Money(Decimal(120_000_000), "CNY")


def test_numbers_that_a_spreadsheet_typed_count_in_the_unit_of_the_heading() -> None:
    assert read("华兴", "", "", 5).values["account.potential_value"] == Money(Decimal(50_000), "CNY")
    assert read("华兴", "", "", Decimal("0.5")).values["account.potential_value"] == Money(Decimal(5_000), "CNY")


def test_a_negative_value_is_refused_where_none_makes_sense() -> None:
    assert codes(read("华兴", "", "", "-5")) == [("negative_number", 3)]
    assert codes(read("华兴", "", "", "(5)")) == [("negative_number", 3)]


def value_of(*cells: str, currency: str | None = "CNY") -> Value:
    headings = ["name", "revenue", "currency", "country"]
    return read("A", *cells, headings=headings, habits=Habits(currency)).values["account.potential_value"]


def test_an_unmarked_amount_takes_the_currency_of_its_row_then_of_the_author() -> None:
    assert value_of("5", "EUR", "") == Money(Decimal(5), "EUR")
    assert value_of("5", "", "") == Money(Decimal(5), "CNY")
    assert value_of("5", "", "", currency=None) == Money(Decimal(5))


def test_a_shared_mark_is_decided_by_the_row_then_its_country_then_the_author() -> None:
    assert value_of("¥5", "JPY", "China") == Money(Decimal(5), "JPY")
    assert value_of("¥5", "", "Osaka, Japan") == Money(Decimal(5), "JPY")
    assert value_of("¥5", "日元", "") == Money(Decimal(5), "JPY")
    assert value_of("¥5", "", "Germany") == Money(Decimal(5), "CNY")
    headings = ["name", "revenue", "currency", "country"]
    assert codes(read("A", "¥5", "", "", headings=headings)) == [("ambiguous_currency", 1)]
    assert codes(read("A", "5", "Taler", "", headings=headings)) == [("unknown_currency", 2)]
    assert codes(read("A", "5", "GBp", "", headings=headings)) == [("unknown_currency", 2)]


def test_habits_settle_separators_and_the_order_of_dates() -> None:
    task = ["客户名称", "主要任务", "截止日期", "潜在价值"]
    habits = Habits("EUR", decimal_mark=",", day_first=True)
    reading = read("华兴", "谈判", "05.02.2024", "1.234", headings=task, habits=habits)
    assert reading.values["task.planned_on"] == date(2024, 2, 5)
    assert reading.values["account.potential_value"] == Money(Decimal(1234), "EUR")


TASKS = ["客户名称", "主要任务", "预计完成日期", "实际完成日期", "状态"]


def test_a_date_may_be_typed_by_the_spreadsheet_and_a_bare_number_is_none() -> None:
    reading = read("华兴", "谈判", datetime(2024, 2, 15, 8, 30), 45337, headings=TASKS, target="tasks")  # noqa: DTZ001
    assert reading.values["task.planned_on"] == date(2024, 2, 15)
    assert reading.kept == {"预计完成日期": "2024-02-15 08:30:00", "实际完成日期": "45337"}
    assert codes(reading) == [("date_is_a_number", 3)]


@pytest.mark.parametrize(
    ("actual", "state", "expected", "problem"),
    [
        ("2024-02-10", "已完成", "done", None),
        ("-", "进行中", "in_progress", None),
        ("", "", None, None),
        ("2024-02-10", "", "done", None),
        ("-", "已完成", "done", "done_without_date"),
        ("2024-02-10", "进行中", "in_progress", "date_without_done"),
        ("2024-02-10", "已逾期", None, "unknown_state"),
    ],
)
def test_a_task_is_done_exactly_when_it_has_an_actual_date(
    actual: str, state: str, expected: str | None, problem: str | None
) -> None:
    reading = read("华兴", "谈判", "2024-02-15", actual, state, headings=TASKS, target="tasks")
    assert reading.values.get("task.state") == expected
    assert problem in {None, *(found.code for found in reading.problems)}
    assert reading.is_rejected == (problem is not None)


def test_a_heading_row_that_comes_again_and_a_total_are_no_records() -> None:
    assert codes(read(*ACCOUNTS)) == [("repeated_heading_row", None)]
    total = read("合计", None, None, "350")
    assert codes(total) == [("total_row", None)]
    assert total.is_rejected
    assert total.kept == {"A": "合计", "B": "", "C": "", "D": "350"}
    assert not read("Total", "Energy", "Paris").problems


def test_cells_beyond_the_headings_are_kept_and_reject_a_row_whose_cells_may_have_shifted() -> None:
    reading = read(*["x"] * 3, "5", *["x"] * 2, "高", "x", "x", "", "多余")
    assert reading.kept["K"] == "多余"
    assert codes(reading) == [("row_longer_than_headings", 9)]
    assert reading.is_rejected
    in_a_sheet = RowReader(suggest(["客户名称"]), "accounts").read(Row(2, ("华兴", "批注")))
    assert not in_a_sheet.is_rejected
    assert in_a_sheet.kept == {"B": "批注"}


def test_what_the_file_reader_found_is_told_and_the_cell_kept() -> None:
    reader = RowReader(suggest(ACCOUNTS), "accounts")
    flaws = (CellFlaw("formula_without_value", 1), CellFlaw("cell_error", 2))
    reading = reader.read(Row(2, ("华兴", "=A1", "#REF!"), flaws))
    assert codes(reading) == [("formula_without_value", 1), ("cell_error", 2)]
    assert reading.kept == {"行业": "=A1", "地区": "#REF!"}
    broken = reader.read(Row(3, ('"华兴"x,制造业',), (CellFlaw("stray_quote"),)))
    assert broken.is_rejected
    assert broken.kept == {"A": '"华兴"x,制造业'}


def test_the_apostrophe_that_guards_a_formula_is_not_part_of_the_text() -> None:
    assert read("'=华兴").values["account.name"] == "=华兴"
    assert read("'華興'").values["account.name"] == "'華興'"


def test_text_is_stored_composed_and_of_limited_length() -> None:
    assert read("Socie\u0301te\u0301").values["account.name"] == "Société"
    assert codes(read("x" * 301)) == [("text_too_long", 0)]


def test_kept_cells_of_repeated_headings_stay_apart() -> None:
    reading = read("华兴", "1", "2", headings=["客户名称", "电话", "电话"])
    assert reading.kept == {"电话": "1", "电话 (C)": "2"}


def test_orders_are_typed_only_where_orders_are_what_the_file_brings() -> None:
    headings = ["客户名称", "单价", "数量", "订单状态", "订单日期"]
    cells = ("华兴", "¥1,000", "5", "已下单", "2023-01-01")
    typed = read(*cells, headings=headings, target="orders", habits=Habits("CNY")).values
    assert typed["order.unit_price"] == Money(Decimal(1000), "CNY")
    assert (typed["order.quantity"], typed["order.progress"]) == (5, "placed")
    assert read(*cells, headings=headings).values["order.unit_price"] == "¥1,000"


def test_staff_numbers_are_read_by_what_they_count() -> None:
    headings = ["姓名", "经验等级", "全职当量", "客户上限", "负责区域"]
    good = read("李娜", "3", "80%", 40, "华东/华南", headings=headings, target="staff").values
    assert good == {
        "staff.name": "李娜",
        "staff.experience_level": 3,
        "staff.fte": Decimal("0.8"),
        "staff.max_accounts": 40,
        "staff.regions": ("华东", "华南"),
    }
    assert read("李娜", "", "0.5", headings=headings, target="staff").values["staff.fte"] == Decimal("0.5")
    bad = read("李娜", "2.5", "半", "-1", headings=headings, target="staff")
    assert codes(bad)[:3] == [("not_a_whole_number", 1), ("not_a_percentage", 2), ("negative_number", 3)]
    assert codes(bad)[3:] == [("required_missing", None)], "nobody is entered without a staff code"
