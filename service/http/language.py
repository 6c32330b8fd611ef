"""Which of the two languages a caller reads."""

import re
from functools import lru_cache

KNOWN = {"en": "en", "zh": "zh-CN"}
LONGEST = 500  # characters; nobody states more preferences than that
PREFERENCE = re.compile(
    r"([a-z]{1,8}|\*)(?:-[a-z0-9]{1,8})*(?:[ \t]*;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?", re.ASCII
)


def preferred(accept_language: str, default: str) -> str:
    """The supported language that an Accept-Language header (RFC 9110, 12.5.4) ranks highest, else the default.

    Every kind of Chinese counts as Chinese; of equal ranks the first stated wins, and `*` stands for the others.
    """
    return _preferred(accept_language[:LONGEST].lower(), default)


@lru_cache(maxsize=256)
def _preferred(accept_language: str, default: str) -> str:
    ranks: dict[str, float] = {}
    others = 0.0
    for part in accept_language.split(","):
        stated = PREFERENCE.fullmatch(part.strip(" \t"))
        if stated is None:
            continue
        rank = float(stated[2] or 1)
        if stated[1] == "*":
            others = max(others, rank)
        elif language := KNOWN.get(stated[1]):
            ranks[language] = max(ranks.get(language, 0.0), rank)
    candidates = [*ranks, default, *KNOWN.values()]
    best = max(candidates, key=lambda language: ranks.get(language, others))
    return best if ranks.get(best, others) > 0 else default
