"""Fairness as it was measured last, how it went, and as it would be: for the company, one's line, an appeal."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from service.domain.distribution.effects import reassignment, shared
from service.domain.people import LEADERS, Role
from service.errors import LedgerNotKept
from service.models import Assignment, FairnessReport, Staff
from service.policy import Actor, require
from service.policy.hierarchy import departments_under
from service.queries.fairness_teams import teams_of
from service.queries.ledgers import AT_ONCE, FAIRNESS, WAIT, Opened, open_at_once, open_ledger, running_ledger, size_of
from service.queries.listing import Listing, at_least, before
from service.queries.snapshots import Scope, read_accounts
from service.schemas.fields import utc

KNOWS_EVERYBODY = LEADERS | {Role.AUDITOR}
Known = frozenset[str] | None


@dataclass(frozen=True)
class Measured:
    """A report as JSON data, `teams` among it, and when and of what it was made."""

    report: Mapping[str, Any]
    as_of: datetime
    snapshot_sha256: str


async def fairness_json(connection: AsyncConnection, actor: Actor, timezone: str) -> bytes:
    """The members of FairnessView as JSON."""
    return orjson.dumps(await fairness_now(connection, actor, timezone))


async def fairness_now(connection: AsyncConnection, actor: Actor, timezone: str) -> dict[str, Any]:
    """The members of FairnessView: the company's loads, people and teams named as far as the caller may know."""
    require(actor, "see", FairnessReport)
    measured = await last_measured(connection, timezone)
    known = await known_people(connection, actor)
    whole = anonymous(measured.report, known)
    led = None if known is None else await known_departments(connection, actor)
    return {
        "as_of": utc(measured.as_of),
        "snapshot_sha256": measured.snapshot_sha256,
        "dimensions": [
            {**without(part, "before", "after", "total"), "total": part["total"] if known is None else None}
            | {"now": part["after"]}
            for part in whole["dimensions"]
        ],
        "claims": whole["claims"]["after"],
        "giants": whole["giants"] if known is None else [],
        "people": [{**without(person, "before", "after"), "loads": person["after"]} for person in whole["people"]],
        "teams": [team for team in whole["teams"] if led is None or team["department_id"] in led],
        "waiting": whole["waiting"],
    }


async def last_measured(connection: AsyncConnection, timezone: str) -> Measured:
    """A company that a request can read is measured now; a larger one was by the worker."""
    if await size_of(connection, Scope()) <= AT_ONCE:
        opened = await open_ledger(connection, FAIRNESS, Scope(), timezone)
        return await measured(connection, opened)
    columns = (FairnessReport.report, FairnessReport.as_of, FairnessReport.snapshot_sha256)
    newest = select(*columns).order_by(FairnessReport.as_of.desc()).limit(1)
    row = (await connection.execute(newest)).one_or_none()
    if row is None:
        raise LedgerNotKept(headers=WAIT)
    return Measured(*row)


async def measured(connection: AsyncConnection, opened: Opened) -> Measured:
    """The report of a ledger that was just opened; the last one is kept, because nothing changes its hash's data."""
    sha256 = opened.snapshot.sha256
    report = _LAST.get(sha256)
    if report is None:
        report = (await asyncio.to_thread(opened.report)).to_mapping()
        _LAST.clear()
        _LAST[sha256] = report
    teams = await teams_of(connection, report["people"])
    return Measured({**report, "teams": teams}, opened.basis.as_of, sha256)


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


async def known_departments(connection: AsyncConnection, actor: Actor) -> frozenset[str]:
    """Whose teams the actor may know: those of their line, else their own."""
    if not actor.line:
        return frozenset({str(actor.department_id)})
    return frozenset(str(one) for one in await connection.scalars(departments_under(actor.line[0])))


async def fairness_effect(
    session: AsyncSession, given: Mapping[UUID, UUID | None], timezone: str, *, percent: int | None = None
) -> dict[str, Any]:
    """The company's fairness now and with accounts given to people, or to nobody, everything else staying.

    All but the first account have owners. `percent`: of the one account that is given, what counts for its person; its
    owner keeps the rest.

    Members: see `reassignment`. LedgerNotKept while the worker has yet to read a large company.
    """
    connection = await session.connection()
    running = await running_ledger(connection, FAIRNESS, None, timezone)
    kept = running or await open_at_once(connection, FAIRNESS, Scope(), timezone)
    owners = await connection.scalars(owners_of(list(given)))
    concerned = tuple(sorted({*owners, *(person for person in given.values() if person)}))
    theirs = Scope(staff_ids=concerned, account_id=next(iter(given)))
    accounts = await read_accounts(connection, replace(kept.basis, scope=theirs))
    people = {str(account): str(person) if person else None for account, person in given.items()}
    if percent is not None:
        [(account_id, person_id)] = given.items()
        accounts, people = shared(accounts, str(account_id), str(person_id), percent)
    return await asyncio.to_thread(reassignment, kept.balance, accounts, people)


def owners_of(accounts: list[UUID]) -> Select[Any]:
    """The people who have accounts now."""
    return select(Assignment.staff_id).where(
        Assignment.account_id.in_(accounts), Assignment.team_role == "owner", Assignment.ended_at.is_(None)
    )


def history_columns(_actor: Actor) -> Mapping[str, Any]:
    """The members of FairnessPointView; nobody is named."""
    columns = {
        name: getattr(FairnessReport, name) for name in ("id", "as_of", "snapshot_sha256", "rulebook_id", "drift")
    }
    return columns | {name: FairnessReport.report["summary"][name] for name in ("dimensions", "claims", "waiting")}


HISTORY = Listing(
    model=FairnessReport,
    columns=history_columns,
    filters={"as_of_from": at_least(FairnessReport.as_of), "as_of_to": before(FairnessReport.as_of)},
    sorts={"as_of": FairnessReport.id},
)
_LAST: dict[str, dict[str, Any]] = {}
