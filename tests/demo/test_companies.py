"""How real companies become rows that the service can read."""

import csv
import io
from collections import Counter

import pytest

from demo.companies import HEADINGS, INDUSTRIES, REGIONS, as_csv, currency_of, industry_of, region_of, row, stocks
from demo.rates import CARRIED, rates
from service.domain.amounts import Money
from service.domain.headings import find_headings
from service.domain.row_reading import RowReader, RowReading
from service.domain.tables import Row


@pytest.fixture(scope="module")
def readings() -> list[RowReading]:
    """Every company as the service reads its row."""
    rows = list(csv.reader(io.StringIO(as_csv(stocks(), "test").decode())))
    columns = find_headings(rows[:1], surely_first=True).columns
    reader = RowReader(columns, "accounts", headings=HEADINGS, delimited=True)
    return [reader.read(Row(number, tuple(cells))) for number, cells in enumerate(rows[1:], start=2)]


@pytest.mark.parametrize(
    ("country", "headquarters", "isins", "region"),
    [
        ("Germany", "Montabaur , Germany", [], "Germany"),
        ("New York City, New York", "", [], "US Northeast"),
        ("Columbus, Georgia", "", [], "US South"),
        ("Charleston, West Virginia", "", [], "US South"),
        ("Washington, D.C.", "", [], "US South"),
        ("Seattle, Washington", "", [], "US West"),
        ("United States", "Duke Energy Plaza Charlotte, North Carolina , U.S.", [], "US South"),
        ("United States", "Geneva , Switzerland", ["US0000000000"], "Switzerland and Austria"),
        ("United States", "nowhere that is known", ["US0000000000"], ""),
        (None, "", ["FR0010667147"], "France"),
        (None, "", None, ""),
    ],
)
def test_the_region_follows_from_country_headquarters_or_registration(
    country: str | None, headquarters: str, isins: list[str] | None, region: str
) -> None:
    company = {"name": "A", "country": country, "metadata": {"headquarters": headquarters}, "isins": isins}
    assert region_of(company) == region


@pytest.mark.parametrize(
    ("stated", "industry"),
    [
        (["Retail REITs"], "Real estate"),
        (["Pharmaceuticals & Medical Research"], "Health care"),
        (["Conglomerate", "Retailers"], "Industrial goods and services"),
        (["Riechstoffe", "Chemicals"], "Chemicals and materials"),
        (["Riechstoffe"], ""),
        ([], ""),
        (None, ""),
    ],
)
def test_the_first_stated_industry_that_fits_counts(stated: list[str] | None, industry: str) -> None:
    assert industry_of({"name": "A", "industries": stated}) == industry


def test_the_currency_at_home_goes_before_the_one_of_the_listing() -> None:
    listed = [{"currency": "USD"}, {"currency": "EUR"}]
    assert currency_of({"name": "A", "country": "Sweden", "symbols": listed}) == "SEK"
    assert currency_of({"name": "A", "country": "Finland", "symbols": listed}) == "USD"
    assert currency_of({"name": "A"}) == ""


def test_a_company_without_a_symbol_goes_by_its_isin_and_one_without_both_by_nothing() -> None:
    assert row({"name": "A", "symbol": "AA", "isins": ["FR0010667147"]}, "test")[0] == "AA"
    assert row({"name": "A", "isins": ["FR0010667147"]}, "test")[0] == "FR0010667147"
    assert row({"name": "A"}, "test") == ("", "A", "", "", "", "", "test", "", "", "", "", "", "")


def test_figures_stand_in_the_file_as_people_wrote_them() -> None:
    company = {"name": "A", "metadata": {"revenue": "¥ 57.85 billion ( US$ 527.06 million) (2024)"}}
    assert row(company, "test")[HEADINGS.index("Revenue")] == "¥ 57.85 billion ( US$ 527.06 million) (2024)"


def test_the_service_understands_the_headings_and_most_figures(readings: list[RowReading]) -> None:
    assert len(readings) > 1500
    assert not any(reading.is_rejected for reading in readings)
    valued = [reading for reading in readings if "account.potential_value" in reading.values]
    assert len(valued) > len(readings) * 2 / 3
    unread = Counter(problem.field for reading in readings for problem in reading.problems)
    assert unread["account.potential_value"] < len(readings) / 20


def test_nearly_every_company_has_one_of_our_regions_and_industries(readings: list[RowReading]) -> None:
    for field, known in (("account.region", REGIONS), ("account.industry", INDUSTRIES)):
        found = Counter(reading.values.get(field) for reading in readings)
        assert found.pop(None, 0) < len(readings) / 30
        assert set(found) <= set(known)


def test_there_is_a_rate_for_every_currency_that_occurs_and_every_year(readings: list[RowReading]) -> None:
    values = [reading.values.get("account.potential_value") for reading in readings]
    occurring = {value.currency for value in values if isinstance(value, Money)}
    by_currency: dict[str, list[int]] = {}
    for rate in rates():
        assert rate.source.startswith("approximate yearly average of")
        by_currency.setdefault(rate.currency, []).append(rate.valid_from.year)
    assert occurring <= set(by_currency)
    assert all(years == list(range(2015, CARRIED + 1)) for years in by_currency.values())
