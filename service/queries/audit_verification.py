"""Verifying the audit log: every entry hashed again into the tree, every checkpoint followed, both against one held.

Hashes and signatures are computed here, not by the database, whose owner is whom this guards against.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Text, cast, exists, func, literal, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import NullType

from service.adapters.audit_signing import Notary
from service.domain.audit_checkpoints import FIRST, Checkpoint, digest_of
from service.domain.audit_tree import HASH_BYTES, Tree, leaf_hash
from service.models import AuditCheckpoint, AuditEntry, AuditLeaf
from service.models.evidence import Xid8
from service.queries.audit_entries import canonical_bytes

AT_ONCE = 16_384
CLUSTER = text("SELECT system_identifier::text FROM pg_control_system()")


class KeptCheckpoint(NamedTuple):
    """A checkpoint as the database has it, in the order of its columns."""

    number: int
    epoch: int
    size: int
    root: str
    at: datetime
    verifier_key: str
    note: str


# Leaves lie nearly in the order of their entries: look-ups read each page once, a join would read the table each time,
# and parallel workers would read on beyond each piece.
LOOK_UPS = text("""
    SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
           set_config('max_parallel_workers_per_gather', '0', true)
""")
ALL_CHECKPOINTS = select(*(getattr(AuditCheckpoint, name) for name in KeptCheckpoint._fields))
ALL_LEAVES = select(
    AuditLeaf.index, AuditLeaf.position, AuditLeaf.hashes, AuditEntry.position.label("entry"), canonical_bytes()
).outerjoin(AuditEntry, AuditEntry.position == AuditLeaf.position)


@dataclass
class Report:
    """What was found: nothing, or what is wrong, the first of each kind; and what is not sealed yet."""

    findings: list[str] = field(default_factory=list)
    last: Checkpoint | None = None
    entries: int = 0
    unsealed: int = 0
    unsealed_since: datetime | None = None
    # What the checkpoints say of the tree: its size, number and root, one by one.
    roots: list[tuple[int, int, bytes]] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The report as people read it."""
        sealed = f"{self.entries} entries verified, {len(self.roots)} checkpoints."
        if self.last is not None:
            sealed += f" The last is number {self.last.number}, of {self.last.at:%Y-%m-%d %H:%M:%S} UTC."
        window = f"{self.unsealed} entries are not sealed yet"
        if self.unsealed_since is not None:
            window += f", the oldest of {self.unsealed_since:%Y-%m-%d %H:%M:%S} UTC"
        return [*self.findings, sealed, f"{window}.", "The log was altered." if self.findings else "The log is whole."]


async def verify(connection: AsyncConnection, notary: Notary, held: str | None = None) -> Report:
    """The whole log on a frozen connection, against a checkpoint that was kept outside of the database."""
    report = Report()
    kept = await follow_checkpoints(connection, notary, report, held)
    if held is not None:
        compare_held(report, notary, held, kept)
    await count_unsealed(connection, report)
    await connection.execute(LOOK_UPS)
    await hash_entries(connection, report)
    return report


async def follow_checkpoints(
    connection: AsyncConnection, notary: Notary, report: Report, held: str | None
) -> str | None:
    """Each checkpoint against the one before; the last one's signature covers all. Answers the held one's namesake."""
    number_held = number_of(held)
    last: Checkpoint | None = None
    note, kept = None, None
    async with aclosing(in_pieces(connection, ALL_CHECKPOINTS, AuditCheckpoint.number, 0)) as pieces:
        async for row in (KeptCheckpoint(*row) async for rows in pieces for row in rows):
            wrong = flaw_of(row, notary, last, note)
            if wrong:
                report.findings.append(f"Checkpoint {(last.number if last else 0) + 1}: {wrong}.")
                return kept
            last, note = Checkpoint.read(row.note), row.note
            report.roots.append((last.size, last.number, last.root))
            kept = note if last.number == number_held else kept
    report.last = last
    if last is not None and note is not None and notary.signer(last.origin, note) is None:
        report.findings.append(f"Checkpoint {last.number}: none of our keys signed it.")
    return kept


def flaw_of(row: KeptCheckpoint, notary: Notary, last: Checkpoint | None, note: str | None) -> str | None:
    """What is wrong with one checkpoint after another, its signature apart."""
    try:
        found = Checkpoint.read(row.note)
    except ValueError:
        return "it was altered"
    columns = (row.number, row.epoch, row.size, row.root, row.at)
    if columns != (found.number, found.epoch, found.size, found.root_text, found.at):
        return "its columns are not what was signed"
    if all(row.verifier_key != str(key) for key in notary.verifier_keys(found.origin)):
        return "its key is none of ours"
    if found.previous != (digest_of(note) if note else FIRST) or found.number != (last.number if last else 0) + 1:
        return "it does not follow the one before, which was altered or removed"
    if last is not None and (found.origin != last.origin or found.size <= last.size):
        return "it is of another log"
    return None


def number_of(note: str | None) -> int | None:
    """The number that a checkpoint held outside gives itself."""
    try:
        return Checkpoint.read(note).number if note is not None else None
    except ValueError:
        return None


