"""Room on the pages of accounts and assignments, so that a plan's application rewrites rows without their indexes."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE accounts SET (fillfactor = 80)")
    op.execute("ALTER TABLE assignments SET (fillfactor = 60)")
    op.drop_index("ix_assignments_decision_id", "assignments")


def downgrade() -> None:
    op.create_index("ix_assignments_decision_id", "assignments", ["decision_id"])
    op.execute("ALTER TABLE assignments RESET (fillfactor)")
    op.execute("ALTER TABLE accounts RESET (fillfactor)")
