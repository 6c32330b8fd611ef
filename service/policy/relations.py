"""How a person may stand to a row: on the account's team, in its line, its author."""

from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Null, bindparam, exists, false, null, or_
from sqlalchemy.orm import aliased

from service.domain.people import LINE_DECIDERS, SALES_ROLES
from service.models import Account, AccountMembership
from service.policy.actor import Actor
from service.policy.rules import Rule, own, related

HELD = aliased(AccountMembership)  # an alias, because the rows in question may be memberships themselves


def named(position: int, principal: UUID | None) -> BindParameter[UUID]:
    """A principal as a value bound by position, so that statements can be kept for other actors of the same kind."""
    return bindparam(f"principal_{position}", principal, AccountMembership.holder_id.type)


def held_by(position: int, principal: UUID | None, account_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """A current membership of the account names the principal.

    Written as EXISTS on purpose: inside OR or CASE, IN would read every account of the principal for one row.
    """
    return (
        exists()
        .where(HELD.holder_id == named(position, principal), HELD.account_id == account_id, HELD.ended_at.is_(None))
        .correlate_except(HELD)
    )


def principal_values(actor: Actor) -> dict[str, UUID | None]:
    """The values of a kept statement's principals, and of the department in which the actor works."""
    principals = {f"principal_{position}": principal for position, principal in enumerate(actor.principals)}
    return {**principals, "own_department": actor.department_id}


def account_of(model: type[Any]) -> ColumnElement[UUID]:
    """The column that says which account a row belongs to."""
    return model.id if model is Account else model.account_id  # type: ignore[no-any-return]


def _team(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
    return held_by(0, actor.id, account_of(model)) if actor.kind == "staff" else false()


def _sales_team(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
    return _team(actor, model) if actor.roles & SALES_ROLES else false()


def _line(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
    return held_by(1, actor.department_id, account_of(model)) if actor.line else false()


def _deciding_line(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
    return _line(actor, model) if actor.roles & LINE_DECIDERS else false()


def _departments(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
    held = (held_by(position, one, account_of(model)) for position, one in enumerate(actor.departments or (), start=1))
    return or_(false(), *held)


def led_department(actor: Actor) -> BindParameter[UUID] | Null:
    """The department that the actor leads, bound like every principal; null for everybody else."""
    return named(1, actor.department_id) if actor.line else null()


def is_actor(column: str) -> Any:
    """The relation of being the person, or the integration, that a column names."""

    def relation(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
        return getattr(model, column) == named(0, actor.id) if actor.id else false()

    return relation


team = related(_team)
sales_team = related(_sales_team)
line = related(_line)
deciding_line = related(_deciding_line)
departments = related(_departments)
author = related(is_actor("author_id"))
creator = own(is_actor("created_by"))
oneself = related(is_actor("id"))
MEMBERS = frozenset((*team.relations, *line.relations, *departments.relations))


def told_by_membership(rule: Rule, actor: Actor) -> bool:
    """True when the actor's rows are exactly those of the accounts that their memberships name."""
    if rule.holds_everywhere(actor) or not actor.principals or rule.own or set(rule.relations) != MEMBERS:
        return False
    return actor.kind != "integration" or bool(rule.scopes & actor.scopes)
