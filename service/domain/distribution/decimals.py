"""Exact fractions written as decimal strings, the same on every machine."""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)


def decimal(value: Fraction | int, places: int = 6) -> str:
    """A fraction rounded half to even."""
    exact = Fraction(value)
    return _written(EXACT.divide(Decimal(exact.numerator), Decimal(exact.denominator)), places)


def root(value: Fraction, places: int = 6) -> str:
    """The square root of a fraction that is not negative, rounded half to even."""
    return _written(EXACT.sqrt(EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))), places)


def hours(minutes: int) -> str:
    """Minutes in hours, to the hundredth, without zeros that tell nothing."""
    return decimal(Fraction(minutes, 60), 2).rstrip("0").rstrip(".")


def _written(value: Decimal, places: int) -> str:
    """A decimal number with so many places, zero without a sign."""
    rounded = EXACT.quantize(value, Decimal(1).scaleb(-places))
    return f"{abs(rounded) if rounded.is_zero() else rounded:f}"
