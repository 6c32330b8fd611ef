"""What becomes of a chunk of rows that bring people: entered, changed, given roles, or refused; how that is written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.adapters.bulk_copy import enter_rows
from service.domain import events
from service.domain.import_keys import RepeatedKeys
from service.domain.people import Role, grant_needs_second_person
from service.domain.staff_records import FITS, ROLES, StaffReader
from service.domain.states import OPEN_GRANTS, StaffStatus
from service.domain.tables import cell_text
from service.journal import record
from service.models import Department, RoleGrant, Staff, new_id
from service.operations.changes import changes, differing
from service.operations.import_planning import Judged
from service.operations.import_subjects import Child, among
from service.operations.import_writing import NAMED_IN, change_of, prefixed
from service.operations.memberships import refresh_line_of
from service.operations.role_grants import create_role_grant
from service.operations.staff import found_by, told
from service.policy import Actor, holds
from service.policy.rules import alive
from service.schemas.role_grants import RoleGrantCreate

COLUMNS = tuple(name if name != "department" else "department_id" for name in FITS)
DEFAULTS: dict[str, Any] = {
    "regions": [], "industries": [], "products": [], "experience_level": 1, "fte": 1, "status": StaffStatus.INVITED,
}  # fmt: skip
KEPT = (*COLUMNS, "status")
ENTERED = ("id", *KEPT, "search")
BACK = {"handed_over_at": None}
"""What no longer holds of somebody who is active again."""


@dataclass(slots=True)
class Colleague(Child):
    """A person whom rows speak of: the roles that they hold or wait for, and those that a row gives them."""

    held: frozenset[str] = frozenset()
    given: tuple[Role, ...] = ()

    @property
    def begins(self) -> bool:
        """Whether they become active."""
        before = StaffStatus.INVITED if self.before is None else self.before["status"]
        return bool(before != self.values["status"])


class StaffPlanner:
    """Judges the rows of one import of people, chunk after chunk, as its creator may."""

    def __init__(self, actor: Actor, keys: RepeatedKeys, records: StaffReader) -> None:
        self._actor, self._keys, self._records = actor, keys, records
        self._may = {action: holds(actor, action, Staff) for action in ("create", "edit", "move")}

    async def plan(self, session: AsyncSession, rows: Sequence[Judged], *, writing: bool) -> list[Colleague]:
        """Decides on each row; the people that they enter or change."""
        known = await find_people(session, {row.record.staff.get("code", "") for row in rows}, writing=writing)
        departments = await find_departments(session, {row.record.staff.get("department", "") for row in rows})
        return [person for row in rows if (person := self._judge(row, known, departments))]

    def _judge(self, judged: Judged, known: dict[str, Colleague], departments: dict[str, UUID]) -> Colleague | None:
        """One row: who it speaks of, and what of them it changes; None for a row that is rejected."""
        judged.outcome, judged.person = "rejected", None
        judged.problems, judged.kept = list(judged.record.problems), dict(judged.record.kept)
        if judged.record.is_rejected or judged.key is None:
            return None
        if self._keys.repeats(judged.key):
            judged.problems.append(self._records.problem("person_repeated", "staff.code", rejects=True))
            return None
        code = judged.record.staff["code"]
        person = known.get(code) or Colleague(new_id(), None, {**dict.fromkeys(KEPT), **DEFAULTS})
        person.values = person.values | self._stated(judged, person, departments)
        person.given = self._given(judged, person)
        changed = person.given or person.values != person.before
        judged.outcome = "created" if person.before is None else "updated" if changed else "unchanged"
        if not all(self._may[action] for action in needed(judged.outcome, person)):
            judged.problems.append(self._records.problem("may_not_enter_people", rejects=True))
            judged.outcome = "rejected"
            return None
        judged.person = person
        return person

    def _stated(self, judged: Judged, person: Colleague, departments: dict[str, UUID]) -> dict[str, Any]:
        """A person's columns as a row states them; a department that does not exist stays in words."""
        stated = dict(judged.record.staff)
        name, status = stated.pop("department", None), stated.pop("status", None)
        if name in departments:
            stated["department_id"] = departments[name]
        elif name is not None:
            self._keep(judged, "unknown_department", "staff.department", name)
        if status == StaffStatus.ACTIVE and person.values["status"] == StaffStatus.INVITED:
            stated["status"] = StaffStatus.ACTIVE
        elif status not in (None, person.values["status"]):
            self._keep(judged, "status_is_moved", "staff.status", str(status))
        return stated

    def _given(self, judged: Judged, person: Colleague) -> tuple[Role, ...]:
        """The roles of a row that the person neither holds nor waits for; none for its sender or a leaver."""
        given = tuple(role for role in judged.record.roles if role not in person.held)
        if not given:
            return ()
        own = person.id == self._actor.id
        if own or StaffStatus.LEFT in (person.values["status"], judged.record.staff.get("status")):
            self._keep(judged, "own_roles" if own else "roles_after_leaving", ROLES, cell_text(given))
            return ()
        if any(map(grant_needs_second_person, given)):
            judged.problems.append(self._records.problem("role_proposed", ROLES))
        return given

    def _keep(self, judged: Judged, code: str, field: str, words: str) -> None:
        """What of a row is not taken is told at its column, and kept."""
        problem = self._records.problem(code, field)
        judged.problems.append(problem)
        judged.kept[problem.heading or ""] = words


