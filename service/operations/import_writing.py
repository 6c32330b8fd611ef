"""What a plan comes to in the database: rows copied in, changes, evidence for each, and the report of every row."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Update, bindparam, func, update
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.bulk_copy import copy_rows
from service.domain import events
from service.domain.events import Event
from service.domain.row_reading import CellProblem
from service.domain.tables import cell_text, column_letters, visible
from service.journal import record
from service.models import Account, AccountMembership, Contact, Import, ImportRow, Task
from service.operations.account_search import derived
from service.operations.accounts import CREATED, originators
from service.operations.assignments import Handover, hand_over
from service.operations.changes import changes, differing
from service.operations.contacts import told as told_of_contact
from service.operations.import_arrival import told
from service.operations.import_planning import Judged
from service.operations.import_subjects import CONTACT_COLUMNS, TASK_COLUMNS, Child, Subject
from service.policy import Actor

MEMBERSHIP_COLUMNS = ("id", "account_id", "holder_id", "holder_kind", "role")
REPORT_COLUMNS = (
    "import_id", "run", "row_number", "outcome", "account_id", "contact_id", "task_id", "staff_id", "cells", "kept",
    "errors",
)  # fmt: skip
FOUND_BY = frozenset({"name", "external_ref"})
UNTOLD = frozenset({"proposed", "verified_at", "verified_by", "potential_value_base"})
NAMED_IN = "导入文件 / imported file:"
Shapes = dict[tuple[str, ...], list[dict[str, Any]]]


class Kind(NamedTuple):
    """How contacts or tasks are written, and how their evidence is told."""

    model: type[Contact | Task]
    columns: tuple[str, ...]
    created: type[Event]
    changed: type[Event]
    data: Callable[[Mapping[str, Any]], dict[str, Any]]


def told_of_task(changed: Mapping[str, Any]) -> dict[str, Any]:
    """What evidence of a task holds."""
    return {"changes": dict(changed)}


CONTACTS = Kind(Contact, CONTACT_COLUMNS, events.ContactCreated, events.ContactChanged, told_of_contact)
TASKS = Kind(Task, TASK_COLUMNS, events.TaskCreated, events.TaskChanged, told_of_task)


async def write(session: AsyncSession, actor: Actor, subjects: Sequence[Subject], import_: Import) -> None:
    """Enters and changes accounts, their contacts, tasks and owners, with the evidence for each."""
    happened: list[Event] = []
    await enter_accounts(session, actor, [subject for subject in subjects if subject.is_new], happened)
    await change_accounts(session, [subject for subject in subjects if not subject.is_new], happened)
    contacts = [(subject, child) for subject in subjects for child in subject.contacts]
    await write_children(session, CONTACTS, contacts, {}, happened)
    tasks = [(subject, child) for subject in subjects for child in subject.tasks]
    await write_children(session, TASKS, tasks, {"origin": "import", "created_by": actor.id}, happened)
    await record(session, actor, *happened)
    reason = f"{NAMED_IN} {import_.filename}"
    given = [Handover(one.id, one.given_to, reason=reason) for one in subjects if one.given_to]
    if given:
        await hand_over(session, actor, given, "manual", import_id=import_.id)


async def enter_accounts(session: AsyncSession, actor: Actor, new: Sequence[Subject], happened: list[Event]) -> None:
    """The new accounts and who is on their teams from the start."""
    rows, members = [], []
    for subject in new:
        values = {**subject.values, "parent_id": None, "custom": {}, "created_by": actor.id}
        values.pop("proposed")
        stated = {name: value for name, value in values.items() if value is not None}
        happened.append(events.AccountCreated(subject.id, subject.id, {"changes": changes({}, stated)}))
        values |= {"id": subject.id, **derived(values, found_by(subject))}
        rows.append([values[name] for name in CREATED])
        members += [[holder[name] for name in MEMBERSHIP_COLUMNS] for holder in originators(actor, subject.id)]
    await copy_rows(session, Account.__table__, CREATED, rows)
    await copy_rows(session, AccountMembership.__table__, MEMBERSHIP_COLUMNS, members)


async def change_accounts(session: AsyncSession, known: Iterable[Subject], happened: list[Event]) -> None:
    """The known accounts' new values; one that only got a contact is found by it, and otherwise stays as it is."""
    shown: Shapes = defaultdict(list)
    hidden: Shapes = defaultdict(list)
    for subject in known:
        assert subject.before is not None
        values = differing(subject.before, subject.values)
        happened += account_events(subject, values)
        shapes = shown if values else hidden
        if values.keys() & FOUND_BY or any(child.before != child.values for child in subject.contacts):
            values |= derived(subject.values, found_by(subject))
        if values:
            shapes[tuple(values)].append({"row": subject.id, **prefixed(values)})
    for shape, rows in shown.items():
        await session.execute(change_of(Account, shape), rows)
    for shape, rows in hidden.items():
        await session.execute(change_of(Account, shape, is_shown=False), rows)


