"""What a user can do with accounts: create, edit, verify, delete."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, null, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain import events
from service.domain.merge_patch import merged
from service.domain.names import match_key, name_forms
from service.errors import FieldError, InvalidInput, Sentence, StillReferenced, VerificationByOwner
from service.journal import ENTRY_CTES, bound, entry_values, record
from service.models import Account, AccountMembership, Assignment, Contact, new_id
from service.operations.memberships import end_all
from service.operations.rates import to_base
from service.operations.versions import expect
from service.policy import Actor, allowed, fetch, holds, require
from service.queries.accounts import account_columns, view_class
from service.queries.json_view import json_object
from service.schemas.accounts import AccountCreate, AccountUpdate

# What decides distribution; custom fields are among it, because schemes grade by them.
DECIDING = (
    "industry", "region", "potential_value", "potential_currency", "potential_value_on", "intent", "products", "custom",
)  # fmt: skip
CREATED = (
    "id", "code", "external_ref", "parent_id", "name", "name_sort", "name_match", "search", "grams", "kind", "industry",
    "region", "potential_value", "potential_currency", "potential_value_on", "potential_value_base", "intent",
    "products", "lifecycle", "source", "custom", "verified_at", "verified_by", "created_by",
)  # fmt: skip
DERIVED = ("name_sort", "name_match", "search", "grams", "potential_value_base")


async def create_account(session: AsyncSession, actor: Actor, wanted: AccountCreate, base_currency: str) -> Any:
    """Enters an account and returns it as this actor sees it: JSON text, version, view class."""
    require(actor, "create", Account)
    values = columns_of(wanted.model_dump())
    values["id"] = new_id()
    values["code"] = wanted.code or f"A-{values['id'].hex[-10:].upper()}"
    values["created_by"] = actor.id
    if wanted.parent_id:
        await require_visible(session, actor, wanted.parent_id, "/parent_id")
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
    session: AsyncSession, actor: Actor, account_id: UUID, version: int, patch: AccountUpdate, base_currency: str
) -> Account:
    """Changes basics at once; what decides distribution waits for verification unless a verifier changes it."""
    account = await fetch(session, actor, "edit", Account, account_id)
    expect(account, version)
    wanted = columns_of(patch.model_dump(include=patch.model_fields_set))
    if wanted.get("parent_id"):
        await require_visible(session, actor, wanted["parent_id"], "/parent_id")
        await refuse_circle(session, account_id, wanted["parent_id"])
    if "custom" in wanted:
        wanted["custom"] = merged(account.custom, wanted["custom"])
    deciding = {name: wanted.pop(name) for name in DECIDING if name in wanted}
    deciding = {name: value for name, value in deciding.items() if value != getattr(account, name)}
    if deciding and await may_verify(session, actor, account_id):
        wanted |= deciding
        account.verified_at, account.verified_by = datetime.now(UTC), actor.id
        deciding = {}
    await change(session, actor, account, wanted, base_currency)
    if deciding:
        await propose(session, actor, account, deciding)
    await session.flush()
    return account


async def change(
    session: AsyncSession, actor: Actor, account: Account, wanted: Mapping[str, Any], base_currency: str
) -> None:
    """Writes new values, what is derived from them, and the evidence."""
    before = {name: getattr(account, name) for name in wanted}
    changed = {name: value for name, value in wanted.items() if value != before[name]}
    if not changed:
        return
    for name, value in changed.items():
        setattr(account, name, value)
    if changed.keys() & {"potential_value", "potential_currency", "potential_value_on"}:
        current = {name: getattr(account, name) for name in DECIDING}
        account.potential_value_base = await to_base(session, current, base_currency)
    if changed.keys() & {"name", "external_ref"}:
        await refresh_search(session, account)
    account.version += 1
    event = events.AccountChanged(account.id, account.id, {"changes": changes(before, changed)})
    await record(session, actor, event)


async def propose(session: AsyncSession, actor: Actor, account: Account, deciding: Mapping[str, Any]) -> None:
    """Keeps a change of what decides distribution beside the account until somebody verifies it."""
    fields = written(deciding)
    account.proposed = proposal(account.proposed, fields, actor)
    account.version += 1
    await record(session, actor, events.AccountProposed(account.id, account.id, {"fields": fields}))


def written(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Values as a proposal holds them: days and amounts as text."""
    return {
        name: value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
        for name, value in fields.items()
    }


