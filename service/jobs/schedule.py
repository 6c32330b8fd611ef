"""Which function does which kind of job, and what runs by the clock."""

from service.jobs.appeals import (
    end_overdue_mediations,
    escalate_overdue_appeals,
    keep_promises,
    remind_of_appeals,
)
from service.jobs.archives import (
    check_version,
    lower_classes,
    note_late_paper,
    rewrap_keys,
    sweep_sealed_files,
)
from service.jobs.audit_sealing import seal_audit
from service.jobs.distribution_plans import apply_plan, compute_plan
from service.jobs.entitlements import date_entitlements
from service.jobs.following import refresh_lines, revalue_accounts
from service.jobs.housekeeping import forget_answers, forget_rate_windows, forget_refresh_tokens
from service.jobs.imports import run_import, sweep_orphaned_files
from service.jobs.ledgers import forget_load_changes, keep_ledgers, measure_fairness
from service.jobs.lending import note_ended_lending
from service.jobs.notices import mail_notices, tell_people
from service.jobs.plan_evidence import replay_plan, verify_plan
from service.jobs.recovery import take_up_dropped_jobs
from service.jobs.reviews import open_due_reviews, remind_of_rulebooks
from service.jobs.tier_evaluations import apply_tiers, evaluate_tiers
from service.jobs.waiting import retry_waiting
from service.jobs.worker import Repeated, Scheduled, Work

KINDS: dict[str, Work] = {
    "compute_plan": compute_plan,
    "apply_plan": apply_plan,
    "verify_plan": verify_plan,
    "replay_plan": replay_plan,
    "evaluate_tiers": evaluate_tiers,
    "apply_tiers": apply_tiers,
    "run_import": run_import,
    "check_archive_version": check_version,
    "refresh_lines": refresh_lines,
    "revalue_accounts": revalue_accounts,
}

# Cron expressions, in UTC.
SCHEDULE: dict[str, Scheduled] = {
    "date_entitlements": Scheduled("29 18 * * *", date_entitlements),
    "escalate_overdue_appeals": Scheduled("*/5 * * * *", escalate_overdue_appeals),
    "end_overdue_mediations": Scheduled("*/5 * * * *", end_overdue_mediations),
    "remind_of_appeals": Scheduled("*/5 * * * *", remind_of_appeals),
    "open_due_reviews": Scheduled("47 1 * * *", open_due_reviews),
    "remind_of_rulebooks": Scheduled("13 1 * * *", remind_of_rulebooks),
    "keep_promises": Scheduled("*/5 * * * *", keep_promises),
    "take_up_dropped_jobs": Scheduled("*/5 * * * *", take_up_dropped_jobs),
    "note_ended_lending": Scheduled("* * * * *", note_ended_lending),
    "retry_waiting": Scheduled("* * * * *", retry_waiting),
    "keep_ledgers": Scheduled("* * * * *", keep_ledgers),
    "measure_fairness": Scheduled("*/5 * * * *", measure_fairness),
    "forget_load_changes": Scheduled("29 * * * *", forget_load_changes),
    "rewrap_archive_keys": Scheduled("*/5 * * * *", rewrap_keys),
    "lower_archive_classes": Scheduled("11 * * * *", lower_classes),
    "note_late_paper": Scheduled("*/5 * * * *", note_late_paper),
    "sweep_sealed_files": Scheduled("53 3 * * *", sweep_sealed_files),
    "forget_answers": Scheduled("17 * * * *", forget_answers),
    "forget_rate_windows": Scheduled("7 * * * *", forget_rate_windows),
    "forget_refresh_tokens": Scheduled("41 3 * * *", forget_refresh_tokens),
    "sweep_orphaned_files": Scheduled("23 3 * * *", sweep_orphaned_files),
}

# Pauses in seconds.
REPEATED: dict[str, Repeated] = {
    "seal_audit": Repeated(1.0, seal_audit),
    "tell_people": Repeated(1.0, tell_people),
    "mail_notices": Repeated(5.0, mail_notices),
}
