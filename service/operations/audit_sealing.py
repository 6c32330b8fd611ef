"""Sealing: audit entries whose transactions have certainly ended become leaves of a tree, whose root is signed.

Entries are ordered by transaction and position. A transaction below the horizon (the oldest that still ran, xmin) has
ended, so nothing can be entered before what is sealed; one that commits late only holds the horizon back.
"""

from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy import BigInteger, Text, cast, func, insert, literal, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from service.adapters.audit_signing import Notary
from service.adapters.bulk_copy import copy_rows
from service.domain.audit_checkpoints import FIRST, AuditDamaged, Checkpoint, digest_of
from service.domain.audit_tree import Span, Tree, leaf_hash
from service.models import AuditCheckpoint, AuditEntry, AuditLeaf
from service.models.evidence import Xid8
from service.queries.audit_entries import canonical_bytes
from service.queries.audit_tree import last_note, subtree_hashes

AT_ONCE = 20_000
LOCK = 0x4556485F5345414C  # "EVH_SEAL" in ASCII
EVERYTHING = 0  # the horizon of an epoch that has just begun: transactions were counted by another server
# The next entries are few among many: by the index of transactions, whatever the planner knows of a table that grows.
BY_INDEX = text("SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)")
CLUSTER = text("SELECT system_identifier::text FROM pg_control_system()")


async def seal(session: AsyncSession, notary: Notary) -> int:
    """Seals every entry that may be and signs a checkpoint; tells how many, 0 also while somebody else seals.

    AuditDamaged when what is there is not what was signed: nothing is sealed upon it.
    """
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
        return 0
    connection = await session.connection()
    note, cluster = await last_note(connection), str(await connection.scalar(CLUSTER))
    last = Checkpoint.read(note) if note is not None else None
    tree = await signed_tree(connection, last, note, notary)
    before, horizon = tree.size, last.horizon if last is not None and last.cluster == cluster else EVERYTHING
    # What the first look could not see to the end is looked at again next time.
    oldest = await plant(session, tree, horizon)
    if tree.size > before:
        await sign(session, notary, following(last, note, tree, cluster, oldest))
    return tree.size - before


async def signed_tree(connection: AsyncConnection, last: Checkpoint | None, note: str | None, notary: Notary) -> Tree:
    """The tree as the last checkpoint left it, from the O(log n) hashes that it grows on."""
    if last is None or note is None:
        return Tree()
    subtrees = list(Span(0, last.size).subtrees())
    hashes = await subtree_hashes(connection, subtrees)
    tree = Tree(last.size, (hashes[subtree] for subtree in subtrees))
    if tree.root() != last.root or notary.signer(last.origin, note) is None:
        raise AuditDamaged(f"checkpoint {last.number} of the audit log was altered; see evenhand audit verify")
    return tree


async def plant(session: AsyncSession, tree: Tree, horizon: int) -> int:
    """The entries from the horizon on as leaves, in their order; answers the oldest transaction that ran at first."""
    connection, oldest, after = await session.connection(), 0, (horizon, 0)
    await connection.execute(BY_INDEX)
    while entries := await ended_entries(connection, after, everything=horizon == EVERYTHING):
        oldest = oldest or int(entries[0].oldest)
        places, positions = count(tree.size), (entry.position for entry in entries)
        rows = zip(places, positions, tree.extend(leaf_hash(entry.content) for entry in entries), strict=False)
        await copy_rows(session, AuditLeaf.__table__, ("index", "position", "hashes"), rows)
        after = (int(entries[-1].transaction), entries[-1].position)
    return oldest


async def ended_entries(connection: AsyncConnection, after: tuple[int, int], *, everything: bool) -> list[Any]:
    """The next entries to seal after a transaction and a position: position, transaction, oldest running, content."""
    snapshot = func.pg_current_snapshot()
    oldest, coming = func.pg_snapshot_xmin(snapshot), func.pg_snapshot_xmax(snapshot)
    ended = AuditEntry.xid < oldest
    if everything:  # a number that was not given out yet here was brought from another server
        ended = or_(ended, AuditEntry.xid >= coming)
    first = cast(literal(str(after[0]), Text()), Xid8)
    later = tuple_(AuditEntry.xid, AuditEntry.position) > tuple_(first, literal(after[1], BigInteger()))
    # As a value for each row: a join would be planned to read every leaf.
    leaf = select(AuditLeaf.index).where(AuditLeaf.position == AuditEntry.position).scalar_subquery()
    statement = (
        select(
            AuditEntry.position,
            cast(AuditEntry.xid, Text).label("transaction"),
            cast(oldest, Text).label("oldest"),
            canonical_bytes().label("content"),
        )
        .where(AuditEntry.xid >= first, later, ended, leaf.is_(None))
        .order_by(AuditEntry.xid, AuditEntry.position)
        .limit(AT_ONCE)
    )
    return list((await connection.execute(statement)).all())


def following(last: Checkpoint | None, note: str | None, tree: Tree, cluster: str, horizon: int) -> Checkpoint:
    """The checkpoint after the last one; another server begins another epoch."""
    return Checkpoint(
        origin=last.origin if last else f"evenhand/{uuid4()}",
        size=tree.size,
        root=tree.root(),
        number=last.number + 1 if last else 1,
        epoch=last.epoch + (last.cluster != cluster) if last else 1,
        cluster=cluster,
        horizon=horizon,
        at=datetime.now(UTC),
        previous=digest_of(note) if note else FIRST,
    )


async def sign(session: AsyncSession, notary: Notary, checkpoint: Checkpoint) -> None:
    """The signed checkpoint, kept."""
    note = notary.sign(checkpoint.origin, checkpoint.text())
    row = {
        "number": checkpoint.number,
        "epoch": checkpoint.epoch,
        "size": checkpoint.size,
        "root": checkpoint.root_text,
        "at": checkpoint.at,
        "verifier_key": str(notary.verifier_keys(checkpoint.origin)[0]),
        "note": note,
    }
    await session.execute(insert(AuditCheckpoint).values(row))
