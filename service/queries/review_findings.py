"""What a review finds: fairness and its drift, results against targets and promises, feedback, and old data.

Numbers of a team and all beneath it; nobody and no account is named, so whoever may read the review may read them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.appeals import Outcome
from service.domain.calendar import add_months
from service.domain.distribution.rulebook import Rulebook as Rules
from service.domain.states import TaskState
from service.errors import LedgerNotKept, NoPublishedRulebook
from service.models import (
    Account,
    AccountTier,
    Appeal,
    AppealVerdict,
    Assignment,
    Entitlement,
    Interaction,
    Staff,
    Task,
)
from service.policy.hierarchy import departments_under
from service.queries.fairness import Measured, last_measured
from service.queries.settings import setting
from service.queries.snapshots import published_rulebook
from service.schemas.fields import utc

MEASURES = ("cv", "gini", "jain", "max", "min")
VISITS = ("visit", "return_visit")
FOUND_RIGHT = (Outcome.UPHELD, Outcome.PARTIALLY_UPHELD)


@dataclass(frozen=True)
class Scope:
    """A team, the scheme under which its accounts are graded, and the time that is looked at."""

    department_id: UUID
    scheme_code: str
    since: datetime
    until: datetime
    timezone: str

    def held(self) -> Any:
        """The accounts of the team's people that have a grade of the scheme, each with its owner."""
        graded = and_(
            AccountTier.account_id == Assignment.account_id,
            AccountTier.scheme_code == self.scheme_code,
            AccountTier.ended_at.is_(None),
        )
        return (
            select(Assignment.account_id, Assignment.staff_id)
            .join(Staff, Staff.id == Assignment.staff_id)
            .join(AccountTier, graded)
            .where(
                Assignment.team_role == "owner",
                Assignment.ended_at.is_(None),
                Staff.department_id.in_(departments_under(self.department_id)),
            )
        )

    def theirs(self, model: type[Any]) -> ColumnElement[bool]:
        """Rows about those accounts."""
        return model.account_id.in_(select(self.held().subquery().c.account_id))  # type: ignore[no-any-return]


