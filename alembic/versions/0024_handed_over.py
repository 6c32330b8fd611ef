"""Since when others have what an absent person had: nobody waits for them."""

import sqlalchemy as sa

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("""
        UPDATE staff SET handed_over_at = plan.applied_at
        FROM (
            SELECT staff_id, max(applied_at) AS applied_at FROM distribution_plans
            WHERE mode = 'leaver' AND team_role = 'owner' AND state = 'applied' GROUP BY staff_id
        ) AS plan
        WHERE plan.staff_id = staff.id AND staff.status = 'on_leave'
    """)


def downgrade() -> None:
    op.drop_column("staff", "handed_over_at")
