"""Identities of an OIDC issuer; quotas that processes share."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identities",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("tokens_valid_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("linked_by", sa.Uuid(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["linked_by"], ["staff.id"], name=op.f("fk_identities_linked_by")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_identities_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
    )
    op.create_index(op.f("ix_identities_staff_id"), "identities", ["staff_id"], unique=False)
    op.create_index(
        "uq_identities_subject",
        "identities",
        ["issuer", "subject"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.execute("""
        CREATE TRIGGER announce_actor_change AFTER INSERT OR UPDATE OR DELETE ON identities
        FOR EACH STATEMENT EXECUTE FUNCTION announce_actor_change()
    """)
    op.create_table(
        "rate_windows",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_rate_windows")),
        prefixes=["UNLOGGED"],
    )
    op.create_index("ix_rate_windows_ends", "rate_windows", ["ends_at"], unique=False)


def downgrade() -> None:
    op.drop_table("rate_windows")
    op.drop_table("identities")
