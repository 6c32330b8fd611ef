"""A proposal is about an item of the class it had; who begins to lend locks the item before what is lent."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# Past row-level security, as the trigger that follows: whoever approves need not see the item.
HOLD = """
CREATE FUNCTION hold_archive_item(item uuid) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT FROM archive_items WHERE id = item FOR SHARE
$$
"""
CLASSES = "('unclassified', 'secret', 'confidential', 'top_secret')"


def upgrade() -> None:
    op.execute(HOLD)
    op.add_column("archive_proposals", sa.Column("class_as_proposed", sa.Text(), nullable=True))
    op.execute("""
        UPDATE archive_proposals SET class_as_proposed = item.confidentiality
        FROM archive_items item WHERE item.id = archive_proposals.item_id
    """)
    op.alter_column("archive_proposals", "class_as_proposed", nullable=False)
    op.create_check_constraint(
        op.f("ck_archive_proposals_class_as_proposed"), "archive_proposals", f"class_as_proposed IN {CLASSES}"
    )


def downgrade() -> None:
    op.drop_column("archive_proposals", "class_as_proposed")
    op.execute("DROP FUNCTION hold_archive_item(uuid)")
