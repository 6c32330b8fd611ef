"""What an owner of the database may do to the sealed log: one random manipulation, in an open transaction."""

import base64
import random
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from service.adapters.audit_signing import Notary
from service.domain.audit_checkpoints import FIRST, Checkpoint, digest_of
from service.domain.audit_tree import Tree, leaf_hash
from service.models import AuditEntry, AuditLeaf
from service.queries.audit_entries import canonical_text

ENTRIES = (
    "position", "id", "xid", "at", "actor", "actor_id", "on_behalf_of", "action", "subject_type", "subject_id",
    "account_id", "request_id", "data",
)  # fmt: skip
LEAVES = ("index", "position", "hashes")
CHECKPOINTS = ("number", "epoch", "size", "root", "at", "verifier_key", "note")
TABLES = {"audit_entries": ENTRIES, "audit_leaves": LEAVES, "audit_checkpoints": CHECKPOINTS}
KEYS = {"audit_entries": "position", "audit_leaves": "index", "audit_checkpoints": "number"}
FREED = (
    *(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in TABLES),
    "ALTER TABLE audit_entries ALTER COLUMN position DROP IDENTITY",
    "ALTER TABLE audit_entries DROP CONSTRAINT pk_audit_entries, DROP CONSTRAINT uq_audit_entries_id",
    "ALTER TABLE audit_leaves DROP CONSTRAINT pk_audit_leaves, DROP CONSTRAINT uq_audit_leaves_position",
    "ALTER TABLE audit_checkpoints DROP CONSTRAINT pk_audit_checkpoints, DROP CONSTRAINT uq_audit_checkpoints_size",
)
CONTENTS = (
    select(AuditLeaf.index, canonical_text())
    .join(AuditEntry, AuditEntry.position == AuditLeaf.position)
    .order_by(AuditLeaf.index)
)


