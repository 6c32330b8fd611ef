"""The words of an amount: scales, currency marks, and what else people write beside a number."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from service.domain.currencies import MARKS, MINOR_UNITS
from service.domain.unreadable import Unreadable

SCALES = MappingProxyType(
    {
        word: Decimal(10**power)
        for power, words in {
            2: "百",
            3: "k|thousand|thousands|thou|tsd|tsd.|tausend|mille|千|仟",
            4: "万|萬|w",
            5: "lakh|lakhs|十万|十萬",
            6: "m|mm|mn|mn.|mio|mio.|mln|mln.|million|millions|millionen|millones|百万|百萬",
            7: "crore|crores|cr|千万|千萬",
            8: "亿|億",
            9: "b|bn|bn.|billion|billions|mrd|mrd.|md|milliard|milliards|milliarden|十亿|十億",
            10: "百亿|百億",
            11: "千亿|千億",
            12: "tn|trn|trillion|trillions|万亿|萬億",
        }.items()
        for word in words.split("|")
    }
)
"""Scale word, NFKC and case-folded → its factor."""

_ABOUT = "约|大约|约为|大概|左右|approx|approx.|approximately|about|around|circa|ca|ca.|c.|~|≈|est|est."
_RANGE = (
    ">|<|≥|≤|>=|<=|+|over|above|more than|less than|under|below|up to|at least|to|between|and|"
    "超过|以上|以下|以内|不足|近|至少|不少于|大于|小于|至|到"
)
_FILLER = "of|in|per|the|fy|整|正|:|,|;|)|]|”|“|单位"
_NEGATIVE = "△|▲|负|minus"

_KINDS = {
    **dict.fromkeys(_ABOUT.split("|"), "about"),
    **dict.fromkeys(_RANGE.split("|"), "range"),
    **dict.fromkeys(_FILLER.split("|"), "filler"),
    **dict.fromkeys(_NEGATIVE.split("|"), "negative"),
    "兆": "ambiguous_scale",
    **dict.fromkeys(SCALES, "scale"),
    **dict.fromkeys(MARKS, "mark"),
}


@dataclass(slots=True)
class AmountWords:
    """The parts of an amount: numbers as written, each with the scale word after it; and what stands for the whole."""

    numbers: list[tuple[str, str | None]] = field(default_factory=list)
    marks: list[tuple[str, ...]] = field(default_factory=list)
    scale: Decimal | None = None
    negative: bool = False
    about: bool = False
    as_of: int | None = None

    @classmethod
    def of(cls, text: str) -> "AmountWords":
        """The words of a normalised text; one that belongs to no amount raises `not_an_amount`."""
        found = cls()
        for token in _tokens(text):
            match token.lastgroup:
                case "year":
                    found.as_of = int(token["full"] or token["fiscal"] or f"20{token['short']}")
                case "number":
                    found.numbers.append((token[0], None))
                case "joined":
                    found.marks.append(MARKS[token["code"]])
                    found.scaled_by(token["before"] or token["after"])
                case "word":
                    found._word(token[0])
                case "dash":
                    found._dash(text[token.end() :])
        return found

    def scaled_by(self, word: str | None) -> None:
        """A scale belongs to the number before it; one that has none stands for the whole."""
        if word is None:
            return
        if self.numbers and self.numbers[-1][1] is None:
            self.numbers[-1] = (self.numbers[-1][0], word)
        elif self.scale is None:
            self.scale = SCALES[word]
        else:
            raise Unreadable("not_an_amount")

    def _word(self, word: str) -> None:
        """One known word taken in."""
        match _KINDS[word]:
            case "scale":
                self.scaled_by(word)
            case "mark":
                self.marks.append(MARKS[word])
            case "about" if self.numbers and word == "~":
                raise Unreadable("amount_is_a_range")
            case "about":
                self.about = True
            case "negative":
                self.negative = True
            case "range":
                raise Unreadable("amount_is_a_range")
            case "ambiguous_scale":
                raise Unreadable("ambiguous_scale")

    def _dash(self, rest: str) -> None:
        """A dash before the number or after everything is a minus; between two numbers it spans a range."""
        if self.numbers and rest.strip():
            raise Unreadable("amount_is_a_range" if re.search(r"\d", rest) else "not_an_amount")
        if self.negative:
            raise Unreadable("not_an_amount")
        self.negative = True


def _alternatives(words: Collection[str]) -> str:
    """A pattern for any of the words, the longest first; a Latin word does not end within a longer one."""
    return "|".join(
        re.escape(word) + (r"(?![^\W\d_])" if word[-1].isascii() and word[-1].isalpha() else "")
        for word in sorted(words, key=len, reverse=True)
    )


_CODES = "|".join(code.casefold() for code in MINOR_UNITS)
_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<year>fy\s?(?P<short>\d\d)(?!\d)|fy\s?(?P<fiscal>(?:19|20)\d\d)(?!\d)|(?P<full>(?:19|20)\d\d)\s?(?:年度?|财年))"
    r"|(?P<number>\d+(?:[.,'_ ]\d+)*)"
    rf"|(?P<joined>(?P<before>[mkb])?(?P<code>{_CODES})(?P<after>bn|[mkb])?(?![a-z]))"
    rf"|(?P<word>{_alternatives(_KINDS)})"
    r"|(?P<dash>-)"
)


def _tokens(text: str) -> Iterator[re.Match[str]]:
    """The text from left to right, every part recognised."""
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise Unreadable("not_an_amount")
        yield token
        position = token.end()
