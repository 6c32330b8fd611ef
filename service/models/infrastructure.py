"""What the service needs for itself: jobs, idempotency, calendars, rates, settings."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CHAR, CheckConstraint, Index, LargeBinary, Numeric, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text

from service.models.base import Base, Dated, Identified, Versioned


class Job(Identified, Dated, Base):
    """Work that outlives its request.

    在请求结束后继续进行的工作。
    """

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')", name="state"),
    )

    kind: Mapped[str]
    subject_id: Mapped[UUID] = mapped_column(index=True)
    state: Mapped[str]
    progress: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    result: Mapped[dict[str, Any] | None]
    problem: Mapped[dict[str, Any] | None]
    created_by: Mapped[UUID | None] = mapped_column(index=True)
    request_id: Mapped[str]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class IdempotencyRecord(Base):
    """The answer to a POST, kept so that repeating it changes nothing."""

    __tablename__ = "idempotency_records"
    __table_args__ = (Index("ix_idempotency_records_created", "created_at"),)

    caller: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int] = mapped_column(SmallInteger)
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class RateWindow(Base):
    """How much of a quota was handed out to processes until its window ends; a crash may empty it."""

    __tablename__ = "rate_windows"
    __table_args__ = (Index("ix_rate_windows_ends", "ends_at"), {"prefixes": ["UNLOGGED"]})

    subject: Mapped[str] = mapped_column(primary_key=True)
    taken: Mapped[int]
    ends_at: Mapped[datetime]


class Holiday(Versioned, Base):
    """A day off, or a weekend day worked instead (调休)."""

    __tablename__ = "holidays"
    __table_args__ = (CheckConstraint("kind IN ('holiday', 'make_up')", name="kind"),)

    on_date: Mapped[date] = mapped_column(unique=True)
    kind: Mapped[str]
    name: Mapped[str]


class ExchangeRate(Versioned, Base):
    """What one unit of a currency was worth in the base currency from a date on."""

    __tablename__ = "exchange_rates"
    __table_args__ = (
        UniqueConstraint("currency", "valid_from"),
        CheckConstraint("rate > 0", name="rate"),
    )

    currency: Mapped[str] = mapped_column(CHAR(3))
    valid_from: Mapped[date]
    rate: Mapped[Decimal] = mapped_column(Numeric(20, 10))
    source: Mapped[str | None]


class Setting(Dated, Base):
    """A number or schedule that the company changed from its default."""

    __tablename__ = "settings"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB, nullable=False)
    version: Mapped[int] = mapped_column(server_default="1")
