"""Accounts, their contacts, and who is on an account's team."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Index, Numeric, Text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text

from service.models.base import Base, Identified, SoftDeleted, Versioned


class Account(Versioned, SoftDeleted, Base):
    """A customer of the company, and what decides its distribution."""

    __tablename__ = "accounts"
    __table_args__ = (
        Index("uq_accounts_code", "code", unique=True, postgresql_where=text("deleted_at IS NULL")),
        Index(
            "uq_accounts_external_ref",
            "external_ref",
            unique=True,
            postgresql_where=text("deleted_at IS NULL AND external_ref IS NOT NULL"),
        ),
        Index("ix_accounts_name_sort", "name_sort", "id", postgresql_where=text("deleted_at IS NULL")),
        Index(
            "ix_accounts_value",
            text("coalesce(potential_value_base, -1)"),
            "id",
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index("ix_accounts_name_match", "name_match", "region", postgresql_where=text("deleted_at IS NULL")),
        Index("ix_accounts_grams", "grams", postgresql_using="gin"),
        CheckConstraint("(potential_value IS NULL) = (potential_currency IS NULL)", name="money_has_currency"),
        CheckConstraint("potential_value >= 0", name="potential_value"),
        CheckConstraint("intent IN ('low', 'medium', 'high')", name="intent"),
        CheckConstraint("lifecycle IN ('prospect', 'active', 'former')", name="lifecycle"),
        CheckConstraint("watch IN ('growing', 'lost')", name="watch"),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
        # room on each page, so that a version counts up without touching an index
        {"postgresql_with": {"fillfactor": 80}},
    )

    code: Mapped[str]
    external_ref: Mapped[str | None]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    name: Mapped[str]
    name_sort: Mapped[str] = mapped_column(Text(collation="C"))  # made to be compared byte by byte
    name_match: Mapped[str]
    search: Mapped[str]
    grams: Mapped[list[str]]
    kind: Mapped[str | None]
    industry: Mapped[str | None]
    region: Mapped[str | None]
    potential_value: Mapped[Decimal | None] = mapped_column(Numeric(20, 2))
    potential_currency: Mapped[str | None] = mapped_column(CHAR(3))
    potential_value_on: Mapped[date | None]
    potential_value_base: Mapped[Decimal | None] = mapped_column(Numeric(20, 2))
    intent: Mapped[str | None]
    products: Mapped[list[str]] = mapped_column(server_default="{}")
    lifecycle: Mapped[str] = mapped_column(server_default="prospect")
    source: Mapped[str | None]
    verified_at: Mapped[datetime | None]
    verified_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    proposed: Mapped[dict[str, Any] | None]
    watch: Mapped[str | None]
    watch_reason: Mapped[str | None]
    custom: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    created_by: Mapped[UUID | None]


class AccountMembership(Identified, Base):
    """Who sees an account as its team or line: dated, one row a holder (a person or a department)."""

    __tablename__ = "account_memberships"
    __table_args__ = (
        Index(
            "uq_account_memberships_current",
            "holder_id",
            "account_id",
            "role",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_account_memberships_account", "account_id", "holder_id", postgresql_where=text("ended_at IS NULL")),
        CheckConstraint("holder_kind IN ('staff', 'department')", name="holder_kind"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    holder_id: Mapped[UUID]
    holder_kind: Mapped[str]
    role: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    ended_at: Mapped[datetime | None]


class Contact(Versioned, SoftDeleted, Base):
    """A person at the customer; some of what is known of them is sensitive."""

    __tablename__ = "contacts"
    __table_args__ = (Index("ix_contacts_account", "account_id", postgresql_where=text("deleted_at IS NULL")),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str]
    title: Mapped[str | None]
    department: Mapped[str | None]
    mobile: Mapped[str | None]
    mobile_state: Mapped[str]
    email: Mapped[str | None]
    email_state: Mapped[str]
    address: Mapped[str | None]
    fax: Mapped[str | None]
    employer: Mapped[str | None]
    secretary: Mapped[str | None]
    reports_to: Mapped[str | None]
    note: Mapped[str | None]
    birth_on: Mapped[date | None]
    home_address: Mapped[str | None]
    spouse: Mapped[str | None]
    personal_agenda: Mapped[str | None]
    alliance: Mapped[str | None]
    political_strategy: Mapped[str | None]
    education: Mapped[str | None]
    background: Mapped[str | None]
    personality: Mapped[str | None]
    achievements: Mapped[str | None]
    responsibilities: Mapped[list[str]] = mapped_column(server_default="{}")
    product_criteria: Mapped[str | None]
    business_criteria: Mapped[str | None]


class AllianceObservation(Versioned, SoftDeleted, Base):
    """What a contact was seen to do on one day, and the rung of the alliance ladder that it speaks for."""

    __tablename__ = "alliance_observations"
    __table_args__ = (
        Index(
            "ix_alliance_observations_account", "account_id", "contact_id", postgresql_where=text("deleted_at IS NULL")
        ),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"), index=True)
    rung: Mapped[str]
    observed_on: Mapped[date]
    seen: Mapped[str]
    solution: Mapped[str | None]
    interaction_id: Mapped[UUID | None] = mapped_column(ForeignKey("interactions.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