async def findings(connection: AsyncConnection, scope: Scope, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """The members of FindingsView; `before`: the findings of the review before this one."""
    held = scope.held().subquery()
    counted = select(func.count(), func.count(held.c.staff_id.distinct())).select_from(held)
    accounts, people = (await connection.execute(counted)).one()
    measured = await measured_now(connection, scope)
    return {
        "accounts": accounts,
        "people": people,
        "fairness": measured and await fairness(connection, scope, measured, before and before["fairness"]),
        "targets": await targets(connection, scope, measured) if measured else [],
        "results": await results(connection, scope),
        "feedback": await feedback(connection, scope),
        "freshness": await freshness(connection, scope),
    }


async def measured_now(connection: AsyncConnection, scope: Scope) -> Measured | None:
    """The company's fairness as it was measured last; None without rules, or before a large company was measured."""
    try:
        return await last_measured(connection, scope.timezone)
    except (LedgerNotKept, NoPublishedRulebook):
        return None


async def fairness(
    connection: AsyncConnection, scope: Scope, measured: Measured, before: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The company's loads and the team's part in them, with the rise since the last review."""
    then = {part["name"]: part["cv"] for part in before["dimensions"]} if before else {}
    below = {str(one) for one in await connection.scalars(departments_under(scope.department_id))}
    names = ("department_id", "name", "accounts", "people", "pinned_share", "by_hand_share")
    return {
        "as_of": utc(measured.as_of),
        "since": before["as_of"] if before else None,
        "dimensions": [
            {
                "name": part["name"],
                **{measure: part["after"][measure] for measure in MEASURES},
                "rise_percent": risen(then.get(part["name"]), part["after"]["cv"]),
            }
            for part in measured.report["dimensions"]
        ],
        "teams": [
            {name: team[name] for name in names} for team in measured.report["teams"] if team["department_id"] in below
        ],
    }


def risen(then: str | None, now: str) -> str | None:
    """By how many percentage points a variation has risen; None where it was not measured before."""
    return None if then is None else str((Decimal(now) - Decimal(then)) * 100)


async def targets(connection: AsyncConnection, scope: Scope, measured: Measured) -> list[dict[str, Any]]:
    """How many of the team's people have what the rulebook's balance targets ask for, load by load.

    A target is a fair share by working time; it is met within a tolerance in percent of it.
    """
    tolerance = Decimal(await setting(connection, "target_tolerance_percent")) / 100
    in_team = Staff.department_id.in_(departments_under(scope.department_id))
    team = {str(one) for one in await connection.scalars(select(Staff.id).where(in_team))}
    people = [one["after"] for one in measured.report["people"] if one["person_id"] in team]
    return [
        {"name": load["name"], "points": load["points"]}
        | met([Decimal(loads[load["name"]]) for loads in people if load["name"] in loads], tolerance)
        for load in measured.report["dimensions"]
    ]


def met(shares: list[Decimal], tolerance: Decimal) -> dict[str, int]:
    """How many shares lie about 1, above it and below it."""
    above, below = (sum(sign * (share - 1) > tolerance for share in shares) for sign in (1, -1))
    return {"met": len(shares) - above - below, "above": above, "below": below}


async def results(connection: AsyncConnection, scope: Scope) -> dict[str, Any]:
    """What was promised for the time and what was done: visits, tasks."""
    zone = ZoneInfo(scope.timezone)
    since, until = (at.astimezone(zone).date() for at in (scope.since, scope.until))
    planned = and_(scope.theirs(Task), Task.deleted_at.is_(None), Task.planned_on > since, Task.planned_on <= until)
    open_ = Task.state.in_((TaskState.NOT_STARTED, TaskState.IN_PROGRESS))
    promised = and_(Entitlement.kind == "visit", scope.theirs(Entitlement), Entitlement.ended_at.is_(None))
    statement = select(
        counted(Entitlement, promised, Entitlement.due_on > since, Entitlement.due_on <= until).label("visits_due"),
        counted(Interaction, logged(scope), Interaction.kind.in_(VISITS)).label("visits_made"),
        counted(Task, planned).label("tasks_planned"),
        counted(Task, planned, Task.state == TaskState.DONE).label("tasks_done"),
        counted(Task, planned, Task.actual_on > Task.planned_on).label("tasks_late"),
        counted(Task, planned, open_).label("tasks_overdue"),
    )
    return dict((await connection.execute(statement)).mappings().one())


async def feedback(connection: AsyncConnection, scope: Scope) -> dict[str, Any]:
    """What came back: surveys, return visits, and appeals that were decided in the time."""
    decided = and_(
        AppealVerdict.decided_at > scope.since,
        AppealVerdict.decided_at <= scope.until,
        AppealVerdict.appeal_id.in_(select(Appeal.id).where(scope.theirs(Appeal))),
    )
    statement = select(
        counted(Interaction, logged(scope), Interaction.kind == "survey").label("surveys"),
        counted(Interaction, logged(scope), Interaction.kind == "return_visit").label("return_visits"),
        counted(AppealVerdict, decided).label("appeals_decided"),
        counted(AppealVerdict, decided, AppealVerdict.outcome.in_(FOUND_RIGHT)).label("appeals_upheld"),
    )
    return dict((await connection.execute(statement)).mappings().one())


async def freshness(connection: AsyncConnection, scope: Scope) -> dict[str, Any]:
    """Cards that are due for their full check (全面检查), and accounts that old data hold back from distribution."""
    months = await setting(connection, "card_check_months")
    rulebook = await published_rulebook(connection)
    gate = Rules.from_mapping(rulebook.definition).freshness if rulebook else None
    zone = ZoneInfo(scope.timezone)
    checked_by = datetime.combine(add_months(scope.until.astimezone(zone).date(), -months), time.min, zone)
    mine = Account.id.in_(select(scope.held().subquery().c.account_id))
    never = Account.verified_at.is_(None)
    oldest = scope.until - timedelta(days=gate.most_days) if gate else None
    held_back = or_(
        never if gate and gate.verified else false(),
        Account.verified_at < oldest if gate and gate.most_days else false(),
    )
    statement = select(
        counted(Account, mine, or_(never, Account.verified_at < checked_by)).label("cards_due"),
        counted(Account, mine, never).label("never_verified"),
        counted(Account, mine, held_back).label("held_back"),
    )
    found = dict((await connection.execute(statement)).mappings().one())
    return {**found, "card_check_months": months, "most_days": gate.most_days if gate else None}


def logged(scope: Scope) -> ColumnElement[bool]:
    """Interactions of the time with the team's accounts."""
    during = and_(Interaction.starts_at > scope.since, Interaction.starts_at <= scope.until)
    return and_(scope.theirs(Interaction), Interaction.deleted_at.is_(None), during)


def counted(model: type[Any], *conditions: Any) -> Any:
    """How many rows there are, as a value."""
    return select(func.count()).select_from(model).where(*conditions).scalar_subquery()
