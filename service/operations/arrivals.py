"""An account that nobody has goes to whom the rule named: ledger, decision and evidence written in one statement."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, FromClause, Integer, Text, bindparam, cast, func, literal, select, text, true
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.distribution.balance import Booking
from service.domain.distribution.decisions import Decision as Decided
from service.errors import NotAssignable
from service.journal import ENTRY_CTES, bound, entry_values
from service.models import Assignment, Decision, LedgerEntry, new_id
from service.operations.ledgers import ENTRY_COLUMNS, entry_row
from service.operations.snapshots import COLUMNS as DECISION_COLUMNS
from service.operations.snapshots import decision_row
from service.operations.stages import take_over
from service.policy import Actor
from service.queries.ledgers import Running

OWNER, ROUTED = "owner", "routed"
GIVEN_COLUMNS = ("id", "account_id", "staff_id", "decision_id", "assigned_by")


@dataclass(frozen=True)
class Given:
    """The decision about an account, who is responsible for it now, and by which assignment."""

    decision_id: UUID
    staff_id: UUID | None
    assignment_id: UUID | None


async def arrive(session: AsyncSession, actor: Actor, running: Running, booking: Booking, decided: Decided) -> Given:
    """Gives an account, which the caller holds and nobody has, to the winner of its decision.

    The caller holds the ledger too. NotAssignable when the winner is not active any more.
    """
    account_id, winner = UUID(decided.account_id), UUID(decided.winner)
    line, divided = await line_of(session, account_id, winner)
    entry = entry_row(running, booking)
    decision = decision_row(decided, None) | {"place": entry["place"]}
    assignment = {
        "id": new_id(), "account_id": account_id, "staff_id": winner, "decision_id": decision["id"],
        "assigned_by": actor.id or actor.on_behalf_of,
    }  # fmt: skip
    data = {"staff_id": winner, "origin": ROUTED, "plan_id": None, "reason": None}
    event = events.AssignmentStarted(assignment["id"], account_id, data)
    values = prefixed("entry_", entry) | prefixed("decision_", decision) | prefixed("assignment_", assignment)
    values |= entry_values(actor, event, session.info["request_id"])
    values |= {"members": [new_id() for _ in (winner, *line)], "holders": [winner, *line]}
    await (await session.connection()).execute(ARRIVAL, values)
    if divided:
        await take_over(session, actor, {account_id: winner}, OWNER)
    return Given(decision["id"], winner, assignment["id"])


async def line_of(session: AsyncSession, account_id: UUID, staff_id: UUID) -> tuple[list[UUID], bool]:
    """The departments above a person that do not see the account yet, and whether anybody answers for its stages.

    The person stays active until the end.
    """
    values = {"account_id": account_id, "staff_id": staff_id}
    found = (await session.execute(LINE, values)).one_or_none()
    if found is None:
        raise NotAssignable
    return found.departments, found.divided


def prefixed(prefix: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row's values under the names that `bound` gave them."""
    return {f"{prefix}{name}": value for name, value in row.items()}


def made(table: FromClause, prefix: str, columns: tuple[str, ...], **constants: object) -> CTE:
    """The insert of one row, as a part of a larger statement."""
    return bound(table, prefix, columns).values(constants).returning(literal(1)).cte(f"{prefix}made")


JOINED = text("""
    INSERT INTO account_memberships (id, account_id, holder_id, holder_kind, role)
    SELECT m.id, CAST(:assignment_account_id AS uuid), m.holder,
        CASE WHEN m.holder = CAST(:assignment_staff_id AS uuid) THEN 'staff' ELSE 'department' END,
        CASE WHEN m.holder = CAST(:assignment_staff_id AS uuid) THEN 'owner' ELSE 'line' END
    FROM unnest(CAST(:members AS uuid[]), CAST(:holders AS uuid[])) AS m (id, holder)
    RETURNING 1 AS one
""").columns(one=Integer)
BOOKED_IN = bindparam("entry_ledger_id", type_=LedgerEntry.ledger_id.type)
ARRIVAL = select(func.set_config("app.booked_in", cast(BOOKED_IN, Text), true())).add_cte(
    made(LedgerEntry.__table__, "entry_", ENTRY_COLUMNS),
    made(Decision.__table__, "decision_", (*DECISION_COLUMNS, "place")),
    made(Assignment.__table__, "assignment_", GIVEN_COLUMNS, version=1, team_role=OWNER, origin=ROUTED),
    JOINED.cte("joined"),
    *ENTRY_CTES,
)
"""Everything that an arrival writes; triggers hear at its end in which ledger it was booked."""
LINE = text("""
    WITH RECURSIVE held AS MATERIALIZED (
        SELECT department_id FROM staff
        WHERE id = CAST(:staff_id AS uuid) AND status = 'active' AND deleted_at IS NULL
        FOR SHARE
    ), above AS (
        SELECT department_id FROM held WHERE department_id IS NOT NULL
        UNION
        SELECT d.parent_id FROM above a JOIN departments d ON d.id = a.department_id WHERE d.parent_id IS NOT NULL
    )
    SELECT ARRAY(
        SELECT a.department_id FROM above a
        WHERE NOT EXISTS (
            SELECT FROM account_memberships m
            WHERE m.account_id = CAST(:account_id AS uuid) AND m.holder_id = a.department_id AND m.role = 'line'
              AND m.ended_at IS NULL
        )
    ) AS departments,
    EXISTS (
        SELECT FROM stage_duties WHERE account_id = CAST(:account_id AS uuid) AND ended_at IS NULL
    ) AS divided
    FROM held
""")
