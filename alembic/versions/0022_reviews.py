"""Periodic reviews with opinions, and reminders of rulebooks."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
JSONB = postgresql.JSONB(none_as_null=True)


def versioned() -> list[sa.Column]:
    return [
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", INSTANT, server_default=sa.text("now()"), nullable=False),
    ]


def upgrade() -> None:
    op.add_column("rulebooks", sa.Column("reminded_at", INSTANT, nullable=True))
    op.create_table(
        "reviews",
        sa.Column("scheme_code", sa.Text(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("since_at", INSTANT, nullable=False),
        sa.Column("until_at", INSTANT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("findings", JSONB, nullable=False),
        sa.Column("findings_at_close", JSONB, nullable=True),
        sa.Column("suggestions", JSONB, nullable=False),
        sa.Column("decisions", JSONB, server_default="[]", nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        *versioned(),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_reviews_state")),
        sa.CheckConstraint("until_at >= since_at", name=op.f("ck_reviews_order")),
        sa.CheckConstraint(
            "state = 'open' OR jsonb_array_length(decisions) > 0", name=op.f("ck_reviews_closed_with_decisions")
        ),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name=op.f("fk_reviews_department_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["distribution_plans.id"], name=op.f("fk_reviews_plan_id")),
        sa.ForeignKeyConstraint(["opened_by"], ["staff.id"], name=op.f("fk_reviews_opened_by")),
        sa.ForeignKeyConstraint(["closed_by"], ["staff.id"], name=op.f("fk_reviews_closed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index(
        "uq_reviews_open",
        "reviews",
        ["department_id", "scheme_code"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_reviews_department", "reviews", ["department_id", "scheme_code", "until_at"])
    op.create_table(
        "review_opinions",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("given_at", INSTANT, nullable=True),
        *versioned(),
        sa.CheckConstraint("(text IS NULL) = (given_at IS NULL)", name=op.f("ck_review_opinions_given_with_words")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_review_opinions_review_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_review_opinions_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_opinions")),
        sa.UniqueConstraint("review_id", "staff_id", name=op.f("uq_review_opinions_review_id_staff_id")),
    )
    op.create_index("ix_review_opinions_staff", "review_opinions", ["staff_id", "review_id"])


def downgrade() -> None:
    op.drop_table("review_opinions")
    op.drop_table("reviews")
    op.drop_column("rulebooks", "reminded_at")
