"""Whoever has an account carries it otherwise as soon as it joins or leaves a group, or bears another's name."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

SEEN = "potential_value, potential_value_base, verified_at, region, industry, products, deleted_at"


def upgrade() -> None:
    notice(f"{SEEN}, parent_id, name_match")


def notice(columns: str) -> None:
    """Notes the owners and co-owners of accounts of which a statement changed one of these columns."""
    op.execute(f"""
        CREATE OR REPLACE FUNCTION note_load_update_of_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO load_changes (staff_id, booked_in)
            SELECT DISTINCT s.staff_id, nullif(current_setting('app.booked_in', true), '')::uuid
            FROM (SELECT id, {columns} FROM new_rows EXCEPT SELECT id, {columns} FROM old_rows) AS r
            CROSS JOIN LATERAL (
                SELECT staff_id FROM assignments
                WHERE account_id = r.id AND ended_at IS NULL AND team_role IN ('owner', 'co_owner') OFFSET 0
            ) AS s;
            RETURN NULL;
        END $$
    """)


def downgrade() -> None:
    notice(SEEN)
