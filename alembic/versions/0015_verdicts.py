"""Verdicts, mediations and promises of appeals; shared accounts count in part for their co-owners."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB(astext_type=sa.Text())
INSTANT = sa.DateTime(timezone=True)
TEXTS = postgresql.ARRAY(sa.Text())

# Whose load a statement on each table may have changed: before, and with co-owners.
OWNER = "JOIN assignments s ON s.account_id = r.account_id AND s.team_role = 'owner' AND s.ended_at IS NULL"
OWNERS = OWNER.replace("= 'owner'", "IN ('owner', 'co_owner')")
BESIDE = "UNION SELECT s.staff_id FROM {rows} r " + OWNER + " WHERE r.team_role = 'co_owner'"
NOTICES = {
    ("insert", "assignments"): (
        "SELECT staff_id FROM new_rows WHERE team_role = 'owner'",
        "SELECT staff_id FROM new_rows WHERE team_role IN ('owner', 'co_owner') " + BESIDE.format(rows="new_rows"),
    ),
    ("update", "assignments"): (
        """
        SELECT staff_id FROM new_rows WHERE team_role = 'owner'
        UNION SELECT staff_id FROM old_rows WHERE team_role = 'owner'
        """,
        """
        SELECT staff_id FROM new_rows WHERE team_role IN ('owner', 'co_owner')
        UNION SELECT staff_id FROM old_rows WHERE team_role IN ('owner', 'co_owner')
        """
        + BESIDE.format(rows="new_rows"),
    ),
    ("insert", "account_tiers"): (
        f"SELECT s.staff_id FROM new_rows r {OWNER}",
        f"SELECT s.staff_id FROM new_rows r {OWNERS}",
    ),
    ("update", "account_tiers"): tuple(
        f"""
        SELECT s.staff_id FROM new_rows r JOIN old_rows o ON o.id = r.id {owners}
        WHERE (r.tier, r.ended_at) IS DISTINCT FROM (o.tier, o.ended_at)
        """
        for owners in (OWNER, OWNERS)
    ),
    ("update", "accounts"): tuple(
        f"""
        SELECT s.staff_id
        FROM new_rows n JOIN old_rows o ON o.id = n.id
        JOIN assignments s ON s.account_id = n.id AND s.team_role {roles} AND s.ended_at IS NULL
        WHERE (n.potential_value, n.potential_value_base, n.verified_at, n.region, n.industry, n.products, n.deleted_at)
            IS DISTINCT FROM
            (o.potential_value, o.potential_value_base, o.verified_at, o.region, o.industry, o.products, o.deleted_at)
        """
        for roles in ("= 'owner'", "IN ('owner', 'co_owner')")
    ),
}


def upgrade() -> None:
    widen_appeals()
    create_verdicts()
    create_mediations()
    create_promises()
    op.add_column("rulebooks", sa.Column("precedent_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_rulebooks_precedent_id"), "rulebooks", "appeal_verdicts", ["precedent_id"], ["id"])
    op.create_index("uq_rulebooks_precedent", "rulebooks", ["precedent_id"], unique=True)
    op.add_column("assignments", sa.Column("share_percent", sa.Integer(), nullable=True))
    op.create_check_constraint(
        op.f("ck_assignments_co_owners_share"),
        "assignments",
        "(team_role = 'co_owner') = (share_percent IS NOT NULL)",
    )
    op.create_check_constraint(
        op.f("ck_assignments_share_percent"), "assignments", "share_percent BETWEEN 1 AND 99"
    )
    notice(1)


def widen_appeals() -> None:
    """What is new on an appeal itself; how the decided ones were decided becomes their verdicts."""
    for name, kind in (
        ("escalate_by", INSTANT),
        ("reminded_at", INSTANT),
        ("received_at", INSTANT),
        ("mediator_id", sa.Uuid()),
        ("days_left", sa.Integer()),
        ("rule", sa.Text()),
    ):
        op.add_column("appeals", sa.Column(name, kind, nullable=True))
    op.add_column("appeals", sa.Column("recused_ids", postgresql.ARRAY(sa.Uuid()), server_default="{}", nullable=False))
    op.execute("UPDATE appeals SET received_at = created_at")
    op.alter_column("appeals", "received_at", nullable=False)
    op.create_foreign_key(op.f("fk_appeals_mediator_id"), "appeals", "staff", ["mediator_id"], ["id"])
    op.drop_constraint(op.f("ck_appeals_decision_has_a_reason"), "appeals")
    op.create_check_constraint(
        op.f("ck_appeals_mediator_apart"), "appeals", "mediator_id NOT IN (appellant_id, filed_by_id, respondent_id)"
    )
    op.create_check_constraint(
        op.f("ck_appeals_clock_stands_in_mediation"), "appeals", "(state = 'mediation') = (days_left IS NOT NULL)"
    )
    op.create_index(op.f("ix_appeals_mediator_id"), "appeals", ["mediator_id"])
    op.create_index("ix_appeals_assignment", "appeals", ["assignment_id", "id"])
    op.create_index("ix_appeals_state", "appeals", ["state", "id"])
    op.create_index("ix_appeals_deadline", "appeals", ["decide_by", "id"])
    overdue("state IN ('submitted', 'under_review')")


def overdue(states: str) -> None:
    """The index by which missed deadlines are found."""
    op.drop_index("ix_appeals_overdue", "appeals")
    op.create_index("ix_appeals_overdue", "appeals", ["decide_by"], postgresql_where=sa.text(states))


def create_verdicts() -> None:
    """How each instance decided."""
    op.create_table(
        "appeal_verdicts",
        sa.Column("appeal_id", sa.Uuid(), nullable=False),
        sa.Column("instance", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("remedy", JSONB, nullable=True),
        sa.Column("reason_en", sa.Text(), nullable=False),
        sa.Column("reason_zh", sa.Text(), nullable=False),
        sa.Column("precedent_en", sa.Text(), nullable=False),
        sa.Column("precedent_zh", sa.Text(), nullable=False),
        sa.Column("grounds", TEXTS, nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("rulebook_id", sa.Uuid(), nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("instance IN (1, 2)", name=op.f("ck_appeal_verdicts_instance")),
        sa.CheckConstraint(
            "outcome IN ('upheld', 'partially_upheld', 'rejected')", name=op.f("ck_appeal_verdicts_outcome")
        ),
        sa.CheckConstraint(
            "(outcome = 'partially_upheld') = (remedy IS NOT NULL)", name=op.f("ck_appeal_verdicts_a_part_is_named")
        ),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.id"], name=op.f("fk_appeal_verdicts_appeal_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["staff.id"], name=op.f("fk_appeal_verdicts_reviewer_id")),
        sa.ForeignKeyConstraint(["rulebook_id"], ["rulebooks.id"], name=op.f("fk_appeal_verdicts_rulebook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal_verdicts")),
        sa.UniqueConstraint("appeal_id", "instance", name=op.f("uq_appeal_verdicts_appeal_id_instance")),
    )
    op.create_index("ix_appeal_verdicts_rule", "appeal_verdicts", ["rule", "id"])
    op.create_index("ix_appeal_verdicts_outcome", "appeal_verdicts", ["outcome", "id"])
    op.create_index("ix_appeal_verdicts_decided_at", "appeal_verdicts", ["decided_at"])
    op.execute("""
        INSERT INTO appeal_verdicts (id, appeal_id, instance, reviewer_id, outcome, reason_en, reason_zh, precedent_en,
            precedent_zh, grounds, received_at, decided_at)
        SELECT gen_random_uuid(), id, instance, reviewer_id, state, decision_reason, decision_reason, '[…]', '[…]',
            grounds, received_at, decided_at
        FROM appeals WHERE decided_at IS NOT NULL
    """)
    op.drop_column("appeals", "decision_reason")


def create_mediations() -> None:
    """What a third party tries."""
    answers = ("appellant_answer", "respondent_answer")
    op.create_table(
        "mediations",
        sa.Column("appeal_id", sa.Uuid(), nullable=False),
        sa.Column("instance", sa.Integer(), nullable=False),
        sa.Column("mediator_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("answer_by", INSTANT, nullable=False),
        sa.Column("reminded_at", INSTANT, nullable=True),
        sa.Column("minutes", sa.Text(), nullable=True),
        sa.Column("proposal", JSONB, nullable=True),
        sa.Column("proposed_at", INSTANT, nullable=True),
        *(sa.Column(name, sa.Text(), nullable=True) for name in answers),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.CheckConstraint(f"{name} IN ('accept', 'refuse')", name=op.f(f"ck_mediations_{name}")) for name in answers),
        sa.CheckConstraint(
            "result IN ('agreed', 'refused', 'lapsed', 'withdrawn')", name=op.f("ck_mediations_result")
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (result IS NULL)", name=op.f("ck_mediations_ended_with_a_result")),
        sa.CheckConstraint(
            "result IS DISTINCT FROM 'agreed' OR "
            "appellant_answer IS NOT DISTINCT FROM 'accept' AND respondent_answer IS NOT DISTINCT FROM 'accept'",
            name=op.f("ck_mediations_silence_is_no_acceptance"),
        ),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.id"], name=op.f("fk_mediations_appeal_id")),
        sa.ForeignKeyConstraint(["mediator_id"], ["staff.id"], name=op.f("fk_mediations_mediator_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediations")),
    )
    unended = sa.text("ended_at IS NULL")
    op.create_index("uq_mediations_open", "mediations", ["appeal_id"], unique=True, postgresql_where=unended)
    op.create_index("ix_mediations_appeal", "mediations", ["appeal_id", "id"])
    op.create_index("ix_mediations_due", "mediations", ["answer_by"], postgresql_where=unended)


def create_promises() -> None:
    """What partial verdicts promise for later."""
    op.create_table(
        "appeal_promises",
        sa.Column("appeal_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("least_value", sa.Numeric(), nullable=True),
        sa.Column("scheme_code", sa.Text(), nullable=True),
        sa.Column("tiers", TEXTS, server_default="{}", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('later', 'compensate')", name=op.f("ck_appeal_promises_kind")),
        sa.CheckConstraint("state IN ('open', 'kept', 'lapsed')", name=op.f("ck_appeal_promises_state")),
        sa.CheckConstraint(
            "(kind = 'later') = (due_on IS NOT NULL)", name=op.f("ck_appeal_promises_later_has_a_date")
        ),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeals.id"], name=op.f("fk_appeal_promises_appeal_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_appeal_promises_staff_id")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_appeal_promises_assignment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal_promises")),
    )
    op.create_index(op.f("ix_appeal_promises_appeal_id"), "appeal_promises", ["appeal_id"])
    op.create_index(
        "ix_appeal_promises_open", "appeal_promises", ["kind", "id"], postgresql_where=sa.text("state = 'open'")
    )


def notice(version: int) -> None:
    """Notes whose load a statement may have changed, once each: 0 without, 1 with co-owners."""
    for (event, table), versions in NOTICES.items():
        op.execute(f"""
            CREATE OR REPLACE FUNCTION note_load_{event}_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO load_changes (staff_id, booked_in)
                SELECT DISTINCT w.staff_id, nullif(current_setting('app.booked_in', true), '')::uuid
                FROM ({versions[version]}) AS w (staff_id);
                RETURN NULL;
            END $$
        """)


def downgrade() -> None:
    notice(0)
    op.drop_constraint(op.f("ck_assignments_share_percent"), "assignments")
    op.drop_constraint(op.f("ck_assignments_co_owners_share"), "assignments")
    op.drop_column("assignments", "share_percent")
    op.drop_index("uq_rulebooks_precedent", "rulebooks")
    op.drop_column("rulebooks", "precedent_id")
    op.add_column("appeals", sa.Column("decision_reason", sa.Text(), nullable=True))
    op.execute("""
        UPDATE appeals SET decision_reason = v.reason_en FROM appeal_verdicts v
        WHERE v.appeal_id = appeals.id AND v.instance = appeals.instance AND appeals.decided_at IS NOT NULL
    """)
    for table in ("appeal_promises", "mediations", "appeal_verdicts"):
        op.drop_table(table)
    op.create_check_constraint(
        op.f("ck_appeals_decision_has_a_reason"), "appeals", "(decided_at IS NULL) = (decision_reason IS NULL)"
    )
    overdue("state IN ('submitted', 'under_review', 'mediation')")
    for name in ("ix_appeals_deadline", "ix_appeals_state", "ix_appeals_assignment"):
        op.drop_index(name, "appeals")
    op.drop_constraint(op.f("ck_appeals_clock_stands_in_mediation"), "appeals")
    op.drop_constraint(op.f("ck_appeals_mediator_apart"), "appeals")
    for name in ("recused_ids", "rule", "days_left", "mediator_id", "received_at", "reminded_at", "escalate_by"):
        op.drop_column("appeals", name)
