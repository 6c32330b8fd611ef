"""What happened, for auditors (audit entries) and for other systems (outbox messages)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, synonym
from sqlalchemy.sql import text
from sqlalchemy.types import UserDefinedType

from service.models.base import Base, CanonicalJson, new_id


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id: tells which transactions have certainly ended."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The type's SQL name."""
        return "xid8"


class AuditEntry(Base):
    """One fact, append-only; its columns in RFC 8785 form are what is sealed and signed."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_subject", "subject_id", "position"),
        Index("ix_audit_entries_account", "account_id", "position", postgresql_where=text("account_id IS NOT NULL")),
        Index("ix_audit_entries_actor", "actor_id", "position", postgresql_where=text("actor_id IS NOT NULL")),
        Index("ix_audit_entries_request", "request_id", "position"),
        Index("ix_audit_entries_xid", "xid"),
    )

    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    id: Mapped[UUID] = mapped_column(default=new_id, unique=True)
    xid: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))
    at: Mapped[datetime]
    actor: Mapped[str]
    actor_id: Mapped[UUID | None]
    on_behalf_of: Mapped[UUID | None]
    action: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[UUID | None]
    account_id: Mapped[UUID | None]
    request_id: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(CanonicalJson)


class AuditLeaf(Base):
    """An entry's place in the Merkle tree: its hash, and those of the subtrees that it completes, 32 bytes each."""

    __tablename__ = "audit_leaves"

    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, unique=True)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)


class AuditCheckpoint(Base):
    """The tree at one moment, signed; `note` is what was signed with the signature, the rest is read from it."""

    __tablename__ = "audit_checkpoints"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    epoch: Mapped[int]
    size: Mapped[int] = mapped_column(BigInteger, unique=True)
    root: Mapped[str]
    at: Mapped[datetime]
    verifier_key: Mapped[str]
    note: Mapped[str]
    id = synonym("number")


class OutboxMessage(Base):
    """A thin event for other systems: ids and a type, never content."""

    __tablename__ = "outbox_messages"
    __table_args__ = (Index("ix_outbox_messages_xid", "xid", "position"),)

    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    id: Mapped[UUID] = mapped_column(default=new_id)
    xid: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))
    at: Mapped[datetime]
    type: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[UUID | None]
