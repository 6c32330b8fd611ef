"""Periodic reviews of a team's distribution, and what the people concerned say."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text

from service.models.base import Base, Versioned


class Review(Versioned, Base):
    """How the accounts of a team are shared under one tier scheme, looked at from time to time.

    `findings`: as the review was opened; `findings_at_close`: as it was closed; `decisions`: never empty then.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        Index("uq_reviews_open", "department_id", "scheme_code", unique=True, postgresql_where=text("state = 'open'")),
        Index("ix_reviews_department", "department_id", "scheme_code", "until_at"),
        CheckConstraint("state IN ('open', 'closed')", name="state"),
        CheckConstraint("until_at >= since_at", name="order"),
        CheckConstraint("state = 'open' OR jsonb_array_length(decisions) > 0", name="closed_with_decisions"),
    )

    scheme_code: Mapped[str]
    department_id: Mapped[UUID] = mapped_column(ForeignKey("departments.id"))
    since_at: Mapped[datetime]
    until_at: Mapped[datetime]
    due_on: Mapped[date]
    state: Mapped[str]
    findings: Mapped[dict[str, Any]]
    findings_at_close: Mapped[dict[str, Any] | None]
    suggestions: Mapped[list[dict[str, Any]]]
    decisions: Mapped[list[dict[str, Any]]] = mapped_column(server_default="[]")
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("distribution_plans.id"))
    summary: Mapped[str | None]
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    closed_at: Mapped[datetime | None]


class ReviewOpinion(Versioned, Base):
    """Somebody whom a review concerns, and their opinion once they have given it."""

    __tablename__ = "review_opinions"
    __table_args__ = (
        UniqueConstraint("review_id", "staff_id"),
        Index("ix_review_opinions_staff", "staff_id", "review_id"),
        CheckConstraint("(text IS NULL) = (given_at IS NULL)", name="given_with_words"),
    )

    review_id: Mapped[UUID] = mapped_column(ForeignKey("reviews.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str | None]
    given_at: Mapped[datetime | None]
