"""One owner at a time, found by a hash of account and role: an entry costs the same however many there are."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BY_HASH = "uuid_hash_extended(account_id, hashtextextended(team_role, 0)) WITH ="
BY_ID = "account_id WITH =, team_role WITH ="


def upgrade() -> None:
    exclude(BY_HASH)


def exclude(same: str) -> None:
    """No two assignments of an account in one role at the same time."""
    op.execute(f"""
        ALTER TABLE assignments DROP CONSTRAINT ex_assignments_one_owner,
        ADD CONSTRAINT ex_assignments_one_owner
            EXCLUDE USING gist ({same}, tstzrange(started_at, ended_at) WITH &&)
    """)


def downgrade() -> None:
    exclude(BY_ID)
