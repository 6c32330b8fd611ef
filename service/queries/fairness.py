"""Fairness as it stands now, and as it would be: for the company, for one person's line, for an appeal."""

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from service.domain.distribution.fairness import FairnessReport, fairness_report
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.snapshot import Snapshot
from service.domain.people import LEADERS, Role
from service.errors import Forbidden
from service.models import Staff
from service.policy import Actor
from service.policy.hierarchy import departments_under
from service.queries.snapshots import PLAN_DAYS, Scope, present_basis, read_snapshot

KNOWS_EVERYBODY = LEADERS | {Role.AUDITOR}
Known = frozenset[str] | None


async def fairness_json(connection: AsyncConnection, actor: Actor, timezone: str) -> bytes:
    """The members of FairnessView: the company's loads as they lie now, people named as far as the caller may know."""
    if actor.kind != "staff":
        raise Forbidden
    snapshot = await present_snapshot(connection, timezone)
    report = await asyncio.to_thread(report_now, snapshot)
    known = await known_people(connection, actor)
    whole = anonymous(report, known)
    view = {
        "snapshot_sha256": snapshot.sha256,
        "dimensions": [
            {**without(part, "before", "after", "total"), "total": part["total"] if known is None else None}
            | {"now": part["after"]}
            for part in whole["dimensions"]
        ],
        "claims": whole["claims"]["after"],
        "giants": whole["giants"] if known is None else [],
        "people": [{**without(person, "before", "after"), "loads": person["after"]} for person in whole["people"]],
        "waiting": whole["waiting"],
    }
    return orjson.dumps(view)


def report_now(snapshot: Snapshot) -> dict[str, Any]:
    """The report of the owners that a snapshot tells; the last one is kept, because nothing changes its hash's data."""
    kept = _LAST.get(snapshot.sha256)
    if kept is None:
        ledger = Ledger.of(snapshot)
        kept = fairness_report(ledger, ledger).to_mapping()
        _LAST.clear()
        _LAST[snapshot.sha256] = kept
    return kept


def anonymous(report: Mapping[str, Any], known: Known) -> dict[str, Any]:
    """A report that names only those whom the reader may know; the order of people tells nothing but their loads."""
    if known is None:
        return {**report, "people": sorted(report["people"], key=heaviest_first)}
    return {
        **report,
        "dimensions": [
            {**part, **{when: unnamed(part[when], known) for when in ("before", "after")}}
            for part in report["dimensions"]
        ],
        "claims": {when: {**claims, "widest": []} for when, claims in report["claims"].items()},
        "people": sorted((unnamed_person(person, known) for person in report["people"]), key=heaviest_first),
    }


def unnamed(evenness: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """The measures of one load without the ids of whom the reader may not know."""
    ids = ("max_person_id", "min_person_id")
    return {**evenness, **{name: evenness[name] if evenness[name] in known else None for name in ids}}


def unnamed_person(person: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """One person's loads, without id and code where the reader may not know whose they are."""
    hidden = {} if person["person_id"] in known else {"person_id": None, "code": None}
    return {**person, **hidden}


def heaviest_first(person: Mapping[str, Any]) -> tuple[Any, ...]:
    """The order of people: by their loads after, the greatest first."""
    return tuple(-Decimal(share) for _, share in sorted(person["after"].items()))


def without(mapping: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The members of an object but for some."""
    return {name: value for name, value in mapping.items() if name not in names}


async def known_people(connection: AsyncConnection, actor: Actor) -> Known:
    """Whose loads the actor may know by name: None for everybody's, else their line's, else their own."""
    if actor.roles & KNOWS_EVERYBODY:
        return None
    own = frozenset({str(actor.id)})
    if not actor.line:
        return own
    below = select(Staff.id).where(Staff.department_id.in_(departments_under(actor.line[0])))
    return own | {str(person) for person in await connection.scalars(below)}


async def fairness_effect(
    session: AsyncSession, account_id: UUID, staff_id: UUID | None, timezone: str
) -> dict[str, Any]:
    """The company's fairness now and with this account given to this person, or to nobody, everything else staying.

    Members: dimensions (before, after), claims (counts before and after), people (the two concerned, with their
    loads), sentences in both languages.
    """
    snapshot = await present_snapshot(await session.connection(), timezone)
    account, staff = str(account_id), str(staff_id) if staff_id else None
    owner = next((entry.owner for entry in snapshot.accounts if entry.id == account), None)
    report = await asyncio.to_thread(reassigned, snapshot, account, staff)
    whole = report.to_mapping()
    return {
        "dimensions": whole["dimensions"],
        "claims": {when: claims["counts"] for when, claims in whole["claims"].items()},
        "people": [person for person in whole["people"] if person["person_id"] in {owner, staff}],
        "sentences": whole["sentences"],
    }


def reassigned(snapshot: Snapshot, account_id: str, staff_id: str | None) -> FairnessReport:
    """The report of one account's change of hands; None: it waits."""
    before = Ledger.of(snapshot)
    owners = {account: owner for account, owner in before.owners().items() if account != account_id}
    return fairness_report(before, before.with_owners(owners | ({account_id: staff_id} if staff_id else {})))


async def present_snapshot(connection: AsyncConnection, timezone: str) -> Snapshot:
    """The whole company by the rules that count now."""
    return await read_snapshot(connection, await present_basis(connection, timezone, "now", Scope(), PLAN_DAYS))


_LAST: dict[str, dict[str, Any]] = {}
