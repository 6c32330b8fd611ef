"""Occasions, what-if questions and certificates of plans; tests and acknowledgements beside rulebooks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NOW = sa.text("now()")
QUESTION = "what_if IS NULL OR state NOT IN ('approved', 'applied')"


def upgrade() -> None:
    plans = "distribution_plans"
    op.add_column(plans, sa.Column("mode", sa.Text(), server_default="initial", nullable=False))
    op.add_column(plans, sa.Column("most_moves", sa.Integer(), nullable=True))
    op.add_column(plans, sa.Column("staff_id", sa.Uuid(), nullable=True))
    op.add_column(plans, sa.Column("team_role", sa.Text(), server_default="owner", nullable=False))
    op.add_column(plans, sa.Column("what_if", postgresql.JSONB(), nullable=True))
    op.add_column(plans, sa.Column("certificate", postgresql.JSONB(), nullable=True))
    op.create_foreign_key(op.f("fk_distribution_plans_staff_id"), plans, "staff", ["staff_id"], ["id"])
    op.create_check_constraint(op.f("ck_distribution_plans_what_if_is_a_question"), plans, QUESTION)
    # a what-if plan may give accounts to somebody who is not engaged yet
    op.drop_constraint(op.f("fk_decisions_winner_id"), "decisions", type_="foreignkey")
    op.drop_constraint(op.f("fk_decisions_runner_up_id"), "decisions", type_="foreignkey")
    op.create_table(
        "rulebook_tests",
        sa.Column("rulebook_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("expected IN ('allowed', 'refused')", name=op.f("ck_rulebook_tests_expected")),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_rulebook_tests_{column}"))
            for column, target in (
                ("rulebook_id", "rulebooks.id"),
                ("account_id", "accounts.id"),
                ("staff_id", "staff.id"),
                ("created_by", "staff.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulebook_tests")),
        sa.UniqueConstraint(
            "rulebook_id", "account_id", "staff_id", name=op.f("uq_rulebook_tests_rulebook_id_account_id_staff_id")
        ),
    )
    op.create_table(
        "rulebook_acknowledgements",
        sa.Column("rulebook_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_rulebook_acknowledgements_{column}"))
            for column, target in (("rulebook_id", "rulebooks.id"), ("staff_id", "staff.id"))
        ),
        sa.PrimaryKeyConstraint("rulebook_id", "staff_id", name=op.f("pk_rulebook_acknowledgements")),
    )


def downgrade() -> None:
    op.drop_table("rulebook_acknowledgements")
    op.drop_table("rulebook_tests")
    for column in ("winner_id", "runner_up_id"):
        # what was decided about people who do not exist goes with the questions that asked it
        op.execute(f"DELETE FROM decisions d WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT id FROM staff)")
        op.create_foreign_key(op.f(f"fk_decisions_{column}"), "decisions", "staff", [column], ["id"])
    op.drop_constraint(op.f("ck_distribution_plans_what_if_is_a_question"), "distribution_plans", type_="check")
    for column in ("certificate", "what_if", "team_role", "staff_id", "most_moves", "mode"):
        op.drop_column("distribution_plans", column)
