"""What a user can do with staff: enter, change, move through statuses, remove."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.names import match_key, name_forms
from service.domain.states import STAFF_TRANSITIONS, StaffStatus
from service.errors import OwnRoleRefused, StillReferenced
from service.journal import record
from service.models import Assignment, Department, Login, Staff
from service.operations.access import end_access
from service.operations.changes import changes, rewrite
from service.operations.leaving import end_standing, hold_appeals, hold_promises, leave_appeals
from service.operations.memberships import refresh_line_of
from service.operations.organisation import expect_department
from service.operations.versions import Versions, expect
from service.policy import Actor, fetch, require
from service.policy.rules import holds
from service.schemas.staff import StaffCreate, StaffUpdate

HIDDEN = frozenset({"email", "search"})
MOVED = {
    StaffStatus.ACTIVE: events.StaffActivated,
    StaffStatus.ON_LEAVE: events.StaffSuspended,
    StaffStatus.LEFT: events.StaffLeft,
    StaffStatus.INVITED: events.StaffReinstated,
}


async def create_staff(session: AsyncSession, actor: Actor, wanted: StaffCreate) -> Staff:
    """Enters a person, who acts and is assigned to once they are active."""
    require(actor, "create", Staff)
    values = dict(wanted)
    await expect_department(session, wanted.department_id, "/department_id")
    person = Staff(**values, status=StaffStatus.INVITED, search=found_by(wanted.name, wanted.code))
    session.add(person)
    await session.flush()
    await record(session, actor, events.StaffCreated(person.id, data=told(changes({}, values))))
    session.info["made"] = person
    return person


async def update_staff(
    session: AsyncSession, actor: Actor, staff_id: UUID, version: Versions, patch: StaffUpdate
) -> None:
    """Changes what is known of a person; who sees their accounts follows them to another department."""
    person = await fetch(session, actor, "edit", Staff, staff_id)
    expect(person, version)
    wanted = {name: getattr(patch, name) for name in patch.model_fields_set}
    if wanted.get("department_id") != person.department_id:
        await expect_department(session, wanted.get("department_id"), "/department_id")
    changed = rewrite(person, wanted)
    if not changed:
        return
    person.search = found_by(person.name, person.code)
    await record(session, actor, events.StaffChanged(staff_id, data=told(changed)))
    if "department_id" in changed:
        await refresh_line_of(session, [staff_id])
        session.info["standing_changed"] = True


async def move_staff(
    session: AsyncSession, actor: Actor, staff_id: UUID, target: StaffStatus, reason: str | None, timezone: str
) -> None:
    """Moves somebody else to another status; who leaves loses tokens, roles and every part in appeals at once."""
    leaving = target is StaffStatus.LEFT and holds(actor, "move", Staff)
    appeals = await hold_appeals(session, staff_id) if leaving else []
    if leaving:
        await hold_promises(session, staff_id)  # before the person, as whoever keeps a promise does
    person = await fetch(session, actor, "move", Staff, staff_id)
    if staff_id == actor.id:
        raise OwnRoleRefused
    STAFF_TRANSITIONS.check(StaffStatus(person.status), target)
    person.status = target
    person.version += 1
    session.info["standing_changed"] = True
    if target is StaffStatus.ACTIVE:
        person.handed_over_at = None
    if target is StaffStatus.LEFT:
        await end_access(session, actor, staff_id)
        await leave_appeals(session, actor, staff_id, appeals, timezone)
        await end_standing(session, actor, staff_id)
    await record(session, actor, MOVED[target](staff_id, data={"reason": reason}))


async def delete_staff(session: AsyncSession, actor: Actor, staff_id: UUID, version: Versions) -> None:
    """Removes somebody who was entered by mistake: they own no account and head no department."""
    person = await fetch(session, actor, "delete", Staff, staff_id)
    if staff_id == actor.id:
        raise OwnRoleRefused
    expect(person, version)
    heads = or_(Department.manager_id == staff_id, Department.deputy_in_charge_id == staff_id)
    used = or_(
        exists().where(Assignment.staff_id == staff_id, Assignment.ended_at.is_(None)),
        exists().where(heads, Department.deleted_at.is_(None)),
    )
    if await session.scalar(select(used)):
        raise StillReferenced
    await end_access(session, actor, staff_id)
    await session.execute(delete(Login).where(Login.staff_id == staff_id))
    person.deleted_at = datetime.now(UTC)
    person.version += 1
    await record(session, actor, events.StaffDeleted(staff_id))


def found_by(name: str, code: str) -> str:
    """The text that a search looks into: name, pinyin initials and code."""
    forms = name_forms(name)
    return f"{forms.match_key} {forms.initials} {match_key(code)}"


def told(changed: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry tells of a change: every field's name, and values but those of personal contact."""
    shown = {name: change for name, change in changed.items() if name not in HIDDEN}
    return {"changes": shown, "fields": sorted(changed)}
