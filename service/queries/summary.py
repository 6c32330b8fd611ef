"""An account at one glance, in one statement."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, nulls_last, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.states import OPEN_TASK_STATES
from service.errors import NotFound
from service.models import Account, AccountMembership, AccountTier, Assignment, Contact, Interaction, Staff, Task
from service.policy import Actor, allowed
from service.queries.json_view import json_list, json_object, json_value
from service.queries.tasks import ASSIGNEE, overdue

LATEST = 5
NEXT = 10
THIS = bindparam("account_id", type_=Account.id.type)
OPEN_TASKS = (Task.account_id == THIS, Task.deleted_at.is_(None), Task.state.in_(OPEN_TASK_STATES))
INTERACTIONS = (Interaction.account_id == THIS, Interaction.deleted_at.is_(None))


async def summary_json(connection: AsyncConnection, actor: Actor, account_id: UUID, timezone: str) -> tuple[str, int]:
    """The summary's JSON text and the account's version."""
    columns = {name: getattr(Account, name) for name in ("id", "code", "name", "industry", "region", "lifecycle")} | {
        "owner": owner().scalar_subquery(),
        "tiers": json_list(tiers()),
        "latest_interactions": json_list(latest_interactions()),
        "open_tasks": json_list(open_tasks(timezone)),
        "counts": json_value(counts(timezone)),
    }
    statement = select(json_object(columns), Account.version).where(
        Account.id == THIS, allowed(actor, "see_timeline", Account)
    )
    row = (await connection.execute(statement, {"account_id": account_id})).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row.version


def owner() -> Select[Any]:
    """The person who is responsible now."""
    person = json_value({"id": Staff.id, "code": Staff.code, "name": Staff.name})
    return select(person).where(
        Assignment.account_id == THIS,
        Assignment.team_role == "owner",
        Assignment.ended_at.is_(None),
        Staff.id == Assignment.staff_id,
    )


def tiers() -> Select[Any]:
    """The grades held now, one a scheme."""
    names = ("scheme_code", "tier", "started_at")
    grade = json_value({name: getattr(AccountTier, name) for name in names})
    current = (AccountTier.account_id == THIS, AccountTier.ended_at.is_(None))
    return select(grade).where(*current).order_by(AccountTier.scheme_code)


def latest_interactions() -> Select[Any]:
    """The newest interactions with what came of them."""
    columns = {name: getattr(Interaction, name) for name in ("id", "kind", "subject", "starts_at")}
    brief = json_value(columns | {"summary": Interaction.outcome["summary"].astext})
    return (
        select(brief).where(*INTERACTIONS).order_by(Interaction.starts_at.desc(), Interaction.id.desc()).limit(LATEST)
    )


def open_tasks(timezone: str) -> Select[Any]:
    """What is to be done next."""
    columns = {name: getattr(Task, name) for name in ("id", "subject", "planned_on", "state")}
    brief = json_value(columns | {"assignee": ASSIGNEE, "overdue": overdue(timezone)})
    return select(brief).where(*OPEN_TASKS).order_by(nulls_last(Task.planned_on), Task.id).limit(NEXT)


def counts(timezone: str) -> Mapping[str, Any]:
    """How many there are of each."""
    members = (
        AccountMembership.account_id == THIS,
        AccountMembership.holder_kind == "staff",
        AccountMembership.ended_at.is_(None),
    )
    contacts = (Contact.account_id == THIS, Contact.deleted_at.is_(None))
    return {
        "contacts": number(select(func.count(Contact.id)).where(*contacts)),
        "team": number(select(func.count(AccountMembership.holder_id.distinct())).where(*members)),
        "interactions": number(select(func.count(Interaction.id)).where(*INTERACTIONS)),
        "open_tasks": number(select(func.count(Task.id)).where(*OPEN_TASKS)),
        "overdue_tasks": number(select(func.count(Task.id)).where(*OPEN_TASKS, overdue(timezone))),
    }


def number(statement: Select[Any]) -> Any:
    """A count inside a larger statement."""
    return statement.scalar_subquery()
