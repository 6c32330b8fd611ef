"""What becomes of a chunk of rows that bring people: entered, changed, or refused; and how that is written."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.bulk_copy import enter_rows
from service.domain import events
from service.domain.import_keys import RepeatedKeys
from service.domain.staff_records import FITS, StaffReader
from service.domain.states import StaffStatus
from service.journal import record
from service.models import Department, Staff, new_id
from service.operations.changes import changes, differing
from service.operations.import_planning import Judged
from service.operations.import_subjects import Child, among
from service.operations.import_writing import change_of, prefixed
from service.operations.memberships import refresh_line_of
from service.operations.staff import found_by, told
from service.policy import Actor, holds
from service.policy.rules import alive

COLUMNS = tuple(name if name != "department" else "department_id" for name in FITS)
DEFAULTS: dict[str, Any] = {"regions": [], "industries": [], "products": [], "experience_level": 1, "fte": 1}
ENTERED = ("id", *COLUMNS, "status", "search")


class StaffPlanner:
    """Judges the rows of one import of people, chunk after chunk, as its creator may."""

    def __init__(self, actor: Actor, keys: RepeatedKeys, records: StaffReader) -> None:
        self._keys, self._records = keys, records
        self._may = {action: holds(actor, action, Staff) for action in ("create", "edit")}

    async def plan(self, session: AsyncSession, rows: Sequence[Judged], *, writing: bool) -> list[Child]:
        """Decides on each row; the people that they enter or change."""
        known = await find_people(session, {row.record.staff.get("code", "") for row in rows}, writing=writing)
        departments = await find_departments(session, {row.record.staff.get("department", "") for row in rows})
        for judged in rows:
            self._judge(judged, known, departments)
        return [judged.person for judged in rows if judged.person]

    def _judge(self, judged: Judged, known: dict[str, Child], departments: dict[str, UUID]) -> None:
        """One row: who it speaks of, and what of them it changes."""
        judged.outcome, judged.person = "rejected", None
        judged.problems, judged.kept = list(judged.record.problems), dict(judged.record.kept)
        if judged.record.is_rejected or judged.key is None:
            return
        if self._keys.repeats(judged.key):
            judged.problems.append(self._records.problem("person_repeated", "staff.code", rejects=True))
            return
        stated = self._stated(judged, departments)
        person = known.get(stated["code"]) or Child(new_id(), None, {**dict.fromkeys(COLUMNS), **DEFAULTS})
        values = person.values | stated
        outcome = "created" if person.before is None else "updated" if values != person.values else "unchanged"
        if outcome != "unchanged" and not self._may["create" if outcome == "created" else "edit"]:
            judged.problems.append(self._records.problem("may_not_enter_people", rejects=True))
            return
        person.values = values
        judged.outcome, judged.person = outcome, person

    def _stated(self, judged: Judged, departments: dict[str, UUID]) -> dict[str, Any]:
        """A person's columns as a row states them; a department that does not exist stays in words."""
        stated = dict(judged.record.staff)
        name = stated.pop("department", None)
        if name in departments:
            stated["department_id"] = departments[name]
        elif name is not None:
            problem = self._records.problem("unknown_department", "staff.department")
            judged.problems.append(problem)
            judged.kept[problem.heading or ""] = name
        return stated


async def find_people(session: AsyncSession, codes: set[str], *, writing: bool) -> dict[str, Child]:
    """The people with some staff codes, locked where the import writes."""
    columns = (getattr(Staff, name) for name in COLUMNS)
    statement = select(Staff.id, *columns).where(among(Staff.code, codes), alive(Staff)).order_by(Staff.id)
    rows = (await session.execute(statement.with_for_update() if writing else statement)).mappings()
    found = ({name: row[name] for name in ("id", *COLUMNS)} for row in rows)
    return {row["code"]: Child(row.pop("id"), row, dict(row)) for row in found}


async def find_departments(session: AsyncSession, names: set[str]) -> dict[str, UUID]:
    """The departments with some names, which stay until the transaction ends."""
    statement = select(Department.name, Department.id).where(among(Department.name, names), alive(Department))
    return {row.name: row.id for row in await session.execute(statement.with_for_update(read=True))}


async def write_people(session: AsyncSession, actor: Actor, people: Iterable[Child]) -> None:
    """Enters and changes people, with the evidence for each; their lines follow them to another department."""
    happened: list[events.Event] = []
    entered: list[tuple[Any, ...]] = []
    moved: list[UUID] = []
    for person in people:
        values = person.values
        search = found_by(values["name"], values["code"])
        if person.before is None:
            entered.append((person.id, *(values[name] for name in COLUMNS), StaffStatus.INVITED, search))
            happened.append(events.StaffCreated(person.id, data=told(changes({}, values))))
        elif changed := differing(person.before, values):
            before = {name: person.before[name] for name in changed}
            happened.append(events.StaffChanged(person.id, data=told(changes(before, changed))))
            moved += [person.id] if "department_id" in changed else []
            written = changed | {"search": search}
            await session.execute(change_of(Staff, written), [{"row": person.id, **prefixed(written)}])
    await enter_rows(session, Staff.__table__, ENTERED, entered, len(entered))
    await record(session, actor, *happened)
    if moved:
        await refresh_line_of(session, moved)
