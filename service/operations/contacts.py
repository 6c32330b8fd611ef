"""What a user can do with the people at a customer: enter, change, remove."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from service.domain import events
from service.domain.contact_details import Email, Phone, Standing, read_email, read_phone, require_reachable
from service.errors import FieldError, Forbidden, NotFound, Sentence
from service.journal import record
from service.models import Account, AllianceObservation, Contact, new_id
from service.operations.account_search import refresh_search
from service.operations.accounts import Made, columns_of
from service.operations.changes import changes, rewrite
from service.operations.versions import Versions, expect
from service.policy import Actor, allowed, fetch
from service.queries.accounts import SENSITIVE_FIELDS
from service.schemas.contacts import ContactCreate, ContactUpdate

DETAILS = ("mobile", "email")


async def create_contact(
    session: AsyncSession, actor: Actor, account_id: UUID, wanted: ContactCreate, *, as_written: bool = False
) -> UUID:
    """Enters a person at a customer; `as_written` keeps masked numbers and words for none, as an import does."""
    account = await fetch(session, actor, "edit", Account, account_id)
    fields = {name: value for name, value in wanted.model_dump().items() if value}
    await require_sensitive(session, actor, account_id, fields)
    values = columns_of(fields) | reachable(fields, as_written=as_written)
    contact = Contact(id=new_id(), account_id=account_id, **values)
    session.add(contact)
    await find_by_contacts(session, account)
    session.info["made"] = Made("contacts", contact.id)
    await record(session, actor, events.ContactCreated(contact.id, account_id, told(changes({}, values))))
    return contact.id


async def update_contact(
    session: AsyncSession, actor: Actor, account_id: UUID, contact_id: UUID, version: Versions, patch: ContactUpdate
) -> None:
    """Changes what is known of a contact; what is not touched may stay masked."""
    account, contact = await fetch_contact(session, actor, "edit", account_id, contact_id)
    expect(contact, version)
    fields = patch.model_dump(include=patch.model_fields_set)
    await require_sensitive(session, actor, account_id, fields)
    wanted = columns_of(fields)
    if fields.keys() & set(DETAILS):
        wanted |= reachable_after(contact, fields)
    changed = rewrite(contact, wanted)
    if not changed:
        return
    await find_by_contacts(session, account)
    await record(session, actor, events.ContactChanged(contact_id, account_id, told(changed)))


async def delete_contact(
    session: AsyncSession, actor: Actor, account_id: UUID, contact_id: UUID, version: Versions
) -> None:
    """Hides a contact, and what was seen of them."""
    account, contact = await fetch_contact(session, actor, "delete", account_id, contact_id)
    expect(contact, version)
    contact.deleted_at = datetime.now(UTC)
    contact.version += 1
    seen = update(AllianceObservation).where(AllianceObservation.contact_id == contact_id)
    await session.execute(seen.values(deleted_at=contact.deleted_at))
    await find_by_contacts(session, account)
    await record(session, actor, events.ContactDeleted(contact_id, account_id))


async def fetch_contact(
    session: AsyncSession, actor: Actor, action: str, account_id: UUID, contact_id: UUID
) -> tuple[Account, Contact]:
    """The contact and its account, locked in that order by everybody: the account's search text holds the contact."""
    account = await fetch(session, actor, "edit", Account, account_id)
    contact = await fetch(session, actor, action, Contact, contact_id)
    if contact.account_id != account_id:
        raise NotFound
    return account, contact


async def require_sensitive(session: AsyncSession, actor: Actor, account_id: UUID, fields: Mapping[str, Any]) -> None:
    """Whoever may not read the sensitive fields does not write them either."""
    touched = [name for name in SENSITIVE_FIELDS if name in fields]
    if not touched:
        return
    statement = select(Account.id).where(Account.id == account_id, allowed(actor, "see_sensitive", Account))
    if await session.scalar(statement) is None:
        sentence = Sentence("This field is hidden from you.", "您无权查看此字段。")
        raise Forbidden(errors=[FieldError("sensitive", sentence, pointer=f"/{name}") for name in touched])


def reachable(fields: Mapping[str, Any], *, as_written: bool = False) -> dict[str, Any]:
    """The columns of number and address with what each is good for; InvalidInput unless one reaches the person."""
    mobile, email = read_phone(fields.get("mobile") or ""), read_email(fields.get("email") or "")
    if not as_written:
        require_reachable(mobile, email)
    return columns_of_detail("mobile", mobile, as_written) | columns_of_detail("email", email, as_written)


def reachable_after(contact: Contact, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same for a change; what it leaves alone counts only where it is valid, and stays as it is."""
    kept = {name: getattr(contact, name) for name in DETAILS if getattr(contact, f"{name}_state") == Standing.VALID}
    touched = [name for name in DETAILS if name in fields]
    columns = reachable({**kept, **{name: fields[name] for name in touched}})
    return {name: value for name, value in columns.items() if name.removesuffix("_state") in touched}


def columns_of_detail(name: str, detail: Phone | Email, as_written: bool) -> dict[str, Any]:
    """One number or address; a word for none is kept only as it came with an import."""
    absent = detail.standing is Standing.ABSENT and not (as_written and detail.text)
    return {name: None if absent else detail.text, f"{name}_state": str(detail.standing)}


async def find_by_contacts(session: AsyncSession, account: Account) -> None:
    """Renews the account's search text; what is shown of the account stays as it is, its date of change too."""
    await session.flush()
    await refresh_search(session, account)
    flag_modified(account, "updated_at")


def told(changed: Mapping[str, Any]) -> dict[str, Any]:
    """What evidence holds: changes of plain fields, and of sensitive ones nothing but the name."""
    plain = {name: change for name, change in changed.items() if name not in SENSITIVE_FIELDS}
    sensitive = [name for name in SENSITIVE_FIELDS if name in changed]
    return {"changes": plain} | ({"sensitive": sensitive} if sensitive else {})
