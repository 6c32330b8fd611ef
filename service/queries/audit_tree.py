"""The audit log's tree as it is kept: its hashes, its checkpoints, and what proves something about them."""

from collections.abc import Iterable

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from service.domain.audit_checkpoints import AuditDamaged
from service.domain.audit_tree import HASH_BYTES, Span, Subtree, hash_of, part_of
from service.models import AuditCheckpoint, AuditLeaf

LEAVES = select(AuditLeaf.index, AuditLeaf.hashes).where(
    AuditLeaf.index == any_(bindparam("wanted", type_=ARRAY(BigInteger())))
)


async def last_note(connection: AsyncConnection) -> str | None:
    """The newest checkpoint with its signature; None before the first."""
    newest = select(AuditCheckpoint.note).order_by(AuditCheckpoint.number.desc()).limit(1)
    note: str | None = await connection.scalar(newest)
    return note


async def subtree_hashes(connection: AsyncConnection, subtrees: Iterable[Subtree]) -> dict[Subtree, bytes]:
    """The hashes of full subtrees, read at the leaves that complete them; AuditDamaged when one is not there."""
    wanted = list(subtrees)
    rows = await connection.execute(LEAVES, {"wanted": [subtree.last_leaf for subtree in wanted]})
    kept: dict[int, bytes] = {row[0]: row[1] for row in rows}
    found = {subtree: part_of(kept.get(subtree.last_leaf, b""), subtree.level) for subtree in wanted}
    if any(len(found[subtree]) != HASH_BYTES for subtree in wanted):
        raise AuditDamaged("hashes of the audit tree are missing")
    return found


async def span_hashes(connection: AsyncConnection, spans: list[Span]) -> list[bytes]:
    """One hash for each span."""
    hashes = await subtree_hashes(connection, {subtree for span in spans for subtree in span.subtrees()})
    return [hash_of(span, hashes) for span in spans]
