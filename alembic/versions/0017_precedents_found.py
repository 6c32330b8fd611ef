"""Precedents are found by rule and outcome together."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_appeal_verdicts_rule_outcome", "appeal_verdicts", ["rule", "outcome", "id"])


def downgrade() -> None:
    op.drop_index("ix_appeal_verdicts_rule_outcome", "appeal_verdicts")
