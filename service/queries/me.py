"""Who asks, and what they may do, read from the policy tables themselves."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import False_

from service.errors import NotFound
from service.models import Delegation, Staff
from service.policy import Actor
from service.policy.lending_tables import current_delegation
from service.policy.rules import POLICIES, Rule
from service.schemas.me import DelegationHeld, MeView, Permission


async def me(connection: AsyncConnection, actor: Actor, language: str) -> MeView:
    """The caller's own standing."""
    name = actor.name
    if actor.kind == "staff":
        name = await connection.scalar(select(Staff.name).where(Staff.id == actor.id)) or name
    if actor.id is None:
        raise NotFound
    return MeView(
        id=actor.id,
        kind=actor.kind,
        code=actor.name,
        name=name,
        department_id=actor.department_id,
        roles=sorted(actor.roles),
        scopes=sorted(actor.scopes),
        language=language,
        permissions=permissions(actor),
        delegations=await delegations(connection, actor),
    )


async def delegations(connection: AsyncConnection, actor: Actor) -> list[DelegationHeld]:
    """What others have entrusted to the actor and what counts now, the first to end first."""
    columns = (getattr(Delegation, name) for name in DelegationHeld.model_fields)
    held = select(*columns).where(current_delegation(actor)).order_by(Delegation.ends_at, Delegation.id)
    return [DelegationHeld(**row._mapping) for row in await connection.execute(held)]  # noqa: SLF001 - SQLAlchemy's API


def permissions(actor: Actor) -> list[Permission]:
    """Every action that the policy tables give the actor, on all rows or on related ones."""
    found = (
        (model.__tablename__, action, reach(actor, model, rule))
        for model, actions in POLICIES.items()
        for action, rule in actions.items()
    )
    return [Permission(resource=resource, action=action, rows=rows) for resource, action, rows in sorted(found) if rows]


def reach(actor: Actor, model: type[Any], rule: Rule) -> str:
    """On which rows the rule holds: all, related ones, or none ("")."""
    if rule.holds_everywhere(actor):
        return "all"
    predicate = rule.predicate(actor, model)
    bare = getattr(predicate, "element", predicate)  # or_() wraps what is left of it
    return "" if isinstance(bare, False_) else "related"
