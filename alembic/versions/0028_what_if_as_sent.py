"""What-if questions are kept in the words in which they were sent, not in those of a snapshot's entries."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

PERSON = """
    (one - '{fte_permille,availability_permille,max_workload_minutes}'::text[]) || jsonb_strip_nulls(jsonb_build_object(
        'fte', ((one->>'fte_permille')::numeric / 1000)::numeric(4, 3)::text,
        'absent', (one->>'availability_permille')::int = 0,
        'max_workload_hours', (one->>'max_workload_minutes')::int / 60))
"""
ACCOUNT = """
    (one - '{id,owner,pinned,value_minor}'::text[]) || jsonb_build_object('account_id', one->'id')
    || CASE WHEN one ? 'owner' THEN jsonb_build_object('owner_id', one->'owner') ELSE '{}' END
    || jsonb_strip_nulls(jsonb_build_object(
        'potential_value_base', ((one->>'value_minor')::numeric / 100)::numeric(16, 2)::text))
"""
OTHER_PERSON = """
    (one - '{fte,absent,max_workload_hours}'::text[]) || jsonb_strip_nulls(jsonb_build_object(
        'fte_permille', ((one->>'fte')::numeric * 1000)::int,
        'availability_permille', CASE (one->>'absent')::boolean WHEN true THEN 0 WHEN false THEN 1000 END,
        'max_workload_minutes', (one->>'max_workload_hours')::int * 60))
"""
OTHER_ACCOUNT = """
    (one - '{account_id,owner_id,potential_value_base}'::text[]) || jsonb_build_object('id', one->'account_id')
    || CASE WHEN one ? 'owner_id' THEN jsonb_build_object('owner', one->'owner_id', 'pinned', false) ELSE '{}' END
    || jsonb_strip_nulls(jsonb_build_object(
        'value_minor', ((one->>'potential_value_base')::numeric * 100)::bigint))
"""


def upgrade() -> None:
    known = f"({PERSON}) - 'id' || jsonb_build_object('staff_id', one->'id')"
    rewrite(known, PERSON, ACCOUNT)


def rewrite(people: str, added: str, accounts: str) -> None:
    """Each question with its people and accounts in other words."""
    parts = ", ".join(
        f"'{name}', (SELECT coalesce(jsonb_agg({words}), '[]') FROM jsonb_array_elements(what_if->'{name}') AS one)"
        for name, words in (("people", people), ("added_people", added), ("accounts", accounts))
    )
    op.execute(
        f"UPDATE distribution_plans SET what_if = what_if || jsonb_build_object({parts})"  # noqa: S608 - words of this file
        " WHERE what_if IS NOT NULL"
    )


def downgrade() -> None:
    known = f"({OTHER_PERSON}) - 'staff_id' || jsonb_build_object('id', one->'staff_id')"
    rewrite(known, OTHER_PERSON, OTHER_ACCOUNT)
