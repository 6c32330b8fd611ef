"""Accounts as JSON: one, many, their contacts."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Text,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from service.errors import Forbidden, NotFound
from service.models import Account, AccountTier, Assignment, Contact
from service.policy import Actor, allowed, principal_values
from service.policy.rules import POLICIES, implies
from service.queries.json_view import json_object, money
from service.queries.listing import Filter, Listing, any_of, at_least, at_most, before, either, equals, search
from service.queries.single import single

VALUE_FIELDS = ("potential_value", "potential_value_base", "potential_value_on", "intent", "proposed", "custom")
SENSITIVE_FIELDS = (
    "birth_on", "home_address", "spouse", "personal_agenda", "alliance", "political_strategy", "education",
    "background", "personality", "achievements", "responsibilities", "product_criteria", "business_criteria",
)  # fmt: skip
OWNER_ID = (
    select(Assignment.staff_id)
    .where(Assignment.account_id == Account.id, Assignment.team_role == "owner", Assignment.ended_at.is_(None))
    .correlate(Account)
    .scalar_subquery()
)


OWNED = exists().where(
    Assignment.account_id == Account.id, Assignment.team_role == "owner", Assignment.ended_at.is_(None)
)


def of_owner(name: str) -> ColumnElement[bool]:
    """Accounts of one person, found by that person: read from the account's side, every account would be looked at."""
    theirs = select(Assignment.account_id).where(
        Assignment.staff_id == bindparam(name, type_=Assignment.staff_id.type),
        Assignment.team_role == "owner",
        Assignment.ended_at.is_(None),
    )
    return Account.id.in_(theirs)


def in_tier(name: str) -> ColumnElement[bool]:
    """Accounts that hold one of the given grades now."""
    return exists().where(
        AccountTier.account_id == Account.id,
        AccountTier.ended_at.is_(None),
        AccountTier.tier == func.any(bindparam(name, type_=ARRAY(Text()))),
    )


def account_columns(actor: Actor, base_currency: str) -> Mapping[str, Any]:
    """The members of AccountView; values are hidden where the actor reads basics only."""
    plain: dict[str, Any] = {name: getattr(Account, name) for name in (
        "id", "code", "external_ref", "parent_id", "name", "kind", "industry", "region", "potential_value_on", "intent",
        "products", "lifecycle", "source", "verified_at", "verified_by", "proposed", "watch", "watch_reason", "custom",
        "version", "created_at", "updated_at",
    )}  # fmt: skip
    base = literal_column(f"'{base_currency}'", Text)
    columns = plain | {
        "potential_value": money(Account.potential_value, Account.potential_currency),
        "potential_value_base": money(Account.potential_value_base, base),
        "owner_id": OWNER_ID,
    }
    return redacting(columns, VALUE_FIELDS, actor, "see_values", Account)


def contact_columns(actor: Actor) -> Mapping[str, Any]:
    """The members of ContactView; sensitive fields only for the team's sales people and the line."""
    columns = {column.key: column for column in Contact.__table__.columns if column.key != "deleted_at"}
    mapped = {name: getattr(Contact, name) for name in columns}
    return redacting(mapped, SENSITIVE_FIELDS, actor, "see_sensitive", Contact)


def redacting(
    columns: dict[str, Any], hidden: tuple[str, ...], actor: Actor, action: str, model: type[Any]
) -> dict[str, Any]:
    """The columns with some of them null, and named in `redacted`, on rows where the actor may not do the action."""
    none = literal_column("'{}'::text[]", ARRAY(Text()))
    if implies(actor, "see", action, model):
        return columns | {"redacted": none}
    may_see = POLICIES[model][action].predicate(actor, model)
    names = literal_column("'{" + ",".join(hidden) + "}'::text[]", ARRAY(Text()))
    guarded = {name: case((may_see, columns[name]), else_=null()) for name in hidden if name != "custom"}
    if "custom" in hidden:
        guarded["custom"] = case((may_see, columns["custom"]), else_=literal_column("'{}'::jsonb"))
    return columns | guarded | {"redacted": case((may_see, none), else_=names)}


