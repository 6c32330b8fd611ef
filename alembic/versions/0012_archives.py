"""The archive, and row-level security as its second lock."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


CHILDREN = ("archive_versions", "archive_links", "custody_receipts", "archive_proposals")
KEPT_FOR_EVER = ("archive_items", "archive_versions", "custody_receipts")

# Who acts, by the settings of the transaction: `app.user_id` is the person, `app.keeper` the service's own work.
# Where neither is set, nothing is seen.
FUNCTIONS = """
CREATE FUNCTION acting_id() RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT nullif(current_setting('app.user_id', true), '')::uuid
$$;
CREATE FUNCTION acting_department() RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT department_id FROM staff WHERE id = acting_id() AND deleted_at IS NULL AND status IN ('active', 'on_leave')
$$;
-- The highest rank that the one who acts sees wherever it lies; -1 for whoever sees nothing of the archive.
CREATE FUNCTION archive_reach() RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN current_setting('app.keeper', true) = 'on' THEN 3 ELSE coalesce((
        SELECT max(CASE WHEN role IN ('general_manager', 'archivist', 'auditor') THEN 3
                        WHEN role IN ('deputy_general_manager', 'director', 'office_director') THEN 2
                        WHEN role IN ('admin', 'integration') THEN -1
                        ELSE 0 END)
        FROM role_grants JOIN staff ON staff.id = role_grants.staff_id
        WHERE role_grants.staff_id = acting_id() AND role_grants.state = 'effective'
          AND staff.deleted_at IS NULL AND staff.status IN ('active', 'on_leave')), -1) END
$$;
-- Whether the one who acts may know of an item; for policies of what belongs to it.
CREATE FUNCTION archive_item_seen(item uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM archive_items WHERE id = item)
$$;
CREATE FUNCTION keep_archive_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.item_id, NEW.number, NEW.filename, NEW.media_type, NEW.sha256, NEW.size, NEW.object_key,
        NEW.sealed_as, NEW.uploader_id, NEW.created_at)
       IS DISTINCT FROM
       (OLD.id, OLD.item_id, OLD.number, OLD.filename, OLD.media_type, OLD.sha256, OLD.size, OLD.object_key,
        OLD.sealed_as, OLD.uploader_id, OLD.created_at) THEN
        RAISE EXCEPTION 'a version never changes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.wrapped_key IS NULL AND OLD.wrapped_key IS NOT NULL
       AND EXISTS (SELECT FROM archive_items WHERE id = OLD.item_id AND legal_hold) THEN
        RAISE EXCEPTION 'held items are kept' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
"""
# Sub-selects are evaluated once a statement, not once a row.
SEEN = """
    rank <= (SELECT archive_reach())
    OR (rank < 3 AND (SELECT archive_reach()) >= 0
        AND (department_id = (SELECT acting_department())
             OR EXISTS (SELECT FROM account_memberships held
                        WHERE held.account_id = archive_items.account_id AND held.holder_id = (SELECT acting_id())
                          AND held.ended_at IS NULL)))
    OR (accepted_at IS NULL AND depositor_id = (SELECT acting_id()) AND (SELECT archive_reach()) >= 0)
