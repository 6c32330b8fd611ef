"""Rulebooks as JSON: one version, many, the difference of two, and who has read one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, and_, bindparam, exists, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.distribution.amendments import amendments
from service.domain.distribution.rulebook import Rulebook as Rules
from service.domain.people import LEADERS, SALES_ROLES, Role
from service.domain.states import StaffStatus, VersionState
from service.errors import NotFound
from service.models import RoleGrant, Rulebook, RulebookAcknowledgement, Staff
from service.policy import Actor, allowed
from service.policy.hierarchy import departments_under
from service.policy.relations import led_department, named
from service.queries.calendar import business_calendar
from service.queries.listing import Filter, Listing, any_of, either
from service.queries.settings import setting
from service.queries.single import single

COLUMNS: dict[str, Any] = {name: getattr(Rulebook, name) for name in (
    "id", "code", "number", "state", "definition", "text_en", "text_zh", "author_id", "publisher_id", "published_at",
    "retired_at", "precedent_id", "version", "created_at", "updated_at",
)}  # fmt: skip


def rulebook_columns(_actor: Actor) -> Mapping[str, Any]:
    """The members of RulebookView; whoever sees a version sees all of it."""
    return COLUMNS


RULEBOOKS = Listing(
    model=Rulebook,
    columns=rulebook_columns,
    filters={"code": any_of(Rulebook.code), "state": any_of(Rulebook.state)},
)


async def rulebook_json(connection: AsyncConnection, actor: Actor, rulebook_id: UUID) -> Any:
    """One version's JSON text and its record version."""
    return await single(connection, actor, Rulebook, COLUMNS, rulebook_id)


async def rulebook_diff(connection: AsyncConnection, actor: Actor, rulebook_id: UUID, against: UUID) -> bytes:
    """The members of RulebookDiffView; NotFound unless the actor may see both."""
    after, before = [await definition_of(connection, actor, id_) for id_ in (rulebook_id, against)]
    found = [one.to_mapping() for one in amendments(before, after)]
    return orjson.dumps({"rulebook_id": str(rulebook_id), "against_id": str(against), "amendments": found})


async def definition_of(connection: AsyncConnection, actor: Actor, rulebook_id: UUID) -> Rules:
    """The rules of a rulebook that the actor may see; NotFound else."""
    statement = select(Rulebook.definition).where(Rulebook.id == rulebook_id, allowed(actor, "see", Rulebook))
    definition = await connection.scalar(statement)
    if definition is None:
        raise NotFound
    return Rules.from_mapping(definition)


READ = select(RulebookAcknowledgement.acknowledged_at).where(
    RulebookAcknowledgement.staff_id == Staff.id,
    RulebookAcknowledgement.rulebook_id == bindparam("rulebook_id", type_=Rulebook.id.type),
)
SELLS = exists().where(
    RoleGrant.staff_id == Staff.id, RoleGrant.state == "effective", RoleGrant.role.in_(sorted(SALES_ROLES))
)


def acknowledgement_columns(_actor: Actor) -> Mapping[str, Any]:
    """The members of AcknowledgementView."""
    read = READ.correlate(Staff).scalar_subquery()
    return {"staff_id": Staff.id, "staff_code": Staff.code, "name": Staff.name, "acknowledged_at": read}


SELLING = and_(Staff.deleted_at.is_(None), Staff.status == StaffStatus.ACTIVE, SELLS)


async def silent_sellers(connection: AsyncConnection, rulebook_id: UUID) -> list[UUID]:
    """Who sells and has not acknowledged a rulebook."""
    statement = select(Staff.id).where(SELLING, ~READ.exists()).order_by(Staff.id)
    return list(await connection.scalars(statement, {"rulebook_id": rulebook_id}))


async def unreminded(connection: AsyncConnection, now: datetime, timezone: str) -> list[UUID]:
    """Published rulebooks of which it is time to remind those who have not acknowledged them."""
    days = await setting(connection, "rulebook_reminder_working_days")
    calendar = await business_calendar(connection, timezone)
    since = func.coalesce(Rulebook.reminded_at, Rulebook.published_at)
    statement = select(Rulebook.id, since.label("since")).where(Rulebook.state == VersionState.PUBLISHED)
    return [row.id for row in await connection.execute(statement) if calendar.deadline(row.since, days) < now]


def concerned(actor: Actor) -> ColumnElement[bool]:
    """Active salespeople: all of them for leaders and auditor, their line's for managers, oneself for everybody."""
    if actor.kind != "staff" or actor.roles & (LEADERS | {Role.AUDITOR}):
        return SELLING if actor.kind == "staff" else false()
    below = Staff.department_id.in_(departments_under(led_department(actor)))
    return and_(SELLING, or_(Staff.id == named(0, actor.id), below))


ACKNOWLEDGEMENTS = Listing(
    model=Staff,
    columns=acknowledgement_columns,
    filters={
        "rulebook_id": Filter(lambda _: true()),
        "acknowledged": either(READ.exists(), ~READ.exists()),
    },
    rows=concerned,
    name="acknowledgements",
)
