"""What a user can do with absences: enter, change, call off."""

from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.invalid import invalid
from service.errors import NotFound
from service.journal import record
from service.models import Absence, Staff
from service.operations.changes import rewrite
from service.operations.versions import Versions, expect
from service.policy import Actor, fetch, require
from service.schemas.absences import AbsenceCreate, AbsenceUpdate

SHOWN = ("starts_on", "ends_on", "kind")


async def create_absence(session: AsyncSession, actor: Actor, staff_id: UUID, wanted: AbsenceCreate) -> Absence:
    """Enters days on which somebody is away."""
    await fetch(session, actor, "see", Staff, staff_id)
    require(actor, "create", Absence)
    expect_order(wanted.starts_on, wanted.ends_on)
    absence = Absence(staff_id=staff_id, **dict(wanted))
    session.add(absence)
    await session.flush()
    data = {"staff_id": staff_id} | {name: getattr(wanted, name) for name in SHOWN}
    await record(session, actor, events.AbsenceCreated(absence.id, data=data))
    session.info["made"] = absence
    return absence


async def update_absence(
    session: AsyncSession, actor: Actor, staff_id: UUID, absence_id: UUID, version: Versions, patch: AbsenceUpdate
) -> None:
    """Changes the days or the kind."""
    absence = await fetch_absence(session, actor, "edit", staff_id, absence_id)
    expect(absence, version)
    wanted = {name: getattr(patch, name) for name in patch.model_fields_set}
    told = rewrite(absence, wanted)
    if not told:
        return
    expect_order(absence.starts_on, absence.ends_on)
    data = {"staff_id": staff_id, "changes": {name: told[name] for name in SHOWN if name in told}}
    await record(session, actor, events.AbsenceChanged(absence_id, data=data))


async def delete_absence(
    session: AsyncSession, actor: Actor, staff_id: UUID, absence_id: UUID, version: Versions
) -> None:
    """Calls an absence off."""
    absence = await fetch_absence(session, actor, "delete", staff_id, absence_id)
    expect(absence, version)
    absence.deleted_at = datetime.now(UTC)
    absence.version += 1
    await record(session, actor, events.AbsenceDeleted(absence_id, data={"staff_id": staff_id}))


async def fetch_absence(session: AsyncSession, actor: Actor, action: str, staff_id: UUID, absence_id: UUID) -> Absence:
    """The absence, if it is this person's."""
    absence = await fetch(session, actor, action, Absence, absence_id)
    if absence.staff_id != staff_id:
        raise NotFound
    return absence


def expect_order(starts_on: date, ends_on: date) -> None:
    """Refuses an end before the start."""
    if ends_on < starts_on:
        raise invalid("/ends_on", "ends_before_start", "The end lies before the start.", "结束日期早于开始日期。")
