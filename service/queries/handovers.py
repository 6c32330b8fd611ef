"""What a person who leaves still has, as far as the reader may know of it, and what a handover does with it."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Select, Text, Uuid, and_, case, cast, func, literal, null, or_, select, tuple_
from sqlalchemy import union_all as united
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from service.adapters.keys import KeyRing
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.tasks import Mode
from service.domain.distribution.waiting import HELD_BACK, waiting_for
from service.domain.distribution.wording import reason_sentence, remedy_sentence
from service.domain.handovers import FATES, Fate, Held
from service.domain.states import OPEN_APPEALS, OPEN_TASK_STATES, AppealState, PlanState, StaffStatus
from service.errors import NotFound
from service.models import (
    Account,
    AccountMembership,
    Appeal,
    ArchiveItem,
    Assignment,
    Decision,
    Delegation,
    Department,
    DistributionPlan,
    Loan,
    ReadingSession,
    Staff,
    Task,
)
from service.policy import Actor, allowed, require
from service.queries.cursors import make_cursor, read_cursor
from service.queries.kept_ledgers import Source, on_ledger
from service.queries.snapshots import OWNER
from service.schemas.handovers import HandoverFilter

STANDING_PLANS = (PlanState.PROPOSED, PlanState.APPROVED)
UNDER_APPEAL = f"{HELD_BACK}under_appeal"
STOPPED = {"requested": Fate.CANCELLED, "approved": Fate.LAPSED, "active": Fate.REVOKED}
MEMBERS = (
    "kind", "id", "account_id", "label", "state", "fate", "new_staff_id", "new_staff_code", "reason", "remedy",
)  # fmt: skip
PRESENT, OWNING = aliased(Assignment), aliased(Staff)
Json = dict[str, Any]


async def handover_json(
    connection: AsyncConnection, keys: KeyRing, actor: Actor, staff_id: UUID, asked: HandoverFilter
) -> bytes:
    """The person, the latest plan for their accounts, and a page of what they still have; NotFound without them."""
    require(actor, "see_handover", Staff)
    visible = select(Staff.code, Staff.status).where(Staff.id == staff_id, allowed(actor, "see", Staff))
    person = (await connection.execute(visible)).one_or_none()
    if person is None:
        raise NotFound
    plan = await latest_plan(connection, staff_id)
    standing = plan if plan and plan.state in STANDING_PLANS else None
    items, more = await page_of(connection, keys, actor, staff_id, standing, asked)
    head = {"staff_id": staff_id, "staff_code": person.code, "staff_status": person.status}
    named = {f"plan_{name}": getattr(plan, name, None) for name in ("id", "state")}
    return orjson.dumps({**head, **named, "items": items, "next_cursor": more}, default=str)


async def latest_plan(connection: AsyncConnection, staff_id: UUID) -> Any:
    """Id, state and snapshot of the last plan by which a person's accounts go to others; None without one."""
    statement = (
        select(DistributionPlan.id, DistributionPlan.state, DistributionPlan.snapshot_sha256)
        .where(
            DistributionPlan.mode == Mode.LEAVER,
            DistributionPlan.staff_id == staff_id,
            DistributionPlan.team_role == OWNER,
            DistributionPlan.what_if.is_(None),
        )
        .order_by(DistributionPlan.id.desc())
        .limit(1)
    )
    return (await connection.execute(statement)).one_or_none()


async def page_of(
    connection: AsyncConnection,
    keys: KeyRing,
    actor: Actor,
    staff_id: UUID,
    plan: Any,
    asked: HandoverFilter,
) -> tuple[list[Json], str | None]:
    """Some pieces in the order of kind and id, and the cursor of the next ones; `plan`: whose proposals stand."""
    wanted = sorted(set(asked.kind or Held), key=list(Held).index)
    bound = hashlib.sha256(orjson.dumps(["handover", str(actor.id), str(staff_id), wanted])).digest()
    parts = dict(pieces(actor, staff_id, plan and plan.id))
    found = united(*(parts[kind] for kind in wanted)).subquery("found")
    statement = select(found, Staff.code.label("new_staff_code")).outerjoin(Staff, Staff.id == found.c.new_staff_id)
    if asked.cursor:
        rank, id_ = read_cursor(keys, bound, asked.cursor)
        statement = statement.where(tuple_(found.c.rank, found.c.id) > tuple_(literal(rank), literal(UUID(id_))))
    ordered = statement.order_by(found.c.rank, found.c.id).limit(asked.limit + 1)
    rows = (await connection.execute(ordered)).all()
    shown = rows[: asked.limit]
    more = make_cursor(keys, bound, [shown[-1].rank, str(shown[-1].id)]) if len(rows) > asked.limit else None
    return await with_remedies(connection, plan, [item(row) for row in shown]), more


