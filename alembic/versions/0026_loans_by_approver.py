"""Loans and reading sessions are found by whoever approved them."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

TABLES = ("loans", "reading_sessions")


def upgrade() -> None:
    for table in TABLES:
        given = sa.text("approved_by IS NOT NULL")
        op.create_index(f"ix_{table}_approver", table, ["approved_by"], postgresql_where=given)


def downgrade() -> None:
    for table in TABLES:
        op.drop_index(f"ix_{table}_approver", table)
