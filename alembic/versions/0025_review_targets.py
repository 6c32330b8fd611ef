"""Reviews that were opened before targets were counted say so: they have none."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("findings", "findings_at_close"):
        op.execute(f"UPDATE reviews SET {column} = jsonb_set({column}, '{{targets}}', '[]') WHERE {column} IS NOT NULL")


def downgrade() -> None:
    for column in ("findings", "findings_at_close"):
        op.execute(f"UPDATE reviews SET {column} = {column} - 'targets' WHERE {column} IS NOT NULL")
