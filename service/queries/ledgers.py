"""Ledgers as they stand: kept in memory, caught up by the entries since, restated where somebody's load changed."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.company_settings import KNOWN_SETTINGS
from service.domain.distribution.balance import Balance, Booking, Standing
from service.domain.distribution.fairness import FairnessReport, fairness_report
from service.domain.distribution.ledger import Ledger as DistributionLedger
from service.domain.distribution.snapshot import Snapshot
from service.errors import LedgerNotKept, NoPublishedRulebook
from service.models import Account, Ledger, LedgerEntry, Rulebook, TierScheme, new_id
from service.queries.snapshots import (
    PLAN_DAYS,
    TODAY,
    Basis,
    Scope,
    ids_in,
    in_scope,
    present_basis,
    read_accounts,
    read_people,
    read_snapshot,
    tier_minutes,
)

AT_ONCE = 5_000
"""Accounts that a request reads at once; what needs more is the worker's."""
SOME = 5
"""Entries that even a small ledger takes, beside one for each 20 accounts, before it is due."""
KEPT = 50
"""How many balances a process keeps in memory; one of 500 people takes less than 2 MB."""
ROUTE, FAIRNESS = "route", "fairness"
DAYS = {ROUTE: TODAY, FAIRNESS: PLAN_DAYS}
WAIT = {"Retry-After": "30"}
Balances: TypeAlias = "OrderedDict[UUID, tuple[int, Balance]]"


@dataclass(frozen=True)
class Opened:
    """A ledger that was just read: its row, the snapshot behind it, and the balance with which it opens."""

    id: UUID
    basis: Basis
    seen: str
    snapshot: Snapshot
    ledger: DistributionLedger
    balance: Balance

    def report(self) -> FairnessReport:
        """How evenly loads lie; pure, for a thread of its own."""
        return fairness_report(self.ledger, self.ledger)


@dataclass(frozen=True)
class Running:
    """A ledger as it stands now.

    `place`: of its last entry; `seen`: transactions that its balance knows of; `restated`: who stands otherwise than
    the entries tell; `due`: it should be opened anew soon; `small`: a request may do that, unless it has grown.
    """

    id: UUID
    basis: Basis
    place: int
    seen: str
    restated: tuple[Standing, ...]
    balance: Balance
    due: bool
    small: bool


async def running_ledger(
    connection: AsyncConnection, purpose: str, department_id: UUID | None, timezone: str
) -> Running | None:
    """The ledger of a scope, caught up with what was committed; None where none is kept that still holds.

    What may be restated at once are people with AT_ONCE accounts together. NoPublishedRulebook without rules.
    """
    head = await head_of(connection, purpose, department_id)
    if head.rulebook_id is None:
        raise NoPublishedRulebook
    day = datetime.now(UTC).astimezone(ZoneInfo(timezone)).date()
    if head.id is None or not head.holds or head.first_day != day:
        return None
    basis = await known_basis(connection, head, purpose, day)
    place, balance = await caught_up(connection, head)
    touched = [str(one) for one in head.touched]
    known = [balance.numbers[one] for one in touched if one in balance.numbers]
    if int(balance.count[known].sum()) > AT_ONCE:
        return None
    restated = await standings_of(connection, basis, balance, touched) if touched else ()
    balance = balance.restated(restated) if restated else balance
    small = head.accounts + place <= AT_ONCE
    return Running(head.id, basis, place, head.seen_now, restated, balance, is_due(head), small)


async def open_at_once(connection: AsyncConnection, purpose: str, scope: Scope, timezone: str) -> Opened:
    """A fresh ledger of a scope that a request may read; LedgerNotKept where only the worker may."""
    if await size_of(connection, scope) > AT_ONCE:
        raise LedgerNotKept(headers=WAIT)
    return await open_ledger(connection, purpose, scope, timezone)


async def open_ledger(connection: AsyncConnection, purpose: str, scope: Scope, timezone: str) -> Opened:
    """A fresh ledger of a scope: its snapshot, and what everybody carries by it."""
    ledger_id = new_id()
    seen = str(await connection.scalar(text("SELECT pg_current_snapshot()::text")))
    basis = await present_basis(connection, timezone, cycle_of(purpose, ledger_id), scope, DAYS[purpose])
    snapshot = await read_snapshot(connection, basis)
    ledger = await asyncio.to_thread(DistributionLedger.of, snapshot)
    return Opened(ledger_id, basis, seen, snapshot, ledger, await asyncio.to_thread(Balance.of, ledger))


