"""How a person may stand to a row: on the account's team, in its line, its author."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, bindparam, false, select, union

from service.domain.people import LINE_DECIDERS, SALES_ROLES
from service.models import Account, AccountMembership
from service.policy.actor import Actor
from service.policy.rules import related


def held_by(position: int, principal: UUID | None) -> Select[UUID]:
    """Accounts whose current memberships name a principal; bound by position, so that statements can be kept."""
    return select(AccountMembership.account_id).where(
        AccountMembership.holder_id == bindparam(f"principal_{position}", principal, AccountMembership.holder_id.type),
        AccountMembership.ended_at.is_(None),
    )


def principal_values(actor: Actor) -> dict[str, UUID]:
    """The values of a kept statement's principals."""
    return {f"principal_{position}": principal for position, principal in enumerate(actor.principals)}


def visible_account_ids(actor: Actor) -> CompoundSelect[UUID] | Select[UUID]:
    """The accounts that memberships show the actor: one indexed look-up a principal, united."""
    parts = [held_by(position, principal) for position, principal in enumerate(actor.principals)]
    if not parts:
        return select(AccountMembership.account_id).where(false())
    return union(*parts) if len(parts) > 1 else parts[0]


def account_of(model: type[Any]) -> ColumnElement[UUID]:
    """The column that says which account a row belongs to."""
    return model.id if model is Account else model.account_id  # type: ignore[no-any-return]


def _team(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
    return account_of(model).in_(held_by(0, actor.id)) if actor.kind == "staff" else false()


def _sales_team(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
    return _team(actor, model) if actor.roles & SALES_ROLES else false()


def _line(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
    return account_of(model).in_(held_by(1, actor.department_id)) if actor.line else false()


def _deciding_line(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
    return _line(actor, model) if actor.roles & LINE_DECIDERS else false()


def _departments(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
    return account_of(model).in_(visible_account_ids(actor)) if actor.kind == "integration" else false()


def is_actor(column: str) -> Any:
    """The relation of being the person that a column names."""

    def relation(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
        return getattr(model, column) == actor.id if actor.kind == "staff" else false()

    return relation


team = related(_team)
sales_team = related(_sales_team)
line = related(_line)
deciding_line = related(_deciding_line)
departments = related(_departments)
author = related(is_actor("author_id"))
creator = related(is_actor("created_by"))
oneself = related(is_actor("id"))