class Owner:
    """Manipulates by a random choice that a seed repeats; `sealed` is how many entries there are."""

    def __init__(self, connection: AsyncConnection, seed: int, sealed: int, forger: Notary) -> None:
        self.connection = connection
        self.random = random.Random(seed)
        self.sealed = sealed
        self.forger = forger

    async def manipulate(self) -> str:
        """One manipulation that the database takes; tells which."""
        for statement in FREED:
            await self.run(statement)
        kinds: tuple[Callable[[], Awaitable[str]], ...] = (
            self.flip, self.flip, self.flip, self.flip, self.delete, self.insert, self.swap, self.swap, self.cut,
            self.rewrite,
        )  # fmt: skip
        kind = self.random.choice(kinds)
        while True:
            try:
                async with self.connection.begin_nested():
                    return await kind()
            except DBAPIError as error:
                if error.connection_invalidated:
                    raise

    async def run(self, statement: str, **values: Any) -> Any:
        return await self.connection.execute(text(statement), values)

    async def some_row(self, table: str) -> Any:
        key = KEYS[table]
        rows = (await self.run(f"SELECT {key} FROM {table} ORDER BY {key} OFFSET 0")).all()
        return self.random.choice(rows[: self.sealed] if table == "audit_entries" else rows)[0]

    async def flip(self) -> str:
        """One bit of one value; an empty one gets a value."""
        table = self.random.choice(list(TABLES))
        column, key = self.random.choice(TABLES[table]), await self.some_row(table)
        where = f"FROM {table} WHERE {KEYS[table]} = :key"
        kind = (await self.run(f"SELECT pg_typeof({column})::text {where}", key=key)).scalar_one()
        value = (await self.run(f"SELECT {column}::text {where}", key=key)).scalar_one()
        other = self.flipped(kind, value)
        await self.run(
            f"UPDATE {table} SET {column} = CAST(CAST(:other AS text) AS {kind}) WHERE {KEYS[table]} = :key",
            other=other, key=key,
        )  # fmt: skip
        after = (
            await self.run(f"SELECT count(*) FROM {table} WHERE {column}::text IS NOT DISTINCT FROM :value"
                           f" AND {KEYS[table]} = :key", value=value, key=key)
        ).scalar_one()  # fmt: skip
        if after:
            return await self.flip()
        return f"{table}.{column} of {key}: {value!r} became {other!r}"

    def flipped(self, kind: str, value: str | None) -> str:
        if value is None:
            return "00000000-0000-0000-0000-000000000001"
        if kind in {"bigint", "integer", "xid8"}:
            return str(int(value) ^ (1 << self.random.randrange(8)))
        if kind == "timestamp with time zone":
            digit = self.random.randrange(20, 26)
            return value[:digit] + str((int(value[digit : digit + 1].strip("+") or 0) + 1) % 10) + value[digit + 1 :]
        if kind in {"uuid", "bytea"}:
            place = self.random.choice([at for at, one in enumerate(value) if at > 1 and one != "-"])
            return value[:place] + f"{int(value[place], 16) ^ (1 << self.random.randrange(4)):x}" + value[place + 1 :]
        octets = bytearray(value.encode())
        octets[self.random.randrange(len(octets))] ^= 1 << self.random.randrange(8)
        return octets.decode("utf-8", "replace").replace("\x00", "0")

    async def delete(self) -> str:
        table = self.random.choice(list(TABLES))
        key = await self.some_row(table)
        await self.run(f"DELETE FROM {table} WHERE {KEYS[table]} = :key", key=key)
        return f"{table} {key} deleted"

    async def insert(self) -> str:
        """A copy of a row under another key: of an entry with another id, at the same time."""
        table = self.random.choice(list(TABLES))
        key = await self.some_row(table)
        fresh = self.random.choice([key, 1_000_000 + self.random.randrange(1000)])
        columns = {name: name for name in TABLES[table]} | {KEYS[table]: str(fresh)}
        if table == "audit_entries":
            columns |= {"id": "gen_random_uuid()", "action": "'account.deleted'"}
        await self.run(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM {table}"
            f" WHERE {KEYS[table]} = :key", key=key,
        )  # fmt: skip
        return f"{table} {key} copied to {fresh}"

    async def swap(self) -> str:
        """Two rows exchange one value."""
        table = self.random.choice(list(TABLES))
        column = self.random.choice(TABLES[table])
        one, two = await self.some_row(table), await self.some_row(table)
        key = KEYS[table]
        read = f"SELECT {column}::text FROM {table} WHERE {key} = :key"
        values = [(await self.run(read, key=which)).scalar_one() for which in (one, two)]
        if values[0] == values[1]:
            return await self.flip()
        await self.run(
            f"UPDATE {table} SET {column} = other.{column} FROM {table} other"
            f" WHERE {table}.{key} IN (:one, :two) AND other.{key} IN (:one, :two) AND other.{key} <> {table}.{key}",
            one=one, two=two,
        )  # fmt: skip
        return f"{table}.{column} of {one} and {two} exchanged"

    async def cut(self) -> str:
        """The end of the log is removed without a trace."""
        last = await self.some_row("audit_checkpoints")
        size = (await self.run("SELECT size FROM audit_checkpoints WHERE number = :last", last=last - 1)).scalar() or 0
        await self.run(
            "DELETE FROM audit_entries WHERE position IN (SELECT position FROM audit_leaves WHERE index >= :size)",
            size=size,
        )
        await self.run("DELETE FROM audit_leaves WHERE index >= :size", size=size)
        await self.run("DELETE FROM audit_checkpoints WHERE number >= :last", last=last)
        return f"everything from checkpoint {last} on removed"

    async def rewrite(self) -> str:
        """An entry is altered, and all hashes, roots and signatures are made anew with another key."""
        position = await self.some_row("audit_entries")
        await self.run("UPDATE audit_entries SET action = 'account.merged' WHERE position = :key", key=position)
        signed = self.random.random() < 0.5
        tree, sizes = Tree(), {}
        for index, content in (await self.connection.execute(CONTENTS)).all():
            (hashes,) = tree.extend([leaf_hash(content.encode())])
            await self.run("UPDATE audit_leaves SET hashes = :hashes WHERE index = :index", hashes=hashes, index=index)
            sizes[tree.size] = tree.root()
        if signed:
            await self.forge(sizes)
        return f"entry {position} altered, hashes made anew{', checkpoints forged' if signed else ''}"

    async def forge(self, roots: dict[int, bytes]) -> None:
        previous = FIRST
        for number, note in (await self.run("SELECT number, note FROM audit_checkpoints ORDER BY number")).all():
            old = Checkpoint.read(note)
            root = roots[old.size]
            new = Checkpoint(**(old.__dict__ | {"root": root, "previous": previous}))
            forged = self.forger.sign(new.origin, new.text())
            await self.run(
                "UPDATE audit_checkpoints SET note = :note, root = :root, verifier_key = :key WHERE number = :number",
                note=forged, root=base64.b64encode(root).decode(), number=number,
                key=str(self.forger.verifier_keys(new.origin)[0]),
            )  # fmt: skip
            previous = digest_of(forged)
