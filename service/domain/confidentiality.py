"""Confidentiality (密级): four classes in order of rank.

Here 机密 `confidential` ranks above 秘密 `secret`, the other way round than NATO: compare by rank, never by the word.
"""

from enum import StrEnum


class Confidentiality(StrEnum):
    """How confidential something in the archives is; `rank` says which is higher."""

    UNCLASSIFIED = "unclassified"
    SECRET = "secret"  # noqa: S105 - a class, no password
    CONFIDENTIAL = "confidential"
    TOP_SECRET = "top_secret"  # noqa: S105 - the same

    @property
    def rank(self) -> int:
        """0 for unclassified to 3 for top secret."""
        return tuple(Confidentiality).index(self)

    @property
    def is_classified(self) -> bool:
        """Whether it is secret or higher."""
        return self.rank > 0
