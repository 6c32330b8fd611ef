"""Division of labour: the size of an account's project, who answers for each stage, one open task a stage."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "account_divisions",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("scale", sa.Text(), nullable=False),
        sa.Column("complexity", sa.Text(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("scale IN ('small', 'medium', 'large')", name=op.f("ck_account_divisions_scale")),
        sa.CheckConstraint(
            "complexity IN ('simple', 'moderate', 'complex')", name=op.f("ck_account_divisions_complexity")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_divisions_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_divisions")),
        sa.UniqueConstraint("account_id", name=op.f("uq_account_divisions_account_id")),
    )
    op.create_table(
        "stage_duties",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_stage_duties_account_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_stage_duties_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_duties")),
    )
    op.create_index(
        "uq_stage_duties_current",
        "stage_duties",
        ["account_id", "stage"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_stage_duties_staff", "stage_duties", ["staff_id"], postgresql_where=sa.text("ended_at IS NULL"))
    op.add_column("tasks", sa.Column("stage", sa.Text(), nullable=True))
    op.create_index(
        "uq_tasks_stage",
        "tasks",
        ["account_id", "stage"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL AND state IN ('not_started', 'in_progress')"),
    )


def downgrade() -> None:
    op.drop_index("uq_tasks_stage", "tasks")
    op.drop_column("tasks", "stage")
    op.drop_table("stage_duties")
    op.drop_table("account_divisions")
