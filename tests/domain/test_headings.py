"""Headings in Chinese, English and other languages mapped to fields."""

from decimal import Decimal

import pytest

from service.domain.headings import Column, HeadingFlaw, find_headings, missing_fields, suggest
from service.domain.import_fields import FIELDS, REQUIRED, TARGETS
from service.domain.unreadable import Unreadable

DIVISION = ["客户名称", "负责人", "联系方式", "主要任务", "预计完成日期", "实际完成日期", "状态", "备注"]
DAILY = [
    *("序号", "客户名称", "所属行业", "联系人姓名", "联系电话", "电子邮箱"),
    *("历史交易记录", "订单状态与进度", "客户服务记录", "市场活动参与情况"),
]
ASSIGNMENT = ["客户名称", "行业类型", "地域分布", "潜在价值", "联系人信息", "历史交易记录", "合作意向"]


def fields(headings: list[str], target: str = "accounts") -> list[str | None]:
    return [column.field for column in suggest(headings, target)]


@pytest.mark.parametrize("target", ["accounts", "tasks"])
def test_the_division_table_maps_completely(target: str) -> None:
    assert fields(DIVISION, target) == [
        *("account.name", "task.assignee", "task.contact", "task.subject"),
        *("task.planned_on", "task.actual_on", "task.state", "task.note"),
    ]


def test_the_daily_management_table_maps_completely() -> None:
    assert fields(DAILY) == [
        *("file.row_number", "account.name", "account.industry", "contact.name", "contact.mobile", "contact.email"),
        *("order.history", "order.progress", "service.records", "campaign.participation"),
    ]


def test_the_seven_key_fields_of_assignment_map_completely() -> None:
    assert fields(ASSIGNMENT) == [
        *("account.name", "account.industry", "account.region", "account.potential_value"),
        *("contact.method", "order.history", "account.intent"),
    ]


def test_traditional_characters_are_the_same_headings() -> None:
    assert fields(["客戶名稱", "產業", "地區", "聯絡人", "電話", "電子郵件", "負責人", "備註"]) == [
        *("account.name", "account.industry", "account.region", "contact.name"),
        *("contact.mobile", "contact.email", "account.owner", "account.note"),
    ]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("COMPANY NAME", "account.name"),
        ("company_name", "account.name"),
        ("CompanyName", "account.name"),
        ("* 客户名称：", "account.name"),
        ("1. 客户名称", "account.name"),
        ("客户 名称", "account.name"),
        ("Ｎａｍｅ", "account.name"),
        ("客户名称（必填）", "account.name"),
        ("E-Mail", "contact.email"),
        ("GICS Sector", "account.industry"),
        ("主要联系电话", "contact.mobile"),
        ("Firma", "account.name"),
        ("会社名", "account.name"),
        ("Chiffre d'affaires (k€)", "account.potential_value"),
    ],
)
def test_case_width_space_and_punctuation_make_no_difference(heading: str, field: str) -> None:
    assert fields([heading]) == [field]


@pytest.mark.parametrize(
    "heading", ["产品名称备忘", "Date sent", "market_cap", "Complaint ID", "", "？？", "Name or so"]
)
def test_what_is_not_known_has_no_field(heading: str) -> None:
    assert fields([heading]) == [None]


@pytest.mark.parametrize(
    ("heading", "factor", "currency"),
    [
        ("潜在价值（万元）", 10_000, "CNY"),
        ("潜在价值(亿美元)", 100_000_000, "USD"),
        ("潜在价值/万元", 10_000, "CNY"),
        ("潜在价值：千元", 1000, "CNY"),
        ("Revenue (USD m)", 1_000_000, "USD"),
        ("Revenue (in millions)", 1_000_000, None),
        ("Umsatz [Mio. €]", 1_000_000, "EUR"),
        ("Revenue (¥ m)", 1_000_000, None),
        ("潜在价值（必填）", 1, None),
    ],
)
def test_a_unit_in_the_heading_is_the_factor_of_its_numbers(heading: str, factor: int, currency: str | None) -> None:
    column = suggest([heading])[0]
    assert (column.multiplier, column.currency) == (Decimal(factor), currency)
    assert column.confidence == Decimal("0.9")


