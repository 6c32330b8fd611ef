"""Which function does which kind of job."""

from service.jobs.distribution_plans import apply_plan, compute_plan
from service.jobs.tier_evaluations import apply_tiers, evaluate_tiers
from service.jobs.worker import Work

KINDS: dict[str, Work] = {
    "compute_plan": compute_plan,
    "apply_plan": apply_plan,
    "evaluate_tiers": evaluate_tiers,
    "apply_tiers": apply_tiers,
}