def cycle_of(purpose: str, ledger_id: UUID) -> str:
    """The cycle of a ledger: routings of one ledger are their own, so that no two share a snapshot."""
    return f"{ROUTE}:{ledger_id}" if purpose == ROUTE else purpose


async def size_of(connection: AsyncConnection, scope: Scope) -> int:
    """How many accounts a scope has, counted up to one more than a request reads at once.

    Counted by owners and teams alone: a limit on accounts that are looked up there has the planner ask each by itself.
    """
    of_somebody = scope.department_id is not None or scope.staff_ids is not None
    found = (
        select(ids_in(scope).subquery().c[0]).distinct()
        if of_somebody
        else select(Account.id).where(Account.deleted_at.is_(None), in_scope(scope))
    )
    some = found.limit(AT_ONCE + 1).subquery()
    return int(await connection.scalar(select(func.count()).select_from(some)) or 0)


async def head_of(connection: AsyncConnection, purpose: str, department_id: UUID | None) -> Any:
    """The newest ledger of a scope with its last entry, the rules that count now, and whose load changed since."""
    return (await connection.execute(HEAD, {"purpose": purpose, "department_id": department_id})).one()


async def known_basis(connection: AsyncConnection, head: Any, purpose: str, day: date) -> Basis:
    """The basis of a ledger; published rules and schemes never change, so they are read once."""
    key = (head.rulebook_id, head.scheme_id)
    if key not in _RULES:
        rulebook = (await connection.execute(RULEBOOK.where(Rulebook.id == head.rulebook_id))).one()
        code = await connection.scalar(select(TierScheme.code).where(TierScheme.id == head.scheme_id))
        _RULES[key] = (rulebook.number, rulebook.definition, code, await tier_minutes(connection, code))
    number, definition, code, minutes = _RULES[key]
    now = datetime.now(UTC)
    return Basis(
        head.rulebook_id,
        number,
        definition,
        code,
        cycle_of(purpose, head.id),
        now,
        day,
        DAYS[purpose],
        Scope(head.department_id),
        minutes,
    )


async def caught_up(connection: AsyncConnection, head: Any) -> tuple[int, Balance]:
    """The last place of a ledger and the balance after it; one entry behind, no statement is needed."""
    kept = _KEPT.get(head.id)
    if kept and kept[0] == head.place - 1:
        _KEPT[head.id] = head.place, applied(kept[1], head)
    return await balance_at(connection, _KEPT, head.id, head.place)


async def balance_at(
    connection: AsyncConnection, kept_ones: Balances, ledger_id: UUID, place: int
) -> tuple[int, Balance]:
    """The balance after an entry, going on from the one in memory, else from the opening."""
    kept = kept_ones.get(ledger_id)
    if kept is None or kept[0] > place:
        opening = await connection.scalar(select(Ledger.opening).where(Ledger.id == ledger_id))
        assert opening is not None
        kept = (0, await asyncio.to_thread(Balance.from_mapping, opening))
    reached, balance = kept
    if reached < place:
        later = ENTRIES.where(LedgerEntry.ledger_id == ledger_id, LedgerEntry.place.between(reached + 1, place))
        for entry in await connection.execute(later):
            balance = applied(balance, entry)
    kept_ones[ledger_id] = (place, balance)
    kept_ones.move_to_end(ledger_id)
    if len(kept_ones) > KEPT:
        kept_ones.popitem(last=False)
    return place, balance


def applied(balance: Balance, entry: Any) -> Balance:
    """The balance after an entry."""
    return restated(balance, entry).booked(Booking.from_mapping(entry.booking))


def restated(balance: Balance, entry: Any) -> Balance:
    """The balance on which an entry's account was decided."""
    return balance.restated(map(Standing.from_mapping, entry.restated)) if entry.restated else balance