def proposal(waiting: Mapping[str, Any] | None, fields: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """What waits for verification, with these fields added; everybody who proposed part of it is named."""
    earlier = waiting or {"fields": {}, "by": []}
    people = [*earlier["by"], str(actor.id)]
    at = datetime.now(UTC).isoformat()
    return {"fields": {**earlier["fields"], **fields}, "by": list(dict.fromkeys(people)), "at": at}


async def verify_account(
    session: AsyncSession,
    actor: Actor,
    account_id: UUID,
    version: int,
    *,
    accept: bool,
    reason: str | None,
    base_currency: str,
) -> Account:
    """Decides on proposed values, or confirms the present ones; never the owner or the proposer alone."""
    account = await fetch(session, actor, "verify", Account, account_id)
    expect(account, version)
    proposed = account.proposed or {}
    if await owns(session, actor, account_id) or str(actor.id) in proposed.get("by", ()):
        raise VerificationByOwner
    account.proposed = None
    if not accept:
        account.version += 1
        data = {"fields": proposed.get("fields", {}), "reason": reason}
        await record(session, actor, events.AccountDisproved(account.id, account.id, data))
        return account
    account.verified_at, account.verified_by = datetime.now(UTC), actor.id
    await change(session, actor, account, restored(proposed.get("fields", {})), base_currency)
    account.version += 1
    await record(session, actor, events.AccountVerified(account.id, account.id, {"reason": reason}))
    return account


def restored(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Proposed values with their own types again."""
    values = dict(fields)
    if values.get("potential_value") is not None:
        values["potential_value"] = Decimal(values["potential_value"])
    if values.get("potential_value_on") is not None:
        values["potential_value_on"] = date.fromisoformat(values["potential_value_on"])
    return values


async def delete_account(session: AsyncSession, actor: Actor, account_id: UUID, version: int) -> None:
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


async def refresh_search(session: AsyncSession, account: Account) -> None:
    """What an account is found by: its own names and codes, and its contacts'."""
    rows = await session.execute(
        select(Contact.name, Contact.mobile, Contact.email).where(
            Contact.account_id == account.id, Contact.deleted_at.is_(None)
        )
    )
    contacts = [part for row in rows for part in row if part]
    values = {"name": account.name, "code": account.code, "external_ref": account.external_ref}
    for name, value in derived(values, contacts).items():
        setattr(account, name, value)


def derived(values: Mapping[str, Any], contacts: list[str] | None = None) -> dict[str, Any]:
    """Sort key, duplicate key, search text and its pieces."""
    forms = name_forms(values["name"])
    others = [match_key(part) for part in (values["code"], values.get("external_ref"), *(contacts or ())) if part]
    spoken = [name_forms(part) for part in contacts or ()]
    pieces = set(forms.grams)
    for other in others:
        pieces.update(other, map("".join, pairwise(other)))
    for form in spoken:
        pieces.update(form.grams)
    return {
        "name_sort": forms.sort_key,
        "name_match": forms.normalised,
        "search": " ".join([forms.match_key, forms.initials, *others, *(form.initials for form in spoken)]),
        "grams": sorted(pieces - {" "}),
    }


def columns_of(fields: dict[str, Any]) -> dict[str, Any]:
    """Schema fields as columns: money in two, enum members as text."""
    values: dict[str, Any] = {name: str(value) if isinstance(value, str) else value for name, value in fields.items()}
    if "potential_value" in values:
        money = values["potential_value"]
        values["potential_value"] = money["amount"] if money else None
        values["potential_currency"] = money["currency"] if money else None
    return values


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Field → from, to; what is only derived is left out."""
    return {
        name: {"from": before.get(name), "to": value}
        for name, value in after.items()
        if (name not in DERIVED and name != "id" and value not in (None, [], {})) or name in before
    }


async def refuse_circle(session: AsyncSession, account_id: UUID, parent_id: UUID) -> None:
    """No account is in its own group; groups change one at a time, so that no two changes close a circle."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("account groups"))))
    above = select(Account.id, Account.parent_id).where(Account.id == parent_id).cte("above", recursive=True)
    parents = select(Account.id, Account.parent_id).join(above, Account.id == above.c.parent_id)
    everything_above = above.union(parents)
    if await session.scalar(select(everything_above.c.id).where(everything_above.c.id == account_id)) is not None:
        sentence = Sentence("An account is not part of its own group.", "客户不能隶属于自身所在的集团。")
        raise InvalidInput(errors=[FieldError("own_parent", sentence, pointer="/parent_id")])


async def require_visible(session: AsyncSession, actor: Actor, account_id: UUID, pointer: str) -> None:
    """A reference must lead to an account that the actor may know of."""
    statement = select(Account.id).where(Account.id == account_id, allowed(actor, "see", Account))
    if await session.scalar(statement) is None:
        sentence = Sentence("There is no such account.", "没有该客户。")
        raise InvalidInput(errors=[FieldError("not_found", sentence, pointer=pointer)])


async def may_verify(session: AsyncSession, actor: Actor, account_id: UUID) -> bool:
    """True for a steward or the line, unless they own the account."""
    statement = select(Account.id).where(Account.id == account_id, allowed(actor, "verify", Account))
    return await session.scalar(statement) is not None and not await owns(session, actor, account_id)


async def owns(session: AsyncSession, actor: Actor, account_id: UUID) -> bool:
    """True for the person who is responsible for the account now."""
    return actor.id is not None and await current_owner(session, account_id) == actor.id


async def current_owner(session: AsyncSession, account_id: UUID) -> UUID | None:
    """Who is responsible for an account now."""
    return await session.scalar(
        select(Assignment.staff_id).where(
            Assignment.account_id == account_id, Assignment.team_role == "owner", Assignment.ended_at.is_(None)
        )
    )
