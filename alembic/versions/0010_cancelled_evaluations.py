"""An evaluation whose job was called off before it was computed is cancelled."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    restate("'preview', 'approved', 'applied', 'cancelled'")


def restate(states: str) -> None:
    """The states that an evaluation may have."""
    op.drop_constraint(op.f("ck_tier_evaluations_state"), "tier_evaluations")
    op.create_check_constraint(op.f("ck_tier_evaluations_state"), "tier_evaluations", f"state IN ({states})")


def downgrade() -> None:
    op.execute("DELETE FROM tier_evaluations WHERE state = 'cancelled'")
    restate("'preview', 'approved', 'applied'")