@cache
def account_listing(base_currency: str) -> Listing:
    """How accounts are listed."""
    return Listing(
        model=Account,
        columns=lambda actor: account_columns(actor, base_currency),
        filters=ACCOUNT_FILTERS,
        guarded=dict.fromkeys(VALUE_PARAMETERS, "see_values"),
        sorts={
            "created_at": Account.id,
            "name": Account.name_sort,
            "potential_value": VALUE_ORDER,
        },
    )


ACCOUNT_FILTERS: dict[str, Filter] = {
    "q": search(Account.search, Account.grams),
    "code": any_of(Account.code),
    "external_ref": any_of(Account.external_ref),
    "parent_id": equals(Account.parent_id),
    "owner_id": Filter(of_owner),
    "unassigned": either(~OWNED, OWNED),
    "industry": any_of(Account.industry),
    "region": any_of(Account.region),
    "tier": Filter(in_tier),
    "intent": any_of(Account.intent),
    "lifecycle": any_of(Account.lifecycle),
    "potential_value_min": at_least(Account.potential_value_base),
    "potential_value_max": at_most(Account.potential_value_base),
    "created_from": at_least(Account.created_at),
    "created_to": before(Account.created_at),
}
# The expression of ix_accounts_value, its constant no bound value: else the index would not be known again.
VALUE_ORDER = func.coalesce(Account.potential_value_base, literal_column("-1"), type_=Account.potential_value_base.type)
# By value or grade only for those who see them: else the order or a filter would tell what is hidden.
VALUE_PARAMETERS = frozenset({"potential_value_min", "potential_value_max", "intent", "tier", "potential_value"})

CONTACTS = Listing(model=Contact, columns=contact_columns, filters={"account_id": equals(Contact.account_id)}, sorts={})

_KEPT: dict[Any, Any] = {}


async def account_json(connection: AsyncConnection, actor: Actor, account_id: UUID, base_currency: str) -> Any:
    """One account's JSON text, its version and its redaction class."""
    shape = (actor.shape, base_currency)
    statement = _KEPT.get(shape)
    if statement is None:
        columns = account_columns(actor, base_currency)
        statement = _KEPT[shape] = select(
            json_object(columns).label("json"), Account.version, view_of(columns).label("view")
        ).where(Account.id == bindparam("account_id", type_=Account.id.type), allowed(actor, "see", Account))
    values = {**principal_values(actor), "account_id": account_id}
    row = (await connection.execute(statement, values)).one_or_none()
    if row is None:
        raise NotFound
    return row


async def find_account(connection: AsyncConnection, actor: Actor, action: str, account_id: UUID) -> None:
    """Nothing, or why not: 404 when the actor may not know of the account, 403 when they may only see it."""
    statement = select(allowed(actor, action, Account)).where(Account.id == account_id, allowed(actor, "see", Account))
    may = await connection.scalar(statement)
    if may is None:
        raise NotFound
    if not may:
        raise Forbidden


async def contact_json(connection: AsyncConnection, actor: Actor, account_id: UUID, contact_id: UUID) -> Any:
    """One contact's JSON text, its version and its redaction class."""
    columns = contact_columns(actor)
    of_account = Contact.account_id == account_id
    return await single(connection, actor, Contact, columns, contact_id, of_account, view=view_class(columns))


def view_of(columns: Mapping[str, Any]) -> ColumnElement[str]:
    """The part of an account's ETag that stands for what its version does not count: what was hidden, and its owner."""
    owner = func.replace(cast(columns["owner_id"], Text), "-", "")
    return func.concat_ws(".", view_class(columns), owner)


def view_class(columns: Mapping[str, Any]) -> ColumnElement[str]:
    """Full or basics: the part of an ETag that stands for what was hidden."""
    return case((func.cardinality(columns["redacted"]) == 0, literal("full")), else_=literal("basics"))
