"""Amounts in the base currency, by dated exchange rates."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import func, select, text
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

from service.models import Account, ExchangeRate

CENT = Decimal("0.01")
AT_ONCE = 5_000
"""Accounts that a request values, which takes a quarter of a second; more are a job's, so many at a time."""
RATES_LOCK = 0x7261746573  # "rates" in ASCII

# Values are not negative; numeric's round() takes halves up, so a half before an even cent is taken back.
REVALUE = text("""
    WITH periods AS (
        SELECT rate, valid_from, lead(valid_from) OVER (ORDER BY valid_from) AS until
        FROM exchange_rates WHERE currency = :currency
    ), exact AS (
        SELECT a.id, a.potential_value_base, a.potential_value * p.rate AS value
        FROM accounts a LEFT JOIN periods p
          ON coalesce(a.potential_value_on, (now() AT TIME ZONE 'UTC')::date) >= p.valid_from
         AND coalesce(a.potential_value_on, (now() AT TIME ZONE 'UTC')::date) < coalesce(p.until, 'infinity')
        WHERE a.potential_currency = :currency AND a.deleted_at IS NULL
    ), valued AS (
        SELECT id, potential_value_base AS before,
               CASE WHEN mod(value * 100, 2) = 0.5 THEN trunc(value, 2) ELSE round(value, 2) END AS value
        FROM exact
    ), changed AS (
        SELECT id, value FROM valued WHERE value IS DISTINCT FROM before LIMIT :most
    )
    UPDATE accounts a SET potential_value_base = c.value, version = a.version + 1, updated_at = now()
    FROM changed c WHERE c.id = a.id
""")


async def to_base(session: AsyncSession, values: Mapping[str, Any], base_currency: str) -> Decimal | None:
    """The potential value in the base currency; None without a value or without a rate for its day."""
    amount, currency = values.get("potential_value"), values.get("potential_currency")
    if amount is None or currency is None:
        return None
    if currency == base_currency:
        return Decimal(amount)
    await hold_rates(session)
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


async def hold_rates(session: AsyncSession, *, changing: bool = False) -> None:
    """Until the end of the transaction no rate changes; whoever changes one waits for all who convert by them.

    Without it an account entered beside a new rate would keep the value that it had without the rate.
    """
    lock = func.pg_advisory_xact_lock if changing else func.pg_advisory_xact_lock_shared
    await session.execute(select(lock(RATES_LOCK)))


async def revalue(session: AsyncSession, currency: str) -> int:
    """Values accounts of one currency by the rates as they stand now, at most AT_ONCE; how many values changed."""
    result = await session.execute(REVALUE, {"currency": currency, "most": AT_ONCE})
    return cast("CursorResult[Any]", result).rowcount


async def are_few(session: AsyncSession, currency: str) -> bool:
    """Whether so few accounts have a currency that a request may value them all."""
    some = select(Account.id).where(Account.potential_currency == currency).limit(AT_ONCE + 1).subquery()
    return int(await session.scalar(select(func.count()).select_from(some)) or 0) <= AT_ONCE


async def currencies(session: AsyncSession, base_currency: str) -> Sequence[str]:
    """The currencies of potential values that rates convert."""
    known = select(Account.potential_currency).where(Account.potential_currency != base_currency).distinct()
    return [currency for currency in await session.scalars(known) if currency]


def converted(amount: Decimal, rate: Decimal) -> Decimal:
    """An amount at a rate, rounded to cents, halves to even."""
    return (amount * rate).quantize(CENT, ROUND_HALF_EVEN)


class Rates:
    """All dated rates at one instant, for many conversions."""

    def __init__(self, rows: Iterable[tuple[str, date, Decimal]], base_currency: str) -> None:
        self._base = base_currency
        self._known: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
        for currency, valid_from, rate in sorted(rows):
            self._known[currency].append((valid_from, rate))

    def to_base(self, values: Mapping[str, Any]) -> Decimal | None:
        """The potential value in the base currency; None without a value or without a rate for its day."""
        amount, currency = values.get("potential_value"), values.get("potential_currency")
        if amount is None or currency is None:
            return None
        if currency == self._base:
            return Decimal(amount)
        day = values.get("potential_value_on") or datetime.now(UTC).date()
        known = self._known[currency]
        at = bisect_right(known, day, key=itemgetter(0))
        return converted(Decimal(amount), known[at - 1][1]) if at else None


async def held_rates(session: AsyncSession, base_currency: str) -> Rates:
    """The rates, which stay as they are until the end of the transaction."""
    await hold_rates(session)
    rows = await session.execute(select(ExchangeRate.currency, ExchangeRate.valid_from, ExchangeRate.rate))
    return Rates(((row.currency, row.valid_from, row.rate) for row in rows), base_currency)
