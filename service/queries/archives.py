"""The archive as JSON for those who may know of it: items, files, links, receipts, proposals, history."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, any_, bindparam, exists, func, or_, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased
from sqlalchemy.sql.expression import cast

from service.errors import Forbidden, NotFound
from service.models import ArchiveItem, ArchiveLink, ArchiveProposal, ArchiveVersion, AuditEntry, CustodyReceipt
from service.policy import Actor, allowed
from service.policy.archive_tables import of_item
from service.policy.rules import POLICIES
from service.queries.json_view import json_object
from service.queries.listing import (
    Filter,
    Listing,
    any_of,
    at_least,
    at_most,
    before,
    equals,
    escaped,
)
from service.queries.single import single

CURRENT = (
    select(func.max(ArchiveVersion.number))
    .where(
        ArchiveVersion.item_id == ArchiveItem.id,
        ArchiveVersion.state == "accepted",
        ArchiveVersion.wrapped_key.is_not(None),
    )
    .correlate(ArchiveItem)
    .scalar_subquery()
)
ITEM_COLUMNS: Mapping[str, Any] = {column.key: column for column in ArchiveItem.__table__.columns} | {
    "current_version": CURRENT
}
VERSION_COLUMNS: Mapping[str, Any] = {
    name: getattr(ArchiveVersion, name)
    for name in (
        "id", "item_id", "number", "state", "filename", "media_type", "sha256", "size", "uploader_id", "accepted_at",
        "accepted_by", "created_at",
    )
} | {"is_kept": ArchiveVersion.wrapped_key.is_not(None)}  # fmt: skip
LINK_COLUMNS = {column.key: column for column in ArchiveLink.__table__.columns if column.key != "updated_at"}
RECEIPT_COLUMNS = {column.key: column for column in CustodyReceipt.__table__.columns if column.key != "updated_at"}
PROPOSAL_COLUMNS = {column.key: column for column in ArchiveProposal.__table__.columns}
# Who looked is for auditors; an item's own history tells what became of it.
LOOKS = ("archive_item.read", "archive_item.opened", "archive_version.verified")
_seen = of_item("see")


def part_of(column: Any, *others: Any) -> Filter:
    """One of the columns holds the given text, whatever its case."""

    def condition(name: str) -> ColumnElement[bool]:
        return or_(*(one.ilike(bindparam(name)) for one in (column, *others)))

    return Filter(condition, lambda name, value: {name: f"%{escaped(value)}%"})


ITEMS = Listing(
    model=ArchiveItem,
    columns=lambda _actor: ITEM_COLUMNS,
    sorts={"created_at": ArchiveItem.created_at},
    filters={
        "q": part_of(ArchiveItem.title, ArchiveItem.reference, ArchiveItem.code),
        "code": any_of(ArchiveItem.code),
        "kind": any_of(ArchiveItem.kind),
        "original_group": any_of(ArchiveItem.original_group),
        "account_id": equals(ArchiveItem.account_id),
        "department_id": equals(ArchiveItem.department_id),
        "depositor_id": equals(ArchiveItem.depositor_id),
        "confidentiality": any_of(ArchiveItem.confidentiality),
        "state": any_of(ArchiveItem.state),
        "paper_state": any_of(ArchiveItem.paper_state),
        "legal_hold": equals(ArchiveItem.legal_hold),
        "retain_until_to": at_most(ArchiveItem.retain_until),
        "created_from": at_least(ArchiveItem.created_at),
        "created_to": before(ArchiveItem.created_at),
    },
)
VERSIONS = Listing(
    model=ArchiveVersion,
    columns=lambda _actor: VERSION_COLUMNS,
    rows=lambda actor: _seen(actor, ArchiveVersion),
    sorts={"number": ArchiveVersion.number},
    filters={"item_id": equals(ArchiveVersion.item_id), "state": any_of(ArchiveVersion.state)},
)
RECEIPTS = Listing(
    model=CustodyReceipt,
    columns=lambda _actor: RECEIPT_COLUMNS,
    rows=lambda actor: _seen(actor, CustodyReceipt),
    sorts={"created_at": CustodyReceipt.created_at},
    filters={"item_id": equals(CustodyReceipt.item_id)},
)
PROPOSALS = Listing(
    model=ArchiveProposal,
    columns=lambda _actor: PROPOSAL_COLUMNS,
    rows=lambda actor: _seen(actor, ArchiveProposal),
    sorts={"created_at": ArchiveProposal.created_at},
    filters={"item_id": equals(ArchiveProposal.item_id), "state": any_of(ArchiveProposal.state)},
)


def whole_links(actor: Actor) -> ColumnElement[bool]:
    """Links of which the actor may know both ends."""
    target: Any = aliased(ArchiveItem)
    seen = POLICIES[ArchiveItem]["see"].predicate(actor, target)
    other_end = exists().where(target.id == ArchiveLink.target_id, seen).correlate_except(target)
    return and_(_seen(actor, ArchiveLink), or_(ArchiveLink.target_id.is_(None), other_end))


LINKS = Listing(
    model=ArchiveLink,
    columns=lambda _actor: LINK_COLUMNS,
    rows=whole_links,
    sorts={"created_at": ArchiveLink.created_at},
    filters={"item_id": equals(ArchiveLink.item_id)},
)


def of_the_item(name: str) -> ColumnElement[bool]:
    """Entries about an item, or about what belongs to it."""
    item = bindparam(name, type_=ArchiveItem.id.type)
    belonging = [
        select(model.id).where(model.item_id == item)
        for model in (ArchiveVersion, ArchiveLink, CustodyReceipt, ArchiveProposal)
    ]
    subjects: Any = union_all(select(item), *belonging).scalar_subquery()
    # as an array: few subjects are looked up, where a choice of sub-selects would read the whole log
    return AuditEntry.subject_id == any_(func.array(subjects, type_=ARRAY(ArchiveItem.id.type)))


def what_became(actor: Actor) -> ColumnElement[bool]:
    """Entries but those of who looked, and of links of which the actor may not know both ends."""
    link = exists().where(ArchiveLink.id == AuditEntry.subject_id, whole_links(actor)).correlate(AuditEntry)
    return and_(AuditEntry.action.not_in(LOOKS), or_(AuditEntry.subject_type != "archive_link", link))


HISTORY = Listing(
    model=AuditEntry,
    name="archive history",
    columns=lambda _actor: (
        {
            name: getattr(AuditEntry, name)
            for name in ("id", "at", "actor_id", "actor", "on_behalf_of", "action", "subject_type", "subject_id")
        }
        | {"data": cast(AuditEntry.data, JSONB)}
    ),
    rows=what_became,
    sorts={"at": AuditEntry.position},
    filters={"item_id": Filter(of_the_item)},
)


async def find_item(connection: AsyncConnection, actor: Actor, action: str, item_id: UUID) -> Any:
    """An item's id, class and rank: 404 when the actor may not know of it, 403 when they may only see it."""
    columns = (ArchiveItem.id, ArchiveItem.confidentiality, ArchiveItem.rank, ArchiveItem.accepted_at)
    statement = select(*columns, allowed(actor, action, ArchiveItem).label("may")).where(
        ArchiveItem.id == item_id, allowed(actor, "see", ArchiveItem)
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    if not row.may:
        raise Forbidden
    return row


async def item_json(connection: AsyncConnection, actor: Actor, item_id: UUID) -> Any:
    """One item's JSON text, its version and rank."""
    return await single(connection, actor, ArchiveItem, ITEM_COLUMNS, item_id, rank=ArchiveItem.rank)


async def child_json(
    connection: AsyncConnection, model: type[Any], columns: Mapping[str, Any], item_id: UUID, id_: UUID
) -> Any:
    """One record of an item that the caller has found already: its JSON text, and its version where it has one."""
    version = model.version if hasattr(model, "version") else getattr(model, "number", func.length(""))
    statement = select(json_object(columns).label("json"), version.label("version")).where(
        model.id == id_, model.item_id == item_id
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound
    return row


def knows_proposal(actor: Actor) -> ColumnElement[bool]:
    """Proposals about items that the actor sees, and those that they were asked to decide."""
    return or_(_seen(actor, ArchiveProposal), ArchiveProposal.second_id == actor.id)


async def find_proposal(connection: AsyncConnection, actor: Actor, item_id: UUID, proposal_id: UUID) -> None:
    """Nothing, or NotFound for whoever neither sees the item nor was asked."""
    statement = select(ArchiveProposal.id).where(
        ArchiveProposal.id == proposal_id, ArchiveProposal.item_id == item_id, knows_proposal(actor)
    )
    if await connection.scalar(statement) is None:
        raise NotFound