def needed(outcome: str, person: Colleague) -> Iterable[str]:
    """What one must be allowed for what a row does."""
    if outcome != "unchanged":
        yield "create" if outcome == "created" else "edit"
    if person.begins:
        yield "move"


async def find_people(session: AsyncSession, codes: set[str], *, writing: bool) -> dict[str, Colleague]:
    """The people with some staff codes, locked where the import writes, and the roles that they hold or wait for."""
    held = (
        select(func.array_agg(RoleGrant.role))
        .where(RoleGrant.staff_id == Staff.id, RoleGrant.state.in_(OPEN_GRANTS))
        .scalar_subquery()
    )
    columns = (getattr(Staff, name) for name in KEPT)
    statement = (
        select(Staff.id, *columns, held.label("held")).where(among(Staff.code, codes), alive(Staff)).order_by(Staff.id)
    )
    rows = (await session.execute(statement.with_for_update(of=Staff) if writing else statement)).mappings()
    return {row["code"]: colleague_of(row) for row in rows}


def colleague_of(row: Any) -> Colleague:
    """A person as they were found."""
    values = {name: row[name] for name in KEPT}
    return Colleague(row["id"], values, dict(values), frozenset(row["held"] or ()))


async def find_departments(session: AsyncSession, names: set[str]) -> dict[str, UUID]:
    """The departments with some names, which stay until the transaction ends."""
    statement = select(Department.name, Department.id).where(among(Department.name, names), alive(Department))
    return {row.name: row.id for row in await session.execute(statement.with_for_update(read=True))}


async def write_people(session: AsyncSession, actor: Actor, people: Sequence[Colleague], filename: str) -> None:
    """Enters and changes people, with the evidence for each; their lines follow them to another department."""
    happened: list[events.Event] = []
    entered: list[tuple[Any, ...]] = []
    moved: list[UUID] = []
    for person in people:
        values = person.values
        search = found_by(values["name"], values["code"])
        if person.before is None:
            entered.append((person.id, *(values[name] for name in KEPT), search))
            stated = {name: values[name] for name in COLUMNS}
            happened.append(events.StaffCreated(person.id, data=told(changes({}, stated))))
        elif changed := differing(person.before, values):
            before = {name: person.before[name] for name in changed}
            happened.append(events.StaffChanged(person.id, data=told(changes(before, changed))))
            moved += [person.id] if "department_id" in changed else []
            written = changed | {"search": search} | (BACK if person.begins else {})
            await session.execute(change_of(Staff, written), [{"row": person.id, **prefixed(written)}])
        happened += [events.StaffActivated(person.id)] if person.begins else []
    await enter_rows(session, Staff.__table__, ENTERED, entered, len(entered))
    await record(session, actor, *happened)
    if moved:
        await refresh_line_of(session, moved)
    await give_roles(session, actor, people, f"{NAMED_IN} {filename}")


async def give_roles(session: AsyncSession, actor: Actor, people: Iterable[Colleague], reason: str) -> None:
    """Grants what rows give, one by one as through the API."""
    for person in people:
        for role in person.given:
            await create_role_grant(session, actor, RoleGrantCreate(staff_id=person.id, role=role, reason=reason))