def item(row: Any) -> Json:
    """The members of HandoverItemView before the remedy is told."""
    told = {name: getattr(row, name) for name in MEMBERS}
    reason = reason_sentence(row.reason)._asdict() if row.reason else None
    return told | {"fate_text": FATES[Fate(row.fate)]._asdict(), "reason_text": reason, "remedy_text": None}


async def with_remedies(connection: AsyncConnection, plan: Any, items: list[Json]) -> list[Json]:
    """Pieces with what would help those that nobody may take, as the plan's ledger tells it."""
    waiting = [one for one in items if one["remedy"]]
    if waiting:
        accounts = [str(one["account_id"]) for one in waiting]
        source = Source(plan.snapshot_sha256, plan.id, None)
        for one, words in zip(waiting, await on_ledger(connection, source, Remedies(accounts)), strict=True):
            one["remedy_text"] = words
    return items


@dataclass(frozen=True)
class Remedies:
    """The question what would help accounts that wait."""

    accounts: Sequence[str]

    def __call__(self, ledger: Ledger) -> list[dict[str, str]]:
        """The words for each account, in their order."""
        numbers = [ledger.instance.account_numbers[account] for account in self.accounts]
        return [remedy_sentence(waiting_for(ledger, number))._asdict() for number in numbers]


def pieces(actor: Actor, staff_id: UUID, plan_id: UUID | None) -> Iterator[tuple[Held, Select[Any]]]:
    """One look-up for each kind."""
    yield Held.ACCOUNT, accounts(actor, staff_id, plan_id)
    yield Held.TASK, tasks(actor, staff_id, plan_id)
    yield Held.TEAM, teams(actor, staff_id)
    yield Held.APPEAL, appeals(actor, staff_id)
    yield Held.LOAN, lent(Held.LOAN, Loan, Loan.borrower_id == staff_id, actor)
    yield Held.READING_SESSION, lent(Held.READING_SESSION, ReadingSession, ReadingSession.reader_id == staff_id, actor)
    yield Held.PAPER, papers(actor, staff_id)
    yield Held.DELEGATION, delegations(actor, staff_id)
    yield Held.DEPARTMENT, departments(staff_id)


def accounts(actor: Actor, staff_id: UUID, plan_id: UUID | None) -> Select[Any]:
    """Present accounts; whom the plan proposes for each, or why nobody."""
    fate = case(
        (Decision.id.is_(None), Fate.NOT_PROPOSED),
        (Decision.reason == UNDER_APPEAL, Fate.STAYS),
        (Decision.winner_id.is_(None), Fate.UNASSIGNED),
        else_=Fate.ASSIGNED,
    )
    columns = piece(
        Held.ACCOUNT, Account.id, fate, account_id=Account.id, label=Account.code, new_staff_id=Decision.winner_id,
        reason=Decision.reason, remedy=Decision.remedy,
    )  # fmt: skip
    owned = and_(Assignment.staff_id == staff_id, Assignment.team_role == OWNER, Assignment.ended_at.is_(None))
    decided = and_(Decision.account_id == Account.id, Decision.plan_id == plan_id)
    joined = columns.select_from(Assignment).join(Account, Account.id == Assignment.account_id)
    return joined.outerjoin(Decision, decided).where(owned, allowed(actor, "see", Account))


def tasks(actor: Actor, staff_id: UUID, plan_id: UUID | None) -> Select[Any]:
    """Open tasks; they go to whoever owns the account then, if they are at work."""
    proposed = select(Decision.winner_id).where(Decision.account_id == Task.account_id, Decision.plan_id == plan_id)
    present = select(PRESENT.staff_id).join(OWNING, OWNING.id == PRESENT.staff_id)
    present = present.where(
        OWNING.status == StaffStatus.ACTIVE,
        PRESENT.account_id == Task.account_id,
        PRESENT.team_role == OWNER,
        PRESENT.ended_at.is_(None),
        PRESENT.staff_id != staff_id,
    )
    heir = func.coalesce(proposed.scalar_subquery(), present.scalar_subquery())
    fate = case((heir.is_(None), Fate.STAYS), else_=Fate.ASSIGNED)
    columns = piece(
        Held.TASK, Task.id, fate, account_id=Task.account_id, label=Task.subject, state=Task.state, new_staff_id=heir
    )
    return columns.where(Task.assignee_id == staff_id, Task.state.in_(OPEN_TASK_STATES), allowed(actor, "see", Task))


