"""Currencies: their codes, their smallest units, and the marks by which people write them.

Source of codes and minor units: ISO 4217, list one. A mark that several currencies share names them all; it is resolved
by what else is known of the row (`resolve`), never by chance.
"""

from collections.abc import Sequence
from types import MappingProxyType

from service.domain.unreadable import Unreadable

_TWO = (
    "AED ARS AUD AZN BDT BGN BRL CAD CHF CNY COP CZK DKK DOP DZD EGP ETB EUR GBP GEL GHS HKD HUF IDR ILS "
    "INR JMD KES KHR KZT LAK LBP LKR MAD MMK MNT MOP MUR MXN MYR NGN NOK NPR NZD PEN PHP PKR PLN QAR RON "
    "RSD RUB SAR SEK SGD THB TRY TWD TZS UAH USD UYU UZS ZAR"
)
_NONE = "CLP ISK JPY KRW PYG UGX VND XAF XOF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"

MINOR_UNITS = MappingProxyType(
    dict.fromkeys(_TWO.split(), 2) | dict.fromkeys(_NONE.split(), 0) | dict.fromkeys(_THREE.split(), 3)
)
"""ISO 4217 code → number of decimal places."""

_DOLLARS = ("USD", "AUD", "CAD", "HKD", "SGD", "TWD", "NZD", "MXN", "ARS", "CLP", "COP", "JMD", "UYU")
_CROWNS = ("SEK", "NOK", "DKK", "ISK", "CZK")
_YUAN = ("CNY", "TWD", "HKD", "MOP")
_YEN_OR_YUAN = ("CNY", "JPY")
_RUPEES = ("INR", "PKR", "LKR", "NPR", "MUR")

_OF_ONE = {
    "CNY": "rmb|cn¥|cnh|renminbi|人民币|人民幣|人民币元",
    "USD": "us$|us $|$us|usd$|us dollar|us dollars|united states dollar|united states dollars|美元|美金",
    "EUR": "€|euro|euros|欧元|歐元",
    "GBP": "£|gbp£|pound|pounds|pounds sterling|sterling|英镑|英鎊",
    "JPY": "jp¥|yen|japanese yen|円|日元|日圆|日圓",
    "HKD": "hk$|港元|港币|港幣",
    "TWD": "nt$|ntd|新台币|新臺幣|新台幣|台币|臺幣|台幣",
    "MOP": "mop$|澳门元|澳門元|澳门币",
    "SGD": "s$|sg$|新加坡元|新币|坡币",
    "AUD": "a$|au$|澳元|澳币|澳幣",
    "CAD": "c$|ca$|can$|加元|加币|加拿大元",
    "NZD": "nz$|新西兰元|纽元|纽币",
    "MXN": "mx$|mex$",
    "BRL": "r$|reais",
    "CHF": "sfr|sfr.|franken|瑞士法郎|瑞郎",
    "KRW": "₩|won|韩元|韩币|韓元|韓幣",
    "INR": "₹|indian rupees|印度卢比",
    "RUB": "₽|руб|руб.|rubles|roubles|卢布",
    "THB": "฿|baht|泰铢|泰銖",
    "VND": "₫|越南盾",
    "MYR": "rm|ringgit|林吉特|马币",
    "PHP": "₱",
    "IDR": "rp|rupiah|印尼盾",
    "ILS": "₪",
    "TRY": "₺",
    "UAH": "₴",
    "KZT": "₸",
    "NGN": "₦",
    "PLN": "zł",
    "CZK": "kč",
    "HUF": "ft|forint",
    "SEK": "kronor",
    "ZAR": "rand",
    "AED": "迪拉姆|dirhams",
}
_OF_SEVERAL = {
    _DOLLARS: "$|dollar|dollars",
    _YEN_OR_YUAN: "¥",
    _YUAN: "元|块|圆|圓|yuan",
    _CROWNS: "kr|kr.|kroner",
    _RUPEES: "rs|rs.|rupees",
}

MARKS = MappingProxyType(
    {code.casefold(): (code,) for code in MINOR_UNITS}
    | {mark: (code,) for code, marks in _OF_ONE.items() for mark in marks.split("|")}
    | {mark: codes for codes, marks in _OF_SEVERAL.items() for mark in marks.split("|")}
)
"""Mark, NFKC and case-folded → the currencies that it may mean."""

_USUAL = ((frozenset(_DOLLARS), "USD"), (frozenset(_YUAN), "CNY"))

_COUNTRIES = {
    "CNY": "china|中国|中國|prc|mainland china|people's republic of china",
    "JPY": "japan|日本",
    "HKD": "hong kong|香港|中国香港",
    "TWD": "taiwan|台湾|臺灣|台灣",
    "MOP": "macau|macao|澳门|澳門",
    "SEK": "sweden|瑞典",
    "NOK": "norway|挪威",
    "DKK": "denmark|丹麦",
    "ISK": "iceland|冰岛",
    "CZK": "czechia|czech republic|捷克",
    "USD": "usa|us|united states|united states of america|美国",
    "AUD": "australia|澳大利亚",
    "CAD": "canada|加拿大",
    "SGD": "singapore|新加坡",
    "NZD": "new zealand|新西兰",
    "MXN": "mexico|墨西哥",
    "INR": "india|印度",
    "PKR": "pakistan|巴基斯坦",
    "LKR": "sri lanka|斯里兰卡",
}
_BY_COUNTRY = {name: code for code, names in _COUNTRIES.items() for name in names.split("|")}


def currency_of_country(place: str) -> str | None:
    """The currency at home in a country, for those whose mark is shared; the last part of "Osaka, Japan" counts."""
    return _BY_COUNTRY.get(place.rpartition(",")[2].strip().casefold())


def resolve(marks: Sequence[tuple[str, ...]], hints: Sequence[str]) -> str | None:
    """The one currency that all marks allow, None without marks.

    `hints` are currencies known from elsewhere (the row's currency column, its country, the base currency), best first:
    the first that the marks allow decides. Without one, `$` is the US dollar and 元 the yuan, as usual; ¥ and kr alone
    are `ambiguous_currency`.
    """
    if not marks:
        return None
    possible = set(marks[0]).intersection(*marks[1:])
    if not possible:
        raise Unreadable("conflicting_currencies")
    if len(possible) == 1:
        return possible.pop()
    usual = (code for family, code in _USUAL if family == possible)
    chosen = next((hint for hint in (*hints, *usual) if hint in possible), None)
    if chosen is None:
        raise Unreadable("ambiguous_currency")
    return chosen
