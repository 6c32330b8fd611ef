"""Appeals against assignments."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text

from service.models.base import Base, Versioned

OPEN_STATES = "state IN ('submitted', 'under_review', 'mediation')"


class Appeal(Versioned, Base):
    """A person's case against an assignment, heard by somebody independent.

    `filed_by_id`: the person themselves or their manager; `beneficiary_id`: who gets the account if it is upheld,
    null when it goes back to those that wait; `draw_key`: from which the reviewer was drawn, so that the draw can be
    repeated; `first_decider_id`: who heard the first instance.
    """

    __tablename__ = "appeals"
    __table_args__ = (
        Index("uq_appeals_open", "assignment_id", "appellant_id", unique=True, postgresql_where=text(OPEN_STATES)),
        Index("ix_appeals_account", "account_id"),
        Index("ix_appeals_overdue", "decide_by", postgresql_where=text(OPEN_STATES)),
        CheckConstraint(
            "reviewer_id NOT IN (appellant_id, filed_by_id, respondent_id, coalesce(beneficiary_id, appellant_id))",
            name="independent",
        ),
        CheckConstraint("instance IN (1, 2)", name="instance"),
        CheckConstraint(
            "state IN "
            "('submitted', 'under_review', 'mediation', 'upheld', 'partially_upheld', 'rejected', 'withdrawn')",
            name="state",
        ),
        CheckConstraint("(decided_at IS NULL) = (decision_reason IS NULL)", name="decision_has_a_reason"),
    )

    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignments.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    appellant_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    filed_by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    respondent_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    beneficiary_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    grounds: Mapped[list[str]]
    statement: Mapped[str]
    evidence: Mapped[list[dict[str, Any]]]
    state: Mapped[str]
    instance: Mapped[int] = mapped_column(server_default="1")
    draw_key: Mapped[bytes] = mapped_column(LargeBinary)
    reviewer_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    first_decider_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    decide_by: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]
    fairness_effect: Mapped[dict[str, Any] | None]
    new_assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