def teams(actor: Actor, staff_id: UUID) -> Select[Any]:
    """Accounts on whose teams the person is in another role than the owner's."""
    columns = piece(
        Held.TEAM, AccountMembership.id, literal(Fate.ENDED), account_id=Account.id, label=Account.code,
        state=AccountMembership.role,
    )  # fmt: skip
    joined = columns.join(Account, Account.id == AccountMembership.account_id)
    return joined.where(beside(staff_id), allowed(actor, "see", Account))


def beside(staff_id: UUID) -> ColumnElement[bool]:
    """A person's present memberships but those of an owner."""
    return and_(
        AccountMembership.holder_id == staff_id,
        AccountMembership.holder_kind == "staff",
        AccountMembership.role != OWNER,
        AccountMembership.ended_at.is_(None),
    )


def appeals(actor: Actor, staff_id: UUID) -> Select[Any]:
    """Open appeals of which the person is a side, hears them or stands between the sides."""
    fate = case(
        (Appeal.appellant_id == staff_id, Fate.WITHDRAWN),
        (Appeal.reviewer_id == staff_id, Fate.REDRAWN),
        (and_(Appeal.mediator_id == staff_id, Appeal.state == AppealState.MEDIATION), Fate.MEDIATION_ENDED),
        else_=Fate.STAYS,
    )
    involved = (Appeal.appellant_id, Appeal.respondent_id, Appeal.reviewer_id, Appeal.mediator_id)
    theirs = or_(*(column == staff_id for column in involved))
    columns = piece(Held.APPEAL, Appeal.id, fate, state=Appeal.state)
    return columns.where(theirs, Appeal.state.in_(OPEN_APPEALS), allowed(actor, "see", Appeal))


def lent(kind: Held, model: type[Any], whose: ColumnElement[bool], actor: Actor) -> Select[Any]:
    """Open loans or reading sessions."""
    fate = case(STOPPED, value=model.state)
    return piece(kind, model.id, fate, state=model.state).where(
        whose, model.state.in_(STOPPED), allowed(actor, "see", model)
    )


def papers(actor: Actor, staff_id: UUID) -> Select[Any]:
    """Originals that the person has taken away."""
    columns = piece(
        Held.PAPER, ArchiveItem.id, literal(Fate.TO_RETURN), label=ArchiveItem.code, state=ArchiveItem.paper_state
    )
    return columns.where(ArchiveItem.paper_holder_id == staff_id, allowed(actor, "see", ArchiveItem))


def delegations(actor: Actor, staff_id: UUID) -> Select[Any]:
    """Letters by which the person lets somebody approve, or may approve."""
    involved = or_(Delegation.grantor_id == staff_id, Delegation.holder_id == staff_id)
    counts = and_(Delegation.state == "effective", Delegation.ends_at > func.now())
    columns = piece(Held.DELEGATION, Delegation.id, literal(Fate.REVOKED), state=Delegation.state)
    return columns.where(involved, counts, allowed(actor, "see", Delegation))


def departments(staff_id: UUID) -> Select[Any]:
    """Departments that the person heads or is in charge of."""
    heads = or_(Department.manager_id == staff_id, Department.deputy_in_charge_id == staff_id)
    columns = piece(Held.DEPARTMENT, Department.id, literal(Fate.TO_REPLACE), label=Department.name)
    return columns.where(heads, Department.deleted_at.is_(None))


def piece(kind: Held, id_: Any, fate: Any, **columns: Any) -> Select[Any]:
    """The columns that all kinds have in common; what a kind lacks is null."""
    kinds: dict[str, Any] = {"account_id": Uuid(), "label": Text(), "state": Text(), "new_staff_id": Uuid()}
    kinds |= {"reason": Text(), "remedy": Text()}
    common: list[Any] = [
        literal(list(Held).index(kind)).label("rank"),
        id_.label("id"),
        literal(str(kind)).label("kind"),
        cast(fate, Text).label("fate"),
    ]
    return select(*common, *(cast(columns.get(name, null()), type_).label(name) for name, type_ in kinds.items()))
