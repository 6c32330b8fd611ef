"""Money and numbers as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.amounts import Money, Unit, from_float, read_money, read_number, read_unit
from service.domain.currencies import MARKS, MINOR_UNITS, currency_of_country
from service.domain.unreadable import SENTENCES, Unreadable, sentence


@pytest.mark.parametrize(
    ("text", "amount", "currency", "as_of"),
    [
        ("€ 25,657 million (2020)", "25657000000", "EUR", 2020),
        ("¥10,000", "10000", "CNY", None),
        ("￥１０，０００", "10000", "CNY", None),
        ("1,234.50 CNY", "1234.50", "CNY", None),
        ("人民币 3.5万元", "35000", "CNY", None),
        ("1.2亿", "120000000", None, None),
        ("1亿2000万", "120000000", None, None),
        ("1.5万亿元", "1500000000000", "CNY", None),
        ("USD 1.5bn", "1500000000", "USD", None),
        ("US$ 1.25B ( FY 2018 )", "1250000000", "USD", 2018),
        ("$1,234.50", "1234.50", "USD", None),
        ("HK$500", "500", "HKD", None),
        ("120万美元", "1200000", "USD", None),
        ("12 345,67 EUR", "12345.67", "EUR", None),
        ("1.234.567,89 €", "1234567.89", "EUR", None),
        ("1.234,50", "1234.50", None, None),
        ("918,3 Mio.€ (December 2017)", "918300000", "EUR", 2017),
        ("1'234.50 CHF", "1234.50", "CHF", None),
        ("₹12,34,567", "1234567", "INR", None),
        ("SEK 60.2 BSEK (2023)", "60200000000", "SEK", 2023),
        ("SEKm 147,147", "147147000000", "SEK", None),
        ("(1,234.50)", "-1234.50", None, None),
        ("US$ (3.741) billion (2025)", "-3741000000", "USD", 2025),
        ("US$−130 million (2025)", "-130000000", "USD", 2025),
        ("5,000-", "-5000", None, None),
        ("△300", "-300", None, None),
        ("100 (万元)", "1000000", "CNY", None),
        ("35,165,000,000 euro (2022)", "35165000000", "EUR", 2022),
        ("¥ 10.26 trillion ( US$ 93.53 billion) (2021)", "10260000000000", "CNY", 2021),
        ("US$ 37.885 billion ( Fiscal Year Ended February 3, 2023 )", "37885000000", "USD", 2023),
        ("3.5万元（2023年）", "35000", "CNY", 2023),
        ("0.125", "0.125", None, None),
        ("0", "0", None, None),
    ],
)
def test_an_amount_is_read_as_a_person_would(text: str, amount: str, currency: str | None, as_of: int | None) -> None:
    money = read_money(text, ("CNY",))
    assert (money.amount, money.currency, money.as_of) == (Decimal(amount), currency, as_of)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("10-20万", "amount_is_a_range"),
        ("1~2亿", "amount_is_a_range"),
        ("5 to 10 million", "amount_is_a_range"),
        (">€6 billion (2022)", "amount_is_a_range"),
        ("100万以上", "amount_is_a_range"),
        ("$1 billion+", "amount_is_a_range"),
        ("1.234", "ambiguous_separator"),
        ("1.234 EUR", "ambiguous_separator"),
        ("1,2345", "ambiguous_separator"),
        ("(2020)", "ambiguous_amount"),
        ("1兆", "ambiguous_scale"),
        ("40.9 billion kr", "ambiguous_currency"),
        ("¥5 USD", "conflicting_currencies"),
        ("US$ 1.83 billion (2023) US$1.04 billion (2022)", "several_amounts"),
        ("$1.2 billion $300 million", "several_amounts"),
        ("3万5", "several_amounts"),
        ("US$ 0 700 Mln", "not_an_amount"),
        ("1,23,4", "not_an_amount"),
        ("Mid Cap", "not_an_amount"),
        ("abc 12", "not_an_amount"),
        ("12%", "not_an_amount"),
        ("", "not_an_amount"),
        ("$", "not_an_amount"),
        ("9" * 201, "not_an_amount"),
        ("1" + "0" * 18, "number_too_large"),
        ("9,999,999 万亿", "number_too_large"),
    ],
)
def test_what_may_mean_two_things_is_refused_with_the_reason(text: str, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_money(text)
    assert refused.value.code == code


def test_a_shared_mark_is_decided_by_what_is_known_of_the_row_and_never_by_chance() -> None:
    assert read_money("¥5", ("JPY", "CNY")).currency == "JPY"
    assert read_money("kr 5", ("CNY", "NOK")).currency == "NOK"
    assert read_money("$5", ("CNY",)).currency == "USD"
    assert read_money("$5", ("HKD",)).currency == "HKD"
    with pytest.raises(Unreadable):
        read_money("¥5")


def test_the_country_tells_the_currency_of_a_shared_mark() -> None:
    assert currency_of_country("Osaka, Japan") == "JPY"
    assert currency_of_country("中国") == "CNY"
    assert currency_of_country("Atlantis") is None


def test_the_author_of_a_file_may_settle_the_decimal_mark() -> None:
    assert read_money("1.234", (), ",").amount == 1234
    assert read_money("1.234", (), ".").amount == Decimal("1.234")
    assert read_money("1,234", (), ",").amount == Decimal("1.234")
    with pytest.raises(Unreadable):
        read_money("1,234.50", (), ",")


def test_an_approximation_is_an_amount_that_says_more() -> None:
    assert read_money("约3.5万") == Money(Decimal(35000), scaled=True, more=True)
    assert not read_money("3.5万 (2020)").more


def test_a_number_has_no_currency() -> None:
    assert read_number("1,5万") == 15000
    with pytest.raises(Unreadable, match="not_a_number"):
        read_number("5 EUR")
    with pytest.raises(Unreadable, match="not_a_number"):
        read_number("five")


def test_the_unit_of_a_heading_is_a_factor_and_marks() -> None:
    assert read_unit("万元") == Unit(Decimal(10000), (MARKS["元"],))
    assert read_unit("in millions of USD") == Unit(Decimal(1000000), (("USD",),))
    assert read_unit("必填") is None
    assert read_unit("5万元") is None


def test_a_binary_number_is_read_with_the_fifteen_digits_that_excel_shows() -> None:
    assert from_float(0.1 + 0.2) == Decimal("0.3")
    assert from_float(1e20) == 10**20


def test_yen_have_no_cents_and_dinars_three_places() -> None:
    assert (MINOR_UNITS["JPY"], MINOR_UNITS["CNY"], MINOR_UNITS["KWD"]) == (0, 2, 3)


@given(st.decimals(min_value=0, max_value=10**14, places=2))
def test_grouped_by_commas_an_amount_reads_back(amount: Decimal) -> None:
    assert read_money(f"¥{amount:,.2f}", ("CNY",)).amount == amount


@given(st.decimals(min_value=1, max_value=10**14, places=2))
def test_written_the_european_way_an_amount_reads_back(amount: Decimal) -> None:
    european = f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))
    assert read_money(f"{european} EUR").amount == amount


@given(st.text(max_size=60))
def test_any_text_is_an_amount_or_refused_with_a_known_code(text: str) -> None:
    try:
        found: Money | Unreadable = read_money(text, ("CNY",))
    except Unreadable as refused:
        found = refused
    assert isinstance(found, Money) or found.code in SENTENCES


@pytest.mark.parametrize("code", SENTENCES)
def test_every_code_has_a_sentence_in_both_languages(code: str) -> None:
    told = sentence(code, limit=1, line=1, encoding="UTF-8", named="CSV", found="XLSX")
    assert told.en.endswith(".")
    assert told.zh.endswith("。")
    assert "{" not in told.en + told.zh
