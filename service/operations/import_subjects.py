"""Accounts as an import knows them: what they were, what they become, and what the importer may do with them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, any_, exists, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.import_keys import MatchOn
from service.domain.import_records import ACCOUNT_FIELDS, CONTACT_FIELDS
from service.models import Account, Assignment, Contact, ImportRow, Task
from service.policy import Actor, allowed
from service.policy.rules import POLICIES, alive

ACCOUNT_COLUMNS = (
    "code",
    *ACCOUNT_FIELDS,
    "potential_value",
    "potential_currency",
    "potential_value_on",
    "potential_value_base",
    "verified_at",
    "verified_by",
    "proposed",
)
CONTACT_COLUMNS = (*CONTACT_FIELDS, "mobile_state", "email_state")
TASK_COLUMNS = (
    "subject",
    "assignee_id",
    "assignee_text",
    "contact_text",
    "planned_on",
    "actual_on",
    "state",
    "note",
)
MATCHED = {
    MatchOn.CODE: Account.code,
    MatchOn.EXTERNAL_REF: Account.external_ref,
    MatchOn.NAME_REGION: Account.name_match,
}
OWNER = (
    select(Assignment.staff_id)
    .where(Assignment.account_id == Account.id, Assignment.team_role == "owner", Assignment.ended_at.is_(None))
    .scalar_subquery()
)


@dataclass(slots=True)
class Child:
    """A contact or task of an account, or a person: its columns as they were (None: it is new) and as they become."""

    id: UUID
    before: Mapping[str, Any] | None
    values: dict[str, Any]


@dataclass(slots=True)
class Subject:
    """An account that rows of a file speak of: its columns as they were (None: it is new) and as they become.

    `owner_id`: who is responsible for it now; `given_to`: who becomes so.
    """

    id: UUID
    before: Mapping[str, Any] | None
    values: dict[str, Any]
    rights: frozenset[str]
    owner_id: UUID | None = None
    given_to: UUID | None = None
    contacts: list[Child] = field(default_factory=list)
    tasks: list[Child] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        """Whether the file brings it."""
        return self.before is None


async def find_subjects(
    session: AsyncSession, actor: Actor, match_on: MatchOn, keys: Collection[str], import_id: UUID, *, writing: bool
) -> dict[str, list[Subject]]:
    """The accounts with one of the keys, locked where the import writes, with what the actor may do with each.

    Accounts that the actor may not see are among those found by code or reference, without rights: they are taken.
    """
    if not keys:
        return {}
    column = MATCHED[match_on]
    statement = (
        select(
            Account.id,
            column.label("key"),
            *(getattr(Account, name) for name in ACCOUNT_COLUMNS),
            OWNER.label("owner_id"),
            *(right.label(f"may_{name}") for name, right in rights_over(actor, import_id).items()),
        )
        .where(among(column, keys), alive(Account))
        .order_by(Account.id)
    )
    if match_on is MatchOn.NAME_REGION:
        statement = statement.where(allowed(actor, "see", Account))
    if writing:
        statement = statement.with_for_update(of=Account, key_share=True)
    found: dict[str, list[Subject]] = defaultdict(list)
    for row in (await session.execute(statement)).mappings():
        found[row["key"]].append(subject_of(row))
    return found


def rights_over(actor: Actor, import_id: UUID) -> dict[str, Any]:
    """Right → SQL condition; what this import entered it may complete, whoever else may edit it."""
    own = exists().where(
        ImportRow.import_id == import_id, ImportRow.account_id == Account.id, ImportRow.outcome == "created"
    )
    owner = func.coalesce(actor.id == OWNER, False)
    plain = ("see", "see_values", "see_sensitive", "assign")
    rules = {name: POLICIES[Account][name].predicate(actor, Account) for name in plain}
    edit = POLICIES[Account]["edit"].predicate(actor, Account) | own
    verify = POLICIES[Account]["verify"].predicate(actor, Account) & ~owner
    return {**rules, "edit": edit, "verify": verify}


RIGHTS = ("see", "see_values", "see_sensitive", "assign", "edit", "verify")


def subject_of(row: Mapping[Any, Any]) -> Subject:
    """An account as it was found."""
    values = {name: row[name] for name in ACCOUNT_COLUMNS}
    rights = frozenset(name for name in RIGHTS if row[f"may_{name}"])
    return Subject(row["id"], values, dict(values), rights, row["owner_id"])


async def find_children(session: AsyncSession, subjects: Iterable[Subject], *, writing: bool) -> None:
    """Gives accounts that were found their contacts and tasks, locked where the import writes."""
    by_id = {subject.id: subject for subject in subjects}
    if not by_id:
        return
    for contact in await children_of(session, Contact, CONTACT_COLUMNS, by_id, writing=writing):
        by_id[contact["account_id"]].contacts.append(child_of(contact, CONTACT_COLUMNS))
    for task in await children_of(session, Task, TASK_COLUMNS, by_id, writing=writing):
        by_id[task["account_id"]].tasks.append(child_of(task, TASK_COLUMNS))


async def children_of(
    session: AsyncSession, model: type[Contact | Task], columns: Iterable[str], ids: Collection[UUID], *, writing: bool
) -> Any:
    """The living contacts or tasks of some accounts."""
    statement = (
        select(model.id, model.account_id, *(getattr(model, name) for name in columns))
        .where(among(model.account_id, ids), alive(model))
        .order_by(model.id)
    )
    return (await session.execute(statement.with_for_update(key_share=True) if writing else statement)).mappings()


def child_of(row: Mapping[Any, Any], columns: Iterable[str]) -> Child:
    """A contact or task as it was found."""
    values = {name: row[name] for name in columns}
    return Child(row["id"], values, dict(values))


async def find_taken(session: AsyncSession, column: Any, values: Collection[str]) -> dict[str, UUID]:
    """Which codes or references living accounts bear already, seen or not."""
    if not values:
        return {}
    rows = await session.execute(select(column, Account.id).where(among(column, values), alive(Account)))
    return {row[0]: row[1] for row in rows}


def among(column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """The column is one of the values, bound as one array however many there are."""
    condition: ColumnElement[bool] = column == any_(literal(list(values), ARRAY(column.type)))
    return condition
