"""Tier schemes, their evaluations, and the grades that accounts hold."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, synonym
from sqlalchemy.sql import text

from service.models.base import Base, Identified, Versioned


class TierScheme(Versioned, Base):
    """A way of grading accounts, as data; a published version never changes."""

    __tablename__ = "tier_schemes"
    __table_args__ = (
        UniqueConstraint("code", "number"),
        Index("uq_tier_schemes_published", "code", unique=True, postgresql_where=text("state = 'published'")),
        CheckConstraint("state IN ('draft', 'published', 'retired')", name="state"),
        CheckConstraint("method IN ('score', 'share', 'pareto', 'manual')", name="method"),
        CheckConstraint("created_by <> published_by", name="two_people"),
    )

    code: Mapped[str]
    number: Mapped[int]
    method: Mapped[str]
    definition: Mapped[dict[str, Any]]
    state: Mapped[str]
    created_by: Mapped[UUID]
    published_by: Mapped[UUID | None]
    published_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]


class TierEvaluation(Versioned, Base):
    """A run of a scheme over the accounts: previewed, approved by somebody, then applied."""

    __tablename__ = "tier_evaluations"
    __table_args__ = (
        CheckConstraint("state IN ('preview', 'approved', 'applied', 'cancelled')", name="state"),
        CheckConstraint("created_by <> approved_by", name="two_people"),
    )

    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("tier_schemes.id"), index=True)
    state: Mapped[str]
    counts: Mapped[dict[str, Any]]
    job_id: Mapped[UUID | None] = mapped_column(ForeignKey("jobs.id"))
    apply_job_id: Mapped[UUID | None] = mapped_column(ForeignKey("jobs.id"))
    computed_at: Mapped[datetime | None]
    created_by: Mapped[UUID]
    approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]
    applied_at: Mapped[datetime | None]


class TierSheet(Base):
    """The scoring sheet of one account in one evaluation; `direction` is empty where the account stays."""

    __tablename__ = "tier_sheets"
    __table_args__ = (CheckConstraint("direction IN ('enters', 'up', 'down', 'leaves')", name="direction"),)

    evaluation_id: Mapped[UUID] = mapped_column(ForeignKey("tier_evaluations.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    tier: Mapped[str | None]
    previous_tier: Mapped[str | None]
    direction: Mapped[str | None]
    reason: Mapped[str | None]
    sheet: Mapped[dict[str, Any]]
    # lists go by `id`; within one evaluation an account names its sheet
    id = synonym("account_id")


class AccountTier(Identified, Base):
    """A grade held from one instant to another, one current grade per scheme."""

    __tablename__ = "account_tiers"
    __table_args__ = (
        Index(
            "uq_account_tiers_current",
            "account_id",
            "scheme_code",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_account_tiers_history", "account_id", "started_at"),
        CheckConstraint("ended_at > started_at", name="order"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    scheme_code: Mapped[str]
    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("tier_schemes.id"))
    evaluation_id: Mapped[UUID | None] = mapped_column(ForeignKey("tier_evaluations.id"))
    tier: Mapped[str]
    reason: Mapped[str | None]
    months_dated: Mapped[int] = mapped_column(server_default="0")
    started_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    ended_at: Mapped[datetime | None]


class Entitlement(Identified, Base):
    """What a grade entitles an account to, and when it is due."""

    __tablename__ = "entitlements"
    __table_args__ = (Index("ix_entitlements_due", "account_id", "due_on"),)

    account_tier_id: Mapped[UUID] = mapped_column(ForeignKey("account_tiers.id"), index=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str]
    name: Mapped[dict[str, Any]]
    due_on: Mapped[date]
    ended_at: Mapped[datetime | None]
