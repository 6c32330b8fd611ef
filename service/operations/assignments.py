"""Who is responsible for an account: started and ended here, by whatever decision."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, exists, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.bulk_copy import copy_rows
from service.domain import events
from service.domain.progress import Progress, silence, telling
from service.errors import AccountUnderAppeal, AlreadyOwned, FieldError, InvalidInput, Sentence, StateConflict
from service.journal import record_all
from service.models import Account, Appeal, Assignment, Decision, Staff, new_id
from service.models.appeals import OPEN_STATES
from service.operations import memberships, stages
from service.operations.hard_rules import hold_ledger, require_hard_rules
from service.operations.organisation import expect_assignable
from service.operations.pins import pin_assignment
from service.policy import Actor, fetch
from service.schemas.assignments import AssignmentCreate

OWNER, CO_OWNER = "owner", "co_owner"
LEFT_ALONE = frozenset({"plan", "routed", "handover"})  # origins by which redistribution goes on by itself
COLUMNS = (
    "id", "account_id", "staff_id", "team_role", "started_at", "origin", "reason", "decision_id", "plan_id",
    "appeal_id", "assigned_by", "share_percent",
)  # fmt: skip
TOLD = ("staff_id", "origin", "plan_id", "reason")
NOW = text("SELECT clock_timestamp(), set_config('app.booked_in', :booked_in, true)")
UNSYNCHRONISED = {"synchronize_session": False}
NOT_THE_PRESENT = Sentence(
    "The account's present assignment is not the one that you named in replaces_id.",
    "该客户当前的分配与您在 replaces_id 中指明的不一致。",
)
THEIRS_ALREADY = Sentence("This person has the account already.", "该客户已由此人负责。")


class Handover(NamedTuple):
    """One account's new owner and where the decision came from; `None` leaves it unassigned.

    `share_percent`: what counts for a co-owner.
    """

    account_id: UUID
    staff_id: UUID | None
    decision_id: UUID | None = None
    reason: str | None = None
    share_percent: int | None = None


class Holding(NamedTuple):
    """An account's present owner and the assignment that makes them so."""

    id: UUID
    account_id: UUID
    staff_id: UUID


