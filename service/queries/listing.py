"""Keyset lists: visible rows, declared filters, one order, one cursor; statements are built once and kept."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Boolean, ColumnElement, Select, Text, all_, and_, any_, bindparam, func, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from service.adapters.keys import KeyRing
from service.domain.names import query_grams, query_words
from service.models import Account, AccountMembership
from service.policy import Actor, allowed, principal_values
from service.policy.relations import account_of, told_by_membership
from service.policy.rules import POLICIES, alive
from service.queries.cursors import make_cursor, read_cursor
from service.queries.json_view import json_object, page_bytes

PAGING = frozenset({"limit", "cursor", "sort"})
STATEMENTS_KEPT = 2000


def own_value(name: str, value: Any) -> dict[str, Any]:
    """The usual case: one filter, one bound value."""
    return {name: value}


@dataclass(frozen=True)
class Filter:
    """A condition on bound values named after the filter, and how a request's value fills them.

    `otherwise`: the condition for false, where each is planned for itself. `among_members`: the same condition for rows
    that memberships name already, where the index of `condition` would only mislead the planner.
    """

    condition: Callable[[str], ColumnElement[bool]]
    values: Callable[[str, Any], dict[str, Any]] = own_value
    otherwise: Callable[[str], ColumnElement[bool]] | None = None
    among_members: Callable[[str], ColumnElement[bool]] | None = None

    def told(self, name: str, value: Any, *, by_membership: bool) -> ColumnElement[bool]:
        """The condition for a value that was asked for."""
        chosen = self.otherwise if value is False else self.among_members if by_membership else None
        return (chosen or self.condition)(name)


def any_of(column: Any) -> Filter:
    """The column is one of the given values."""
    return Filter(lambda name: column == any_(bindparam(name, type_=ARRAY(column.type))))


def equals(column: Any) -> Filter:
    """The column is the given value."""
    return Filter(lambda name: column == bindparam(name, type_=column.type))


def at_least(column: Any) -> Filter:
    """The column is the given value or more."""
    return Filter(lambda name: column >= bindparam(name, type_=column.type))


def at_most(column: Any) -> Filter:
    """The column is the given value or less."""
    return Filter(lambda name: column <= bindparam(name, type_=column.type))


def before(column: Any) -> Filter:
    """The column is less than the given value."""
    return Filter(lambda name: column < bindparam(name, type_=column.type))


def is_set(column: Any) -> Filter:
    """true: the column holds something; false: it is empty."""
    return Filter(lambda name: column.is_not(None) == bindparam(name, type_=Boolean()))


def is_empty(column: Any) -> Filter:
    """true: the column is empty; false: it holds something."""
    return Filter(lambda name: column.is_(None) == bindparam(name, type_=Boolean()))


def either(yes: ColumnElement[bool], no: ColumnElement[bool]) -> Filter:
    """true: one condition; false: the other."""
    return Filter(lambda _: yes, lambda _name, _value: {}, otherwise=lambda _: no)


def search(text: Any, pieces: Any) -> Filter:
    """Every word of the search stands in the text; the index over one- and two-character pieces finds candidates."""

    def stands(name: str) -> ColumnElement[bool]:
        like: ColumnElement[bool] = text.like(all_(bindparam(f"{name}_patterns", type_=ARRAY(Text()))))
        return like

    def condition(name: str) -> ColumnElement[bool]:
        return and_(pieces.contains(bindparam(f"{name}_pieces", type_=pieces.type)), stands(name))

    def values(name: str, value: str) -> dict[str, Any]:
        patterns = [f"%{escaped(word)}%" for word in query_words(value)]
        return {f"{name}_pieces": query_grams(value), f"{name}_patterns": patterns}

    return Filter(condition, values, among_members=stands)


def escaped(word: str) -> str:
    """A word whose % and _ stand for themselves in LIKE."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@dataclass(frozen=True, eq=False)
