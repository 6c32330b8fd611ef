"""Lending: delegations, loans, reading sessions; what a loan may never be is held by the database."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


LOCKED = ("loans", "reading_sessions", "reading_views", "incidents")

# They look past row-level security, because whoever approves need not see the item.
FUNCTIONS = """
CREATE FUNCTION archive_class(item uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT confidentiality FROM archive_items WHERE id = item
$$;
CREATE FUNCTION in_charge_of(person uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM staff JOIN departments ON departments.id = staff.department_id
                   WHERE staff.id = person AND departments.deputy_in_charge_id = acting_id())
$$;
-- A loan that is open has the item's class, which therefore cannot change meanwhile; nobody approves what they uploaded.
CREATE FUNCTION hold_loan_to_item() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    class text;
    class_given text := to_jsonb(NEW) ->> TG_ARGV[0];
BEGIN
    IF NEW.state IN ('requested', 'approved', 'active') THEN
        SELECT confidentiality INTO class FROM archive_items WHERE id = NEW.item_id AND state = 'accepted' FOR SHARE;
        IF class IS DISTINCT FROM class_given THEN
            RAISE EXCEPTION 'the item has another class'
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_class';
        END IF;
    END IF;
    IF NEW.state = 'approved' AND class_given <> 'unclassified' AND EXISTS (
        SELECT FROM archive_versions WHERE item_id = NEW.item_id AND uploader_id = NEW.approved_by) THEN
        RAISE EXCEPTION 'the approver uploaded the item'
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_uploader';
    END IF;
    RETURN NEW;
END $$;
"""


def upgrade() -> None:
    op.create_table(
        "delegations",
        sa.Column("grantor_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("actions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("classes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("letter_item_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), server_default="effective", nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_reason", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(state = 'revoked') = (revoked_at IS NOT NULL)", name=op.f("ck_delegations_revoked")),
        sa.CheckConstraint("actions <> '{}' AND actions <@ '{approve}'", name=op.f("ck_delegations_actions")),
        sa.CheckConstraint(
            "classes <> '{}' AND classes <@ '{secret,confidential}'", name=op.f("ck_delegations_classes")
        ),
        sa.CheckConstraint("state IN ('effective', 'revoked')", name=op.f("ck_delegations_state")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_delegations_window")),
        sa.CheckConstraint("grantor_id <> holder_id", name=op.f("ck_delegations_two_people")),
        sa.ForeignKeyConstraint(["grantor_id"], ["staff.id"], name=op.f("fk_delegations_grantor_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["staff.id"], name=op.f("fk_delegations_holder_id")),
        sa.ForeignKeyConstraint(["letter_item_id"], ["archive_items.id"], name=op.f("fk_delegations_letter_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegations")),
    )
    op.create_index(op.f("ix_delegations_grantor_id"), "delegations", ["grantor_id"], unique=False)
    op.create_index(op.f("ix_delegations_holder_id"), "delegations", ["holder_id"], unique=False)
    op.create_table(
        "loans",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("class_as_lent", sa.Text(), nullable=False),
        sa.Column("borrower_id", sa.Uuid(), nullable=False),
        sa.Column("applicant_id", sa.Uuid(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("duration_s", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_as", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delegation_id", sa.Uuid(), nullable=True),
        sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(approved_as = 'delegate') = (delegation_id IS NOT NULL)", name=op.f("ck_loans_delegated")),
        sa.CheckConstraint("(way = 'approval') = (class_as_lent = 'secret')", name=op.f("ck_loans_way_of_class")),
        sa.CheckConstraint(
            "approved_by IS NULL OR (approved_at IS NOT NULL AND approved_as IN ('office_director', 'general_manager', 'deputy_in_charge', 'delegate'))",
            name=op.f("ck_loans_approved"),
        ),
        sa.CheckConstraint(
            "class_as_lent <> 'secret' OR (duration_s <= 14400 AND (expires_at IS NULL OR expires_at <= starts_at + interval '4 hours'))",
            name=op.f("ck_loans_four_hours"),
        ),
        sa.CheckConstraint("class_as_lent IN ('unclassified', 'secret')", name=op.f("ck_loans_never_lent")),
        sa.CheckConstraint(
            "state IN ('requested', 'approved', 'refused', 'cancelled', 'lapsed', 'active', 'returned', 'expired', 'revoked', 'lost')",
            name=op.f("ck_loans_state"),
        ),
        sa.CheckConstraint(
            "state IN ('requested', 'refused', 'cancelled') OR way = 'direct' OR approved_by IS NOT NULL",
            name=op.f("ck_loans_approved_first"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('active', 'returned', 'expired', 'revoked', 'lost') OR (acknowledged_at IS NOT NULL AND starts_at IS NOT NULL AND expires_at IS NOT NULL)",
            name=op.f("ck_loans_acknowledged_first"),
        ),
        sa.CheckConstraint("way IN ('direct', 'application', 'approval')", name=op.f("ck_loans_way")),
        sa.CheckConstraint("approved_by <> borrower_id", name=op.f("ck_loans_approver_is_not_borrower")),
        sa.CheckConstraint("duration_s > 0", name=op.f("ck_loans_duration")),
        sa.ForeignKeyConstraint(["applicant_id"], ["staff.id"], name=op.f("fk_loans_applicant_id")),
        sa.ForeignKeyConstraint(["approved_by"], ["staff.id"], name=op.f("fk_loans_approved_by")),
        sa.ForeignKeyConstraint(["borrower_id"], ["staff.id"], name=op.f("fk_loans_borrower_id")),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegations.id"], name=op.f("fk_loans_delegation_id")),
        sa.ForeignKeyConstraint(["item_id"], ["archive_items.id"], name=op.f("fk_loans_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loans")),
    )
    op.create_index(op.f("ix_loans_applicant_id"), "loans", ["applicant_id"], unique=False)
    op.create_index("ix_loans_borrower", "loans", ["borrower_id", "created_at"], unique=False)
    op.create_index(op.f("ix_loans_delegation_id"), "loans", ["delegation_id"], unique=False)
    op.create_index(
        "ix_loans_ending", "loans", ["expires_at"], unique=False, postgresql_where=sa.text("state = 'active'")
    )
    op.create_index("ix_loans_item", "loans", ["item_id", "created_at"], unique=False)
    op.create_index(
        "ix_loans_waiting", "loans", ["lapses_at"], unique=False, postgresql_where=sa.text("state = 'approved'")
    )
    op.create_index(
        "uq_loans_open",
        "loans",
        ["item_id", "borrower_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('requested', 'approved', 'active')"),
    )
    op.create_table(
        "reading_sessions",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("class_as_read", sa.Text(), server_default="confidential", nullable=False),
        sa.Column("reader_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("duration_s", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_as", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delegation_id", sa.Uuid(), nullable=True),
        sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_by", sa.Uuid(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("networks", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("views", sa.Integer(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(approved_as = 'delegate') = (delegation_id IS NOT NULL)", name=op.f("ck_reading_sessions_delegated")
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR (approved_at IS NOT NULL AND approved_as IN ('office_director', 'general_manager', 'deputy_in_charge', 'delegate'))",
            name=op.f("ck_reading_sessions_approved"),
        ),
        sa.CheckConstraint("class_as_read = 'confidential'", name=op.f("ck_reading_sessions_only_confidential")),
        sa.CheckConstraint(
            "expires_at <= starts_at + interval '4 hours'", name=op.f("ck_reading_sessions_four_hours_open")
        ),
        sa.CheckConstraint(
            "state IN ('requested', 'approved', 'refused', 'cancelled', 'lapsed', 'active', 'ended', 'expired', 'revoked')",
            name=op.f("ck_reading_sessions_state"),
        ),
        sa.CheckConstraint(
            "state IN ('requested', 'refused', 'cancelled') OR approved_by IS NOT NULL",
            name=op.f("ck_reading_sessions_approved_first"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('active', 'ended', 'expired', 'revoked') OR (granted_by IS NOT NULL AND place IS NOT NULL AND networks <> '{}' AND starts_at IS NOT NULL AND expires_at IS NOT NULL)",
            name=op.f("ck_reading_sessions_granted_first"),
        ),
        sa.CheckConstraint("approved_by <> reader_id", name=op.f("ck_reading_sessions_approver_is_not_reader")),
        sa.CheckConstraint("duration_s > 0 AND duration_s <= 14400", name=op.f("ck_reading_sessions_four_hours")),
        sa.CheckConstraint("granted_by <> reader_id", name=op.f("ck_reading_sessions_granter_is_not_reader")),
        sa.ForeignKeyConstraint(["approved_by"], ["staff.id"], name=op.f("fk_reading_sessions_approved_by")),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegations.id"], name=op.f("fk_reading_sessions_delegation_id")),
        sa.ForeignKeyConstraint(["granted_by"], ["staff.id"], name=op.f("fk_reading_sessions_granted_by")),
        sa.ForeignKeyConstraint(["item_id"], ["archive_items.id"], name=op.f("fk_reading_sessions_item_id")),
        sa.ForeignKeyConstraint(["reader_id"], ["staff.id"], name=op.f("fk_reading_sessions_reader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_sessions")),
    )
    op.create_index(op.f("ix_reading_sessions_delegation_id"), "reading_sessions", ["delegation_id"], unique=False)
    op.create_index(
        "ix_reading_sessions_ending",
        "reading_sessions",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_index("ix_reading_sessions_item", "reading_sessions", ["item_id", "created_at"], unique=False)
    op.create_index("ix_reading_sessions_reader", "reading_sessions", ["reader_id", "created_at"], unique=False)
    op.create_index(
        "ix_reading_sessions_waiting",
        "reading_sessions",
        ["lapses_at"],
        unique=False,
        postgresql_where=sa.text("state = 'approved'"),
    )
    op.create_index(
        "uq_reading_sessions_open",
        "reading_sessions",
        ["item_id", "reader_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('requested', 'approved', 'active')"),
    )
    op.create_table(
        "incidents",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("loan_id", sa.Uuid(), nullable=True),
        sa.Column("reported_by", sa.Uuid(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["archive_items.id"], name=op.f("fk_incidents_item_id")),
        sa.ForeignKeyConstraint(["loan_id"], ["loans.id"], name=op.f("fk_incidents_loan_id")),
        sa.ForeignKeyConstraint(["reported_by"], ["staff.id"], name=op.f("fk_incidents_reported_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
        sa.UniqueConstraint("loan_id", name=op.f("uq_incidents_loan_id")),
    )
    op.create_index(op.f("ix_incidents_item_id"), "incidents", ["item_id"], unique=False)
    op.create_table(
        "reading_views",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["archive_items.id"], name=op.f("fk_reading_views_item_id")),
        sa.ForeignKeyConstraint(["session_id"], ["reading_sessions.id"], name=op.f("fk_reading_views_session_id")),
        sa.ForeignKeyConstraint(["version_id"], ["archive_versions.id"], name=op.f("fk_reading_views_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_views")),
    )
    op.create_index("ix_reading_views_session", "reading_views", ["session_id", "at"], unique=False)
    op.create_index("uq_reading_views_mark", "reading_views", ["mark"], unique=True)
    lock()


def lock() -> None:
    for statement in FUNCTIONS.split("$$;")[:-1]:
        op.execute(statement + "$$")
    for table in LOCKED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY seen ON {table} USING (archive_item_seen(item_id))")
    for table, person, given in (
        ("loans", "borrower_id", "class_as_lent"),
        ("reading_sessions", "reader_id", "class_as_read"),
    ):
        op.execute(f"""
            CREATE POLICY in_charge ON {table}
            USING (in_charge_of({person}) AND archive_class(item_id) <> 'top_secret')
        """)
        op.execute(f"""
            CREATE TRIGGER held_to_item BEFORE INSERT OR UPDATE ON {table}
            FOR EACH ROW EXECUTE FUNCTION hold_loan_to_item('{given}')
        """)
    for table in ("reading_views", "incidents"):
        op.execute(f"""
            CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """)


def downgrade() -> None:
    for table in ("incidents", "reading_views", "reading_sessions", "loans", "delegations"):
        op.execute(f"DROP TABLE {table} CASCADE")
    for function in ("hold_loan_to_item()", "in_charge_of(uuid)", "archive_class(uuid)"):
        op.execute(f"DROP FUNCTION {function}")
