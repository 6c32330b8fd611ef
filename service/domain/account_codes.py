"""What an account's code may be: people's own codes have more than letters (COX&KINGS.NS, 华东-001)."""

from service.domain.invalid import Sentence

LONGEST = 40
"""Characters."""
RULE = Sentence("A code has at most 40 printable characters.", "编号最多 40 个可见字符。")


def is_code(text: str) -> bool:
    """Whether a text, as it is kept, can be a code."""
    return 0 < len(text) <= LONGEST and text.isprintable()
