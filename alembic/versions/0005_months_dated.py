"""How many months of what a grade promises have their dates."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account_tiers", sa.Column("months_dated", sa.Integer(), server_default="0", nullable=False))
    op.execute("""
        UPDATE account_tiers
        SET months_dated = coalesce((SELECT value::integer FROM settings WHERE key = 'entitlement_months'), 12)
    """)


def downgrade() -> None:
    op.drop_column("account_tiers", "months_dated")
