"""The personal profile of contacts, and evidence of where they stand on the alliance ladder."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

PROFILE = (
    "fax", "employer", "secretary", "reports_to", "education", "background", "personality", "achievements",
    "product_criteria", "business_criteria",
)  # fmt: skip


def upgrade() -> None:
    for name in PROFILE:
        op.add_column("contacts", sa.Column(name, sa.Text(), nullable=True))
    listed = sa.Column("responsibilities", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False)
    op.add_column("contacts", listed)
    op.create_table(
        "alliance_observations",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("rung", sa.Text(), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.Column("solution", sa.Text(), nullable=True),
        sa.Column("interaction_id", sa.Uuid(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_alliance_observations_{column}"))
            for column, target in (
                ("account_id", "accounts.id"),
                ("contact_id", "contacts.id"),
                ("interaction_id", "interactions.id"),
                ("author_id", "staff.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alliance_observations")),
    )
    op.create_index(
        "ix_alliance_observations_account",
        "alliance_observations",
        ["account_id", "contact_id"],
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(op.f("ix_alliance_observations_contact_id"), "alliance_observations", ["contact_id"])


def downgrade() -> None:
    op.drop_table("alliance_observations")
    op.drop_column("contacts", "responsibilities")
    for name in reversed(PROFILE):
        op.drop_column("contacts", name)
