"""Real companies as a sales department would hand them in: the stocks of pytickersymbols as a CSV file.

Names, places and figures are the ones of that package, as people typed them into Wikipedia; nothing is corrected here.
Only the region and the industry are told in fewer words, so that they can be looked after by people.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from typing import Any

from pytickersymbols import PyTickerSymbols

SOURCE = "pytickersymbols"
HEADINGS = (
    "External ID", "Company", "Industry", "Region", "Currency", "Revenue", "Source",
    "Stated industries", "Headquarters", "Employees", "Founded", "Website", "ISIN",
)  # fmt: skip

INDUSTRIES = {
    "Real estate": "reit|real estate|immobilien|homebuild|home construction",
    "Health care": "health|pharma|biotech|medic|life science|hospital|diagnost|drug|dental|hearing",
    "Finance": "financ|bank|insur|invest|asset management|credit|stock exchange|securities",
    "Technology": (
        "technolog|software|semiconductor|information|computer|internet|it services|electronics|"
        "e-commerce|cloud|cyber|online|data"
    ),
    "Media and telecommunications": (
        "telecom|communication|media|broadcast|publish|entertainment|advertising|wireless|television"
    ),
    "Energy and utilities": "energy|utilit|petrol|oil|gas|fossil|electric power|solar|wind|coal|water",
    "Automotive": "automo|automobile|auto |auto,|vehicle|truck|tire|tyre|car ",
    "Chemicals and materials": (
        "chemi|material|mining|metal|steel|paper|packaging|glass|rubber|mineral|forest|cement|fibre|textile|gold"
    ),
    "Retail and leisure": (
        "retail|restaurant|hotel|leisure|travel|apparel|fashion|department store|gambling|gaming|casino|"
        "luxury|touris|supermarket|consumer services|consumer cyclical|discretionary"
    ),
    "Consumer goods": (
        "consumer|food|beverage|drink|brew|tobacco|household|personal|cosmetic|agricultur|toy|sporting|"
        "furniture|education"
    ),
    "Transport and logistics": (
        "transport|airline|railway|railroad|shipping|logistic|freight|marine|luftfahrt|airport|warehous|"
        "postal|courier|trucking"
    ),
    "Industrial goods and services": (
        "industr|machin|aerospace|defen|construction|engineer|conglomerate|manufactur|equipment|electric|"
        "precision|services|trading compan|staffing|consult|holding|building|tool"
    ),
}
"""Industry → what the stated industries say; the first that fits counts."""

_STATES = {
    "US Northeast": "Connecticut|Maine|Massachusetts|New Hampshire|New Jersey|New York|Pennsylvania|"
    "Rhode Island|Vermont",
    "US Midwest": "Illinois|Indiana|Iowa|Kansas|Michigan|Minnesota|Missouri|Nebraska|North Dakota|Ohio|South Dakota|"
    "Wisconsin",
    "US South": "West Virginia|Alabama|Arkansas|Delaware|Florida|Georgia|Kentucky|Louisiana|Maryland|Mississippi|"
    "North Carolina|Oklahoma|South Carolina|Tennessee|Texas|Virginia|D.C.",
    "US West": "Alaska|Arizona|California|Colorado|Hawaii|Idaho|Montana|Nevada|New Mexico|Oregon|Utah|Washington|"
    "Wyoming",
}
_COUNTRIES = {
    "Germany": "Germany|DE",
    "United Kingdom and Ireland": "United Kingdom|England|Scotland|Wales|Ireland|Isle of Man|Guernsey|Jersey|GB|"
    "IE|JE|GG",
    "France": "France|FR",
    "Southern Europe": "Spain|Italy|Portugal|ES|IT|PT",
    "Benelux": "Belgium|Netherlands|Luxembourg|BE|NL|LU",
    "Nordics": "Finland|Sweden|Denmark|Norway|FI|SE|DK|NO",
    "Switzerland and Austria": "Switzerland|Austria|CH|AT",
    "Japan": "Japan|JP",
    "Asia and Pacific": "China|Singapore|Australia|Israel|Russian Federation|CN|SG|AU|IL|RU",
    "Canada and Latin America": "Canada|Mexico|Argentina|Bermuda|Bahamas|Puerto Rico|CA|MX|AR|BM|PR",
}
REGIONS = (*_STATES, *_COUNTRIES)
_REGION_OF = {
    place: region for region, places in (*_STATES.items(), *_COUNTRIES.items()) for place in places.split("|")
}
_STATE = re.compile("|".join(re.escape(state) for states in _STATES.values() for state in states.split("|")))
_HOME_CURRENCIES = {
    "Japan": "JPY", "Sweden": "SEK", "Denmark": "DKK", "Norway": "NOK", "Switzerland": "CHF", "United Kingdom": "GBP",
}  # fmt: skip
Stock = Mapping[str, Any]


def stocks() -> list[Stock]:
    """Every company of the installed release."""
    return list(PyTickerSymbols().get_all_stocks())


def release() -> str:
    """What the companies come from, as it is written beside each of them."""
    return f"{SOURCE} {version(SOURCE)}"


def as_csv(companies: Iterable[Stock], source: str) -> bytes:
    """The companies as a UTF-8 CSV file under `HEADINGS`."""
    text = io.StringIO(newline="")
    sheet = csv.writer(text)
    sheet.writerow(HEADINGS)
    sheet.writerows(row(company, source) for company in companies)
    return text.getvalue().encode()


def row(company: Stock, source: str) -> tuple[str, ...]:
    """One company in the order of `HEADINGS`; what is not known is empty."""
    known = company.get("metadata") or {}
    isins = company.get("isins") or [""]
    return (
        company.get("symbol") or isins[0],
        company["name"],
        industry_of(company),
        region_of(company),
        currency_of(company),
        known.get("revenue", ""),
        source,
        "; ".join(company.get("industries") or ()),
        *(known.get(name, "") for name in ("headquarters", "employees", "founded", "website")),
        isins[0],
    )


def industry_of(company: Stock) -> str:
    """The industry in one of a dozen words, "" where none fits."""
    stated = (text.casefold() for text in company.get("industries") or ())
    return next(filter(None, map(_industry, stated)), "")


def _industry(stated: str) -> str:
    """The first industry of which a stated one speaks."""
    found = (name for name, words in INDUSTRIES.items() if any(word in stated for word in words.split("|")))
    return next(found, "")


def region_of(company: Stock) -> str:
    """The region by country or state, else by the headquarters, else by where the share was registered."""
    return next((_REGION_OF[place] for place in _places(company) if place in _REGION_OF), "")


def _places(company: Stock) -> Iterator[str]:
    """What may tell the region, the surest first."""
    country = company.get("country") or ""
    yield country.rpartition(",")[2].strip()
    headquarters = (company.get("metadata") or {}).get("headquarters", "")
    yield from _STATE.findall(headquarters) if country in ("", "United States") else ()
    yield headquarters.rpartition(",")[2].strip()
    if country != "United States":  # an American share may stand for a company from anywhere
        yield from (isin[:2] for isin in company.get("isins") or ())


def currency_of(company: Stock) -> str:
    """The currency at home, else the one in which its share is listed first; it decides what $, ¥ and kr mean."""
    listed = (listing["currency"] for listing in company.get("symbols") or ())
    return _HOME_CURRENCIES.get(company.get("country") or "") or next(listed, "")
