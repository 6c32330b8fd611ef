"""Which loans or reading sessions a list looks at: the few of a person, found by index, never all to leave out most."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, select, union

from service.domain.lending import DELEGATES
from service.domain.people import Role
from service.models import Department, Staff
from service.policy import Actor
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
        own = (select(model.id).where(is_actor(column)(actor, model)) for column in (*parties, "approved_by"))
        return union(led.where(is_actor("deputy_in_charge_id")(actor, Department)), *own)

    return ids
