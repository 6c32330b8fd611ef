"""Money and numbers as people write them: 人民币 3.5万元, € 25,657 million (2020), 12 345,67 EUR, (1,234.50).

Nothing is guessed: what may mean two things raises `Unreadable` with the code that tells which two.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from service.domain.amount_words import SCALES, AmountWords
from service.domain.currencies import resolve
from service.domain.separators import decimal_of
from service.domain.unreadable import Unreadable

LARGEST = Decimal(10**18)
"""Amounts and numbers from here on are `number_too_large`."""

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Money:
    """An amount as written: the currency if stated, its year, whether it bore a scale, and whether it says more."""

    amount: Decimal
    currency: str | None = None
    as_of: int | None = None
    scaled: bool = False
    more: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """What a heading says of its numbers: 万元 is ten thousand, in a currency that is marked 元."""

    multiplier: Decimal
    marks: tuple[tuple[str, ...], ...]


def read_money(text: str, hints: Sequence[str] = (), decimal_mark: str | None = None) -> Money:
    """The one amount that a text states; `currency` is None where the text names none.

    `hints` are ISO codes known from elsewhere, best first; they only decide between currencies that share a mark.
    `decimal_mark`, "." or ",", settles 1.234 where the file's author said so. A year in parentheses is `as_of`; an
    amount in parentheses after the first is a restatement. Raises `Unreadable`.
    """
    if decimal_mark is None and _PLAIN.fullmatch(text):
        return Money(Decimal(text))
    return _money(text, tuple(hints), decimal_mark)


def read_number(text: str, decimal_mark: str | None = None) -> Decimal:
    """A number without a currency, with the same separators and scales as money."""
    try:
        money = read_money(text, (), decimal_mark)
    except Unreadable as flaw:
        raise Unreadable("not_a_number" if flaw.code == "not_an_amount" else flaw.code) from None
    if money.currency:
        raise Unreadable("not_a_number")
    return money.amount


def read_unit(text: str) -> Unit | None:
    """The unit that a heading or a note states (万元, in millions of USD); None if it says anything else."""
    try:
        words = AmountWords.of(_normal(text))
    except Unreadable:
        return None
    if words.numbers or words.about or not (words.scale or words.marks):
        return None
    return Unit(words.scale or Decimal(1), tuple(words.marks))


def from_float(value: float) -> Decimal:
    """The decimal that a spreadsheet shows for a binary number: fifteen digits, as Excel keeps."""
    return Decimal(f"{value:.15g}")


_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,2})?")


@lru_cache(maxsize=4096)
def _money(text: str, hints: tuple[str, ...], decimal_mark: str | None) -> Money:
    """`read_money` for what is more than plain digits; repeated cells are read once."""
    if len(text) > _LONGEST:
        raise Unreadable("not_an_amount")
    outside, notes = _split_notes(_normal(text))
    words = AmountWords.of(outside)
    if not words.numbers:
        words = AmountWords.of(f"{outside} {_accounting_negative(notes)}")
        words.negative = True
    as_of, more = _take_notes(notes, words)
    amount = _sum(words, decimal_mark)
    if abs(amount) >= LARGEST:
        raise Unreadable("number_too_large")
    return Money(
        amount=-amount if words.negative else amount,
        currency=resolve(words.marks, hints),
        as_of=words.as_of or as_of,
        scaled=words.scale is not None or any(scale for _, scale in words.numbers),
        more=more or words.about,
    )


_ORDINARY = str.maketrans("−–—‑’ʼ\t\r\n", "----''   ")


def _normal(text: str) -> str:
    """Full-width digits and marks made ordinary, case folded, every kind of dash and space the common one."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_ORDINARY).strip()


_NOTE = re.compile(r"\(([^()]*)\)")


def _split_notes(text: str) -> tuple[str, list[str]]:
    """What stands outside parentheses, and what within, innermost first; one that is never closed runs to the end."""
    notes: list[str] = []
    while found := _NOTE.search(text):
        notes.append(found[1].strip())
        text = f"{text[: found.start()]} {text[found.end() :]}"
    text, opened, tail = text.partition("(")
    return text, [*notes, tail.strip()] if opened else notes


_YEAR = re.compile(r"(?:19|20)\d\d")


def _accounting_negative(notes: list[str]) -> str:
    """The amount that stands in parentheses, as accountants write negatives; a lone year is not taken for one."""
    if not notes:
        raise Unreadable("not_an_amount")
    amount = notes.pop(0)
    if _YEAR.fullmatch(amount):
        raise Unreadable("ambiguous_amount")
    if "-" in amount:
        raise Unreadable("amount_is_a_range")
    return amount


_SOME_YEAR = re.compile(r"(?<![\d.,])(?:19|20)\d\d(?!\d|,\d)|(?<=fy )\d\d(?!\d)|(?<=fy)\d\d(?!\d)")
_ONLY_YEAR = re.compile(r"(?:fy ?)?(?:(?:19|20)\d\d|(?<=[y ])\d\d) ?年?度?")


def _take_notes(notes: list[str], words: AmountWords) -> tuple[int | None, bool]:
    """Units taken into the words; the year of the first note that tells one, and whether notes tell anything else."""
    as_of, more = None, False
    for note in filter(None, notes):
        unit = read_unit(note)
        if unit is None:
            found = [] if _is_restatement(note) else _SOME_YEAR.findall(note)
            as_of = as_of or max((int(year) if len(year) == 4 else 2000 + int(year) for year in found), default=None)
            more = more or not _ONLY_YEAR.fullmatch(note)
            continue
        words.marks.extend(unit.marks)
        if unit.multiplier != 1:
            if words.scale or any(scale for _, scale in words.numbers):
                raise Unreadable("not_an_amount")
            words.scale = unit.multiplier
    return as_of, more


def _is_restatement(note: str) -> bool:
    """Whether a note tells the same amount in another currency, so that its numbers are no years."""
    try:
        words = AmountWords.of(note)
    except Unreadable:
        return False
    return bool(words.numbers and words.marks)


def _sum(words: AmountWords, decimal_mark: str | None) -> Decimal:
    """The numbers with their scales as one amount: 1亿2000万 is a sum, other pairs are two amounts."""
    numbers = words.numbers
    if len(numbers) > 1 and not (len(words.marks) <= 1 and words.scale is None and _is_compound(numbers)):
        raise Unreadable("several_amounts")
    total = Decimal(0)
    for written, scale in numbers:
        factor = (SCALES[scale] if scale else Decimal(1)) * (words.scale or Decimal(1))
        total += decimal_of(written, decimal_mark, scaled=factor != 1) * factor
    return total


def _is_compound(numbers: list[tuple[str, str | None]]) -> bool:
    """Whether every number bears a Chinese scale word, each smaller than the one before."""
    scales = [SCALES[scale] for _, scale in numbers if scale and not scale.isascii()]
    return len(scales) == len(numbers) and all(greater > less for greater, less in pairwise(scales))
