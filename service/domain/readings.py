"""How Chinese is read aloud, by pypinyin's dictionary: 重庆 is chong qing, and 重量 zhong liang."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT

from service.domain.names import without_accents

_LONGEST: dict[str, int] = {}  # the two characters that phrases begin with → the length of the longest of them
for _phrase in PHRASES_DICT:
    _LONGEST[_phrase[:2]] = max(len(_phrase), _LONGEST.get(_phrase[:2], 1))


def read(run: str) -> Iterable[tuple[str, str]]:
    """The initials and the sort key of each phrase of a run of Chinese characters."""
    return map(_spoken, phrases(run))


def phrases(run: str) -> Iterator[str]:
    """The longest phrase of the dictionary from each place, else the one character; linear, unlike the library's."""
    start, end = 0, len(run)
    while start < end:
        size = min(_LONGEST.get(run[start : start + 2], 1), end - start)
        while size > 1 and run[start : start + size] not in PHRASES_DICT:
            size -= 1
        yield run[start : start + size]
        start += size


@lru_cache(maxsize=1 << 16)
def _spoken(word: str) -> tuple[str, str]:
    """The initials and the sort key of a phrase or character; one without a known reading stands for itself."""
    syllables = lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True)
    if len(syllables) != len(word):
        syllables = list(word)
    plain = [without_accents(syllable) for syllable in syllables]
    ordered = [f"{syllable}{ord(han):04x}" for syllable, han in zip(plain, word, strict=True)]
    return "".join([syllable[0] for syllable in plain]), " ".join(ordered)
