"""Rulebooks, plans, the decisions behind them, and the assignments that follow."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text

from service.models.base import Base, Identified, Versioned


class Rulebook(Versioned, Base):
    """The published rules of distribution; a published version never changes.

    `precedent_id`: the verdict on an appeal from which a draft was opened; `reminded_at`: when those who sell and had
    not acknowledged it were last reminded.
    """

    __tablename__ = "rulebooks"
    __table_args__ = (
        UniqueConstraint("code", "number"),
        Index("uq_rulebooks_published", "code", unique=True, postgresql_where=text("state = 'published'")),
        CheckConstraint("author_id <> publisher_id", name="two_people"),
        Index("uq_rulebooks_precedent", "precedent_id", unique=True),
    )

    code: Mapped[str]
    number: Mapped[int]
    state: Mapped[str]
    definition: Mapped[dict[str, Any]]
    text_en: Mapped[str]
    text_zh: Mapped[str]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    publisher_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    published_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    precedent_id: Mapped[UUID | None] = mapped_column(ForeignKey("appeal_verdicts.id", use_alter=True))
    reminded_at: Mapped[datetime | None]


class RulebookTest(Identified, Base):
    """A pair of account and person that a rulebook must refuse or allow before it may be published."""

    __tablename__ = "rulebook_tests"
    __table_args__ = (
        UniqueConstraint("rulebook_id", "account_id", "staff_id"),
        CheckConstraint("expected IN ('allowed', 'refused')", name="expected"),
    )

    rulebook_id: Mapped[UUID] = mapped_column(ForeignKey("rulebooks.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    expected: Mapped[str]
    note: Mapped[str | None]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class RulebookAcknowledgement(Base):
    """Somebody has read a published rulebook."""

    __tablename__ = "rulebook_acknowledgements"

    rulebook_id: Mapped[UUID] = mapped_column(ForeignKey("rulebooks.id"), primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    acknowledged_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class Snapshot(Base):
    """Canonical bytes of everything that a decision was computed from, found by their hash; who was a candidate."""

    __tablename__ = "snapshots"
    __table_args__ = (Index("ix_snapshots_people", "people", postgresql_using="gin"),)

    sha256: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    people: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class DistributionPlan(Versioned, Base):
    """A batch of assignments computed from one snapshot by one rulebook.

    由一份快照按一本规则手册算出的一批归属。
    """

    __tablename__ = "distribution_plans"
    __table_args__ = (
        CheckConstraint("author_id <> approver_id", name="two_people"),
        CheckConstraint("what_if IS NULL OR state NOT IN ('approved', 'applied')", name="what_if_is_a_question"),
    )

    name: Mapped[str]
    rulebook_id: Mapped[UUID] = mapped_column(ForeignKey("rulebooks.id"))
    scheme_code: Mapped[str]
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"))
    seed: Mapped[str]
    mode: Mapped[str] = mapped_column(server_default="initial")
    most_moves: Mapped[int | None]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    team_role: Mapped[str] = mapped_column(server_default="owner")
    what_if: Mapped[dict[str, Any] | None]
    state: Mapped[str]
    reason: Mapped[str | None]
    job_id: Mapped[UUID | None] = mapped_column(ForeignKey("jobs.id"))
    snapshot_sha256: Mapped[str | None] = mapped_column(ForeignKey("snapshots.sha256"))
    plan_sha256: Mapped[str | None]
    engine_version: Mapped[str | None]
    computed_at: Mapped[datetime | None]
    fairness: Mapped[dict[str, Any] | None]
    certificate: Mapped[dict[str, Any] | None]
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    counts: Mapped[dict[str, Any]]
    problem: Mapped[dict[str, Any] | None]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    approver_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None]
    applied_at: Mapped[datetime | None]


class Decision(Identified, Base):
    """Why one account went where it went: the part that is stored, the rest is recomputed.

    `place`: of a routing, its place in the ledger that its snapshot opened.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        Index("uq_decisions_plan", "plan_id", "account_id", unique=True, postgresql_where=text("plan_id IS NOT NULL")),
        Index("ix_decisions_account", "account_id", "decided_at"),
        Index("ix_decisions_snapshot", "snapshot_sha256", "id"),
        CheckConstraint("kind IN ('plan', 'route', 'appeal', 'manual')", name="kind"),
    )

    kind: Mapped[str]
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("distribution_plans.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    snapshot_sha256: Mapped[str | None] = mapped_column(ForeignKey("snapshots.sha256"))
    rulebook_id: Mapped[UUID | None] = mapped_column(ForeignKey("rulebooks.id"))
    engine_version: Mapped[str | None]
    position: Mapped[int]
    place: Mapped[int | None]
    previous_owner_id: Mapped[UUID | None]
    winner_id: Mapped[UUID | None]
    runner_up_id: Mapped[UUID | None]
    margin: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str]
    remedy: Mapped[str | None]
    decided_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class Assignment(Versioned, Base):
    """Who is responsible for an account in one team role, from one instant to another.

    `share_percent`: the part of the account's value and hours that counts for a co-owner; the rest is the owner's.
    """

    __tablename__ = "assignments"
    __table_args__ = (
        # account and role as one hash of 64 bits: in a GiST index ids made one after another all look alike, and each
        # entry is then searched for on more and more pages
        ExcludeConstraint(
            (text("uuid_hash_extended(account_id, hashtextextended(team_role, 0))"), "="),
            (text("tstzrange(started_at, ended_at)"), "&&"),
            name="ex_assignments_one_owner",
            using="gist",
        ),
        Index(
            "uq_assignments_current",
            "account_id",
            "team_role",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_assignments_staff", "staff_id", postgresql_where=text("ended_at IS NULL")),
        CheckConstraint("origin IN ('plan', 'routed', 'manual', 'appeal', 'handover')", name="origin"),
        CheckConstraint("(pinned_until IS NULL) = (pin_reason IS NULL)", name="pin_has_reason"),
        CheckConstraint("(team_role = 'co_owner') = (share_percent IS NOT NULL)", name="co_owners_share"),
        CheckConstraint("share_percent BETWEEN 1 AND 99", name="share_percent"),
        # room on each page, so that naming a plan's decision in what it keeps touches no index
        {"postgresql_with": {"fillfactor": 60}},
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    team_role: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    ended_at: Mapped[datetime | None]
    origin: Mapped[str]
    reason: Mapped[str | None]
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("distribution_plans.id"), index=True)
    # not indexed: who looks for a decision's assignment knows the account
    decision_id: Mapped[UUID | None] = mapped_column(ForeignKey("decisions.id"))
    appeal_id: Mapped[UUID | None] = mapped_column(ForeignKey("appeals.id", use_alter=True))
    pinned_until: Mapped[datetime | None]
    pin_reason: Mapped[str | None]
    assigned_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    share_percent: Mapped[int | None]
