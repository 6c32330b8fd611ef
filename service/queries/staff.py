"""Staff as JSON: one, many."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Text, all_, bindparam, exists, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.names import query_words
from service.models import RoleGrant, Staff
from service.policy import Actor
from service.queries.accounts import redacting, view_class
from service.queries.actors import CURRENT_ROLES
from service.queries.listing import Filter, Listing, any_of, at_least, escaped
from service.queries.single import single

DETAILS = ("email", "fte", "max_accounts", "max_workload_hours")


def staff_columns(actor: Actor) -> Mapping[str, Any]:
    """The members of StaffView; details are hidden from colleagues."""
    plain = {
        column.key: getattr(Staff, column.key)
        for column in Staff.__table__.columns
        if column.key not in {"deleted_at", "search", "handed_over_at"}
    }
    return redacting(plain | {"roles": CURRENT_ROLES}, DETAILS, actor, "see_details", Staff)


def holds_role(name: str) -> Any:
    """People who hold one of the given roles now."""
    return exists().where(
        RoleGrant.staff_id == Staff.id,
        RoleGrant.state == "effective",
        RoleGrant.role == func.any(bindparam(name, type_=ARRAY(Text()))),
    )


def overlaps(column: Any) -> Filter:
    """The column's list holds one of the given values."""
    return Filter(lambda name: column.overlap(bindparam(name, type_=column.type)))


def words_in(column: Any) -> Filter:
    """Every word of the search stands in the column; for tables so short that no index is needed."""
    return Filter(
        lambda name: column.like(all_(bindparam(name, type_=ARRAY(Text())))),
        lambda name, value: {name: [f"%{escaped(word)}%" for word in query_words(value)]},
    )


STAFF = Listing(
    model=Staff,
    columns=staff_columns,
    filters={
        "q": words_in(Staff.search),
        "code": any_of(Staff.code),
        "department_id": any_of(Staff.department_id),
        "role": Filter(holds_role),
        "status": any_of(Staff.status),
        "region": overlaps(Staff.regions),
        "industry": overlaps(Staff.industries),
        "product": overlaps(Staff.products),
        "experience_level_min": at_least(Staff.experience_level),
    },
    sorts={"code": Staff.code},
)


async def staff_json(connection: AsyncConnection, actor: Actor, staff_id: UUID) -> Any:
    """One person's JSON text, its version and its redaction class."""
    columns = staff_columns(actor)
    return await single(connection, actor, Staff, columns, staff_id, view=view_class(columns))