"""


def upgrade() -> None:
    op.create_table(
        "archive_items",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("original_group", sa.SmallInteger(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("department_id", sa.Uuid(), nullable=False),
        sa.Column("confidentiality", sa.Text(), nullable=False),
        sa.Column(
            "rank",
            sa.Integer(),
            sa.Computed(
                "CASE confidentiality WHEN 'unclassified'::text THEN 0 WHEN 'secret'::text THEN 1 WHEN 'confidential'::text THEN 2 ELSE 3 END",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("state", sa.Text(), server_default="deposited", nullable=False),
        sa.Column("depositor_id", sa.Uuid(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.Uuid(), nullable=True),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("retention", sa.Text(), nullable=False),
        sa.Column("retain_until", sa.Date(), nullable=True),
        sa.Column("legal_hold", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("hold_reason", sa.Text(), nullable=True),
        sa.Column("original_held", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("paper_state", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("paper_holder_id", sa.Uuid(), nullable=True),
        sa.Column("paper_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("downgrade_on", sa.Date(), nullable=True),
        sa.Column("downgrade_to", sa.Text(), nullable=True),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(retention = 'permanent') = (retain_until IS NULL)", name=op.f("ck_archive_items_retain_until")
        ),
        sa.CheckConstraint(
            "(state IN ('accepted', 'destroyed')) = (accepted_at IS NOT NULL)", name=op.f("ck_archive_items_accepted")
        ),
        sa.CheckConstraint("NOT (legal_hold AND state = 'destroyed')", name=op.f("ck_archive_items_held_is_kept")),
        sa.CheckConstraint(
            "confidentiality IN ('unclassified', 'secret', 'confidential', 'top_secret')",
            name=op.f("ck_archive_items_confidentiality"),
        ),
        sa.CheckConstraint(
            "downgrade_to IN ('unclassified', 'secret', 'confidential', 'top_secret')",
            name=op.f("ck_archive_items_downgrade_to"),
        ),
        sa.CheckConstraint(
            "paper_state IN ('in_archive', 'out', 'overdue', 'lost')", name=op.f("ck_archive_items_paper_state")
        ),
        sa.CheckConstraint(
            "retention IN ('permanent', 'years_30', 'years_10')", name=op.f("ck_archive_items_retention")
        ),
        sa.CheckConstraint(
            "state IN ('deposited', 'accepted', 'withdrawn', 'destroyed')", name=op.f("ck_archive_items_state")
        ),
        sa.CheckConstraint("(downgrade_on IS NULL) = (downgrade_to IS NULL)", name=op.f("ck_archive_items_downgrade")),
        sa.CheckConstraint("original_group BETWEEN 1 AND 10", name=op.f("ck_archive_items_original_group")),
        sa.ForeignKeyConstraint(["accepted_by"], ["staff.id"], name=op.f("fk_archive_items_accepted_by")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_archive_items_account_id")),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name=op.f("fk_archive_items_department_id")),
        sa.ForeignKeyConstraint(["depositor_id"], ["staff.id"], name=op.f("fk_archive_items_depositor_id")),
        sa.ForeignKeyConstraint(["paper_holder_id"], ["staff.id"], name=op.f("fk_archive_items_paper_holder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_items")),
    )
    op.create_index(
        "ix_archive_items_account",
        "archive_items",
        ["account_id"],
        unique=False,
        postgresql_where=sa.text("account_id IS NOT NULL"),
    )
    op.create_index("ix_archive_items_created", "archive_items", ["created_at", "id"], unique=False)
    op.create_index("ix_archive_items_department", "archive_items", ["department_id"], unique=False)
    op.create_index(op.f("ix_archive_items_depositor_id"), "archive_items", ["depositor_id"], unique=False)
    op.create_index(
        "ix_archive_items_downgrade",
        "archive_items",
        ["downgrade_on"],
        unique=False,
        postgresql_where=sa.text("downgrade_on IS NOT NULL"),
    )
    op.create_index("uq_archive_items_code", "archive_items", ["code"], unique=True)
    op.create_table(
        "archive_links",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(target_id IS NULL) <> (url IS NULL)", name=op.f("ck_archive_links_one_target")),
        sa.CheckConstraint("target_id <> item_id", name=op.f("ck_archive_links_not_itself")),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_archive_links_created_by")),
        sa.ForeignKeyConstraint(["item_id"], ["archive_items.id"], name=op.f("fk_archive_links_item_id")),
        sa.ForeignKeyConstraint(["target_id"], ["archive_items.id"], name=op.f("fk_archive_links_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_links")),
    )
    op.create_index(op.f("ix_archive_links_item_id"), "archive_links", ["item_id"], unique=False)
    op.create_index(op.f("ix_archive_links_target_id"), "archive_links", ["target_id"], unique=False)
    op.create_index("uq_archive_links_target", "archive_links", ["item_id", "target_id"], unique=True)
    op.create_table(
        "archive_proposals",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("to_confidentiality", sa.Text(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="proposed", nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(action = 'lower') = (to_confidentiality IS NOT NULL)", name=op.f("ck_archive_proposals_lower_to")
        ),
        sa.CheckConstraint("action IN ('lower', 'destroy', 'lift_hold')", name=op.f("ck_archive_proposals_action")),
        sa.CheckConstraint(
            "state <> 'confirmed' OR decided_by <> proposed_by", name=op.f("ck_archive_proposals_two_people")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'refused', 'withdrawn')", name=op.f("ck_archive_proposals_state")
        ),
        sa.CheckConstraint(
            "to_confidentiality IN ('unclassified', 'secret', 'confidential', 'top_secret')",
            name=op.f("ck_archive_proposals_to_confidentiality"),
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_archive_proposals_decided_by")),
        sa.ForeignKeyConstraint(["item_id"], ["archive_items.id"], name=op.f("fk_archive_proposals_item_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["staff.id"], name=op.f("fk_archive_proposals_proposed_by")),
        sa.ForeignKeyConstraint(["second_id"], ["staff.id"], name=op.f("fk_archive_proposals_second_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_proposals")),
    )
    op.create_index(op.f("ix_archive_proposals_item_id"), "archive_proposals", ["item_id"], unique=False)
    op.create_index(op.f("ix_archive_proposals_second_id"), "archive_proposals", ["second_id"], unique=False)
    op.create_index(
        "uq_archive_proposals_open",
        "archive_proposals",
        ["item_id", "action"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_table(
        "archive_versions",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="deposited", nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("sealed_as", sa.Text(), nullable=False),
        sa.Column("wrapped_as", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("uploader_id", sa.Uuid(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(state = 'accepted') = (accepted_at IS NOT NULL)", name=op.f("ck_archive_versions_accepted")
        ),
        sa.CheckConstraint(
            "sealed_as IN ('unclassified', 'secret', 'confidential', 'top_secret') AND wrapped_as IN ('unclassified', 'secret', 'confidential', 'top_secret')",
            name=op.f("ck_archive_versions_confidentiality"),
        ),
        sa.CheckConstraint("state IN ('deposited', 'accepted', 'refused')", name=op.f("ck_archive_versions_state")),
        sa.CheckConstraint("size > 0", name=op.f("ck_archive_versions_size")),
        sa.ForeignKeyConstraint(["accepted_by"], ["staff.id"], name=op.f("fk_archive_versions_accepted_by")),
        sa.ForeignKeyConstraint(["item_id"], ["archive_items.id"], name=op.f("fk_archive_versions_item_id")),
        sa.ForeignKeyConstraint(["uploader_id"], ["staff.id"], name=op.f("fk_archive_versions_uploader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_versions")),
    )
    op.create_index("ix_archive_versions_key", "archive_versions", ["key_id"], unique=False)
    op.create_index("uq_archive_versions_number", "archive_versions", ["item_id", "number"], unique=True)
    op.create_index("uq_archive_versions_object_key", "archive_versions", ["object_key"], unique=True)
    op.create_table(
        "custody_receipts",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('received', 'handed_out', 'returned', 'counted', 'lost', 'found')",
            name=op.f("ck_custody_receipts_kind"),
        ),
        sa.ForeignKeyConstraint(["item_id"], ["archive_items.id"], name=op.f("fk_custody_receipts_item_id")),
        sa.ForeignKeyConstraint(["person_id"], ["staff.id"], name=op.f("fk_custody_receipts_person_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_custody_receipts_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custody_receipts")),
    )
    op.create_index("ix_custody_receipts_item", "custody_receipts", ["item_id", "created_at"], unique=False)

    lock()


def lock() -> None:
    for statement in FUNCTIONS.split("$$;")[:-1]:
        op.execute(statement + "$$")
    op.execute("ALTER TABLE archive_items ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY seen ON archive_items FOR SELECT USING ({SEEN})")
    op.execute("""
        CREATE POLICY made ON archive_items FOR INSERT
        WITH CHECK (depositor_id = acting_id() OR current_setting('app.keeper', true) = 'on')
    """)
    op.execute("CREATE POLICY changed ON archive_items FOR UPDATE USING (true) WITH CHECK (true)")
    for table in CHILDREN:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY seen ON {table} USING (archive_item_seen(item_id))")
    # whoever was asked as the second person knows of the proposal, not of the item
    op.execute("CREATE POLICY asked ON archive_proposals USING (second_id = (SELECT acting_id()))")
    for table in KEPT_FOR_EVER:
        op.execute(f"""
            CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """)
    op.execute("""
        CREATE TRIGGER never_changed BEFORE UPDATE ON custody_receipts
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)
    op.execute("""
        CREATE TRIGGER kept BEFORE UPDATE ON archive_versions
        FOR EACH ROW EXECUTE FUNCTION keep_archive_version()
    """)


def downgrade() -> None:
    for table in reversed(("archive_items", *CHILDREN)):
        op.execute(f"DROP TABLE {table} CASCADE")
    for function in (
        "keep_archive_version()",
        "archive_item_seen(uuid)",
        "archive_reach()",
        "acting_department()",
        "acting_id()",
    ):
        op.execute(f"DROP FUNCTION {function}")
