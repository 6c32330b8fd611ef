"""What there is to tell of an event: the facts that fill a notice's template."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.distribution.wording import reason_sentence
from service.domain.notice_texts import ORIGINS, TEAM_ROLES
from service.domain.notices import Facts
from service.domain.people import ROLE_NAMES
from service.errors import Sentence
from service.models import (
    Account,
    Appeal,
    AppealVerdict,
    Assignment,
    Decision,
    DistributionPlan,
    Import,
    Review,
    Rulebook,
    Task,
)

VERDICTS = frozenset({"appeal.upheld", "appeal.settled", "appeal.rejected"})


async def facts_of(connection: AsyncConnection, entry: Any, timezone: str) -> Facts:
    """The facts of an event as the database tells them now; days are those of the business time zone."""
    facts: Facts = {}
    if entry.account_id:
        facts["account"] = await connection.scalar(select(Account.code).where(Account.id == entry.account_id))
    tell = BY_SUBJECT.get(entry.subject_type)
    return facts | (await tell(connection, entry, ZoneInfo(timezone)) if tell else {})


async def of_assignment(connection: AsyncConnection, entry: Any, _zone: ZoneInfo) -> Facts:
    """In which role, and why: the person's words who decided by hand, else the rule's."""
    decided = (
        select(Assignment.team_role, Assignment.origin, Assignment.reason, Decision.reason.label("rule"))
        .outerjoin(Decision, Decision.id == Assignment.decision_id)
        .where(Assignment.id == entry.subject_id)
    )
    row = (await connection.execute(decided)).one()
    begun = entry.action == "assignment.started"
    origin, said = entry.data.get("origin", row.origin), entry.data.get("reason")
    if said is None and begun and origin == "routed" and row.rule:
        reason: Any = spoken(reason_sentence(row.rule))
    else:
        reason = said or spoken(ORIGINS.get(origin))
    return {"role": spoken(TEAM_ROLES.get(row.team_role)) or row.team_role, "reason": reason}


async def of_membership(_connection: AsyncConnection, entry: Any, _zone: ZoneInfo) -> Facts:
    """In which role."""
    role = entry.data.get("role")
    return {"role": spoken(TEAM_ROLES.get(role) or ROLE_NAMES.get(role)) or role}


async def of_task(connection: AsyncConnection, entry: Any, _zone: ZoneInfo) -> Facts:
    """What is to be done, and until when."""
    row = (await connection.execute(select(Task.subject, Task.planned_on).where(Task.id == entry.subject_id))).one()
    return {"subject": row.subject, "due": row.planned_on and row.planned_on.isoformat()}


async def of_import(connection: AsyncConnection, entry: Any, _zone: ZoneInfo) -> Facts:
    """The file's name."""
    return {"name": await connection.scalar(select(Import.filename).where(Import.id == entry.subject_id))}


async def of_plan(connection: AsyncConnection, entry: Any, _zone: ZoneInfo) -> Facts:
    """Its name, and what was said of it."""
    name = select(DistributionPlan.name).where(DistributionPlan.id == entry.subject_id)
    return {"name": await connection.scalar(name), "reason": entry.data.get("reason")}


async def of_rulebook(connection: AsyncConnection, entry: Any, _zone: ZoneInfo) -> Facts:
    """Its code and number, and for a rule that is overturned the counts."""
    row = (
        await connection.execute(select(Rulebook.code, Rulebook.number).where(Rulebook.id == entry.subject_id))
    ).one()
    counts = {name: entry.data.get(name) for name in ("rule", "verdicts", "overturned")}
    return {"name": row.code, "number": row.number, **counts}


async def of_review(connection: AsyncConnection, entry: Any, _zone: ZoneInfo) -> Facts:
    """Until when it is to be closed."""
    due_on = await connection.scalar(select(Review.due_on).where(Review.id == entry.subject_id))
    return {"due": due_on and due_on.isoformat()}


async def of_appeal(connection: AsyncConnection, entry: Any, zone: ZoneInfo) -> Facts:
    """Its deadlines, and the reasons of its verdict in both languages."""
    due = await connection.scalar(select(Appeal.decide_by).where(Appeal.id == entry.subject_id))
    facts: Facts = {"due": day(due, zone), "answer_by": day(entry.data.get("answer_by"), zone)}
    if entry.action in VERDICTS:
        given = select(AppealVerdict.reason_en, AppealVerdict.reason_zh).where(
            AppealVerdict.appeal_id == entry.subject_id, AppealVerdict.instance == entry.data["instance"]
        )
        facts["reason"] = spoken(Sentence(*(await connection.execute(given)).one()))
    return facts


async def of_role_grant(_connection: AsyncConnection, entry: Any, _zone: ZoneInfo) -> Facts:
    """Which role, and why."""
    return {"role": spoken(ROLE_NAMES.get(entry.data.get("role"))), "reason": entry.data.get("reason")}


BY_SUBJECT: dict[str, Callable[[AsyncConnection, Any, ZoneInfo], Awaitable[Facts]]] = {
    "assignment": of_assignment,
    "membership": of_membership,
    "task": of_task,
    "import": of_import,
    "distribution_plan": of_plan,
    "rulebook": of_rulebook,
    "rule": of_rulebook,
    "review": of_review,
    "appeal": of_appeal,
    "role_grant": of_role_grant,
}


def spoken(sentence: Sentence | None) -> dict[str, str] | None:
    """Words of both languages as a fact keeps them."""
    return sentence._asdict() if sentence else None


def day(instant: datetime | str | None, zone: ZoneInfo) -> str | None:
    """The day of an instant in the business time zone."""
    if instant is None:
        return None
    at = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return at.astimezone(zone).date().isoformat()
