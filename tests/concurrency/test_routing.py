"""Arrivals that race: what comes of them is what some serial order gives, and no cap is passed."""

import asyncio
from collections import Counter

from sqlalchemy import select, update

from service.domain.distribution.balance import Balance, Booking, Standing
from service.domain.distribution.routing import route
from service.models import Decision, Ledger, LedgerEntry, Staff
from tests.house import House
from tests.sharing import Sharing

ARRIVALS, CAP = 40, 11


async def arrive(sharing: Sharing, account: object) -> str | None:
    """Who gets an account."""
    body = {"department_id": str(sharing.department_id)}
    answer = await sharing.ask(sharing.leader, "POST", f"/v1/accounts/{account}/route", body)
    assert answer.status_code == 200, answer.text
    return answer.json()["staff_id"]


async def test_parallel_arrivals_are_some_serial_order_to_the_bit(committed_house: House) -> None:
    sharing = await Sharing.of(committed_house, sellers=3)
    async with committed_house.services.database.transaction() as session:
        await session.execute(CAPPED.values(max_accounts=CAP))
    accounts = [await sharing.account(potential_value_base=1_000 * (1 + at * 7 % 13)) for at in range(ARRIVALS)]
    owners = await asyncio.gather(*(arrive(sharing, account) for account in accounts))
    counted = Counter(owners)
    assert {counted[str(seller.id)] for seller in sharing.sellers} == {CAP}
    assert counted[None] == ARRIVALS - 3 * CAP
    async with committed_house.services.database.reading() as connection:
        rows = (await connection.execute(ROUTED)).all()
        openings = {row.id: row.opening for row in await connection.execute(select(Ledger.id, Ledger.opening))}
    assert len(rows) == ARRIVALS
    balances = {id_: Balance.from_mapping(opening) for id_, opening in openings.items()}
    places: Counter[object] = Counter()
    for row in rows:
        places[row.ledger_id] += 1
        assert row.place == places[row.ledger_id]
        balance = balances[row.ledger_id].restated(map(Standing.from_mapping, row.restated))
        booking = Booking.from_mapping(row.booking)
        again = route(balance.ledger([booking.account]), booking.account.id)
        stored = (row.winner_id and str(row.winner_id), row.runner_up_id and str(row.runner_up_id), row.margin)
        assert (again.winner, again.runner_up, again.margin) == stored
        balances[row.ledger_id] = balance.booked(booking)


CAPPED = update(Staff)
ROUTED = (
    select(
        LedgerEntry.ledger_id,
        LedgerEntry.place,
        LedgerEntry.restated,
        LedgerEntry.booking,
        Decision.winner_id,
        Decision.runner_up_id,
        Decision.margin,
    )
    .join(Ledger, Ledger.id == LedgerEntry.ledger_id)
    .join(Decision, (Decision.snapshot_sha256 == Ledger.snapshot_sha256) & (Decision.place == LedgerEntry.place))
    .order_by(LedgerEntry.ledger_id, LedgerEntry.place)
)
