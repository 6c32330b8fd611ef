"""Entries that are sealed, and the log verified, in a database of a test's own."""

from typing import Any
from uuid import uuid4

from sqlalchemy import select

from service.adapters.audit_signing import Notary
from service.adapters.keys import Keys
from service.database import Database
from service.domain.audit_checkpoints import Checkpoint
from service.domain.events import AccountChanged
from service.journal import record
from service.models import AuditCheckpoint, AuditEntry, AuditLeaf
from service.operations import audit_sealing
from service.policy import system_actor
from service.queries.audit_tree import last_note
from service.queries.audit_verification import Report, verify


class Log:
    """The audit log of one database, with those who write, seal and verify."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self.database = database
        self.notary = Notary(keys.audit)

    async def write(self, entries: int = 1) -> None:
        """One transaction with some entries."""
        async with self.database.transaction(request_id="req") as session:
            await self.enter(session, entries)

    async def enter(self, session: Any, entries: int = 1) -> None:
        events = [
            AccountChanged(uuid4(), uuid4(), {"changes": {"name": ["华为", f"华为 {n}"]}}) for n in range(entries)
        ]
        await record(session, system_actor("test"), *events)

    async def seal(self) -> int:
        async with self.database.transaction() as session:
            return await audit_sealing.seal(session, self.notary)

    async def note(self) -> str:
        async with self.database.reading() as connection:
            note = await last_note(connection)
        assert note is not None
        return note

    async def last(self) -> Checkpoint:
        return Checkpoint.read(await self.note())

    async def verify(self, held: str | None = None) -> Report:
        async with self.database.frozen() as connection:
            return await verify(connection, self.notary, held)

    async def order(self) -> list[Any]:
        """Positions, and transactions, in the order of the tree."""
        join = select(AuditEntry.position, AuditEntry.xid).join(AuditLeaf, AuditLeaf.position == AuditEntry.position)
        async with self.database.reading() as connection:
            return list((await connection.execute(join.order_by(AuditLeaf.index))).all())

    async def checkpoints(self) -> list[Any]:
        async with self.database.reading() as connection:
            return list((await connection.execute(select(AuditCheckpoint.__table__).order_by("number"))).all())
