"""Which function does which kind of job."""

from service.jobs.tier_evaluations import apply_tiers, evaluate_tiers
from service.jobs.worker import Work

KINDS: dict[str, Work] = {
    "evaluate_tiers": evaluate_tiers,
    "apply_tiers": apply_tiers,
}
