"""The Merkle tree of the audit log and its checkpoints; an entry's data keeps its canonical text, once."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SEALED = ("audit_leaves", "audit_checkpoints")
# An entry's bytes as 0001 kept them: every column but position and xid, in RFC 8785 form.
CANONICAL = """
    convert_to(concat(
        '{"account_id":', coalesce(to_json(account_id)::text, 'null'), ',"action":', to_json(action),
        ',"actor":', to_json(actor), ',"actor_id":', coalesce(to_json(actor_id)::text, 'null'),
        ',"at":"', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '","data":', data,
        ',"id":', to_json(id), ',"on_behalf_of":', coalesce(to_json(on_behalf_of)::text, 'null'),
        ',"request_id":', to_json(request_id), ',"subject_id":', coalesce(to_json(subject_id)::text, 'null'),
        ',"subject_type":', to_json(subject_type), '}'
    ), 'UTF8')
"""


def upgrade() -> None:
    op.execute("""
        ALTER TABLE audit_entries
            ALTER COLUMN data TYPE json USING convert_from(canonical, 'UTF8')::json -> 'data',
            DROP COLUMN canonical
    """)
    op.create_table(
        "audit_leaves",
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("index", name=op.f("pk_audit_leaves")),
        sa.UniqueConstraint("position", name=op.f("uq_audit_leaves_position")),
    )
    op.create_table(
        "audit_checkpoints",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verifier_key", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_checkpoints")),
        sa.UniqueConstraint("size", name=op.f("uq_audit_checkpoints_size")),
    )
    for table in SEALED:
        op.execute(f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """)


def downgrade() -> None:
    for table in reversed(SEALED):
        op.drop_table(table)
    op.execute("ALTER TABLE audit_entries ADD COLUMN canonical bytea NOT NULL DEFAULT ''")
    op.execute(f"ALTER TABLE audit_entries ALTER COLUMN canonical TYPE bytea USING {CANONICAL}")
    op.execute("ALTER TABLE audit_entries ALTER COLUMN canonical DROP DEFAULT")
    op.execute("ALTER TABLE audit_entries ALTER COLUMN data TYPE jsonb USING data::jsonb")
