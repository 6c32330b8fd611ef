"""Dates, yes and no, shares, lists, states and levels as people write them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.unreadable import Unreadable
from service.domain.written_dates import read_date
from service.domain.written_values import (
    LEVELS,
    ORDER_STATES,
    TASK_STATES,
    is_nothing,
    read_list,
    read_share,
    read_word,
)


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-15",
        "2024/2/15",
        "2024.2.15",
        "2024年2月15日",
        "２０２４年０２月１５号",
        "2024-02-15 星期四",
        "2024-02-15T08:30:00Z",
        "2024/2/15 8:30",
        "20240215",
        "15.02.2024",
        "15/2/2024",
        "02/15/2024",
        "15 Feb 2024",
        "15th February, 2024",
        "Feb. 15, 2024",
        "民国113年2月15日",
    ],
)
def test_a_date_with_one_reading_is_read(text: str) -> None:
    assert read_date(text) == date(2024, 2, 15)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("05.02.2024", "ambiguous_date"),
        ("5/2/2024", "ambiguous_date"),
        ("24/2/15", "ambiguous_date"),
        ("9999-12-31", "no_such_date"),
        ("0001-01-01", "no_such_date"),
        ("2024-02-30", "no_such_date"),
        ("2023年2月29日", "no_such_date"),
        ("15 Foo 2024", "not_a_date"),
        ("2024年2月", "date_incomplete"),
        ("2月15日", "date_incomplete"),
        ("February 2024", "date_incomplete"),
        ("45337", "date_is_a_number"),
        ("下周三", "not_a_date"),
    ],
)
def test_a_date_with_none_or_two_readings_is_refused(text: str, code: str) -> None:
    with pytest.raises(Unreadable, match=code):
        read_date(text)


def test_the_same_number_twice_has_one_reading() -> None:
    assert read_date("03/03/2024") == date(2024, 3, 3)


def test_the_author_of_a_file_may_settle_the_order_of_day_and_month() -> None:
    assert read_date("05.02.2024", day_first=True) == date(2024, 2, 5)
    assert read_date("05/02/2024", day_first=False) == date(2024, 5, 2)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)))
def test_a_chinese_date_reads_back(day: date) -> None:
    assert read_date(f"{day.year}年{day.month}月{day.day}日") == day


@pytest.mark.parametrize("text", ["", "  ", "-", "——", "无", "暂无", "N/A", "ｎ／ａ", "null", "待定"])
def test_marks_for_nothing_are_nothing(text: str) -> None:
    assert is_nothing(text)


def test_a_name_that_contains_a_mark_for_nothing_is_something() -> None:
    assert not is_nothing("无锡华兴")


def test_a_percentage_is_a_ratio_and_needs_its_sign() -> None:
    assert read_share("12.5%") == read_share("１２．５％") == read_share("百分之12.5") == Decimal("0.125")
    with pytest.raises(Unreadable, match="percent_sign_missing"):
        read_share("0.5")
    with pytest.raises(Unreadable, match="not_a_percentage"):
        read_share("half %")


def test_a_list_is_parted_by_any_of_the_usual_marks_and_holds_each_entry_once() -> None:
    assert read_list("产品A、产品B，产品C;产品A/无") == ("产品A", "产品B", "产品C")
    assert read_list("华东/华南") == ("华东", "华南")
    assert read_list("A/B testing, 24/7") == ("A/B testing", "24/7")


def test_state_and_level_words_become_codes() -> None:
    states = [read_word(word, TASK_STATES, "unknown_state") for word in ("已完成", "进行中", "未开始", "已取消")]
    assert states == ["done", "in_progress", "not_started", "cancelled"]
    orders = [read_word(word, ORDER_STATES, "unknown_state") for word in ("已下单", "生产中", "发货", "交付")]
    assert orders == ["placed", "in_production", "shipped", "delivered"]
    assert [read_word(word, LEVELS, "unknown_level") for word in ("高", "Medium", "低")] == ["high", "medium", "low"]
    with pytest.raises(Unreadable, match="unknown_level"):
        read_word("挺高", LEVELS, "unknown_level")
