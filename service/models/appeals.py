"""Appeals against assignments."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text

from service.models.base import Base, Versioned

OPEN_STATES = "state IN ('submitted', 'under_review', 'mediation')"


class Appeal(Versioned, Base):
    """A person's case against an assignment, heard by somebody independent."""

    __tablename__ = "appeals"
    __table_args__ = (
        Index("uq_appeals_open", "assignment_id", "appellant_id", unique=True, postgresql_where=text(OPEN_STATES)),
        Index("ix_appeals_account", "account_id"),
        Index("ix_appeals_reviewer", "reviewer_id", postgresql_where=text(OPEN_STATES)),
        CheckConstraint("reviewer_id <> appellant_id AND reviewer_id <> respondent_id", name="independent"),
        CheckConstraint("instance IN (1, 2)", name="instance"),
    )

    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    appellant_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    respondent_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    beneficiary_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    grounds: Mapped[list[str]]
    statement: Mapped[str]
    evidence: Mapped[list[dict[str, Any]]]
    state: Mapped[str]
    instance: Mapped[int] = mapped_column(server_default="1")
    reviewer_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    first_decider_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decide_by: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]
    fairness_effect: Mapped[dict[str, Any] | None]
    new_assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
