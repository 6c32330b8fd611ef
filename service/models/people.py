"""Departments, staff, their roles, absences and log-ins."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Numeric, SmallInteger, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text

from service.models.base import Base, Dated, Identified, SoftDeleted, Versioned


class Department(Versioned, SoftDeleted, Base):
    """A part of the company; its parents' managers see what it sees."""

    __tablename__ = "departments"
    __table_args__ = (
        Index("uq_departments_name", "name", unique=True, postgresql_where=text("deleted_at IS NULL")),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
    )

    name: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), index=True)
    manager_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", use_alter=True))
    deputy_in_charge_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", use_alter=True))


class Staff(Versioned, SoftDeleted, Base):
    """A person of the company: what distribution knows of them.

    `handed_over_at`: when others took over all that they had; null again once they are back.
    """

    __tablename__ = "staff"
    __table_args__ = (
        Index("uq_staff_code", "code", unique=True, postgresql_where=text("deleted_at IS NULL")),
        CheckConstraint("experience_level BETWEEN 1 AND 5", name="experience_level"),
        CheckConstraint("fte > 0 AND fte <= 1", name="fte"),
        CheckConstraint("status IN ('invited', 'active', 'on_leave', 'left')", name="status"),
        CheckConstraint("language IN ('en', 'zh-CN')", name="language"),
    )

    code: Mapped[str]
    name: Mapped[str]
    search: Mapped[str] = mapped_column(server_default="")
    title: Mapped[str | None]
    email: Mapped[str | None]
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), index=True)
    regions: Mapped[list[str]] = mapped_column(server_default="{}")
    industries: Mapped[list[str]] = mapped_column(server_default="{}")
    products: Mapped[list[str]] = mapped_column(server_default="{}")
    experience_level: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    fte: Mapped[Decimal] = mapped_column(Numeric(4, 3), server_default="1")
    max_accounts: Mapped[int | None]
    max_workload_hours: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    status: Mapped[str] = mapped_column(server_default="active")
    language: Mapped[str | None]
    handed_over_at: Mapped[datetime | None]


class RoleGrant(Versioned, Base):
    """A role held from one instant to another; powerful ones wait for a second person."""

    __tablename__ = "role_grants"
    __table_args__ = (
        Index(
            "uq_role_grants_current",
            "staff_id",
            "role",
            unique=True,
            postgresql_where=text("state IN ('proposed', 'effective')"),
        ),
        CheckConstraint("state IN ('proposed', 'effective', 'refused', 'revoked')", name="state"),
        CheckConstraint("granted_by IS NULL OR approved_by IS NULL OR granted_by <> approved_by", name="two_people"),
    )

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    role: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str | None]
    granted_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Absence(Versioned, SoftDeleted, Base):
    """Days on which a person takes no new accounts."""

    __tablename__ = "absences"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="order"),
        ExcludeConstraint(
            ("staff_id", "="),
            (text("daterange(starts_on, ends_on, '[]')"), "&&"),
            name="ex_absences_overlap",
            using="gist",
            where=text("deleted_at IS NULL"),
        ),
    )

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    kind: Mapped[str]
    note: Mapped[str | None]


class Login(Dated, Base):
    """How a staff member proves who they are to the embedded issuer."""

    __tablename__ = "logins"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    tokens_valid_from: Mapped[datetime]


class LoginThrottle(Base):
    """How often somebody tried in vain: one row a user name and one a client address, known here or not."""

    __tablename__ = "login_throttles"

    subject: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]
    blocked_until: Mapped[datetime | None]


class Identity(Versioned, SoftDeleted, Base):
    """Whom a subject of an OIDC issuer stands for."""

    __tablename__ = "identities"
    __table_args__ = (
        Index("uq_identities_subject", "issuer", "subject", unique=True, postgresql_where=text("deleted_at IS NULL")),
    )

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    issuer: Mapped[str]
    subject: Mapped[str]
    tokens_valid_from: Mapped[datetime | None]
    linked_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))


class Invitation(Identified, Dated, Base):
    """A one-time link that sets a password; only the token's hash is kept."""

    __tablename__ = "invitations"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    created_by: Mapped[UUID | None]


class RefreshToken(Identified, Dated, Base):
    """A single-use refresh token; using one twice ends its whole family (RFC 9700)."""

    __tablename__ = "refresh_tokens"

    family_id: Mapped[UUID] = mapped_column(index=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class ApiKey(Versioned, Base):
    """An integration's credential: scoped, expiring, stored as SHA-256."""

    __tablename__ = "api_keys"

    name: Mapped[str]
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    hint: Mapped[str]
    scopes: Mapped[list[str]]
    department_ids: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid()))
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
