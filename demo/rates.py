"""What one unit of each currency in the companies' figures was worth in yuan, year by year.

Rounded yearly averages of the public market rates; good enough to compare companies, not to pay anybody.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

BASE = "CNY"
CARRIED = 2026
_AVERAGES = """
year  USD   EUR   GBP   JPY     CHF   SEK
2015  6.23  6.91  9.52  0.0515  6.47  0.74
2016  6.64  7.35  9.00  0.0611  6.74  0.78
2017  6.75  7.63  8.70  0.0602  6.86  0.79
2018  6.62  7.81  8.82  0.0599  6.76  0.76
2019  6.90  7.73  8.81  0.0634  6.95  0.73
2020  6.90  7.87  8.85  0.0646  7.36  0.75
2021  6.45  7.63  8.87  0.0588  7.06  0.75
2022  6.73  7.08  8.30  0.0513  7.05  0.67
2023  7.05  7.66  8.80  0.0504  7.88  0.67
2024  7.12  7.79  9.20  0.0476  8.18  0.68
2025  7.19  8.11  9.47  0.0481  8.66  0.73
"""


class Rate(NamedTuple):
    """One unit of a currency in yuan from a day on, as decimal text, and where that is from."""

    currency: str
    valid_from: date
    rate: str
    source: str


def rates() -> Iterator[Rate]:
    """The yearly averages of 2015 to 2025; the last one also counts for the year that is not over."""
    _, *currencies = _AVERAGES.split("\n")[1].split()
    for line in _AVERAGES.strip().split("\n")[1:]:
        year, *averages = line.split()
        for currency, average in zip(currencies, averages, strict=True):
            yield Rate(currency, date(int(year), 1, 1), average, f"approximate yearly average of {year}")
            if int(year) == CARRIED - 1:
                yield Rate(currency, date(CARRIED, 1, 1), average, f"approximate yearly average of {year}, carried on")