def test_a_field_goes_to_the_surer_then_the_better_heading_and_the_others_stay_under_their_own() -> None:
    assert fields(["sector", "industry", "GICS Sub-Industry"]) == [None, "account.industry", None]
    assert fields(["city", "country", "region"]) == [None, None, "account.region"]


def test_the_general_heading_name_belongs_to_what_the_file_brings() -> None:
    assert [fields(["name"], target)[0] for target in ("accounts", "contacts", "staff")] == [
        *("account.name", "contact.name", "staff.name"),
    ]


def test_title_rows_above_are_passed_over_and_their_unit_counts() -> None:
    above = [["大客户信息表"], ["填表人：张伟", "", "单位：万元"]]
    found = find_headings([*above, ["客户名称", "地区", "潜在价值"], ["华兴", "上海", "5"]])
    assert (found.rows_above, found.cells) == (3, ("客户名称", "地区", "潜在价值"))
    assert (found.columns[2].multiplier, found.columns[2].currency) == (Decimal(10_000), "CNY")


def test_the_lower_half_of_a_merged_heading_row_is_joined_to_it() -> None:
    rows = [["客户名称", "联系人信息", "", "潜在价值"], ["", "姓名", "电话", ""], ["华兴", "陈静", "138", "5"]]
    found = find_headings(rows)
    assert found.rows_above == 2
    assert [column.field for column in found.columns] == [
        *("account.name", "contact.name", "contact.mobile", "account.potential_value"),
    ]


def test_the_first_record_is_not_taken_for_the_lower_half_of_a_heading() -> None:
    assert find_headings([["客户名称", "", "电话"], ["华兴", "备注", "138"]]).rows_above == 1


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [["华兴科技", "陈静", "13812345678"], ["东方电器", "刘洋", "13912345678"]],
        [["Acme", "1.5", "2024-01-01"], ["Bolt", "2.5", "2024-01-02"]],
        [["大客户表"]],
        [["a@example.com", "b"]],
    ],
)
def test_a_missing_heading_row_is_refused(rows: list[list[str]]) -> None:
    with pytest.raises(Unreadable, match="heading_row_not_found"):
        find_headings(rows)


def test_headings_that_nobody_knows_can_still_be_mapped_by_hand() -> None:
    found = find_headings([["Nimi", "Kaupunki", "Kenttä"], ["Acme", "Oulu", "5"]])
    assert [column.field for column in found.columns] == [None, None, None]
    assert missing_fields(found.columns, "accounts") == ("account.name",)


def test_a_heading_that_stands_over_two_columns_maps_neither() -> None:
    found = find_headings([["客户名称", "电话", "电 话"], ["华兴", "1", "2"]])
    assert [column.field for column in found.columns] == ["account.name", None, None]
    assert found.flaws == (HeadingFlaw("repeated_heading", (1, 2)),)


def test_a_column_with_content_and_no_heading_is_told_and_kept_under_its_letter() -> None:
    found = find_headings([["客户名称", "", "电话", ""], ["华兴", "老客户", "138", ""]])
    assert found.columns[1] == Column(1, "B")
    assert found.flaws == (HeadingFlaw("heading_missing", (1,)),)


def test_a_heading_holds_no_control_character_and_is_of_limited_length() -> None:
    found = find_headings([["客户名称", "电话", "内部\x00代号", "x" * 5000], ["华兴", "1", "2"]])
    assert [column.heading for column in found.columns] == ["客户名称", "电话", "内部␀代号", "x" * 199 + "…"]


def test_every_target_can_be_filled_with_what_it_needs() -> None:
    for target, resources in TARGETS.items():
        for field in REQUIRED[target]:
            assert field.partition(".")[0] in resources
            assert fields([FIELDS[field].headings[0]], target) == [field]


def test_no_heading_names_two_fields_of_one_resource() -> None:
    seen: dict[tuple[str, str], str] = {}
    for field in FIELDS.values():
        for heading in field.headings:
            key = (field.name.partition(".")[0], heading)
            assert seen.setdefault(key, field.name) == field.name
