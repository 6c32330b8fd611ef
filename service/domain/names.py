"""Names: how they are stored, found, sorted and compared, in Chinese and in Latin letters.

Text is stored in NFC and matched on NFKC with the case folded (Unicode UAX 15).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import add
from unicodedata import category, combining, normalize

from service.domain.invalid import invalid

SORT_KEY_LENGTH = 400  # characters, at most 1,600 bytes: an index row of PostgreSQL holds 2,704

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_RUN = re.compile(f"[{_HAN}]+|[^ {_HAN}]+")
_HAN_START = re.compile(f"[{_HAN}]")
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")

_CHINESE_FORM = re.compile(
    "^(?:株式会社)|(?:股份有限公司|有限责任公司|有限責任公司|有限公司|股份公司|有限合伙|普通合伙|株式会社)$"
)
_LATIN_FORM = re.compile(
    "inc|incorporated|corp|corporation|co|company|ltd|limited|llc|llp|lp|plc|gmbh|ag|kg|kgaa|ohg|mbh|ug|se|sa|sas|sarl"
    "|spa|srl|nv|bv|ab|as|asa|aps|oy|oyj|pty|pte|bhd|sdn|kk|jsc|pjsc"
)


class _PunctuationAsSpace(dict[int, str]):
    """A translation table that fills itself: punctuation, symbols and controls become a space."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = " " if category(character)[0] in "PSZC" else character
        return self[code]


_SPACED = _PunctuationAsSpace()


@dataclass(frozen=True, slots=True)
class NameForms:
    """Everything that is stored beside a name so that it can be found, sorted and matched."""

    match_key: str
    initials: str
    sort_key: str
    grams: list[str]
    normalised: str


def clean_text(text: str) -> str:
    """NFC without outer white space; U+0000 and lone surrogates, which no database keeps, are refused."""
    if _NOT_TEXT.search(text):
        raise invalid("", "not_text", "The text holds U+0000 or a lone surrogate.", "文本含有 U+0000 或孤立代理码。")
    return normalize("NFC", text).strip()


def name_forms(name: str) -> NameForms:
    """All forms of a name at once, its characters read only once."""
    key = match_key(name)
    initials, sort = _spoken(key)
    return NameForms(key, initials, sort, _grams(key, initials), _normalised(key))


def match_key(text: str) -> str:
    """What two spellings of the same text share: NFKC, case folded, invisible characters and runs of space gone."""
    if not text.isascii():
        text = normalize("NFKC", normalize("NFKC", _INVISIBLE.sub("", text)).casefold())
    return " ".join(text.lower().split())


def query_words(query: str) -> list[str]:
    """The words of a search; each must occur in a name's match key or in its initials."""
    return match_key(query).split()


def query_grams(query: str) -> list[str]:
    """The pieces that a name found by a search has among its grams; more may have them, so the words decide."""
    return sorted({piece for word in query_words(query) for piece in map(add, word, word[1:] or [""])})


def normalised_name(name: str) -> str:
    """What is left for finding duplicates: no legal form, punctuation, white space, width or case."""
    return _normalised(match_key(name))


def without_names(text: str, names: Iterable[str]) -> str:
    """The text with names, and company names without their legal form, replaced by […]; the longest come first.

    Within a Latin word or a number nothing is replaced.
    """
    forms = {form for name in names for form in (name, normalised_name(name)) if len(form) > 1}
    if not forms:
        return text
    either = "|".join(re.escape(form) for form in sorted(forms, key=lambda form: (-len(form), form)))
    return re.sub(f"(?<![A-Za-z0-9])(?:{either})(?![A-Za-z0-9])", "[…]", text, flags=re.IGNORECASE)


def _normalised(key: str) -> str:
    words = key.replace(".", "").replace("/", "").translate(_SPACED).split()
    while len(words) > 1 and _LATIN_FORM.fullmatch(words[-1]):
        words.pop()
    joined = "".join(words)
    return _CHINESE_FORM.sub("", joined) or joined or key


def _grams(key: str, initials: str) -> list[str]:
    pieces = [*initials, *map(add, initials, initials[1:])]
    for word in key.split():
        pieces += word
        pieces += map(add, word, word[1:])
    return list(dict.fromkeys(pieces))


def _spoken(key: str) -> tuple[str, str]:
    """The initials and the sort key of a match key."""
    parts = list(_parts(key))
    initials = "".join([part[0] for part in parts])
    return initials, " ".join([part[1] for part in parts])[:SORT_KEY_LENGTH]


def _parts(key: str) -> Iterator[tuple[str, str]]:
    for run in _RUN.findall(key.translate(_SPACED)):
        if _HAN_START.match(run):
            from service.domain.readings import read  # noqa: PLC0415 - a dictionary that no start waits for

            yield from read(run)
        else:
            plain = without_accents(run)
            yield plain, plain


def without_accents(text: str) -> str:
    """Latin letters without their marks; a text of nothing but marks stays."""
    if text.isascii():
        return text
    return "".join([character for character in normalize("NFD", text) if not combining(character)]) or text
