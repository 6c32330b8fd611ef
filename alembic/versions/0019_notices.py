"""Notices to people, and how far each follower of the evidence has come."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("staff", sa.Column("language", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_staff_language"), "staff", "language IN ('en', 'zh-CN')")
    op.create_table(
        "followers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next_index", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_followers")),
    )
    # nobody is told of what happened before there were notices
    op.execute("INSERT INTO followers SELECT 'notices', coalesce(max(index) + 1, 0) FROM audit_leaves")
    op.create_table(
        "notices",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("facts", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("read_at", INSTANT, nullable=True),
        sa.Column("mail_state", sa.Text(), nullable=True),
        sa.Column("mail_attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("mail_due_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("mail_state IN ('pending', 'sent', 'failed')", name=op.f("ck_notices_mail_state")),
        sa.CheckConstraint(
            "(mail_state = 'pending') = (mail_due_at IS NOT NULL)", name=op.f("ck_notices_pending_is_due")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_notices_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("staff_id", "event_id", name=op.f("uq_notices_staff_id_event_id")),
    )
    op.create_index("ix_notices_staff", "notices", ["staff_id", "id"])
    op.create_index(
        "ix_notices_unread", "notices", ["staff_id", "id"], postgresql_where=sa.text("read_at IS NULL")
    )
    op.create_index(
        "ix_notices_mail", "notices", ["mail_due_at"], postgresql_where=sa.text("mail_state = 'pending'")
    )


def downgrade() -> None:
    op.drop_table("notices")
    op.drop_table("followers")
    op.drop_constraint(op.f("ck_staff_language"), "staff")
    op.drop_column("staff", "language")
