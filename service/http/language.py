"""Which of the two languages a caller reads."""

from functools import lru_cache


@lru_cache(maxsize=256)
def preferred(accept_language: str, default: str) -> str:
    """The supported language that an Accept-Language header (RFC 9110) ranks highest."""
    best, best_quality = default, 0.0
    for part in accept_language.split(","):
        tag, _, parameter = part.strip().partition(";")
        language = {"zh": "zh-CN", "en": "en", "*": default}.get(tag.partition("-")[0].strip().lower())
        if language and (rank := quality(parameter)) > best_quality:
            best, best_quality = language, rank
    return best


def quality(parameter: str) -> float:
    """The q value of one preference; 1 when absent, 0 when it cannot be read."""
    name, _, value = parameter.partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
