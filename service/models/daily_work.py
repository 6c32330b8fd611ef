"""Interactions with accounts, and the tasks that follow."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text

from service.models.base import Base, SoftDeleted, Versioned


class Interaction(Versioned, SoftDeleted, Base):
    """A visit, call, meeting or message: what was planned and what came of it."""

    __tablename__ = "interactions"
    __table_args__ = (
        Index("ix_interactions_account", "account_id", "starts_at", postgresql_where=text("deleted_at IS NULL")),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str]
    subject: Mapped[str]
    starts_at: Mapped[datetime]
    plan: Mapped[dict[str, Any] | None]
    outcome: Mapped[dict[str, Any] | None]
    amendments: Mapped[list[dict[str, Any]]]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)


class Task(Versioned, SoftDeleted, Base):
    """One row of the division table: who does what for an account, planned and actual.

    `stage`: of the account's work; one open task a stage.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        Index("ix_tasks_account", "account_id", postgresql_where=text("deleted_at IS NULL")),
        Index("ix_tasks_assignee", "assignee_id", "planned_on", postgresql_where=text("deleted_at IS NULL")),
        Index(
            "uq_tasks_stage",
            "account_id",
            "stage",
            unique=True,
            postgresql_where=text("deleted_at IS NULL AND state IN ('not_started', 'in_progress')"),
        ),
        CheckConstraint("state IN ('not_started', 'in_progress', 'done', 'cancelled')", name="state"),
        CheckConstraint("(state = 'done') = (actual_on IS NOT NULL)", name="done_has_a_date"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    subject: Mapped[str]
    stage: Mapped[str | None]
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    assignee_text: Mapped[str | None]
    contact_text: Mapped[str | None]
    planned_on: Mapped[date | None]
    actual_on: Mapped[date | None]
    state: Mapped[str]
    note: Mapped[str | None]
    origin: Mapped[str]
    interaction_id: Mapped[UUID | None] = mapped_column(ForeignKey("interactions.id"), index=True)
    created_by: Mapped[UUID | None]
