"""What a user can do with accounts: create, edit, delete."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, null, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.errors import StillReferenced
from service.journal import ENTRY_CTES, bound, entry_values, record
from service.models import Account, AccountMembership, new_id
from service.operations.account_changes import DECIDING, change, propose, resulting
from service.operations.account_groups import expect_parent
from service.operations.account_search import derived
from service.operations.account_verification import current_owner, may_verify
from service.operations.changes import changes
from service.operations.memberships import end_all
from service.operations.rates import to_base
from service.operations.versions import Versions, expect
from service.policy import Actor, fetch, holds, require
from service.queries.accounts import account_columns, view_class
from service.queries.json_view import json_object
from service.schemas.accounts import AccountCreate, AccountUpdate

CREATED = (
    "id", "code", "external_ref", "parent_id", "name", "name_sort", "name_match", "search", "grams", "kind", "industry",
    "region", "potential_value", "potential_currency", "potential_value_on", "potential_value_base", "intent",
    "products", "lifecycle", "source", "custom", "verified_at", "verified_by", "created_by",
)  # fmt: skip


async def create_account(session: AsyncSession, actor: Actor, wanted: AccountCreate, base_currency: str) -> Any:
    """Enters an account and returns it as this actor sees it: JSON text, version, view class."""
    require(actor, "create", Account)
    values = columns_of(wanted.model_dump())
    values["id"] = new_id()
    values["code"] = wanted.code or f"A-{values['id'].hex[-10:].upper()}"
    values["created_by"] = actor.id
    if wanted.parent_id:
        await expect_parent(session, actor, wanted.parent_id)
    values["potential_value_base"] = await to_base(session, values, base_currency)
    verified = holds(actor, "create_verified", Account)
    values["verified_at"] = datetime.now(UTC) if verified else None
    values["verified_by"] = actor.id if verified else None
    return await insert_account(session, actor, values | derived(values), base_currency)


async def insert_account(session: AsyncSession, actor: Actor, values: dict[str, Any], base_currency: str) -> Any:
    """One statement: the account, its audit entry, its outbox message, and the JSON that goes out."""
    event = events.AccountCreated(values["id"], values["id"], {"changes": changes({}, values)})
    bound_values = {f"account_{name}": value for name, value in values.items()}
    bound_values |= entry_values(actor, event, session.info["request_id"])
    connection = await session.connection()
    made = (await connection.execute(insertion(actor, base_currency), bound_values)).one()
    if holders := originators(actor, values["id"]):
        await connection.execute(insert(AccountMembership), holders)
    session.info["made"] = Made("accounts", values["id"])
    return made


_INSERTIONS: dict[Any, Any] = {}


def insertion(actor: Actor, base_currency: str) -> Any:
    """The statement of `insert_account`, built once for each kind of actor."""
    shape = (actor.shape, base_currency)
    if shape not in _INSERTIONS:
        columns = {**account_columns(actor, base_currency), "owner_id": null()}  # nobody owns what is new
        table = Account.__table__
        row = bound(table, "account_", CREATED).returning(
            table.c.id, json_object(columns).label("json"), table.c.version, view_class(columns).label("view")
        )
        made = row.cte("made")
        _INSERTIONS[shape] = select(made).add_cte(*ENTRY_CTES)
    return _INSERTIONS[shape]


class Made:
    """What a request made, for its idempotency record."""

    def __init__(self, table: str, id_: UUID) -> None:
        self.__tablename__ = table
        self.id = id_


def originators(actor: Actor, account_id: UUID) -> list[dict[str, Any]]:
    """Who is on a new account's team: whoever entered it, and their line; others see it by role."""
    staff = [(actor.id, "staff")] if actor.kind == "staff" and actor.line else []
    departments = [(department, "department") for department in (*actor.line, *(actor.departments or ()))]
    return [
        {"id": new_id(), "account_id": account_id, "holder_id": holder, "holder_kind": kind, "role": "originator"}
        for holder, kind in (*staff, *departments)
    ]


async def update_account(
    session: AsyncSession, actor: Actor, account_id: UUID, version: Versions, patch: AccountUpdate, base_currency: str
) -> Account:
    """Changes basics at once; what decides distribution waits for verification unless a verifier changes it."""
    account = await fetch(session, actor, "edit", Account, account_id)
    expect(account, version)
    wanted = columns_of(patch.model_dump(include=patch.model_fields_set))
    if wanted.get("parent_id"):
        await expect_parent(session, actor, wanted["parent_id"], account_id)
    deciding = {name: wanted.pop(name) for name in DECIDING if name in wanted}
    outcome = resulting(account, deciding)
    deciding = {name: value for name, value in deciding.items() if outcome[name] != getattr(account, name)}
    if deciding and await may_verify(session, actor, account_id):
        wanted |= resulting(account, deciding)
        account.verified_at, account.verified_by = datetime.now(UTC), actor.id
        deciding = {}
    await change(session, actor, account, wanted, base_currency)
    if deciding:
        await propose(session, actor, account, deciding)
    await session.flush()
    return account


async def delete_account(session: AsyncSession, actor: Actor, account_id: UUID, version: Versions) -> None:
    """Hides an account; one with members of its group or an owner stays."""
    account = await fetch(session, actor, "delete", Account, account_id)
    expect(account, version)
    members = select(Account.id).where(Account.parent_id == account_id, Account.deleted_at.is_(None)).limit(1)
    if await session.scalar(members) is not None or await current_owner(session, account_id) is not None:
        raise StillReferenced
    account.deleted_at = datetime.now(UTC)
    account.version += 1
    await end_all(session, account_id)
    await record(session, actor, events.AccountDeleted(account_id, account_id))


def columns_of(fields: dict[str, Any]) -> dict[str, Any]:
    """Schema fields as columns: money in two, enum members as text."""
    values: dict[str, Any] = {name: str(value) if isinstance(value, str) else value for name, value in fields.items()}
    if "potential_value" in values:
        money = values["potential_value"]
        values["potential_value"] = money["amount"] if money else None
        values["potential_currency"] = money["currency"] if money else None
    return values
