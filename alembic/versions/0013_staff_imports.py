"""Imports of people: a target of their own, and the person that each row entered or changed."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("ck_imports_target"), "imports", type_="check")
    op.create_check_constraint(
        op.f("ck_imports_target"), "imports", "target IN ('accounts', 'contacts', 'staff', 'tasks')"
    )
    op.add_column("import_rows", sa.Column("staff_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_import_rows_staff_id"), "import_rows", "staff", ["staff_id"], ["id"])


def downgrade() -> None:
    op.drop_constraint(op.f("fk_import_rows_staff_id"), "import_rows", type_="foreignkey")
    op.drop_column("import_rows", "staff_id")
    op.drop_constraint(op.f("ck_imports_target"), "imports", type_="check")
    op.create_check_constraint(op.f("ck_imports_target"), "imports", "target IN ('accounts', 'contacts', 'tasks')")
