"""Evidence is append-only, whoever asks; the actors' cache hears of changes."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

EVIDENCE = ("audit_entries", "outbox_messages")
ACTOR_TABLES = ("staff", "role_grants", "logins", "api_keys", "departments")


def upgrade() -> None:
    op.execute("""
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
        END $$
    """)
    for table in EVIDENCE:
        op.execute(f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """)
    op.execute("""
        CREATE FUNCTION announce_actor_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('evenhand_actors', '');
            RETURN NULL;
        END $$
    """)
    for table in ACTOR_TABLES:
        op.execute(f"""
            CREATE TRIGGER announce_actor_change AFTER INSERT OR UPDATE OR DELETE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION announce_actor_change()
        """)


def downgrade() -> None:
    for table in ACTOR_TABLES:
        op.execute(f"DROP TRIGGER announce_actor_change ON {table}")
    op.execute("DROP FUNCTION announce_actor_change()")
    for table in EVIDENCE:
        op.execute(f"DROP TRIGGER append_only ON {table}")
    op.execute("DROP FUNCTION refuse_change()")
