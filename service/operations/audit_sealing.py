"""Sealing: audit entries whose transactions have certainly ended become leaves of a tree, whose root is signed.

Entries are ordered by transaction and position. A transaction below the horizon (the oldest that still ran, xmin) has
ended, so nothing can be entered before what is sealed; one that commits late only holds the horizon back.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Text, and_, cast, func, insert, literal, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from service.adapters.audit_signing import Notary
from service.adapters.bulk_copy import copy_rows
from service.domain.audit_checkpoints import FIRST, AuditDamaged, Checkpoint, digest_of
from service.domain.audit_tree import Span, Tree, leaf_hash
from service.models import AuditCheckpoint, AuditEntry, AuditLeaf
from service.models.evidence import Xid8
from service.queries.audit_entries import canonical_text
from service.queries.audit_tree import last_note, subtree_hashes

AT_ONCE = 20_000
LOCK = 0x4556485F5345414C  # "EVH_SEAL" in ASCII
EVERYTHING = 0  # the horizon of an epoch that has just begun: transactions were counted by another server
CLUSTER = text("SELECT system_identifier::text FROM pg_control_system()")


async def seal(session: AsyncSession, notary: Notary) -> int:
    """Seals up to AT_ONCE entries and signs a checkpoint; tells how many, 0 also while somebody else seals.

    AuditDamaged when what is there is not what was signed: nothing is sealed upon it.
    """
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
        return 0
    connection = await session.connection()
    note, cluster = await last_note(connection), str(await connection.scalar(CLUSTER))
    last = Checkpoint.read(note) if note is not None else None
    tree = await signed_tree(connection, last, note, notary)
    horizon = last.horizon if last is not None and last.cluster == cluster else EVERYTHING
    entries = await ended_entries(connection, horizon)
    if entries:
        await plant(session, tree, entries)
        await sign(session, notary, following(last, note, tree, cluster, next_horizon(horizon, entries)))
    return len(entries)


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


async def ended_entries(connection: AsyncConnection, horizon: int) -> list[Any]:
    """The next entries to seal, in their order: position, transaction, oldest transaction that still runs, content."""
    snapshot = func.pg_current_snapshot()
    oldest, coming = func.pg_snapshot_xmin(snapshot), func.pg_snapshot_xmax(snapshot)
    after = cast(literal(str(horizon), Text()), Xid8)
    # What has a number that was not given out yet here was brought from another server.
    unlike = or_(AuditEntry.xid < oldest, AuditEntry.xid >= coming)
    ended = unlike if horizon == EVERYTHING else and_(AuditEntry.xid >= after, AuditEntry.xid < oldest)
    # As a value for each row: a join would be planned to read every leaf.
    leaf = select(AuditLeaf.index).where(AuditLeaf.position == AuditEntry.position).scalar_subquery()
    columns = (AuditEntry.position, cast(AuditEntry.xid, Text), cast(oldest, Text), canonical_text())
    statement = select(*columns).where(ended, leaf.is_(None)).order_by(AuditEntry.xid, AuditEntry.position)
    return list((await connection.execute(statement.limit(AT_ONCE))).all())


def next_horizon(horizon: int, entries: list[Any]) -> int:
    """Below it everything is sealed: as far as was looked, or up to the transaction that may have more."""
    if len(entries) < AT_ONCE:
        return int(entries[-1][2])
    return horizon if horizon == EVERYTHING else int(entries[-1][1])


async def plant(session: AsyncSession, tree: Tree, entries: list[Any]) -> None:
    """The entries as leaves, in their order."""
    rows = [
        (tree.size, position, tree.append(leaf_hash(content.encode()))) for position, _xid, _oldest, content in entries
    ]
    await copy_rows(session, AuditLeaf.__table__, ("index", "position", "hashes"), rows)


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
