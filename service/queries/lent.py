"""Which loans or reading sessions a list looks at: the few of a person, found by index, never all to leave out most.

Row-level security is asked of each row before whatever might leak; what compares ids and texts alone goes before it.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, and_, any_, exists, func, or_, select, union
from sqlalchemy.dialects.postgresql import ARRAY

from service.domain.lending import DELEGATES
from service.domain.people import Role
from service.models import Department, Staff
from service.policy import Actor, allowed
from service.policy.lending_tables import current_delegation
from service.policy.relations import is_actor

# Those who may know of others' loans, of most of them as a rule.
WIDE = frozenset({Role.GENERAL_MANAGER, Role.ARCHIVIST, Role.AUDITOR, Role.OFFICE_DIRECTOR}) | DELEGATES


def lent_among(model: type[Any], *parties: str) -> Callable[[Actor], CompoundSelect[UUID] | None]:
    """The ids that somebody may see at most: those that they have a part in, or that people in their charge have."""
    person = getattr(model, parties[0])

    def ids(actor: Actor) -> CompoundSelect[UUID] | None:
        if actor.roles & WIDE or actor.kind != "staff":
            return None
        led = select(model.id).join(Staff, Staff.id == person).join(Department, Department.id == Staff.department_id)
        own = or_(*(is_actor(column)(actor, model) for column in (*parties, "approved_by")))
        led = led.where(is_actor("deputy_in_charge_id")(actor, Department))
        return union(led, select(model.id).where(own))

    return ids


def lent_rows(model: type[Any], *parties: str) -> Callable[[Actor], ColumnElement[bool]]:
    """What somebody may see; for a deputy beginning with what concerns them, if nothing is entrusted to them.

    It is kept to few operators: PostgreSQL puts only cheap comparisons before row-level security.
    """
    person = getattr(model, parties[0])

    def rows(actor: Actor) -> ColumnElement[bool]:
        seen = allowed(actor, "see", model)
        if Role.DEPUTY_GENERAL_MANAGER not in actor.roles or actor.roles & (WIDE - {Role.DEPUTY_GENERAL_MANAGER}):
            return seen
        led = select(Staff.id).join(Department, Department.id == Staff.department_id)
        led = led.where(is_actor("deputy_in_charge_id")(actor, Department))
        in_charge = person == any_(func.array(led.scalar_subquery(), type_=ARRAY(person.type)))
        own = (is_actor(column)(actor, model) for column in (*parties, "approved_by"))
        return and_(or_(*own, in_charge, exists().where(current_delegation(actor))), seen)

    return rows
