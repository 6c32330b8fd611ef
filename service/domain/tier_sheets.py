"""What grading works on and what it hands out: subjects, reasons, and the sheet that shows why.

Every number on a sheet is exact; as JSON it is a decimal string. A share that is shown is cut after six places, so that
none ever looks as if it had reached a threshold that it missed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Context, Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from service.domain.invalid import Sentence

_CUT = Context(prec=120, rounding=ROUND_DOWN)


class Reason(StrEnum):
    """Why an account has no tier.

    客户没有级别的原因。
    """

    MISSING_VALUE = "missing_value"
    MISSING_RATE = "missing_rate"
    NOT_A_NUMBER = "not_a_number"
    NEGATIVE_VALUE = "negative_value"
    UNKNOWN_CHOICE = "unknown_choice"
    NOT_CHOSEN = "not_chosen"
    ZERO_TOTAL = "zero_total"
    BELOW_THRESHOLDS = "below_thresholds"


REASONS = {
    Reason.MISSING_VALUE: Sentence("A value that this scheme needs is missing.", "缺少该方案所需的数据。"),
    Reason.MISSING_RATE: Sentence("There is no exchange rate for its currency.", "缺少该币种的汇率。"),
    Reason.NOT_A_NUMBER: Sentence("A value is not an exact number.", "数据不是精确的数值。"),
    Reason.NEGATIVE_VALUE: Sentence("A negative value has no share.", "负值不参与份额计算。"),
    Reason.UNKNOWN_CHOICE: Sentence("The scheme does not know this value.", "方案中没有该取值。"),
    Reason.NOT_CHOSEN: Sentence("Nobody has chosen a tier yet.", "尚未选定级别。"),
    Reason.ZERO_TOTAL: Sentence("The total is zero, so nothing has a share.", "总量为零，无法计算份额。"),
    Reason.BELOW_THRESHOLDS: Sentence("It is below every threshold.", "低于所有级别的下限。"),
}


@dataclass(frozen=True, slots=True)
class Missing:
    """An input that could not be had, and why."""

    reason: Reason


Value = int | str | Decimal | Missing | None


@dataclass(frozen=True, slots=True)
class Subject:
    """An account to be graded: its inputs by name."""

    id: UUID
    inputs: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion of a score: what was there, the threshold or word that it reached, and what that gave."""

    criterion: str
    value: str
    reached: str | None
    points: Decimal
    weight: Decimal
    score: Decimal

    def as_data(self) -> dict[str, Any]:
        """The line as JSON data."""
        return {
            "criterion": self.criterion,
            "value": self.value,
            "reached": self.reached,
            "points": decimal_text(self.points),
            "weight": decimal_text(self.weight),
            "score": decimal_text(self.score),
        }


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the order by a measure, the highest first; `equals` accounts share it and its cumulative value."""

    value: Decimal
    rank: int
    equals: int
    accounts: int
    cumulative: Decimal
    total: Decimal

    def as_data(self) -> dict[str, Any]:
        """The place as JSON data, with the shares that follow from its numbers."""
        return {
            "value": decimal_text(self.value),
            "rank": self.rank,
            "equals": self.equals,
            "accounts": self.accounts,
            "cumulative": decimal_text(self.cumulative),
            "total": decimal_text(self.total),
            "share": share_text(self.value, self.total),
            "cumulative_share": share_text(self.cumulative, self.total),
        }


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one account was given and why; `held_by` names the input that held it back."""

    subject_id: UUID
    tier: str | None = None
    reason: Reason | None = None
    held_by: str | None = None
    threshold: Decimal | None = None
    score: Decimal | None = None
    lines: tuple[Line, ...] = ()
    place: Place | None = None

    @property
    def held_back(self) -> bool:
        """Whether it could not be judged, and so keeps the grade that it has."""
        return self.reason not in (None, Reason.BELOW_THRESHOLDS)

    def as_data(self) -> dict[str, Any]:
        """The sheet as JSON data without its subject: decimal strings, whole numbers, words and null."""
        return {
            "tier": self.tier,
            "reason": self.reason,
            "held_by": self.held_by,
            "threshold": None if self.threshold is None else decimal_text(self.threshold),
            "score": None if self.score is None else decimal_text(self.score),
            "lines": [line.as_data() for line in self.lines],
            "place": self.place.as_data() if self.place else None,
        }


def decimal_text(value: Decimal) -> str:
    """A decimal in plain digits, without zeros that say nothing."""
    return f"{value.normalize(_CUT):f}" if value else "0"


def share_text(part: Decimal, total: Decimal) -> str:
    """A share of a total above zero, cut after six places."""
    return f"{_CUT.quantize(_CUT.divide(part, total), Decimal('0.000001')):f}"
