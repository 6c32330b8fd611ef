"""Accounts that wait for an owner: which team was asked about each, and what the rule says of them now."""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from service.adapters.keys import KeyRing
from service.domain.distribution.balance import Balance
from service.domain.distribution.decisions import Waiting
from service.domain.distribution.queue import NEVER_ASKED, OWNER_LEFT, RELEASED, UNASKED_REMEDIES, in_turn
from service.domain.distribution.snapshot import Account as AccountEntry
from service.domain.distribution.waiting import HELD_BACK
from service.domain.distribution.wording import reason_sentence, remedy_sentence
from service.domain.states import PlanState, StaffStatus
from service.models import Account, Assignment, Decision, Department, DistributionPlan, Ledger, Staff
from service.policy import Actor, require
from service.queries.cursors import make_cursor, read_cursor
from service.queries.ledgers import ROUTE, open_at_once, running_ledger
from service.queries.snapshots import OWNER, Basis, Scope, read_accounts
from service.schemas.fields import utc
from service.schemas.waiting import QueuedFilter

OWNING, HOLDER = aliased(Assignment), aliased(Staff)
PAST = aliased(Assignment)
MEMBERS = ("account_id", "account_code", "department_id", "previous_owner_id")
Json = dict[str, Any]


async def waiting_page(
    connection: AsyncConnection, keys: KeyRing, actor: Actor, asked: QueuedFilter, timezone: str
) -> bytes:
    """A page of accounts without an owner, each with the reason as it stands now and what would help."""
    require(actor, "see_waiting", Account)
    whole = ["waiting", str(actor.id), str(asked.department_id)]
    bound = hashlib.sha256(orjson.dumps(whole)).digest()
    statement = waiting().order_by(Account.id).limit(asked.limit + 1)
    if asked.department_id:
        statement = statement.where(team() == asked.department_id)
    if asked.cursor:
        statement = statement.where(Account.id > UUID(read_cursor(keys, bound, asked.cursor)[0]))
    rows = (await connection.execute(statement)).all()
    shown = rows[: asked.limit]
    more = make_cursor(keys, bound, [str(shown[-1].account_id)]) if len(rows) > asked.limit else None
    told: dict[UUID, tuple[AccountEntry | None, Waiting]] = {
        row.account_id: unasked(row) for row in shown if row.unasked
    }
    for department_id, ids in by_team(row for row in shown if not row.unasked).items():
        told |= await asked_again(connection, department_id, ids, timezone)
    return orjson.dumps(
        {"items": [item(row, *told[row.account_id]) for row in shown if row.account_id in told], "next_cursor": more},
        default=str,
    )


def item(row: Any, entry: AccountEntry | None, waits: Waiting) -> Json:
    """The members of QueuedView."""
    return {
        **{name: getattr(row, name) for name in MEMBERS},
        "since": utc(row.since),
        "region": entry.region if entry else row.region,
        "tier": entry.tier if entry else None,
        "reason": waits.reason,
        "reason_text": reason_sentence(waits.reason)._asdict(),
        "remedy": waits.remedy,
        "remedy_text": remedy_sentence(waits)._asdict(),
        "detail": waits.detail,
    }


def unasked(row: Any) -> tuple[None, Waiting]:
    """Why nobody puts an account to the rule by itself."""
    return None, Waiting(str(row.account_id), row.unasked, UNASKED_REMEDIES[row.unasked], {})


def by_team(rows: Iterable[Any]) -> Mapping[UUID | None, list[UUID]]:
    """Ids of accounts by the team that was asked about them."""
    teams: dict[UUID | None, list[UUID]] = {}
    for row in rows:
        teams.setdefault(row.department_id, []).append(row.account_id)
    return teams


async def asked_again(
    connection: AsyncConnection, department_id: UUID | None, accounts: Sequence[UUID], timezone: str
) -> dict[UUID, tuple[AccountEntry | None, Waiting]]:
    """What the rule says of some accounts on a team's present ledger, in their order; LedgerNotKept."""
    basis, balance = await present_balance(connection, department_id, timezone)
    entries = await read_accounts(connection, replace(basis, scope=Scope(account_ids=tuple(accounts))))
    told = await asyncio.to_thread(lambda: list(in_turn(balance, entries)))
    return {UUID(entry.id): (entry, waits) for entry, waits in told}