class Listing:
    """How one resource is listed: its columns (by actor), its filters, its orders.

    Whoever filters or sorts by a guarded name gets only the rows on which they may do the action it is guarded by.
    A list whose rows are told by another rule than the model's `see` names it in `rows`, and itself in `name`.
    `among`: ids, found by indexes, beside which the actor sees none; None where that would be all.
    """

    model: type[Any]
    columns: Callable[[Actor], Mapping[str, Any]]
    filters: Mapping[str, Filter] = field(default_factory=dict)
    sorts: Mapping[str, Any] = field(default_factory=dict)
    guarded: Mapping[str, str] = field(default_factory=dict)
    rows: Callable[[Actor], ColumnElement[bool]] | None = None
    among: Callable[[Actor], Any] | None = None
    name: str = ""
    kept: dict[Any, Select[Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """One request for a page."""

    limit: int
    cursor: str | None
    sort: str
    filters: Mapping[str, Any]

    @classmethod
    def of(cls, query: Any, **fixed: Any) -> "Asked":
        """From a filter schema's values and whatever the address itself fixes."""
        values = {name: value for name in type(query).model_fields if (value := getattr(query, name)) is not None}
        filters = {name: plain(value) for name, value in values.items() if name not in PAGING}
        return cls(query.limit, query.cursor, str(getattr(query, "sort", "created_at")), filters | fixed)


def plain(value: Any) -> Any:
    """Enum members as their text."""
    if isinstance(value, list):
        return [str(item) if isinstance(item, str) else item for item in value]
    return str(value) if isinstance(value, str) else value


def unchanged(item: str) -> str:
    """An item as the database wrote it."""
    return item


async def page(
    connection: AsyncConnection,
    keys: KeyRing,
    actor: Actor,
    listing: Listing,
    asked: Asked,
    *,
    each: Callable[[str], str] = unchanged,
    **members: str,
) -> bytes:
    """One page as JSON bytes; `each` finishes an item, `members` are further members of the page as JSON."""
    bound = binding(actor, listing, asked)
    position = read_cursor(keys, bound, asked.cursor) if asked.cursor else None
    statement = kept_statement(listing, actor, asked, resumed=position is not None)
    values: dict[str, Any] = {**principal_values(actor), "page_size": asked.limit + 1}
    for name, value in asked.filters.items():
        values |= listing.filters[name].values(name, value)
    if position is not None:
        column = sort_column(listing, asked.sort)
        values |= {"after_key": typed(column, position[0]), "after_id": typed(listing.model.id, position[1])}
    rows = (await connection.execute(statement, values)).all()
    shown = rows[: asked.limit]
    more = make_cursor(keys, bound, [text_of(shown[-1][1]), str(shown[-1][2])]) if len(rows) > asked.limit else None
    return page_bytes([each(row[0]) for row in shown], more, members)


def kept_statement(listing: Listing, actor: Actor, asked: Asked, *, resumed: bool) -> Select[Any]:
    """The statement for this kind of actor, these filters and this order, built the first time."""
    negated = frozenset(name for name, value in asked.filters.items() if value is False)
    shape = (actor.shape, frozenset(asked.filters), negated, asked.sort, resumed)
    statement = listing.kept.get(shape)
    if statement is None:
        if len(listing.kept) >= STATEMENTS_KEPT:
            listing.kept.clear()
        statement = listing.kept[shape] = build(listing, actor, asked, resumed=resumed)
    return statement


def build(listing: Listing, actor: Actor, asked: Asked, *, resumed: bool) -> Select[Any]:
    """Visible rows, filtered, after the cursor, in order."""
    model, key = listing.model, sort_column(listing, asked.sort)
    descending = asked.sort.startswith("-")
    statement = select(json_object(listing.columns(actor)), key, model.id)
    uses = {*asked.filters, asked.sort.removeprefix("-")}
    action, *further = sorted({listing.guarded[name] for name in uses & listing.guarded.keys()}) or ["see"]
    by_membership = not listing.rows and told_by_membership(POLICIES[model][action], actor)
    conditions = [
        listing.filters[name].told(name, value, by_membership=by_membership) for name, value in asked.filters.items()
    ]
    conditions += [allowed(actor, other, model) for other in further]
    pushed = model is Account and not conditions and key is model.id and not descending
    statement = restricted(statement, listing, actor, action, pushed=pushed, resumed=resumed)
    if listing.among and (ids := listing.among(actor)) is not None:
        # as an array, which the planner takes for few, so that it looks them up instead of walking past all rows
        conditions.append(model.id == any_(func.array(ids.scalar_subquery(), type_=ARRAY(model.id.type))))
    if resumed:
        after = tuple_(bindparam("after_key", type_=key.type), bindparam("after_id", type_=model.id.type))
        row = tuple_(key, model.id)
        conditions.append(row < after if descending else row > after)
    order = (key.desc(), model.id.desc()) if descending else (key, model.id)
    return statement.where(*conditions).order_by(*order).limit(bindparam("page_size"))


def restricted(
    statement: Select[Any], listing: Listing, actor: Actor, action: str, *, pushed: bool, resumed: bool
) -> Select[Any]:
    """Only what the actor may see: by role everything, by membership a relation that is joined."""
    if listing.rows:
        return statement.where(listing.rows(actor))
    if not told_by_membership(POLICIES[listing.model][action], actor):
        return statement.where(allowed(actor, action, listing.model))
    seen = memberships(actor, pushed=pushed, resumed=resumed).subquery("seen")
    return statement.join(seen, seen.c.account_id == account_of(listing.model)).where(alive(listing.model))


def memberships(actor: Actor, *, pushed: bool, resumed: bool) -> Any:
    """The united look-ups of the actor's principals; with the page's own order and size pushed into each."""
    parts = []
    for position in range(len(actor.principals)):
        holder = bindparam(f"principal_{position}", type_=AccountMembership.holder_id.type)
        part = select(AccountMembership.account_id).where(
            AccountMembership.holder_id == holder, AccountMembership.ended_at.is_(None)
        )
        if pushed:
            if resumed:
                part = part.where(AccountMembership.account_id > bindparam("after_id", type_=Account.id.type))
            part = part.distinct().order_by(AccountMembership.account_id).limit(bindparam("page_size"))
            part = select(part.subquery().c.account_id)
        parts.append(part)
    return parts[0].distinct() if len(parts) == 1 else parts[0].union(*parts[1:])


def sort_column(listing: Listing, sort: str) -> Any:
    """The column behind a sort name."""
    return listing.sorts.get(sort.removeprefix("-"), listing.model.id)


def binding(actor: Actor, listing: Listing, asked: Asked) -> bytes:
    """What a cursor is bound to: the list, its filters and order, and who asks."""
    filters = {name: str(value) for name, value in sorted(asked.filters.items())}
    whole = [listing.name or listing.model.__tablename__, actor.kind, str(actor.id), asked.sort, filters]
    return hashlib.sha256(orjson.dumps(whole)).digest()


def typed(column: Any, value: Any) -> Any:
    """A cursor's text as the column's own type."""
    python = column.type.python_type
    read = getattr(python, "fromisoformat", python)
    return value if value is None or isinstance(value, python) else read(value)


def text_of(value: Any) -> Any:
    """A key as a cursor holds it."""
    return value if value is None or isinstance(value, (int, str)) else str(value)
