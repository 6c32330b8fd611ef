"""The words that policy tables are written in: a rule yields an SQL predicate and a yes or no."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from service.errors import Forbidden, NotFound
from service.models import Base
from service.policy.actor import Actor

Predicate = Callable[[Actor, type[Any]], ColumnElement[bool]]
Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True)
class Rule:
    """Who may: holders of a role or scope for every row, or those related to the row.

    An integration needs one of the scopes for `relations`, none for what is its `own`.
    """

    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    relations: tuple[Predicate, ...] = ()
    own: tuple[Predicate, ...] = ()

    def __or__(self, other: "Rule") -> "Rule":
        """Either of two rules."""
        return Rule(
            self.roles | other.roles,
            self.scopes | other.scopes,
            self.relations + other.relations,
            self.own + other.own,
        )

    def holds_everywhere(self, actor: Actor) -> bool:
        """True when the actor needs no relation to the row."""
        if actor.kind == "system":
            return True
        if actor.kind == "integration":
            return actor.departments is None and bool(self.scopes & actor.scopes)
        return bool(self.roles & actor.roles)

    def predicate(self, actor: Actor, model: type[Any]) -> ColumnElement[bool]:
        """The rows for which the rule holds."""
        if self.holds_everywhere(actor):
            return true()
        unscoped = actor.kind == "integration" and not self.scopes & actor.scopes
        relations = self.own if unscoped else self.own + self.relations
        return or_(false(), *(relation(actor, model) for relation in relations))


def role(*names: str) -> Rule:
    """Whoever holds one of these roles."""
    return Rule(roles=frozenset(names))


def scope(name: str) -> Rule:
    """An integration with this scope; with departments set, only for their accounts."""
    return Rule(scopes=frozenset({name}))


def related(relation: Predicate) -> Rule:
    """Whoever stands in this relation to the row."""
    return Rule(relations=(relation,))


def own(relation: Predicate) -> Rule:
    """Whoever made the row, a person or an integration."""
    return Rule(own=(relation,))


NOBODY = Rule()
POLICIES: dict[type[Base], Mapping[str, Rule]] = {}


def declare(model: type[Base], **actions: Rule) -> None:
    """Enters a resource's table, action → rule; `see` decides what exists for an actor."""
    POLICIES[model] = actions


def holds(actor: Actor, action: str, model: type[Base]) -> bool:
    """True when the actor may do this whatever the row, such as creating."""
    return POLICIES[model][action].holds_everywhere(actor)


def implies(actor: Actor, action: str, other: str, model: type[Base]) -> bool:
    """True when every row of one action is one of the other for this actor, as the tables stand."""
    narrow, wide = POLICIES[model][action], POLICIES[model][other]
    if wide.holds_everywhere(actor):
        return True
    same = narrow.scopes <= wide.scopes if actor.kind == "integration" else set(narrow.relations) <= set(wide.relations)
    same = same and set(narrow.own) <= set(wide.own)
    return same and not narrow.holds_everywhere(actor)


def require(actor: Actor, action: str, model: type[Base]) -> None:
    """Refuses an action that depends on the role alone."""
    if not holds(actor, action, model):
        raise Forbidden


def allowed(actor: Actor, action: str, model: type[Any]) -> ColumnElement[bool]:
    """The rows, deleted ones apart, on which the actor may do this."""
    return and_(POLICIES[model][action].predicate(actor, model), alive(model))


def alive(model: type[Any]) -> ColumnElement[bool]:
    """The rows that are not deleted."""
    return model.deleted_at.is_(None) if hasattr(model, "deleted_at") else true()


async def fetch(session: AsyncSession, actor: Actor, action: str, model: type[Row], id_: UUID) -> Row:
    """The row, locked for the change: 404 if the actor may not know of it, 403 if they may only see it."""
    table: Any = model
    statement = (
        select(model, allowed(actor, action, model).label("may"))
        .where(table.id == id_, allowed(actor, "see", model))
        .with_for_update(of=table, key_share=True)  # foreign keys may still point here meanwhile
        .execution_options(populate_existing=True)
    )
    found = (await session.execute(statement)).one_or_none()
    if found is None:
        raise NotFound
    if not found.may:
        raise Forbidden
    session.info.setdefault("made", found[0])  # whoever may not see it any more gets no replay of the answer
    return found[0]
