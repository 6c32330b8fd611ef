"""What the database refuses, as problems: constraint names in one table, time-outs as 503."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service import errors
from service.database import sqlstate
from service.errors import FieldError, Problem, Sentence

RETRYABLE = frozenset({"40001", "40P01"})  # serialization failure, deadlock

BY_CONSTRAINT: dict[str, type[Problem]] = {
    "ex_assignments_one_owner": errors.AlreadyOwned,
    "uq_assignments_current": errors.AlreadyOwned,
    "uq_reviews_open": errors.ReviewAlreadyOpen,
    "uq_appeals_open": errors.AppealAlreadyOpen,
    "ck_appeals_independent": errors.ReviewerNotIndependent,
    "ck_rulebooks_two_people": errors.AuthorIsApprover,
    "ck_distribution_plans_two_people": errors.AuthorIsApprover,
    "ck_tier_schemes_two_people": errors.AuthorIsApprover,
    "ck_tier_evaluations_two_people": errors.AuthorIsApprover,
    "ck_role_grants_two_people": errors.SecondPersonNeeded,
    "ex_absences_overlap": errors.AbsenceOverlaps,
    "uq_loans_open": errors.LoanAlreadyOpen,
    "uq_reading_sessions_open": errors.LoanAlreadyOpen,
    "ck_loans_approver_is_not_borrower": errors.ApproverIsParty,
    "ck_reading_sessions_approver_is_not_reader": errors.ApproverIsParty,
    "loans_uploader": errors.ApproverIsParty,
    "reading_sessions_uploader": errors.ApproverIsParty,
    "loans_class": errors.StateConflict,
    "reading_sessions_class": errors.StateConflict,
}
# The fields of a request that a unique constraint is about; its own name is nobody's business.
TAKEN: dict[str, tuple[str, ...]] = {
    "uq_accounts_code": ("code",),
    "uq_accounts_external_ref": ("external_ref",),
    "uq_departments_name": ("name",),
    "uq_staff_code": ("code",),
    "uq_logins_username": ("code",),
    "uq_role_grants_current": ("role",),
    "uq_identities_subject": ("subject",),
    "uq_holidays_on_date": ("on_date",),
    "uq_exchange_rates_currency_valid_from": ("currency", "valid_from"),
    "uq_rulebooks_code_number": ("code",),
    "uq_rulebooks_published": ("code",),
    "uq_rulebook_tests_rulebook_id_account_id_staff_id": ("staff_id",),
    "uq_tier_schemes_code_number": ("code",),
    "uq_tier_schemes_published": ("code",),
    "uq_archive_links_target": ("target_id",),
    "uq_archive_proposals_open": ("action",),
}
BY_SQLSTATE: dict[str, type[Problem]] = {
    "23505": errors.AlreadyExists,
    "23P01": errors.StateConflict,
    "23503": errors.StillReferenced,
    "23514": errors.InvalidInput,
    "55P03": errors.Overloaded,
    "57014": errors.Overloaded,
    "40001": errors.Overloaded,
    "40P01": errors.Overloaded,
}


def constraint(error: DBAPIError) -> str:
    """The constraint that refused, or nothing."""
    return getattr(getattr(error.orig, "__cause__", None), "constraint_name", None) or ""


def problem_of(error: Exception) -> Problem | None:
    """The problem that a database error means to a caller, or None when it is our own mistake."""
    if isinstance(error, (PoolTimeout, TimeoutError)):
        return errors.Overloaded(headers={"Retry-After": "1"})
    if isinstance(error, DBAPIError):
        name, state = constraint(error), sqlstate(error)
        kind = BY_CONSTRAINT.get(name) or BY_SQLSTATE.get(state)
        if kind is errors.Overloaded:
            return kind(headers={"Retry-After": "1"})
        if kind:
            return kind(errors=[taken(field) for field in TAKEN.get(name, ())])
        if isinstance(error, (InterfaceError, OperationalError)) or error.connection_invalidated or not state:
            return errors.DatabaseUnavailable(headers={"Retry-After": "1"})
    if isinstance(error, OSError):
        return errors.DatabaseUnavailable(headers={"Retry-After": "1"})
    return None


def taken(field: str) -> FieldError:
    """Tells which field holds what something else has already; not what has it."""
    sentence = Sentence("Something else has this already.", "该值已被占用。")
    return FieldError("already_taken", sentence, pointer=f"/{field}")
