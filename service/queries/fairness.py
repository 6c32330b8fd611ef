"""Fairness as it stands now, and as it would be: for the company, for one person's line, for an appeal."""

import asyncio
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from service.domain.distribution.fairness import FairnessReport, fairness_report
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.snapshot import Snapshot
from service.queries.snapshots import PLAN_DAYS, Scope, present_basis, read_snapshot


async def fairness_effect(
    session: AsyncSession, account_id: UUID, staff_id: UUID | None, timezone: str
) -> dict[str, Any]:
    """The company's fairness now and with this account given to this person or nobody, everything else staying.

    Members: dimensions (before, after), claims (counts before and after), people (the two concerned, with their
    loads, nobody else by name), sentences in both languages.
    """
    snapshot = await present_snapshot(await session.connection(), timezone)
    account, staff = str(account_id), str(staff_id or "")
    owner = next((entry.owner for entry in snapshot.accounts if entry.id == account), None)
    report = await asyncio.to_thread(reassigned, snapshot, account, staff)
    whole = report.to_mapping()
    return {
        "dimensions": [nameless(dimension) for dimension in whole["dimensions"]],
        "claims": {when: claims["counts"] for when, claims in whole["claims"].items()},
        "people": [person for person in whole["people"] if person["person_id"] in {owner, staff}],
        "sentences": whole["sentences"],
    }


def nameless(dimension: dict[str, Any]) -> dict[str, Any]:
    """A dimension without the persons at its extremes."""
    sides = {when: dict(dimension[when]) for when in ("before", "after")}
    for side in sides.values():
        del side["max_person_id"], side["min_person_id"]
    return dimension | sides


def reassigned(snapshot: Snapshot, account_id: str, staff_id: str) -> FairnessReport:
    """The report of one account's change of hands; to nobody when the person's id is empty."""
    before = Ledger.of(snapshot)
    return fairness_report(before, before.with_owners(before.owners() | {account_id: staff_id}))


async def present_snapshot(connection: AsyncConnection, timezone: str) -> Snapshot:
    """The whole company by the rules that count now."""
    return await read_snapshot(connection, await present_basis(connection, timezone, "now", Scope(), PLAN_DAYS))


async def known_people(connection: AsyncConnection, actor: Actor) -> frozenset[str] | None:
    """Whose loads the actor may know by name: None for everybody's, else their line's, else their own."""
    if actor.roles & KNOWS_EVERYBODY:
        return None
    own = frozenset({str(actor.id)})
    if not actor.line:
        return own
    below = select(Staff.id).where(Staff.department_id.in_(departments_under(actor.line[0])))
    return own | {str(person) for person in await connection.scalars(below)}
