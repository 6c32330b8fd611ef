"""What a user can do with exchange rates: enter dated ones, take them out; values in the base currency follow."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.invalid import invalid
from service.journal import record
from service.models import ExchangeRate
from service.operations.jobs import start_job
from service.operations.rates import are_few, hold_rates, revalue
from service.operations.versions import Versions, expect
from service.policy import Actor, fetch, require
from service.schemas.exchange_rates import ExchangeRateCreate

REVALUE = "revalue_accounts"


async def create_exchange_rate(
    session: AsyncSession, actor: Actor, wanted: ExchangeRateCreate, base_currency: str
) -> ExchangeRate:
    """Enters a dated rate, and values the accounts of its currency anew."""
    require(actor, "create", ExchangeRate)
    if wanted.currency == base_currency:
        raise invalid("/currency", "base_currency", "This is the base currency itself.", "这就是本位币。")
    await hold_rates(session, changing=True)
    values = dict(wanted)
    rate = ExchangeRate(**values)
    session.add(rate)
    await session.flush()
    data = values | {"accounts_valued": await valued(session, actor, rate.id, wanted.currency)}
    await record(session, actor, events.ExchangeRateCreated(rate.id, data=data))
    session.info["made"] = rate
    return rate


async def delete_exchange_rate(session: AsyncSession, actor: Actor, rate_id: UUID, version: Versions) -> None:
    """Takes a rate out; its accounts are valued by the rate before it, or wait for one."""
    rate = await fetch(session, actor, "delete", ExchangeRate, rate_id)
    expect(rate, version)
    await hold_rates(session, changing=True)
    data = {"currency": rate.currency, "valid_from": rate.valid_from, "rate": rate.rate, "source": rate.source}
    await session.delete(rate)
    await session.flush()
    data |= {"accounts_valued": await valued(session, actor, rate.id, rate.currency)}
    await record(session, actor, events.ExchangeRateDeleted(rate_id, data=data))


async def valued(session: AsyncSession, actor: Actor, rate_id: UUID, currency: str) -> int | None:
    """How many accounts' values changed; None where they are so many that a job values them."""
    if await are_few(session, currency):
        return await revalue(session, currency)
    await start_job(session, actor, REVALUE, rate_id)
    return None
