"""The dossier of an account (客户档案): which groups of originals it needs, and how complete it is."""

from collections.abc import Collection, Iterable
from decimal import Decimal
from enum import StrEnum

from service.domain.archives import ORIGINAL_GROUPS

WITHOUT_A_GRADE = frozenset({2})  # a new target has at least its business licence there
PLACES = Decimal("0.0001")


class Held(StrEnum):
    """Where a group of originals stands: in the archive, deposited there, or neither."""

    HELD = "held"
    DEPOSITED = "deposited"
    MISSING = "missing"


def wanted_groups(grades: Iterable[Collection[int] | None]) -> frozenset[int]:
    """The groups, 1 to 10, that the dossier of an account with these grades needs: all that any of them asks for.

    A grade whose scheme says nothing of originals asks for all ten.
    """
    asked = [frozenset(ORIGINAL_GROUPS if groups is None else groups) for groups in grades]
    return frozenset().union(*asked) if asked else WITHOUT_A_GRADE


def completeness(wanted: Collection[int], held: Collection[int]) -> Decimal:
    """The part of the wanted groups that is held, 0 to 1 with four places; 1 where nothing is wanted."""
    if not wanted:
        return Decimal(1).quantize(PLACES)
    return (Decimal(len(set(wanted) & set(held))) / len(set(wanted))).quantize(PLACES)
