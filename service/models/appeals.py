"""Appeals against assignments, how each instance decided, mediations, and what decisions promise."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import text

from service.models.base import Base, Identified, Versioned

OPEN_STATES = "state IN ('submitted', 'under_review', 'mediation')"
RUNNING_STATES = "state IN ('submitted', 'under_review')"
UNENDED = "ended_at IS NULL"


class Appeal(Versioned, Base):
    """A person's case against an assignment, heard by somebody independent.

    `filed_by_id`: the person themselves or their manager; `beneficiary_id`: who gets the account if it is upheld,
    null when it goes back to those that wait; `draw_key`: from which the reviewer was drawn, so that the draw can be
    repeated; `first_decider_id`: who heard the first instance; `recused_ids`: who stepped back; `received_at`: when
    the instance began; `days_left`: working days that the clock had left when a mediation stopped it; `escalate_by`:
    until when the last verdict may go on to the second instance; `rule`: the rule of the rulebook that is contested.
    """

    __tablename__ = "appeals"
    __table_args__ = (
        Index("uq_appeals_open", "assignment_id", "appellant_id", unique=True, postgresql_where=text(OPEN_STATES)),
        Index("ix_appeals_account", "account_id"),
        Index("ix_appeals_overdue", "decide_by", postgresql_where=text(RUNNING_STATES)),
        Index("ix_appeals_assignment", "assignment_id", "id"),
        Index("ix_appeals_state", "state", "id"),
        Index("ix_appeals_deadline", "decide_by", "id"),
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
        CheckConstraint("mediator_id NOT IN (appellant_id, filed_by_id, respondent_id)", name="mediator_apart"),
        CheckConstraint("(state = 'mediation') = (days_left IS NOT NULL)", name="clock_stands_in_mediation"),
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
    received_at: Mapped[datetime]
    decide_by: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    escalate_by: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    mediator_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    recused_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), server_default="{}")
    days_left: Mapped[int | None]
    rule: Mapped[str | None]
    fairness_effect: Mapped[dict[str, Any] | None]
    new_assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))


class AppealVerdict(Identified, Base):
    """How one instance decided an appeal.

    `precedent_en`, `precedent_zh`: the reasons without names; with rule, grounds, region and tier they are what
    everybody may search. `received_at`: when the instance began.
    """

    __tablename__ = "appeal_verdicts"
    __table_args__ = (
        UniqueConstraint("appeal_id", "instance"),
        Index("ix_appeal_verdicts_rule", "rule", "id"),
        Index("ix_appeal_verdicts_rule_outcome", "rule", "outcome", "id"),
        Index("ix_appeal_verdicts_outcome", "outcome", "id"),
        Index("ix_appeal_verdicts_decided_at", "decided_at"),
        CheckConstraint("instance IN (1, 2)", name="instance"),
        CheckConstraint("outcome IN ('upheld', 'partially_upheld', 'rejected')", name="outcome"),
        CheckConstraint("(outcome = 'partially_upheld') = (remedy IS NOT NULL)", name="a_part_is_named"),
    )

    appeal_id: Mapped[UUID] = mapped_column(ForeignKey("appeals.id"))
    instance: Mapped[int]
    reviewer_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    outcome: Mapped[str]
    remedy: Mapped[dict[str, Any] | None]
    reason_en: Mapped[str]
    reason_zh: Mapped[str]
    precedent_en: Mapped[str]
    precedent_zh: Mapped[str]
    grounds: Mapped[list[str]]
    rule: Mapped[str | None]
    region: Mapped[str | None]
    tier: Mapped[str | None]
    rulebook_id: Mapped[UUID | None] = mapped_column(ForeignKey("rulebooks.id"))
    received_at: Mapped[datetime]
    decided_at: Mapped[datetime]


class Mediation(Identified, Base):
    """A third party between the two sides of an appeal: minutes, a proposal, and what each side says to it."""

    __tablename__ = "mediations"
    __table_args__ = (
        Index("uq_mediations_open", "appeal_id", unique=True, postgresql_where=text(UNENDED)),
        Index("ix_mediations_appeal", "appeal_id", "id"),
        Index("ix_mediations_due", "answer_by", postgresql_where=text(UNENDED)),
        CheckConstraint("appellant_answer IN ('accept', 'refuse')", name="appellant_answer"),
        CheckConstraint("respondent_answer IN ('accept', 'refuse')", name="respondent_answer"),
        CheckConstraint("result IN ('agreed', 'refused', 'lapsed', 'withdrawn')", name="result"),
        CheckConstraint("(ended_at IS NULL) = (result IS NULL)", name="ended_with_a_result"),
        CheckConstraint(
            "result IS DISTINCT FROM 'agreed' OR "
            "appellant_answer IS NOT DISTINCT FROM 'accept' AND respondent_answer IS NOT DISTINCT FROM 'accept'",
            name="silence_is_no_acceptance",
        ),
    )

    appeal_id: Mapped[UUID] = mapped_column(ForeignKey("appeals.id"))
    instance: Mapped[int]
    mediator_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    started_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    minutes: Mapped[str | None]
    proposal: Mapped[dict[str, Any] | None]
    proposed_at: Mapped[datetime | None]
    appellant_answer: Mapped[str | None]
    respondent_answer: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    result: Mapped[str | None]


class AppealPromise(Identified, Base):
    """What a partial verdict promises for later: the account at a date, or the next one that is worth as much.

    `least_value`: in the base currency; `tiers`: that are good enough, by the codes of the scheme; `settled_at`:
    when it was kept or lapsed.
    """

    __tablename__ = "appeal_promises"
    __table_args__ = (
        Index("ix_appeal_promises_open", "kind", "id", postgresql_where=text("state = 'open'")),
        CheckConstraint("kind IN ('later', 'compensate')", name="kind"),
        CheckConstraint("state IN ('open', 'kept', 'lapsed')", name="state"),
        CheckConstraint("(kind = 'later') = (due_on IS NOT NULL)", name="later_has_a_date"),
    )

    appeal_id: Mapped[UUID] = mapped_column(ForeignKey("appeals.id"), index=True)
    kind: Mapped[str]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    due_on: Mapped[date | None]
    least_value: Mapped[Decimal | None]
    scheme_code: Mapped[str | None]
    tiers: Mapped[list[str]] = mapped_column(server_default="{}")
    state: Mapped[str]
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignments.id"))
    settled_at: Mapped[datetime | None]