class Shared(dict[tuple[Any, ...], dict[str, Any]]):
    """What events tell, `more` in each: one mapping for all that tell the same, which is then written down once."""

    def __init__(self, more: Mapping[str, Any]) -> None:
        self.more = more

    def once(self, row: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
        """The named members of a row."""
        known = tuple(row[name] for name in names)
        return self.setdefault(known, {**dict(zip(names, known, strict=True)), **self.more})


async def assign_by_hand(session: AsyncSession, actor: Actor, wanted: AssignmentCreate, timezone: str) -> UUID:
    """A manager's own choice, with its reason, the hard rules kept; it names the assignment that it ends."""
    await hold_ledger(session, await department_of(session, wanted.staff_id))
    account = await fetch(session, actor, "assign", Account, wanted.account_id)
    current = (await current_holdings(session, [account.id])).get(account.id)
    if (current.id if current else None) != wanted.replaces_id:
        raise AlreadyOwned(NOT_THE_PRESENT)
    if current and current.staff_id == wanted.staff_id:
        raise StateConflict(THEIRS_ALREADY)
    await require_hard_rules(session, account.id, wanted.staff_id, timezone)
    decision = Decision(
        id=new_id(),
        kind="manual",
        account_id=account.id,
        position=0,
        previous_owner_id=current.staff_id if current else None,
        winner_id=wanted.staff_id,
        reason="manual",
    )
    session.add(decision)
    await session.flush()
    handover = Handover(account.id, wanted.staff_id, decision.id, wanted.reason)
    assignment_id = (await hand_over(session, actor, [handover], "manual"))[account.id]
    if wanted.pinned_until:
        await pin_assignment(session, actor, assignment_id, wanted.pinned_until, wanted.reason)
    session.info["made"] = await session.get_one(Assignment, assignment_id)
    return assignment_id


async def department_of(session: AsyncSession, staff_id: UUID) -> UUID | None:
    """The department of a person that a body refers to; InvalidInput without such a person."""
    statement = select(Staff.department_id).where(Staff.id == staff_id, Staff.deleted_at.is_(None))
    found = (await session.execute(statement)).one_or_none()
    if found is None:
        sentence = Sentence("There is no such person.", "没有此人员。")
        raise InvalidInput(errors=[FieldError("not_found", sentence, pointer="/staff_id")])
    department_id: UUID | None = found.department_id
    return department_id


async def hand_over(
    session: AsyncSession,
    actor: Actor,
    handovers: Iterable[Handover],
    origin: str,
    *,
    plan_id: UUID | None = None,
    appeal_id: UUID | None = None,
    import_id: UUID | None = None,
    booked_in: UUID | None = None,
    team_role: str = OWNER,
    tell: Progress = silence,
) -> dict[UUID, UUID]:
    """Ends the present owners' assignments and starts the new ones; unchanged owners stay as they are.

    The same for the holders of another `team_role`. What belongs to the role in the division of labour goes along.

    `import_id`: the import that names the owners, which tells them all at once; `booked_in`: the ledger that knows of
    it already; `tell` hears of it as "ending" and "starting". Returns account id
    → id of the new assignment. Set-based: a few statements, however many accounts.
    """
    wanted = {handover.account_id: handover for handover in handovers}
    await hold_accounts(session, list(wanted))
    if origin in LEFT_ALONE:
        await refuse_under_appeal(session, list(wanted))
    current = await current_holdings(session, list(wanted), team_role)
    moving = [one for one in wanted.values() if one.staff_id != owner_of(current.get(one.account_id))]
    await expect_assignable(session, [one.staff_id for one in moving if one.staff_id])
    at: datetime = (await session.execute(NOW, {"booked_in": str(booked_in or "")})).scalar_one()
    why = {"origin": origin, "plan_id": plan_id}
    leaving = [(current[one.account_id], {**why, "reason": one.reason}) for one in moving if one.account_id in current]
    await end(session, actor, leaving, at, team_role, tell)
    started = [row(one, team_role, origin, at, actor, plan_id, appeal_id) for one in moving if one.staff_id]
    shared = Shared({"import_id": import_id} if import_id else {})
    await start(session, actor, started, [one.account_id for one in moving], team_role, tell, shared)
    return {new["account_id"]: new["id"] for new in started}


async def hold_accounts(session: AsyncSession, accounts: Sequence[UUID]) -> None:
    """Locks the accounts in the order of their ids; StateConflict when one of them was deleted meanwhile."""
    held = (
        select(Account.id)
        .where(Account.id == func.any(accounts), Account.deleted_at.is_(None))
        .order_by(Account.id)
        .with_for_update(key_share=True)
        .subquery()
    )
    if await session.scalar(select(func.count()).select_from(held)) != len(accounts):
        raise StateConflict(Sentence("One of the accounts was deleted.", "其中有客户已被删除。"))


async def refuse_under_appeal(session: AsyncSession, accounts: Sequence[UUID]) -> None:
    """AccountUnderAppeal when an appeal about one of the accounts, which are held, is open."""
    if await session.scalar(select(exists().where(Appeal.account_id == func.any(accounts), text(OPEN_STATES)))):
        raise AccountUnderAppeal


async def start(
    session: AsyncSession,
    actor: Actor,
    rows: Sequence[dict[str, Any]],
    moved: Sequence[UUID],
    team_role: str,
    tell: Progress,
    told: Shared,
) -> None:
    """Begins new assignments, and with them memberships and what belongs to the role in the division of labour.

    `moved`: every account that somebody left or comes to; the departments that see it are those of its new team.
    """
    if team_role != OWNER:  # who was put on a team by hand makes room
        await memberships.leave(session, moved, team_role)
    await write(session, rows, tell)
    await memberships.join(session, [(new["account_id"], new["staff_id"]) for new in rows], team_role)
    await memberships.refresh_line(session, moved)
    facts = (events.AssignmentStarted(new["id"], new["account_id"], told.once(new, TOLD)) for new in rows)
    followed = telling(facts, tell, "starting", 2 * len(rows), before=len(rows))
    await record_all(session, actor, followed, len(rows))
    await stages.take_over(session, actor, {new["account_id"]: new["staff_id"] for new in rows}, team_role)


async def write(session: AsyncSession, rows: Sequence[dict[str, Any]], tell: Progress) -> None:
    """Inserts new assignments: many by COPY, one by a statement that can refuse."""
    if len(rows) == 1:
        session.add(Assignment(**rows[0]))
        await session.flush()
    elif rows:
        values = ([new[name] for name in COLUMNS] for new in telling(rows, tell, "starting", 2 * len(rows)))
        await copy_rows(session, Assignment.__table__, COLUMNS, values)


def row(
    handover: Handover,
    team_role: str,
    origin: str,
    at: datetime,
    actor: Actor,
    plan_id: UUID | None,
    appeal_id: UUID | None,
) -> dict[str, Any]:
    """A new assignment's columns."""
    return {
        "id": new_id(),
        "account_id": handover.account_id,
        "staff_id": handover.staff_id,
        "team_role": team_role,
        "started_at": at,
        "origin": origin,
        "reason": handover.reason,
        "decision_id": handover.decision_id,
        "plan_id": plan_id,
        "appeal_id": appeal_id,
        "assigned_by": actor.id or actor.on_behalf_of,
        "share_percent": handover.share_percent,
    }


def owner_of(holding: Holding | None) -> UUID | None:
    """The person of a holding, or nobody."""
    return holding.staff_id if holding else None


async def current_holdings(session: AsyncSession, accounts: list[UUID], team_role: str = OWNER) -> dict[UUID, Holding]:
    """The present owners, or holders of another role, by account.

    Locked in the order of ids so that two batches cannot deadlock.
    """
    statement = (
        select(Assignment.id, Assignment.account_id, Assignment.staff_id)
        .where(
            Assignment.account_id == func.any(accounts),
            Assignment.team_role == team_role,
            Assignment.ended_at.is_(None),
        )
        .order_by(Assignment.id)
        .with_for_update()
    )
    return {row.account_id: Holding(*row) for row in await session.execute(statement)}


async def end(
    session: AsyncSession,
    actor: Actor,
    leaving: list[tuple[Holding, dict[str, Any]]],
    at: datetime,
    team_role: str,
    tell: Progress = silence,
) -> None:
    """Ends assignments, each with why, and the memberships that came with them."""
    if not leaving:
        return
    ids = [holding.id for holding, _ in leaving]
    statement = update(Assignment).where(Assignment.id == func.any(ids), Assignment.ended_at.is_(None))
    ended = statement.values(ended_at=at, version=Assignment.version + 1)
    result = await session.execute(ended, execution_options=UNSYNCHRONISED)
    if cast("CursorResult[Any]", result).rowcount != len(ids):
        raise AlreadyOwned
    await memberships.leave(session, [holding.account_id for holding, _ in leaving], team_role)
    told = Shared({})
    facts = (
        events.AssignmentEnded(one.id, one.account_id, told.once({"staff_id": one.staff_id, **why}, TOLD))
        for one, why in leaving
    )
    await record_all(session, actor, telling(facts, tell, "ending", len(leaving)), len(leaving))


async def confirm(session: AsyncSession, decisions: ColumnElement[bool], team_role: str = OWNER) -> None:
    """Names the latest decision in the assignments that it leaves as they are, where the rule itself was asked."""
    statement = update(Assignment).where(
        decisions,
        Decision.account_id == Assignment.account_id,
        Decision.winner_id == Assignment.staff_id,
        Decision.position > 0,
        Assignment.team_role == team_role,
        Assignment.ended_at.is_(None),
        Assignment.decision_id.is_distinct_from(Decision.id),
    )
    confirmed = statement.values(decision_id=Decision.id, version=Assignment.version + 1)
    await session.execute(confirmed, execution_options=UNSYNCHRONISED)
