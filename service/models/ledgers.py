"""Kept ledgers: opening balances, the routings since, whose load has changed, and fairness as it was measured."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text

from service.models.base import Base, Identified
from service.models.evidence import Xid8


class Ledger(Identified, Base):
    """What everybody of a scope carried when a snapshot was taken; the newest of a purpose and scope counts.

    `seen`: the transactions that the snapshot knows of (pg_snapshot); `first_day`: the day for which it counts.
    """

    __tablename__ = "ledgers"
    __table_args__ = (
        CheckConstraint("purpose IN ('route', 'fairness')", name="purpose"),
        Index("ix_ledgers_scope", "purpose", "department_id", "id"),
        Index("uq_ledgers_snapshot", "snapshot_sha256", unique=True, postgresql_where=text("purpose = 'route'")),
    )

    purpose: Mapped[str]
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"))
    snapshot_sha256: Mapped[str]
    rulebook_id: Mapped[UUID] = mapped_column(ForeignKey("rulebooks.id"))
    scheme_id: Mapped[UUID | None] = mapped_column(ForeignKey("tier_schemes.id"))
    first_day: Mapped[date]
    accounts: Mapped[int]
    seen: Mapped[str]
    opening: Mapped[dict[str, Any]]
    taken_at: Mapped[datetime]


class LedgerEntry(Base):
    """One routing in the order of its ledger: who was restated before it, what was booked; append-only."""

    __tablename__ = "ledger_entries"

    ledger_id: Mapped[UUID] = mapped_column(ForeignKey("ledgers.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    seen: Mapped[str]
    restated: Mapped[list[dict[str, Any]]]
    booking: Mapped[dict[str, Any]]


class LoadChange(Base):
    """Somebody's data or accounts changed in a transaction; written by triggers, forgotten once ledgers are newer.

    `booked_in`: the ledger that has booked the change itself.
    """

    __tablename__ = "load_changes"
    __table_args__ = (Index("ix_load_changes_xid", "xid"),)

    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    xid: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))
    staff_id: Mapped[UUID]
    booked_in: Mapped[UUID | None]
    at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class FairnessReport(Identified, Base):
    """The company's fairness as it was measured: the whole report, and how far it has drifted since a plan."""

    __tablename__ = "fairness_reports"
    __table_args__ = (Index("ix_fairness_reports_as_of", "as_of"),)

    as_of: Mapped[datetime]
    snapshot_sha256: Mapped[str]
    rulebook_id: Mapped[UUID] = mapped_column(ForeignKey("rulebooks.id"))
    report: Mapped[dict[str, Any]] = mapped_column(JSONB)
    drift: Mapped[dict[str, Any] | None]