def account_events(subject: Subject, values: Mapping[str, Any]) -> list[Event]:
    """What happened to a known account: changed at once, proposed, or both."""
    assert subject.before is not None
    found: list[Event] = []
    if plain := {name: value for name, value in values.items() if name not in UNTOLD}:
        data = {"changes": changes({name: subject.before[name] for name in plain}, plain)}
        found.append(events.AccountChanged(subject.id, subject.id, data))
    if "proposed" in values:
        found.append(events.AccountProposed(subject.id, subject.id, {"fields": values["proposed"]["fields"]}))
    return found


async def write_children(
    session: AsyncSession,
    kind: Kind,
    pairs: Iterable[tuple[Subject, Child]],
    origin: Mapping[str, Any],
    happened: list[Event],
) -> None:
    """The contacts or tasks that are new, and those that changed."""
    columns = ("id", "account_id", *kind.columns, *origin)
    rows: list[list[Any]] = []
    shapes: Shapes = defaultdict(list)
    for subject, child in pairs:
        if child.before is None:
            rows.append([child.id, subject.id, *(child.values[name] for name in kind.columns), *origin.values()])
            stated = {name: value for name, value in child.values.items() if value is not None}
            happened.append(kind.created(child.id, subject.id, kind.data(changes({}, stated))))
        elif values := differing(child.before, child.values):
            shapes[tuple(values)].append({"row": child.id, **prefixed(values)})
            before = {name: child.before[name] for name in values}
            happened.append(kind.changed(child.id, subject.id, kind.data(changes(before, values))))
    await copy_rows(session, kind.model.__table__, columns, rows)
    for shape, changed in shapes.items():
        await session.execute(change_of(kind.model, shape), changed)


async def report(session: AsyncSession, import_id: UUID, run: int, rows: Iterable[Judged], *, written: bool) -> None:
    """The result of each row in a run; what a dry run would enter has no id."""
    await copy_rows(
        session,
        ImportRow.__table__,
        REPORT_COLUMNS,
        ([import_id, run, *result_of(judged, written=written)] for judged in rows),
    )


def result_of(judged: Judged, *, written: bool) -> list[Any]:
    """The columns of one row's result after the import and its run."""
    things = (judged.subject, judged.contact, judged.task, judged.person)
    return [
        judged.row.number,
        judged.outcome,
        *(thing.id if thing and (written or thing.before is not None) else None for thing in things),
        [visible(cell_text(cell)) for cell in judged.row.cells],
        judged.kept,
        [problem_of(problem) for problem in judged.problems],
    ]


def problem_of(problem: CellProblem) -> dict[str, Any]:
    """A problem as JSON: its code, where it is, both sentences, and whether it rejects the row."""
    return {
        "code": problem.code,
        "detail": told(problem.detail),
        "column": None if problem.column is None else column_letters(problem.column),
        "heading": problem.heading,
        "field": problem.field,
        "rejects": problem.rejects,
    }


def found_by(subject: Subject) -> list[str]:
    """The words of an account's contacts that it is found by."""
    words = (child.values[name] for child in subject.contacts for name in ("name", "mobile", "email"))
    return [word for word in words if word]


def prefixed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values under names that no column has."""
    return {f"new_{name}": value for name, value in values.items()}


def change_of(model: type[Any], columns: Iterable[str], *, is_shown: bool = True) -> Update:
    """An update of many rows by id; what nobody is shown changes neither version nor date."""
    table = model.__table__
    values: dict[Any, Any] = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in columns}
    values["updated_at"] = func.now() if is_shown else table.c.updated_at
    if is_shown:
        values["version"] = table.c.version + 1
    return update(table).where(table.c.id == bindparam("row", type_=table.c.id.type)).values(values)
