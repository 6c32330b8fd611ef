"""Lending: delegations, loans, reading sessions with their views, and what got lost."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text

from service.models.archives import Unguessable
from service.models.base import Base, Dated, Versioned

OPEN_LOANS = "state IN ('requested', 'approved', 'active')"
APPROVED = (
    "approved_by IS NULL OR (approved_at IS NOT NULL AND approved_as IN "
    "('office_director', 'general_manager', 'deputy_in_charge', 'delegate'))"
)
DELEGATED = "(approved_as = 'delegate') = (delegation_id IS NOT NULL)"


class Delegation(Unguessable, Versioned, Base):
    """A letter (委托书) by which a general manager away on business lets somebody approve in their stead."""

    __tablename__ = "delegations"
    __table_args__ = (
        CheckConstraint("grantor_id <> holder_id", name="two_people"),
        CheckConstraint("ends_at > starts_at", name="window"),
        CheckConstraint("actions <> '{}' AND actions <@ '{approve}'", name="actions"),
        CheckConstraint("classes <> '{}' AND classes <@ '{secret,confidential}'", name="classes"),
        CheckConstraint("state IN ('effective', 'revoked')", name="state"),
        CheckConstraint("(state = 'revoked') = (revoked_at IS NOT NULL)", name="revoked"),
    )

    grantor_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    holder_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    actions: Mapped[list[str]]
    classes: Mapped[list[str]]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    letter: Mapped[str]
    letter_item_id: Mapped[UUID | None] = mapped_column(ForeignKey("archive_items.id"))
    state: Mapped[str] = mapped_column(server_default="effective")
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None]


class Loan(Unguessable, Versioned, Base):
    """An item's content lent to a person for a time (借阅); the paper's custody is kept apart.

    `class_as_lent`: the item's class, which a trigger holds to it; `approved_as`: in what right; a direct borrower's
    loan has no approver.
    """

    __tablename__ = "loans"
    __table_args__ = (
        Index("uq_loans_open", "item_id", "borrower_id", unique=True, postgresql_where=text(OPEN_LOANS)),
        Index("ix_loans_item", "item_id", "created_at"),
        Index("ix_loans_borrower", "borrower_id", "created_at"),
        Index("ix_loans_ending", "expires_at", postgresql_where=text("state = 'active'")),
        Index("ix_loans_approver", "approved_by", postgresql_where=text("approved_by IS NOT NULL")),
        Index("ix_loans_waiting", "lapses_at", postgresql_where=text("state = 'approved'")),
        CheckConstraint(
            "state IN ('requested', 'approved', 'refused', 'cancelled', 'lapsed', 'active', 'returned', 'expired', "
            "'revoked', 'lost')",
            name="state",
        ),
        CheckConstraint("way IN ('direct', 'application', 'approval')", name="way"),
        CheckConstraint("class_as_lent IN ('unclassified', 'secret')", name="never_lent"),
        CheckConstraint("(way = 'approval') = (class_as_lent = 'secret')", name="way_of_class"),
        CheckConstraint("duration_s > 0", name="duration"),
        CheckConstraint(
            "class_as_lent <> 'secret' OR (duration_s <= 14400 AND "
            "(expires_at IS NULL OR expires_at <= starts_at + interval '4 hours'))",
            name="four_hours",
        ),
        CheckConstraint("approved_by <> borrower_id", name="approver_is_not_borrower"),
        CheckConstraint(APPROVED, name="approved"),
        CheckConstraint(DELEGATED, name="delegated"),
        CheckConstraint(
            "state IN ('requested', 'refused', 'cancelled') OR way = 'direct' OR approved_by IS NOT NULL",
            name="approved_first",
        ),
        CheckConstraint(
            "state NOT IN ('active', 'returned', 'expired', 'revoked', 'lost') OR "
            "(acknowledged_at IS NOT NULL AND starts_at IS NOT NULL AND expires_at IS NOT NULL)",
            name="acknowledged_first",
        ),
    )

    item_id: Mapped[UUID] = mapped_column(ForeignKey("archive_items.id"))
    class_as_lent: Mapped[str]
    borrower_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    applicant_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    way: Mapped[str]
    purpose: Mapped[str]
    duration_s: Mapped[int]
    state: Mapped[str]
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    approved_as: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    delegation_id: Mapped[UUID | None] = mapped_column(ForeignKey("delegations.id"), index=True)
    lapses_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    starts_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]


class ReadingSession(Unguessable, Versioned, Base):
    """Views of a confidential item for one person at one place (阅览); `networks` are where its requests come from."""

    __tablename__ = "reading_sessions"
    __table_args__ = (
        Index("uq_reading_sessions_open", "item_id", "reader_id", unique=True, postgresql_where=text(OPEN_LOANS)),
        Index("ix_reading_sessions_item", "item_id", "created_at"),
        Index("ix_reading_sessions_reader", "reader_id", "created_at"),
        Index("ix_reading_sessions_ending", "expires_at", postgresql_where=text("state = 'active'")),
        Index("ix_reading_sessions_approver", "approved_by", postgresql_where=text("approved_by IS NOT NULL")),
        Index("ix_reading_sessions_waiting", "lapses_at", postgresql_where=text("state = 'approved'")),
        CheckConstraint(
            "state IN ('requested', 'approved', 'refused', 'cancelled', 'lapsed', 'active', 'ended', 'expired', "
            "'revoked')",
            name="state",
        ),
        CheckConstraint("class_as_read = 'confidential'", name="only_confidential"),
        CheckConstraint("duration_s > 0 AND duration_s <= 14400", name="four_hours"),
        CheckConstraint("expires_at <= starts_at + interval '4 hours'", name="four_hours_open"),
        CheckConstraint("approved_by <> reader_id", name="approver_is_not_reader"),
        CheckConstraint("granted_by <> reader_id", name="granter_is_not_reader"),
        CheckConstraint(APPROVED, name="approved"),
        CheckConstraint(DELEGATED, name="delegated"),
        CheckConstraint(
            "state IN ('requested', 'refused', 'cancelled') OR approved_by IS NOT NULL", name="approved_first"
        ),
        CheckConstraint(
            "state NOT IN ('active', 'ended', 'expired', 'revoked') OR (granted_by IS NOT NULL AND place IS NOT NULL "
            "AND networks <> '{}' AND starts_at IS NOT NULL AND expires_at IS NOT NULL)",
            name="granted_first",
        ),
    )

    item_id: Mapped[UUID] = mapped_column(ForeignKey("archive_items.id"))
    class_as_read: Mapped[str] = mapped_column(server_default="confidential")
    reader_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    purpose: Mapped[str]
    duration_s: Mapped[int]
    state: Mapped[str]
    acknowledged_at: Mapped[datetime]
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    approved_as: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    delegation_id: Mapped[UUID | None] = mapped_column(ForeignKey("delegations.id"), index=True)
    lapses_at: Mapped[datetime | None]
    granted_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    place: Mapped[str | None]
    networks: Mapped[list[str]] = mapped_column(server_default="{}")
    starts_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    views: Mapped[int] = mapped_column(server_default="0")


class ReadingView(Unguessable, Base):
    """One look at one page: append-only; `mark` is the number in the picture's pixels, the first 48 bits of the id."""

    __tablename__ = "reading_views"
    __table_args__ = (
        Index("uq_reading_views_mark", "mark", unique=True),
        Index("ix_reading_views_session", "session_id", "at"),
    )

    session_id: Mapped[UUID] = mapped_column(ForeignKey("reading_sessions.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("archive_versions.id"))
    item_id: Mapped[UUID] = mapped_column(ForeignKey("archive_items.id"))
    page: Mapped[int]
    mark: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))


class Incident(Unguessable, Dated, Base):
    """Something of the archive was lost: who reported it, on which loan, and what happened."""

    __tablename__ = "incidents"

    item_id: Mapped[UUID] = mapped_column(ForeignKey("archive_items.id"), index=True)
    loan_id: Mapped[UUID | None] = mapped_column(ForeignKey("loans.id"), unique=True)
    reported_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    account: Mapped[str]