async def standings_of(
    connection: AsyncConnection, basis: Basis, balance: Balance, touched: list[str]
) -> tuple[Standing, ...]:
    """How those stand now whose load may have changed, without those for whom the balance is right."""
    scope = basis.scope
    changed = Scope(scope.department_id, tuple(UUID(one) for one in touched))
    people = await read_people(connection, replace(basis, scope=changed))
    theirs = Scope(scope.department_id, tuple(UUID(one.id) for one in people))
    accounts = await read_accounts(connection, replace(basis, scope=theirs)) if people else ()
    known = {one.person.id: one for one in balance.standings}
    found = balance.as_they_stand(people, accounts, touched)
    return tuple(one for one in found if one != known.get(one.person.id))


def is_due(head: Any) -> bool:
    """Whether a ledger has so many entries, or is so old, that its shares should be measured anew."""
    if head.place > SOME + head.accounts // 20:
        return True
    return bool(
        datetime.now(UTC) - head.taken_at > timedelta(hours=head.hours or KNOWN_SETTINGS["ledger_hours"].default)
    )


def ledger_row(opened: Opened, purpose: str) -> Mapping[str, Any]:
    """The columns of a fresh ledger, but for the scheme."""
    return {
        "id": opened.id,
        "purpose": purpose,
        "department_id": opened.basis.scope.department_id,
        "snapshot_sha256": opened.snapshot.sha256,
        "rulebook_id": opened.basis.rulebook_id,
        "first_day": opened.basis.first_day,
        "accounts": len(opened.snapshot.accounts),
        "seen": opened.seen,
        "opening": opened.balance.to_mapping(),
        "taken_at": opened.basis.as_of,
    }


RULEBOOK: Select[Any] = select(Rulebook.number, Rulebook.definition)
ENTRIES = select(LedgerEntry.place, LedgerEntry.restated, LedgerEntry.booking).order_by(LedgerEntry.place)
_KEPT: Balances = OrderedDict()
_RULES: dict[tuple[UUID, UUID | None], tuple[int, dict[str, Any], str | None, dict[str, int]]] = {}
# A change is new to a ledger when its transaction was not visible to the last entry; ids from before a restore, which
# lie ahead of this server's, tell nothing.
HEAD = text("""
    WITH rules AS (
        SELECT
            (SELECT id FROM rulebooks WHERE state = 'published' ORDER BY published_at DESC LIMIT 1) AS rulebook_id,
            (SELECT id FROM tier_schemes WHERE state = 'published' AND code = coalesce(
                (SELECT scheme_code FROM distribution_plans WHERE applied_at IS NOT NULL
                 ORDER BY applied_at DESC LIMIT 1),
                (SELECT code FROM tier_schemes WHERE state = 'published' ORDER BY published_at DESC LIMIT 1)
            )) AS scheme_id
    ), newest AS (
        SELECT l.*, coalesce(e.place, 0) AS place, coalesce(e.seen, l.seen)::pg_snapshot AS known, e.restated, e.booking
        FROM ledgers l
        LEFT JOIN LATERAL (
            SELECT place, seen, restated, booking FROM ledger_entries WHERE ledger_id = l.id ORDER BY place DESC LIMIT 1
        ) e ON true
        WHERE l.purpose = :purpose AND l.department_id IS NOT DISTINCT FROM CAST(:department_id AS uuid)
        ORDER BY l.id DESC LIMIT 1
    )
    SELECT rules.rulebook_id, rules.scheme_id, n.id, n.department_id, n.first_day, n.accounts, n.taken_at, n.place,
        n.restated, n.booking,
        pg_current_snapshot()::text AS seen_now,
        (SELECT value::int FROM settings WHERE key = 'ledger_hours') AS hours,
        n.rulebook_id = rules.rulebook_id AND n.scheme_id IS NOT DISTINCT FROM rules.scheme_id
            AND pg_snapshot_xmin(n.known) <= pg_snapshot_xmax(pg_current_snapshot()) AS holds,
        ARRAY(
            SELECT DISTINCT c.staff_id FROM load_changes c
            WHERE c.xid >= pg_snapshot_xmin(n.known)
              AND (c.xid < pg_snapshot_xmax(pg_current_snapshot()) OR c.xid = pg_current_xact_id_if_assigned())
              -- a snapshot does not tell whether the transaction that took it sees itself
              AND (c.xid = pg_current_xact_id_if_assigned() OR NOT pg_visible_in_snapshot(c.xid, n.known))
              AND c.booked_in IS DISTINCT FROM n.id
        ) AS touched
    FROM rules LEFT JOIN newest n ON true
""").columns(restated=JSONB, booking=JSONB)