def compare_held(report: Report, notary: Notary, held: str, kept: str | None) -> None:
    """What the checkpoint held outside tells: an altered or an older log."""
    try:
        checkpoint = Checkpoint.read(held)
    except ValueError as error:
        report.findings.append(f"The checkpoint held: {error}.")
        return
    if notary.signer(checkpoint.origin, held) is None:
        report.findings.append("The checkpoint held: none of our keys signed it.")
    elif kept is None:
        end = f"at checkpoint {report.last.number}, {report.last.size} entries" if report.last else "before its first"
        report.findings.append(
            f"The log is older than the checkpoint held, or was cut: it ends {end}; held is checkpoint "
            f"{checkpoint.number}, {checkpoint.size} entries, of {checkpoint.at:%Y-%m-%d %H:%M:%S} UTC."
        )
    elif kept != held:
        report.findings.append(f"Checkpoint {checkpoint.number}: it is another one than the checkpoint held.")


async def count_unsealed(connection: AsyncConnection, report: Report) -> None:
    """Entries without a place in the tree; those of transactions that are sealed were put in afterwards."""
    cluster = await connection.scalar(CLUSTER)
    comparable = report.last is not None and report.last.cluster == cluster
    horizon = report.last.horizon if report.last is not None and comparable else 0
    late = AuditEntry.xid < cast(literal(str(horizon), Text()), Xid8)
    row = (
        await connection.execute(
            select(func.count(), func.min(AuditEntry.at), func.min(AuditEntry.position).filter(late)).where(
                ~exists().where(AuditLeaf.position == AuditEntry.position)
            )
        )
    ).one()
    report.unsealed, report.unsealed_since, inserted = row
    if inserted is not None:
        report.findings.append(f"Entry at position {inserted}: it was put in after its transaction was sealed.")


async def hash_entries(connection: AsyncConnection, report: Report) -> None:
    """Every entry into a tree of our own; stops at the first that is not what was sealed."""
    tree, roots = Tree(), deque(report.roots)
    async with aclosing(in_pieces(connection, ALL_LEAVES, AuditLeaf.index, -1)) as pieces:
        async for leaves in pieces:
            wrong = first_misfit(leaves, tree, roots, report)
            if wrong:
                report.findings.append(wrong)
                return
    signed = report.last.size if report.last else 0
    if tree.size != signed and (report.last or not report.findings):
        report.findings.append(f"The tree has {tree.size} entries; {signed} were signed.")


def first_misfit(
    leaves: list[tuple[Any, ...]], tree: Tree, roots: deque[tuple[int, int, bytes]], report: Report
) -> str | None:
    """What is wrong with the next leaves of the tree: one by one, and with each root that was signed on the way."""
    hashed = [leaf_hash(content) for *_, content in leaves]
    done = 0
    while done < len(leaves):
        end = min(len(leaves), done + roots[0][0] - tree.size) if roots else len(leaves)
        for leaf, made in zip(leaves[done:end], tree.extend(hashed[done:end]), strict=True):
            index, _, hashes, entry, _ = leaf
            if index != report.entries or entry is None or hashes != made:
                return misfit(leaf, made, report.entries)
            report.entries += 1
        done = end
        if roots and roots[0][0] == tree.size:
            _, number, root = roots.popleft()
            if tree.root() != root:
                return f"Checkpoint {number}: an entry up to position {leaves[end - 1][1]} was altered."
    return None


def misfit(leaf: tuple[Any, ...], made: bytes, expected: int) -> str:
    """Why a leaf is not what was sealed."""
    index, position, hashes, entry, _ = leaf
    if index != expected:
        return f"Leaf {expected} of the tree is missing."
    if entry is None:
        return f"Entry at position {position} (leaf {index}): it is missing."
    if made[:HASH_BYTES] != hashes[:HASH_BYTES]:
        return f"Entry at position {position} (leaf {index}): it is not what was sealed."
    return f"Leaf {index} of the tree: its hashes were altered."


async def in_pieces(
    connection: AsyncConnection, statement: Any, key: Any, after: int
) -> AsyncGenerator[list[tuple[Any, ...]]]:
    """The rows of a statement by key, some at a time; the next ones are made while these are worked on."""
    following = fetched(connection, statement, key, after)
    try:
        while rows := await following:
            following = fetched(connection, statement, key, rows[-1][0])
            await asyncio.sleep(0)  # the query leaves before the work begins
            yield rows
    finally:
        await following


def fetched(connection: AsyncConnection, statement: Any, key: Any, after: int) -> "asyncio.Task[list[tuple[Any, ...]]]":
    """A piece on its way, as one row of arrays: rows one by one would cost more than to hash them."""
    piece = statement.where(key > after).order_by(key).limit(AT_ONCE).subquery()
    arrays = select(*(func.array_agg(column, type_=NullType()) for column in piece.c))

    async def fetch() -> list[tuple[Any, ...]]:
        columns = (await connection.execute(arrays)).one()
        return [] if columns[0] is None else list(zip(*columns, strict=True))

    return asyncio.create_task(fetch())
