"""Kept ledgers with their routings, whose load has changed, measured fairness; audit entries by actor and request."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


class Xid8(sa.types.UserDefinedType[int]):
    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "xid8"


JSONB = postgresql.JSONB(astext_type=sa.Text())

# Whose load each table's statement may have changed; old_rows and new_rows are what it changed.
OWNER = "JOIN assignments s ON s.account_id = r.account_id AND s.team_role = 'owner' AND s.ended_at IS NULL"
INSERTED = {
    "assignments": "SELECT staff_id FROM new_rows WHERE team_role = 'owner'",
    "account_tiers": f"SELECT s.staff_id FROM new_rows r {OWNER}",
    "absences": "SELECT staff_id FROM new_rows",
    "role_grants": "SELECT staff_id FROM new_rows",
    "staff": "SELECT id FROM new_rows",
}
UPDATED = {
    "assignments": """
        SELECT staff_id FROM new_rows WHERE team_role = 'owner'
        UNION SELECT staff_id FROM old_rows WHERE team_role = 'owner'
    """,
    "account_tiers": f"""
        SELECT s.staff_id FROM new_rows r JOIN old_rows o ON o.id = r.id {OWNER}
        WHERE (r.tier, r.ended_at) IS DISTINCT FROM (o.tier, o.ended_at)
    """,
    "absences": "SELECT staff_id FROM new_rows UNION SELECT staff_id FROM old_rows",
    "role_grants": "SELECT staff_id FROM new_rows",
    "staff": "SELECT id FROM new_rows",
    "departments": """
        SELECT p.id FROM staff p
        WHERE EXISTS (
            SELECT FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.parent_id IS DISTINCT FROM o.parent_id
        )
    """,
    "accounts": """
        SELECT s.staff_id
        FROM new_rows n JOIN old_rows o ON o.id = n.id
        JOIN assignments s ON s.account_id = n.id AND s.team_role = 'owner' AND s.ended_at IS NULL
        WHERE (n.potential_value, n.potential_value_base, n.verified_at, n.region, n.industry, n.products, n.deleted_at)
            IS DISTINCT FROM
            (o.potential_value, o.potential_value_base, o.verified_at, o.region, o.industry, o.products, o.deleted_at)
    """,
}


def upgrade() -> None:
    op.create_table(
        "ledgers",
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("snapshot_sha256", sa.Text(), nullable=False),
        sa.Column("rulebook_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.Column("opening", JSONB, nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("purpose IN ('route', 'fairness')", name=op.f("ck_ledgers_purpose")),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name=op.f("fk_ledgers_department_id")),
        sa.ForeignKeyConstraint(["rulebook_id"], ["rulebooks.id"], name=op.f("fk_ledgers_rulebook_id")),
        sa.ForeignKeyConstraint(["scheme_id"], ["tier_schemes.id"], name=op.f("fk_ledgers_scheme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledgers")),
    )
    op.create_index("ix_ledgers_scope", "ledgers", ["purpose", "department_id", "id"])
    op.create_index(
        "uq_ledgers_snapshot",
        "ledgers",
        ["snapshot_sha256"],
        unique=True,
        postgresql_where=sa.text("purpose = 'route'"),
    )
    op.create_table(
        "ledger_entries",
        sa.Column("ledger_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.Column("restated", JSONB, nullable=False),
        sa.Column("booking", JSONB, nullable=False),
        sa.ForeignKeyConstraint(["ledger_id"], ["ledgers.id"], name=op.f("fk_ledger_entries_ledger_id")),
        sa.PrimaryKeyConstraint("ledger_id", "place", name=op.f("pk_ledger_entries")),
    )
    op.execute("""
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)
    op.create_table(
        "load_changes",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("booked_in", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_load_changes")),
    )
    op.create_index("ix_load_changes_xid", "load_changes", ["xid"])
    op.create_table(
        "fairness_reports",
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("snapshot_sha256", sa.Text(), nullable=False),
        sa.Column("rulebook_id", sa.Uuid(), nullable=False),
        sa.Column("report", JSONB, nullable=False),
        sa.Column("drift", JSONB, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["rulebook_id"], ["rulebooks.id"], name=op.f("fk_fairness_reports_rulebook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fairness_reports")),
    )
    op.create_index("ix_fairness_reports_as_of", "fairness_reports", ["as_of"])
    op.add_column("decisions", sa.Column("place", sa.Integer(), nullable=True))
    op.create_index(
        "ix_audit_entries_actor",
        "audit_entries",
        ["actor_id", "position"],
        postgresql_where=sa.text("actor_id IS NOT NULL"),
    )
    op.create_index("ix_audit_entries_request", "audit_entries", ["request_id", "position"])
    for event, tables, rows in (
        ("insert", INSERTED, "NEW TABLE AS new_rows"),
        ("update", UPDATED, "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
    ):
        for table, whose in tables.items():
            notice(event, table, whose, rows)


def notice(event: str, table: str, whose: str, rows: str) -> None:
    """Notes whose load a statement may have changed, once each."""
    op.execute(f"""
        CREATE FUNCTION note_load_{event}_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO load_changes (staff_id, booked_in)
            SELECT DISTINCT w.staff_id, nullif(current_setting('app.booked_in', true), '')::uuid
            FROM ({whose}) AS w (staff_id);
            RETURN NULL;
        END $$
    """)
    op.execute(f"""
        CREATE TRIGGER note_load_{event} AFTER {event.upper()} ON {table} REFERENCING {rows}
        FOR EACH STATEMENT EXECUTE FUNCTION note_load_{event}_of_{table}()
    """)


def downgrade() -> None:
    for event, tables in (("insert", INSERTED), ("update", UPDATED)):
        for table in tables:
            op.execute(f"DROP TRIGGER note_load_{event} ON {table}")
            op.execute(f"DROP FUNCTION note_load_{event}_of_{table}()")
    op.drop_index("ix_audit_entries_request", "audit_entries")
    op.drop_index("ix_audit_entries_actor", "audit_entries")
    op.drop_column("decisions", "place")
    op.drop_table("fairness_reports")
    op.drop_table("load_changes")
    op.drop_table("ledger_entries")
    op.drop_table("ledgers")
