"""Whose load a statement changed is found in one pass, however many rows it has and whatever plan a session has kept.

Transition tables joined with each other, or searched for each present assignment, took time with the square of a
statement's rows: a session keeps the plan of a function that it made for a statement of one row.
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

OWNED = "JOIN assignments s ON s.account_id = r.account_id AND s.team_role {roles} AND s.ended_at IS NULL"
LOOKED_UP = """
    CROSS JOIN LATERAL (
        SELECT staff_id FROM assignments
        WHERE account_id = r.account_id AND team_role {roles} AND ended_at IS NULL
        OFFSET 0 -- never turned into a join
    ) s
"""
OWNER, OWNERS = "= 'owner'", "IN ('owner', 'co_owner')"
SEEN = "potential_value, potential_value_base, verified_at, region, industry, products, deleted_at"
COMPARED = SEEN.replace(", ", ", {0}.")
NOTICES = {
    ("insert", "assignments"): tuple(
        f"""
        SELECT staff_id FROM new_rows WHERE team_role {OWNERS}
        UNION SELECT s.staff_id FROM new_rows r {found.format(roles=OWNER)} WHERE r.team_role = 'co_owner'
        """
        for found in (OWNED, LOOKED_UP)
    ),
    ("update", "assignments"): tuple(
        f"""
        SELECT staff_id FROM new_rows WHERE team_role {OWNERS}
        UNION SELECT staff_id FROM old_rows WHERE team_role {OWNERS}
        UNION SELECT s.staff_id FROM new_rows r {found.format(roles=OWNER)} WHERE r.team_role = 'co_owner'
        """
        for found in (OWNED, LOOKED_UP)
    ),
    ("insert", "account_tiers"): tuple(
        f"SELECT s.staff_id FROM new_rows r {found.format(roles=OWNERS)}" for found in (OWNED, LOOKED_UP)
    ),
    ("update", "account_tiers"): (
        f"""
        SELECT s.staff_id FROM new_rows r JOIN old_rows o ON o.id = r.id {OWNED.format(roles=OWNERS)}
        WHERE (r.tier, r.ended_at) IS DISTINCT FROM (o.tier, o.ended_at)
        """,
        f"""
        SELECT s.staff_id
        FROM (
            SELECT id, account_id, tier, ended_at FROM new_rows
            EXCEPT SELECT id, account_id, tier, ended_at FROM old_rows
        ) AS r {LOOKED_UP.format(roles=OWNERS)}
        """,
    ),
    ("update", "accounts"): (
        f"""
        SELECT s.staff_id
        FROM new_rows n JOIN old_rows o ON o.id = n.id
        JOIN assignments s ON s.account_id = n.id AND s.team_role {OWNERS} AND s.ended_at IS NULL
        WHERE (n.{COMPARED.format("n")}) IS DISTINCT FROM (o.{COMPARED.format("o")})
        """,
        f"""
        SELECT s.staff_id
        FROM (SELECT id AS account_id, {SEEN} FROM new_rows EXCEPT SELECT id, {SEEN} FROM old_rows) AS r
        {LOOKED_UP.format(roles=OWNERS)}
        """,
    ),
}


def upgrade() -> None:
    notice(1)


def notice(version: int) -> None:
    """Notes whose load a statement may have changed, once each: 0 by joins, 1 in one pass."""
    for (event, table), versions in NOTICES.items():
        op.execute(f"""
            CREATE OR REPLACE FUNCTION note_load_{event}_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO load_changes (staff_id, booked_in)
                SELECT DISTINCT w.staff_id, nullif(current_setting('app.booked_in', true), '')::uuid
                FROM ({versions[version]}) AS w (staff_id);
                RETURN NULL;
            END $$
        """)


def downgrade() -> None:
    notice(0)
