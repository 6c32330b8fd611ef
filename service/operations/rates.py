"""Amounts in the base currency, by dated exchange rates."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.models import ExchangeRate

CENT = Decimal("0.01")


async def to_base(session: AsyncSession, values: Mapping[str, Any], base_currency: str) -> Decimal | None:
    """The potential value in the base currency; None without a value or without a rate for its day."""
    amount, currency = values.get("potential_value"), values.get("potential_currency")
    if amount is None or currency is None:
        return None
    if currency == base_currency:
        return Decimal(amount)
    rate = await rate_on(session, currency, values.get("potential_value_on") or datetime.now(UTC).date())
    return None if rate is None else converted(Decimal(amount), rate)


async def rate_on(session: AsyncSession, currency: str, day: date) -> Decimal | None:
    """The latest rate that was valid on a day."""
    return await session.scalar(
        select(ExchangeRate.rate)
        .where(ExchangeRate.currency == currency, ExchangeRate.valid_from <= day)
        .order_by(ExchangeRate.valid_from.desc())
        .limit(1)
    )


def converted(amount: Decimal, rate: Decimal) -> Decimal:
    """An amount at a rate, rounded to cents, halves to even."""
    return (amount * rate).quantize(CENT, ROUND_HALF_EVEN)
