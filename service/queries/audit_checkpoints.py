"""Checkpoints as they go out, and proofs against them."""

import base64
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.audit_tree import consistency_spans, inclusion_spans
from service.errors import EntryNotSealed, FieldError, InvalidInput, NotFound, Sentence
from service.models import AuditCheckpoint, AuditEntry, AuditLeaf
from service.policy import Actor, allowed
from service.queries.audit_entries import canonical_text
from service.queries.audit_tree import span_hashes
from service.queries.json_view import json_object
from service.queries.listing import Listing, at_least, before

MEMBERS = ("number", "epoch", "size", "root", "at", "verifier_key", "note")


def checkpoint_columns(_actor: Actor) -> Mapping[str, Any]:
    """The members of AuditCheckpointView."""
    return {name: getattr(AuditCheckpoint, name) for name in MEMBERS}


AUDIT_CHECKPOINTS = Listing(
    model=AuditCheckpoint,
    columns=checkpoint_columns,
    sorts={"at": AuditCheckpoint.number},
    filters={"at_from": at_least(AuditCheckpoint.at), "at_to": before(AuditCheckpoint.at)},
)


async def inclusion_json(connection: AsyncConnection, actor: Actor, entry_id: UUID, number: int | None) -> bytes:
    """The proof that an entry is in a checkpoint, by default in the newest."""
    index, canonical = await placed(connection, actor, entry_id)
    size, checkpoint = await checkpoint_json(connection, actor, number)
    if index is None or index >= size:
        raise EntryNotSealed
    hashes = await span_hashes(connection, inclusion_spans(index, size))
    known = {"kind": "inclusion", "leaf_index": index, "canonical": canonical, "earlier": None}
    return proof(known, checkpoint, hashes)


async def consistency_json(connection: AsyncConnection, actor: Actor, earlier: int, number: int | None) -> bytes:
    """The proof that a checkpoint, by default the newest, only adds to an earlier one."""
    earlier_size, before = await checkpoint_json(connection, actor, earlier)
    size, checkpoint = await checkpoint_json(connection, actor, number)
    if earlier_size > size:
        sentence = Sentence("It is later than the other checkpoint.", "该检查点晚于另一检查点。")
        raise InvalidInput(errors=[FieldError("out_of_order", sentence, parameter="from_checkpoint")])
    hashes = await span_hashes(connection, consistency_spans(earlier_size, size))
    known = {"kind": "consistency", "leaf_index": None, "canonical": None, "earlier": orjson.Fragment(before)}
    return proof(known, checkpoint, hashes)


async def placed(connection: AsyncConnection, actor: Actor, entry_id: UUID) -> tuple[int | None, str]:
    """An entry's place in the tree, None while it has none, and its content."""
    statement = (
        select(AuditLeaf.index, canonical_text())
        .select_from(AuditEntry)
        .outerjoin(AuditLeaf, AuditLeaf.position == AuditEntry.position)
        .where(AuditEntry.id == entry_id, allowed(actor, "see", AuditEntry))
    )
    found = (await connection.execute(statement)).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


async def checkpoint_json(connection: AsyncConnection, actor: Actor, number: int | None) -> tuple[int, str]:
    """The size of a checkpoint, by default the newest, and its JSON text."""
    statement: Any = select(AuditCheckpoint.size, json_object(checkpoint_columns(actor))).where(
        allowed(actor, "see", AuditCheckpoint)
    )
    newest = select(func.max(AuditCheckpoint.number)).scalar_subquery()
    found = (
        await connection.execute(statement.where(AuditCheckpoint.number == (newest if number is None else number)))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def proof(known: Mapping[str, Any], checkpoint: str, hashes: list[bytes]) -> bytes:
    """The JSON of AuditProofView."""
    path = [base64.b64encode(one).decode() for one in hashes]
    return orjson.dumps({**known, "checkpoint": orjson.Fragment(checkpoint), "hashes": path})