async def present_balance(
    connection: AsyncConnection, department_id: UUID | None, timezone: str
) -> tuple[Basis, Balance]:
    """What everybody of a team carries now: from its kept ledger, else read at once where it is small."""
    running = await running_ledger(connection, ROUTE, department_id, timezone)
    if running:
        return running.basis, running.balance
    opened = await open_at_once(connection, ROUTE, Scope(department_id), timezone)
    return opened.basis, opened.balance


def waiting() -> Select[Any]:
    """Accounts without an owner, or whose owner is here no more; for each the team that was asked last.

    `unasked`: why the rule is not asked again by itself, null where it is.
    """
    ended = select(func.max(PAST.ended_at)).where(PAST.account_id == Account.id, PAST.team_role == OWNER)
    columns: list[Any] = [
        Account.id.label("account_id"),
        Account.code.label("account_code"),
        Account.region,
        team().label("department_id"),
        func.coalesce(OWNING.staff_id, LATEST.c.previous_owner_id).label("previous_owner_id"),
        func.coalesce(ended.scalar_subquery(), Account.created_at).label("since"),
        UNASKED.label("unasked"),
    ]
    return (
        select(*columns)
        .outerjoin(OWNING, and_(OWNING.account_id == Account.id, OWNING.team_role == OWNER, OWNING.ended_at.is_(None)))
        .outerjoin(HOLDER, HOLDER.id == OWNING.staff_id)
        .outerjoin(LATEST, true())
        .where(Account.deleted_at.is_(None), unowned())
    )


def unowned() -> ColumnElement[bool]:
    """Accounts of nobody, of somebody who left, or of somebody away whose other accounts were handed over.

    Whoever came back keeps what they still have.
    """
    replaced = and_(HOLDER.status == StaffStatus.ON_LEAVE, HOLDER.handed_over_at.is_not(None))
    return or_(OWNING.id.is_(None), HOLDER.status == StaffStatus.LEFT, replaced)


def team() -> ColumnElement[UUID]:
    """The team whose plan or ledger decided last about an account; null for the whole company."""
    asked = func.coalesce(LATEST.c.plan_department_id, LATEST.c.ledger_department_id)
    alive = select(Department.id).where(Department.id == asked, Department.deleted_at.is_(None))
    return alive.scalar_subquery()


def latest() -> Any:
    """The last decision about an account's owner that counts, with whom it was for."""
    columns: list[Any] = [
        Decision.kind,
        Decision.winner_id,
        Decision.reason,
        Decision.previous_owner_id,
        DistributionPlan.department_id.label("plan_department_id"),
        Ledger.department_id.label("ledger_department_id"),
    ]
    applied = and_(DistributionPlan.state == PlanState.APPLIED, DistributionPlan.team_role == OWNER)
    kept = and_(Ledger.snapshot_sha256 == Decision.snapshot_sha256, Ledger.purpose == ROUTE, Decision.kind == "route")
    return (
        select(*columns)
        .select_from(Decision)
        .outerjoin(DistributionPlan, DistributionPlan.id == Decision.plan_id)
        .outerjoin(Ledger, kept)
        .where(Decision.account_id == Account.id, or_(Decision.plan_id.is_(None), applied))
        .order_by(Decision.decided_at.desc(), Decision.id.desc())
        .limit(1)
        .correlate(Account)
        .lateral("latest")
    )


LATEST = latest()
UNDECIDED = or_(LATEST.c.winner_id.is_(None), LATEST.c.reason.startswith(HELD_BACK))
UNASKED = case(
    (and_(OWNING.id.is_not(None), ~UNDECIDED), OWNER_LEFT),
    (and_(OWNING.id.is_not(None), LATEST.c.kind.is_(None)), OWNER_LEFT),
    (LATEST.c.kind.is_(None), NEVER_ASKED),
    (LATEST.c.kind.not_in(("plan", "route")), RELEASED),
    else_=None,
)
