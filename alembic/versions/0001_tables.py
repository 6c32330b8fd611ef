"""tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql


class Xid8(sa.types.UserDefinedType[int]):
    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "xid8"


revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "audit_entries",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("on_behalf_of", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("canonical", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_entries")),
        sa.UniqueConstraint("id", name=op.f("uq_audit_entries_id")),
    )
    op.create_index(
        "ix_audit_entries_account",
        "audit_entries",
        ["account_id", "position"],
        unique=False,
        postgresql_where=sa.text("account_id IS NOT NULL"),
    )
    op.create_index("ix_audit_entries_subject", "audit_entries", ["subject_id", "position"], unique=False)
    op.create_index("ix_audit_entries_xid", "audit_entries", ["xid"], unique=False)
    op.create_table(
        "departments",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("manager_id", sa.Uuid(), nullable=True),
        sa.Column("deputy_in_charge_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_departments_not_its_own_parent")),
        sa.ForeignKeyConstraint(["parent_id"], ["departments.id"], name=op.f("fk_departments_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departments")),
    )
    op.create_index(op.f("ix_departments_parent_id"), "departments", ["parent_id"], unique=False)
    op.create_index(
        "uq_departments_name", "departments", ["name"], unique=True, postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.create_table(
        "exchange_rates",
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("rate", sa.Numeric(precision=20, scale=10), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("rate > 0", name=op.f("ck_exchange_rates_rate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_rates")),
        sa.UniqueConstraint("currency", "valid_from", name=op.f("uq_exchange_rates_currency_valid_from")),
    )
    op.create_table(
        "holidays",
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('holiday', 'make_up')", name=op.f("ck_holidays_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holidays")),
        sa.UniqueConstraint("on_date", name=op.f("uq_holidays_on_date")),
    )
    op.create_table(
        "idempotency_records",
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("headers", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_idempotency_records")),
    )
    op.create_index("ix_idempotency_records_created", "idempotency_records", ["created_at"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("progress", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("result", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("problem", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')", name=op.f("ck_jobs_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index(op.f("ix_jobs_created_by"), "jobs", ["created_by"], unique=False)
    op.create_index(op.f("ix_jobs_subject_id"), "jobs", ["subject_id"], unique=False)
    op.create_table(
        "login_throttles",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_login_throttles")),
    )
    op.create_table(
        "outbox_messages",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_outbox_messages")),
    )
    op.create_index("ix_outbox_messages_xid", "outbox_messages", ["xid", "position"], unique=False)
    op.create_table(
        "settings",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_settings")),
    )
    op.create_table(
        "snapshots",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("people", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_snapshots")),
    )
    op.create_index("ix_snapshots_people", "snapshots", ["people"], unique=False, postgresql_using="gin")
    op.create_table(
        "tier_schemes",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("definition", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("method IN ('score', 'share', 'pareto', 'manual')", name=op.f("ck_tier_schemes_method")),
        sa.CheckConstraint("state IN ('draft', 'published', 'retired')", name=op.f("ck_tier_schemes_state")),
        sa.CheckConstraint("created_by <> published_by", name=op.f("ck_tier_schemes_two_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tier_schemes")),
        sa.UniqueConstraint("code", "number", name=op.f("uq_tier_schemes_code_number")),
    )
    op.create_index(
        "uq_tier_schemes_published",
        "tier_schemes",
        ["code"],
        unique=True,
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_table(
        "imports",
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("encoding", sa.Text(), nullable=True),
        sa.Column("sheet", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("decimal_mark", sa.Text(), nullable=True),
        sa.Column("day_first", sa.Boolean(), nullable=True),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("validate_only", sa.Boolean(), nullable=False),
        sa.Column("match_on", sa.Text(), nullable=False),
        sa.Column("mapping", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("notices", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("run", sa.SmallInteger(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("counts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("problem", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("decimal_mark IN ('.', ',')", name=op.f("ck_imports_decimal_mark")),
        sa.CheckConstraint("match_on IN ('code', 'external_ref', 'name_region')", name=op.f("ck_imports_match_on")),
        sa.CheckConstraint("mode IN ('atomic', 'partial')", name=op.f("ck_imports_mode")),
        sa.CheckConstraint(
            "state IN ('received', 'awaiting_mapping', 'running', 'validated', 'completed', 'failed', 'cancelled')",
            name=op.f("ck_imports_state"),
        ),
        sa.CheckConstraint("target IN ('accounts', 'contacts', 'tasks')", name=op.f("ck_imports_target")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_imports_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index(op.f("ix_imports_created_by"), "imports", ["created_by"], unique=False)
    op.create_index("uq_imports_object_key", "imports", ["object_key"], unique=True)
    op.create_table(
        "staff",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("regions", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("industries", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("products", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("experience_level", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("fte", sa.Numeric(precision=4, scale=3), server_default="1", nullable=False),
        sa.Column("max_accounts", sa.Integer(), nullable=True),
        sa.Column("max_workload_hours", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('invited', 'active', 'on_leave', 'left')", name=op.f("ck_staff_status")),
        sa.CheckConstraint("experience_level BETWEEN 1 AND 5", name=op.f("ck_staff_experience_level")),
        sa.CheckConstraint("fte > 0 AND fte <= 1", name=op.f("ck_staff_fte")),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name=op.f("fk_staff_department_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
    )
    op.create_index(op.f("ix_staff_department_id"), "staff", ["department_id"], unique=False)
    op.create_index("uq_staff_code", "staff", ["code"], unique=True, postgresql_where=sa.text("deleted_at IS NULL"))
    op.create_table(
        "tier_evaluations",
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("counts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("apply_job_id", sa.Uuid(), nullable=True),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('preview', 'approved', 'applied')", name=op.f("ck_tier_evaluations_state")),
        sa.CheckConstraint("created_by <> approved_by", name=op.f("ck_tier_evaluations_two_people")),
        sa.ForeignKeyConstraint(["apply_job_id"], ["jobs.id"], name=op.f("fk_tier_evaluations_apply_job_id")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_tier_evaluations_job_id")),
        sa.ForeignKeyConstraint(["scheme_id"], ["tier_schemes.id"], name=op.f("fk_tier_evaluations_scheme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tier_evaluations")),
    )
    op.create_index(op.f("ix_tier_evaluations_scheme_id"), "tier_evaluations", ["scheme_id"], unique=False)
    op.create_table(
        "absences",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("staff_id"), "="),
            (sa.text("daterange(starts_on, ends_on, '[]')"), "&&"),
            where=sa.text("deleted_at IS NULL"),
            using="gist",
            name="ex_absences_overlap",
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_absences_order")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_absences_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_table(
        "accounts",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_sort", sa.Text(collation="C"), nullable=False),
        sa.Column("name_match", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("grams", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("industry", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("potential_value", sa.Numeric(precision=20, scale=2), nullable=True),
        sa.Column("potential_currency", sa.CHAR(length=3), nullable=True),
        sa.Column("potential_value_on", sa.Date(), nullable=True),
        sa.Column("potential_value_base", sa.Numeric(precision=20, scale=2), nullable=True),
        sa.Column("intent", sa.Text(), nullable=True),
        sa.Column("products", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("lifecycle", sa.Text(), server_default="prospect", nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.Uuid(), nullable=True),
        sa.Column("proposed", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("watch", sa.Text(), nullable=True),
        sa.Column("watch_reason", sa.Text(), nullable=True),
        sa.Column(
            "custom", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("intent IN ('low', 'medium', 'high')", name=op.f("ck_accounts_intent")),
        sa.CheckConstraint("lifecycle IN ('prospect', 'active', 'former')", name=op.f("ck_accounts_lifecycle")),
        sa.CheckConstraint("watch IN ('growing', 'lost')", name=op.f("ck_accounts_watch")),
        sa.CheckConstraint(
            "(potential_value IS NULL) = (potential_currency IS NULL)", name=op.f("ck_accounts_money_has_currency")
        ),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_accounts_not_its_own_parent")),
        sa.CheckConstraint("potential_value >= 0", name=op.f("ck_accounts_potential_value")),
        sa.ForeignKeyConstraint(["parent_id"], ["accounts.id"], name=op.f("fk_accounts_parent_id")),
        sa.ForeignKeyConstraint(["verified_by"], ["staff.id"], name=op.f("fk_accounts_verified_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
    )
    op.create_index("ix_accounts_grams", "accounts", ["grams"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_accounts_name_match",
        "accounts",
        ["name_match", "region"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_accounts_name_sort",
        "accounts",
        ["name_sort", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(op.f("ix_accounts_parent_id"), "accounts", ["parent_id"], unique=False)
    op.create_index(
        "ix_accounts_value",
        "accounts",
        [sa.literal_column("coalesce(potential_value_base, -1)"), "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "uq_accounts_code", "accounts", ["code"], unique=True, postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.create_index(
        "uq_accounts_external_ref",
        "accounts",
        ["external_ref"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL AND external_ref IS NOT NULL"),
    )
    op.create_table(
        "api_keys",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("department_ids", postgresql.ARRAY(sa.Uuid()), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_api_keys_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_keys_secret_hash")),
    )
    op.create_table(
        "invitations",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_invitations_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_index(op.f("ix_invitations_staff_id"), "invitations", ["staff_id"], unique=False)
    op.create_table(
        "logins",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("tokens_valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_logins_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_logins")),
        sa.UniqueConstraint("username", name=op.f("uq_logins_username")),
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_refresh_tokens_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_refresh_tokens_token_hash")),
    )
    op.create_index(op.f("ix_refresh_tokens_family_id"), "refresh_tokens", ["family_id"], unique=False)
    op.create_index(op.f("ix_refresh_tokens_staff_id"), "refresh_tokens", ["staff_id"], unique=False)
    op.create_table(
        "role_grants",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("granted_by", sa.Uuid(), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed', 'effective', 'refused', 'revoked')", name=op.f("ck_role_grants_state")
        ),
        sa.CheckConstraint(
            "granted_by IS NULL OR approved_by IS NULL OR granted_by <> approved_by",
            name=op.f("ck_role_grants_two_people"),
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["staff.id"], name=op.f("fk_role_grants_approved_by")),
        sa.ForeignKeyConstraint(["granted_by"], ["staff.id"], name=op.f("fk_role_grants_granted_by")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_role_grants_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grants")),
    )
    op.create_index(op.f("ix_role_grants_staff_id"), "role_grants", ["staff_id"], unique=False)
    op.create_index(
        "uq_role_grants_current",
        "role_grants",
        ["staff_id", "role"],
        unique=True,
        postgresql_where=sa.text("state IN ('proposed', 'effective')"),
    )
    op.create_table(
        "rulebooks",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("definition", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("publisher_id", sa.Uuid(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("author_id <> publisher_id", name=op.f("ck_rulebooks_two_people")),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name=op.f("fk_rulebooks_author_id")),
        sa.ForeignKeyConstraint(["publisher_id"], ["staff.id"], name=op.f("fk_rulebooks_publisher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rulebooks")),
        sa.UniqueConstraint("code", "number", name=op.f("uq_rulebooks_code_number")),
    )
    op.create_index(
        "uq_rulebooks_published", "rulebooks", ["code"], unique=True, postgresql_where=sa.text("state = 'published'")
    )
    op.create_table(
        "account_memberships",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("holder_kind", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("holder_kind IN ('staff', 'department')", name=op.f("ck_account_memberships_holder_kind")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_memberships_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_memberships")),
    )
    op.create_index(
        "ix_account_memberships_account",
        "account_memberships",
        ["account_id", "holder_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_account_memberships_current",
        "account_memberships",
        ["holder_id", "account_id", "role"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "account_tiers",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_code", sa.Text(), nullable=False),
        sa.Column("scheme_id", sa.Uuid(), nullable=False),
        sa.Column("evaluation_id", sa.Uuid(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("ended_at > started_at", name=op.f("ck_account_tiers_order")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_tiers_account_id")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["tier_evaluations.id"], name=op.f("fk_account_tiers_evaluation_id")
        ),
        sa.ForeignKeyConstraint(["scheme_id"], ["tier_schemes.id"], name=op.f("fk_account_tiers_scheme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_tiers")),
    )
    op.create_index("ix_account_tiers_history", "account_tiers", ["account_id", "started_at"], unique=False)
    op.create_index(
        "uq_account_tiers_current",
        "account_tiers",
        ["account_id", "scheme_code"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "contacts",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("mobile", sa.Text(), nullable=True),
        sa.Column("mobile_state", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("email_state", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("birth_on", sa.Date(), nullable=True),
        sa.Column("home_address", sa.Text(), nullable=True),
        sa.Column("spouse", sa.Text(), nullable=True),
        sa.Column("personal_agenda", sa.Text(), nullable=True),
        sa.Column("alliance", sa.Text(), nullable=True),
        sa.Column("political_strategy", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_contacts_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
    )
    op.create_index(
        "ix_contacts_account", "contacts", ["account_id"], unique=False, postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.create_table(
        "distribution_plans",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rulebook_id", sa.Uuid(), nullable=False),
        sa.Column("scheme_code", sa.Text(), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("snapshot_sha256", sa.Text(), nullable=True),
        sa.Column("plan_sha256", sa.Text(), nullable=True),
        sa.Column("engine_version", sa.Text(), nullable=True),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fairness", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("counts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("problem", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("approver_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("author_id <> approver_id", name=op.f("ck_distribution_plans_two_people")),
        sa.ForeignKeyConstraint(["approver_id"], ["staff.id"], name=op.f("fk_distribution_plans_approver_id")),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name=op.f("fk_distribution_plans_author_id")),
        sa.ForeignKeyConstraint(
            ["department_id"], ["departments.id"], name=op.f("fk_distribution_plans_department_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_distribution_plans_job_id")),
        sa.ForeignKeyConstraint(["rulebook_id"], ["rulebooks.id"], name=op.f("fk_distribution_plans_rulebook_id")),
        sa.ForeignKeyConstraint(
            ["snapshot_sha256"], ["snapshots.sha256"], name=op.f("fk_distribution_plans_snapshot_sha256")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distribution_plans")),
    )
    op.create_table(
        "interactions",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("plan", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("outcome", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("amendments", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_interactions_account_id")),
        sa.ForeignKeyConstraint(["author_id"], ["staff.id"], name=op.f("fk_interactions_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interactions")),
    )
    op.create_index(
        "ix_interactions_account",
        "interactions",
        ["account_id", "starts_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(op.f("ix_interactions_author_id"), "interactions", ["author_id"], unique=False)
    op.create_table(
        "tier_sheets",
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("previous_tier", sa.Text(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("sheet", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("direction IN ('enters', 'up', 'down', 'leaves')", name=op.f("ck_tier_sheets_direction")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_tier_sheets_account_id")),
        sa.ForeignKeyConstraint(["evaluation_id"], ["tier_evaluations.id"], name=op.f("fk_tier_sheets_evaluation_id")),
        sa.PrimaryKeyConstraint("evaluation_id", "account_id", name=op.f("pk_tier_sheets")),
    )
    op.create_table(
        "decisions",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("snapshot_sha256", sa.Text(), nullable=True),
        sa.Column("rulebook_id", sa.Uuid(), nullable=True),
        sa.Column("engine_version", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("previous_owner_id", sa.Uuid(), nullable=True),
        sa.Column("winner_id", sa.Uuid(), nullable=True),
        sa.Column("runner_up_id", sa.Uuid(), nullable=True),
        sa.Column("margin", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('plan', 'route', 'appeal', 'manual')", name=op.f("ck_decisions_kind")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_decisions_account_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["distribution_plans.id"], name=op.f("fk_decisions_plan_id")),
        sa.ForeignKeyConstraint(["rulebook_id"], ["rulebooks.id"], name=op.f("fk_decisions_rulebook_id")),
        sa.ForeignKeyConstraint(["runner_up_id"], ["staff.id"], name=op.f("fk_decisions_runner_up_id")),
        sa.ForeignKeyConstraint(["snapshot_sha256"], ["snapshots.sha256"], name=op.f("fk_decisions_snapshot_sha256")),
        sa.ForeignKeyConstraint(["winner_id"], ["staff.id"], name=op.f("fk_decisions_winner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index("ix_decisions_account", "decisions", ["account_id", "decided_at"], unique=False)
    op.create_index("ix_decisions_snapshot", "decisions", ["snapshot_sha256", "id"], unique=False)
    op.create_index(
        "uq_decisions_plan",
        "decisions",
        ["plan_id", "account_id"],
        unique=True,
        postgresql_where=sa.text("plan_id IS NOT NULL"),
    )
    op.create_table(
        "entitlements",
        sa.Column("account_tier_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_entitlements_account_id")),
        sa.ForeignKeyConstraint(
            ["account_tier_id"], ["account_tiers.id"], name=op.f("fk_entitlements_account_tier_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlements")),
    )
    op.create_index(op.f("ix_entitlements_account_tier_id"), "entitlements", ["account_tier_id"], unique=False)
    op.create_index("ix_entitlements_due", "entitlements", ["account_id", "due_on"], unique=False)
    op.create_table(
        "tasks",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("assignee_text", sa.Text(), nullable=True),
        sa.Column("contact_text", sa.Text(), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("actual_on", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("interaction_id", sa.Uuid(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'done') = (actual_on IS NOT NULL)", name=op.f("ck_tasks_done_has_a_date")),
        sa.CheckConstraint("state IN ('not_started', 'in_progress', 'done', 'cancelled')", name=op.f("ck_tasks_state")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_tasks_account_id")),
        sa.ForeignKeyConstraint(["assignee_id"], ["staff.id"], name=op.f("fk_tasks_assignee_id")),
        sa.ForeignKeyConstraint(["interaction_id"], ["interactions.id"], name=op.f("fk_tasks_interaction_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    op.create_index(
        "ix_tasks_account", "tasks", ["account_id"], unique=False, postgresql_where=sa.text("deleted_at IS NULL")
    )
    op.create_index(
        "ix_tasks_assignee",
        "tasks",
        ["assignee_id", "planned_on"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(op.f("ix_tasks_interaction_id"), "tasks", ["interaction_id"], unique=False)
    op.create_table(
        "assignments",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("team_role", sa.Text(), nullable=False),
        sa.Column(
            "started_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("appeal_id", sa.Uuid(), nullable=True),
        sa.Column("pinned_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pin_reason", sa.Text(), nullable=True),
        sa.Column("assigned_by", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("account_id"), "="),
            (sa.column("team_role"), "="),
            (sa.text("tstzrange(started_at, ended_at)"), "&&"),
            using="gist",
            name="ex_assignments_one_owner",
        ),
        sa.CheckConstraint(
            "origin IN ('plan', 'routed', 'manual', 'appeal', 'handover')", name=op.f("ck_assignments_origin")
        ),
        sa.CheckConstraint("(pinned_until IS NULL) = (pin_reason IS NULL)", name=op.f("ck_assignments_pin_has_reason")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_assignments_account_id")),
        sa.ForeignKeyConstraint(["assigned_by"], ["staff.id"], name=op.f("fk_assignments_assigned_by")),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_assignments_decision_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["distribution_plans.id"], name=op.f("fk_assignments_plan_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_assignments_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
    )
    op.create_index(op.f("ix_assignments_decision_id"), "assignments", ["decision_id"], unique=False)
    op.create_index(op.f("ix_assignments_plan_id"), "assignments", ["plan_id"], unique=False)
    op.create_index(
        "ix_assignments_staff", "assignments", ["staff_id"], unique=False, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_index(
        "uq_assignments_current",
        "assignments",
        ["account_id", "team_role"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "import_rows",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("run", sa.SmallInteger(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("cells", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("kept", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("errors", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('created', 'updated', 'unchanged', 'rejected')", name=op.f("ck_import_rows_outcome")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_import_rows_account_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_import_rows_contact_id")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_rows_import_id")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_import_rows_task_id")),
        sa.PrimaryKeyConstraint("import_id", "run", "row_number", name=op.f("pk_import_rows")),
    )
    op.create_index("ix_import_rows_account", "import_rows", ["account_id"], unique=False)
    op.create_index(
        "ix_import_rows_outcome", "import_rows", ["import_id", "run", "outcome", "row_number"], unique=False
    )
    op.create_table(
        "appeals",
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("appellant_id", sa.Uuid(), nullable=False),
        sa.Column("filed_by_id", sa.Uuid(), nullable=False),
        sa.Column("respondent_id", sa.Uuid(), nullable=False),
        sa.Column("beneficiary_id", sa.Uuid(), nullable=True),
        sa.Column("grounds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("instance", sa.Integer(), server_default="1", nullable=False),
        sa.Column("draw_key", sa.LargeBinary(), nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=True),
        sa.Column("first_decider_id", sa.Uuid(), nullable=True),
        sa.Column("decide_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("fairness_effect", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("new_assignment_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('submitted', 'under_review', 'mediation', 'upheld', 'partially_upheld', 'rejected', 'withdrawn')",
            name=op.f("ck_appeals_state"),
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decision_reason IS NULL)", name=op.f("ck_appeals_decision_has_a_reason")
        ),
        sa.CheckConstraint("instance IN (1, 2)", name=op.f("ck_appeals_instance")),
        sa.CheckConstraint(
            "reviewer_id NOT IN (appellant_id, filed_by_id, respondent_id, coalesce(beneficiary_id, appellant_id))",
            name=op.f("ck_appeals_independent"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_appeals_account_id")),
        sa.ForeignKeyConstraint(["appellant_id"], ["staff.id"], name=op.f("fk_appeals_appellant_id")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_appeals_assignment_id")),
        sa.ForeignKeyConstraint(["beneficiary_id"], ["staff.id"], name=op.f("fk_appeals_beneficiary_id")),
        sa.ForeignKeyConstraint(["filed_by_id"], ["staff.id"], name=op.f("fk_appeals_filed_by_id")),
        sa.ForeignKeyConstraint(["first_decider_id"], ["staff.id"], name=op.f("fk_appeals_first_decider_id")),
        sa.ForeignKeyConstraint(["new_assignment_id"], ["assignments.id"], name=op.f("fk_appeals_new_assignment_id")),
        sa.ForeignKeyConstraint(["respondent_id"], ["staff.id"], name=op.f("fk_appeals_respondent_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["staff.id"], name=op.f("fk_appeals_reviewer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
    )
    op.create_index("ix_appeals_account", "appeals", ["account_id"], unique=False)
    op.create_index(op.f("ix_appeals_appellant_id"), "appeals", ["appellant_id"], unique=False)
    op.create_index(op.f("ix_appeals_filed_by_id"), "appeals", ["filed_by_id"], unique=False)
    op.create_index(op.f("ix_appeals_first_decider_id"), "appeals", ["first_decider_id"], unique=False)
    op.create_index(
        "ix_appeals_overdue",
        "appeals",
        ["decide_by"],
        unique=False,
        postgresql_where=sa.text("state IN ('submitted', 'under_review', 'mediation')"),
    )
    op.create_index(op.f("ix_appeals_respondent_id"), "appeals", ["respondent_id"], unique=False)
    op.create_index(op.f("ix_appeals_reviewer_id"), "appeals", ["reviewer_id"], unique=False)
    op.create_index(
        "uq_appeals_open",
        "appeals",
        ["assignment_id", "appellant_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('submitted', 'under_review', 'mediation')"),
    )
    op.create_foreign_key(
        op.f("fk_departments_deputy_in_charge_id"), "departments", "staff", ["deputy_in_charge_id"], ["id"]
    )
    op.create_foreign_key(op.f("fk_departments_manager_id"), "departments", "staff", ["manager_id"], ["id"])
    op.create_foreign_key(op.f("fk_assignments_appeal_id"), "assignments", "appeals", ["appeal_id"], ["id"])


def downgrade() -> None:
    op.drop_constraint(op.f("fk_assignments_appeal_id"), "assignments", type_="foreignkey")
    op.drop_constraint(op.f("fk_departments_manager_id"), "departments", type_="foreignkey")
    op.drop_constraint(op.f("fk_departments_deputy_in_charge_id"), "departments", type_="foreignkey")
    op.drop_index(
        "uq_appeals_open",
        table_name="appeals",
        postgresql_where=sa.text("state IN ('submitted', 'under_review', 'mediation')"),
    )
    op.drop_index(op.f("ix_appeals_reviewer_id"), table_name="appeals")
    op.drop_index(op.f("ix_appeals_respondent_id"), table_name="appeals")
    op.drop_index(
        "ix_appeals_overdue",
        table_name="appeals",
        postgresql_where=sa.text("state IN ('submitted', 'under_review', 'mediation')"),
    )
    op.drop_index(op.f("ix_appeals_first_decider_id"), table_name="appeals")
    op.drop_index(op.f("ix_appeals_filed_by_id"), table_name="appeals")
    op.drop_index(op.f("ix_appeals_appellant_id"), table_name="appeals")
    op.drop_index("ix_appeals_account", table_name="appeals")
    op.drop_table("appeals")
    op.drop_index("ix_import_rows_outcome", table_name="import_rows")
    op.drop_index("ix_import_rows_account", table_name="import_rows")
    op.drop_table("import_rows")
    op.drop_index("uq_assignments_current", table_name="assignments", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_index("ix_assignments_staff", table_name="assignments", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_index(op.f("ix_assignments_plan_id"), table_name="assignments")
    op.drop_index(op.f("ix_assignments_decision_id"), table_name="assignments")
    op.drop_table("assignments")
    op.drop_index(op.f("ix_tasks_interaction_id"), table_name="tasks")
    op.drop_index("ix_tasks_assignee", table_name="tasks", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_index("ix_tasks_account", table_name="tasks", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_table("tasks")
    op.drop_index("ix_entitlements_due", table_name="entitlements")
    op.drop_index(op.f("ix_entitlements_account_tier_id"), table_name="entitlements")
    op.drop_table("entitlements")
    op.drop_index("uq_decisions_plan", table_name="decisions", postgresql_where=sa.text("plan_id IS NOT NULL"))
    op.drop_index("ix_decisions_snapshot", table_name="decisions")
    op.drop_index("ix_decisions_account", table_name="decisions")
    op.drop_table("decisions")
    op.drop_table("tier_sheets")
    op.drop_index(op.f("ix_interactions_author_id"), table_name="interactions")
    op.drop_index("ix_interactions_account", table_name="interactions", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_table("interactions")
    op.drop_table("distribution_plans")
    op.drop_index("ix_contacts_account", table_name="contacts", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_table("contacts")
    op.drop_index("uq_account_tiers_current", table_name="account_tiers", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_index("ix_account_tiers_history", table_name="account_tiers")
    op.drop_table("account_tiers")
    op.drop_index(
        "uq_account_memberships_current", table_name="account_memberships", postgresql_where=sa.text("ended_at IS NULL")
    )
    op.drop_index(
        "ix_account_memberships_account", table_name="account_memberships", postgresql_where=sa.text("ended_at IS NULL")
    )
    op.drop_table("account_memberships")
    op.drop_index("uq_rulebooks_published", table_name="rulebooks", postgresql_where=sa.text("state = 'published'"))
    op.drop_table("rulebooks")
    op.drop_index(
        "uq_role_grants_current",
        table_name="role_grants",
        postgresql_where=sa.text("state IN ('proposed', 'effective')"),
    )
    op.drop_index(op.f("ix_role_grants_staff_id"), table_name="role_grants")
    op.drop_table("role_grants")
    op.drop_index(op.f("ix_refresh_tokens_staff_id"), table_name="refresh_tokens")
    op.drop_index(op.f("ix_refresh_tokens_family_id"), table_name="refresh_tokens")
    op.drop_table("refresh_tokens")
    op.drop_table("logins")
    op.drop_index(op.f("ix_invitations_staff_id"), table_name="invitations")
    op.drop_table("invitations")
    op.drop_table("api_keys")
    op.drop_index(
        "uq_accounts_external_ref",
        table_name="accounts",
        postgresql_where=sa.text("deleted_at IS NULL AND external_ref IS NOT NULL"),
    )
    op.drop_index("uq_accounts_code", table_name="accounts", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_index("ix_accounts_value", table_name="accounts", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_index(op.f("ix_accounts_parent_id"), table_name="accounts")
    op.drop_index("ix_accounts_name_sort", table_name="accounts", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_index("ix_accounts_name_match", table_name="accounts", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_index("ix_accounts_grams", table_name="accounts", postgresql_using="gin")
    op.drop_table("accounts")
    op.drop_table("absences")
    op.drop_index(op.f("ix_tier_evaluations_scheme_id"), table_name="tier_evaluations")
    op.drop_table("tier_evaluations")
    op.drop_index("uq_staff_code", table_name="staff", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_index(op.f("ix_staff_department_id"), table_name="staff")
    op.drop_table("staff")
    op.drop_index("uq_imports_object_key", table_name="imports")
    op.drop_index(op.f("ix_imports_created_by"), table_name="imports")
    op.drop_table("imports")
    op.drop_index(
        "uq_tier_schemes_published", table_name="tier_schemes", postgresql_where=sa.text("state = 'published'")
    )
    op.drop_table("tier_schemes")
    op.drop_index("ix_snapshots_people", table_name="snapshots", postgresql_using="gin")
    op.drop_table("snapshots")
    op.drop_table("settings")
    op.drop_index("ix_outbox_messages_xid", table_name="outbox_messages")
    op.drop_table("outbox_messages")
    op.drop_table("login_throttles")
    op.drop_index(op.f("ix_jobs_subject_id"), table_name="jobs")
    op.drop_index(op.f("ix_jobs_created_by"), table_name="jobs")
    op.drop_table("jobs")
    op.drop_index("ix_idempotency_records_created", table_name="idempotency_records")
    op.drop_table("idempotency_records")
    op.drop_table("holidays")
    op.drop_table("exchange_rates")
    op.drop_index("uq_departments_name", table_name="departments", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_index(op.f("ix_departments_parent_id"), table_name="departments")
    op.drop_table("departments")
    op.drop_index("ix_audit_entries_xid", table_name="audit_entries")
    op.drop_index("ix_audit_entries_subject", table_name="audit_entries")
    op.drop_index(
        "ix_audit_entries_account", table_name="audit_entries", postgresql_where=sa.text("account_id IS NOT NULL")
    )
    op.drop_table("audit_entries")
