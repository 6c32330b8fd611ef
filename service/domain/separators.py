"""Runs of digits with separators: 1,234.50 and 1.234,50 and 12 345,67 and 12,34,567.89."""

import re
from decimal import Decimal

from service.domain.unreadable import Unreadable

_GROUPED = {
    ".": re.compile(r"\d{1,3}(?:[, '_]\d{3})*(?:\.\d+)?|\d{1,2}(?:,\d\d)+,\d{3}(?:\.\d+)?|\d+(?:\.\d+)?"),
    ",": re.compile(r"\d{1,3}(?:[. '_]\d{3})*(?:,\d+)?|\d+(?:,\d+)?"),
}
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+")
_EITHER = re.compile(r"[1-9]\d{0,2}\.\d{3}|[1-9]\d*,\d{4,}")
_ZERO_GROUP = re.compile(r"0+[ '_]|0+[.,]\d{3}[.,]")


def decimal_of(written: str, decimal_mark: str | None, *, scaled: bool) -> Decimal:
    """A run of digits and separators as a number.

    One comma before three digits marks thousands, as everywhere in Chinese and English; one dot before three digits may
    be either (`ambiguous_separator`), unless a scale word shows that decimals are meant or `decimal_mark` settles it.
    """
    if written.isdecimal():
        return Decimal(written)
    if decimal_mark is None:
        if _EITHER.fullmatch(written) and not (scaled and "." in written):
            raise Unreadable("ambiguous_separator")
        decimal_mark = _evident_mark(written)
    if _ZERO_GROUP.match(written) or not _GROUPED[decimal_mark].fullmatch(written):
        raise Unreadable("not_an_amount")
    whole, _, fraction = written.partition(decimal_mark)
    digits = "".join(re.findall(r"\d", whole))
    return Decimal(f"{digits}.{fraction}" if fraction else digits)


def _evident_mark(written: str) -> str:
    """Which separator marks the decimals, where the digits themselves show it."""
    if _THOUSANDS.fullmatch(written) or written.count(",") > 1:
        return "."
    if "," not in written:
        return "," if written.count(".") > 1 else "."
    return "," if written.rfind(",") > written.rfind(".") else "."
