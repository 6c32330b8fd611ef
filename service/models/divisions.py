"""Division of labour: how large an account's project is, and who answers for each of its stages."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text

from service.models.base import Base, Identified, Versioned


class AccountDivision(Versioned, Base):
    """The size of an account's project, from which its stages follow."""

    __tablename__ = "account_divisions"
    __table_args__ = (
        CheckConstraint("scale IN ('small', 'medium', 'large')", name="scale"),
        CheckConstraint("complexity IN ('simple', 'moderate', 'complex')", name="complexity"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), unique=True)
    scale: Mapped[str]
    complexity: Mapped[str]
    needs: Mapped[str | None]


class StageDuty(Identified, Base):
    """Who answers for a stage of an account's work, from one instant to another: one person at a time."""

    __tablename__ = "stage_duties"
    __table_args__ = (
        Index("uq_stage_duties_current", "account_id", "stage", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_stage_duties_staff", "staff_id", postgresql_where=text("ended_at IS NULL")),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    stage: Mapped[str]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    started_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    ended_at: Mapped[datetime | None]
