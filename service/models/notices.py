"""What people are told, and how far each follower of the evidence has come."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text

from service.models.base import Base, Versioned


class Notice(Versioned, Base):
    """One person told once of one event; the words are made of `facts` when they are read.

    `event_id`: the audit entry; `mail_due_at`: when the next attempt to mail it is due, counted before each attempt, so
    that one that was cut off is made again.
    """

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("staff_id", "event_id"),
        Index("ix_notices_staff", "staff_id", "id"),
        Index("ix_notices_unread", "staff_id", "id", postgresql_where=text("read_at IS NULL")),
        Index("ix_notices_mail", "mail_due_at", postgresql_where=text("mail_state = 'pending'")),
        CheckConstraint("mail_state IN ('pending', 'sent', 'failed')", name="mail_state"),
        CheckConstraint("(mail_state = 'pending') = (mail_due_at IS NOT NULL)", name="pending_is_due"),
    )

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    event_id: Mapped[UUID]
    at: Mapped[datetime]
    kind: Mapped[str]
    subject_type: Mapped[str | None]
    subject_id: Mapped[UUID | None]
    link: Mapped[str | None]
    facts: Mapped[dict[str, Any]]
    read_at: Mapped[datetime | None]
    mail_state: Mapped[str | None]
    mail_attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    mail_due_at: Mapped[datetime | None]


class Follower(Base):
    """Who follows the evidence in the order in which it was sealed, and the first leaf that they have not seen."""

    __tablename__ = "followers"

    name: Mapped[str] = mapped_column(primary_key=True)
    next_index: Mapped[int] = mapped_column(BigInteger)
