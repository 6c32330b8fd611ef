"""The lending matrix, each expectation from access.md "Archives" and nothing else."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from service.domain.archives import Confidentiality
from service.domain.calendar import BusinessCalendar
from service.domain.lending import (
    DUTIES,
    ApplicantFacts,
    Approval,
    ApproverFacts,
    BorrowerFacts,
    CaseFacts,
    Duty,
    LendingSettings,
    Opening,
    Way,
    check_approval,
    check_daily_limit,
    check_duties,
    check_loan,
    check_reading,
    duties_of,
    way_of,
    working_day,
)
from service.domain.people import Role
from service.errors import (
    ApplicationByManager,
    ApproverIsParty,
    BorrowsForThemselves,
    DailyLimitReached,
    DutiesNotAcknowledged,
    ForbiddenLoan,
    LoanTooLong,
    NotAnApprover,
)

UNCLASSIFIED, SECRET, CONFIDENTIAL, TOP_SECRET = Confidentiality
LEADING = {"general_manager", "deputy_general_manager", "director", "office_director"}
ME, OTHER, SOMEBODY = uuid4(), uuid4(), uuid4()
HOUR = timedelta(hours=1)
SETTINGS = LendingSettings()
CALENDAR = BusinessCalendar(ZoneInfo("Asia/Shanghai"))


def borrower(*roles: str) -> BorrowerFacts:
    return BorrowerFacts(ME, frozenset(map(Role, roles)), None)


def approver(*roles: str, in_charge: bool = False, delegation: UUID | None = None) -> ApproverFacts:
    return ApproverFacts(SOMEBODY, frozenset(map(Role, roles)), in_charge, delegation)


def case(**parts: object) -> CaseFacts:
    known = {"borrower_id": ME, "applicant_id": ME, "delegate_ids": frozenset(), "uploader_ids": frozenset()}
    return CaseFacts(**(known | parts))  # type: ignore[arg-type]


def at(text: str) -> datetime:
    """An instant on the clock in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


def opening(text: str, length: timedelta) -> Opening:
    return Opening(at(text), at(text) + length)


# --- who may borrow, and how ---


@pytest.mark.parametrize("role", sorted(Role))
def test_only_leaders_borrow_unclassified_items_directly(role: Role) -> None:
    expected = Way.DIRECT if role in LEADING else Way.APPLICATION
    assert way_of(UNCLASSIFIED, frozenset({role})) is expected


@pytest.mark.parametrize("role", [*sorted(Role), None])
def test_classified_items_know_no_privilege_of_role(role: Role | None) -> None:
    roles = frozenset({role} if role else ())
    ways = [way_of(one, roles) for one in (SECRET, CONFIDENTIAL, TOP_SECRET)]
    assert ways == [Way.APPROVAL, Way.READING_SESSION, Way.NEVER]


@pytest.mark.parametrize("role", sorted(LEADING))
def test_a_leader_borrows_an_unclassified_item_for_themselves(role: str) -> None:
    assert check_loan(UNCLASSIFIED, borrower(role), ApplicantFacts(ME, False), HOUR, SETTINGS) is Way.DIRECT
    with pytest.raises(BorrowsForThemselves):
        check_loan(UNCLASSIFIED, borrower(role), ApplicantFacts(OTHER, True), HOUR, SETTINGS)


def test_others_borrow_unclassified_items_on_their_managers_application_only() -> None:
    seller = borrower("sales_rep")
    assert check_loan(UNCLASSIFIED, seller, ApplicantFacts(OTHER, True), HOUR, SETTINGS) is Way.APPLICATION
    for applicant in (ApplicantFacts(ME, False), ApplicantFacts(OTHER, False)):
        with pytest.raises(ApplicationByManager):
            check_loan(UNCLASSIFIED, seller, applicant, HOUR, SETTINGS)


def test_a_department_manager_applies_for_themselves_too() -> None:
    manager = borrower("department_manager")
    assert check_loan(UNCLASSIFIED, manager, ApplicantFacts(ME, True), HOUR, SETTINGS) is Way.APPLICATION


def test_a_secret_item_is_asked_for_by_its_borrower() -> None:
    seller = borrower("sales_rep")
    assert check_loan(SECRET, seller, ApplicantFacts(ME, False), HOUR, SETTINGS) is Way.APPROVAL
    with pytest.raises(BorrowsForThemselves):
        check_loan(SECRET, seller, ApplicantFacts(OTHER, True), HOUR, SETTINGS)


@pytest.mark.parametrize(
    ("confidentiality", "role"), [*product((CONFIDENTIAL, TOP_SECRET), ["general_manager", "archivist", "sales_rep"])]
)
def test_what_ranks_above_secret_is_never_lent(confidentiality: Confidentiality, role: str) -> None:
    with pytest.raises(ForbiddenLoan):
        check_loan(confidentiality, borrower(role), ApplicantFacts(ME, True), HOUR, SETTINGS)


def test_a_reading_session_is_for_confidential_items_alone() -> None:
    check_reading(CONFIDENTIAL, borrower("sales_rep"), ApplicantFacts(ME, False))
    for other in (UNCLASSIFIED, SECRET, TOP_SECRET):
        with pytest.raises(ForbiddenLoan):
            check_reading(other, borrower("general_manager"), ApplicantFacts(ME, False))
    with pytest.raises(BorrowsForThemselves):
        check_reading(CONFIDENTIAL, borrower("sales_rep"), ApplicantFacts(OTHER, True))


# --- for how long ---


def test_a_secret_item_is_lent_for_at_most_four_hours() -> None:
    asks = ApplicantFacts(ME, False)
    assert check_loan(SECRET, borrower(), asks, 4 * HOUR, SETTINGS) is Way.APPROVAL
    with pytest.raises(LoanTooLong) as refused:
        check_loan(SECRET, borrower(), asks, 4 * HOUR + timedelta(seconds=1), SETTINGS)
    assert refused.value.detail == ("The longest loan is 4 h.", "最长可借 4 小时。")


def test_an_unclassified_item_is_lent_for_as_many_days_as_the_company_sets() -> None:
    asks, settings = ApplicantFacts(ME, False), LendingSettings(unclassified_days=2)
    check_loan(UNCLASSIFIED, borrower("director"), asks, 48 * HOUR, settings)
    with pytest.raises(LoanTooLong, match="The longest loan is 48 h"):
        check_loan(UNCLASSIFIED, borrower("director"), asks, 49 * HOUR, settings)
    assert LendingSettings() == LendingSettings(unclassified_days=30, pickup_working_days=1)


# --- who approves ---


@pytest.mark.parametrize("role", sorted(Role))
def test_the_office_director_alone_approves_unclassified_loans(role: Role) -> None:
    somebody = approver(role, in_charge=True, delegation=uuid4())
    if role is Role.OFFICE_DIRECTOR:
        assert check_approval(UNCLASSIFIED, somebody, case()) is Approval.OFFICE_DIRECTOR
    else:
        with pytest.raises(NotAnApprover):
            check_approval(UNCLASSIFIED, somebody, case())


@pytest.mark.parametrize("confidentiality", [SECRET, CONFIDENTIAL])
@pytest.mark.parametrize("role", sorted(Role))
def test_classified_items_are_approved_by_the_general_manager_or_the_deputy_in_charge(
    confidentiality: Confidentiality, role: Role
) -> None:
    if role is Role.GENERAL_MANAGER:
        assert check_approval(confidentiality, approver(role), case()) is Approval.GENERAL_MANAGER
    else:
        with pytest.raises(NotAnApprover):
            check_approval(confidentiality, approver(role), case())
        assert check_approval(confidentiality, approver(role, in_charge=True), case()) is Approval.DEPUTY_IN_CHARGE


@pytest.mark.parametrize("confidentiality", [SECRET, CONFIDENTIAL])
@pytest.mark.parametrize("role", sorted(Role))
def test_a_delegate_is_a_deputy_general_manager_or_the_office_director(
    confidentiality: Confidentiality, role: Role
) -> None:
    delegate = approver(role, delegation=uuid4())
    if role in {"deputy_general_manager", "office_director"}:
        assert check_approval(confidentiality, delegate, case()) is Approval.DELEGATE
    elif role is not Role.GENERAL_MANAGER:
        with pytest.raises(NotAnApprover):
            check_approval(confidentiality, delegate, case())


def test_ones_own_right_comes_before_a_delegated_one() -> None:
    both = approver("deputy_general_manager", in_charge=True, delegation=uuid4())
    assert check_approval(SECRET, both, case()) is Approval.DEPUTY_IN_CHARGE
    assert check_approval(SECRET, approver("general_manager", delegation=uuid4()), case()) is Approval.GENERAL_MANAGER


@pytest.mark.parametrize("role", sorted(Role))
def test_nobody_approves_anything_for_what_is_top_secret(role: Role) -> None:
    with pytest.raises(NotAnApprover):
        check_approval(TOP_SECRET, approver(role, in_charge=True, delegation=uuid4()), case())


@pytest.mark.parametrize(
    "part",
    [
        {"borrower_id": SOMEBODY},
        {"applicant_id": SOMEBODY},
        {"delegate_ids": frozenset({SOMEBODY})},
        {"uploader_ids": frozenset({OTHER, SOMEBODY})},
    ],
)
@pytest.mark.parametrize("confidentiality", [SECRET, CONFIDENTIAL])
def test_whoever_has_a_part_in_a_classified_case_does_not_approve_it(
    confidentiality: Confidentiality, part: dict[str, object]
) -> None:
    for somebody in (approver("general_manager"), approver(in_charge=True)):
        with pytest.raises(ApproverIsParty):
            check_approval(confidentiality, somebody, case(**part))


def test_the_uploader_of_an_unclassified_item_may_approve_its_loan_but_no_borrower_their_own() -> None:
    director = approver("office_director")
    uploaded = case(uploader_ids=frozenset({SOMEBODY}), delegate_ids=frozenset({SOMEBODY}))
    assert check_approval(UNCLASSIFIED, director, uploaded) is Approval.OFFICE_DIRECTOR
    for part in ({"borrower_id": SOMEBODY}, {"applicant_id": SOMEBODY}):
        with pytest.raises(ApproverIsParty):
            check_approval(UNCLASSIFIED, director, case(**part))


# --- duties ---


def test_every_borrower_promises_care_and_those_of_classified_items_everything() -> None:
    assert duties_of(UNCLASSIFIED) == (Duty.CARE, Duty.NO_ALTERATION)
    for classified in (SECRET, CONFIDENTIAL, TOP_SECRET):
        assert set(duties_of(classified)) == set(Duty)
    assert set(DUTIES) == set(Duty)


def test_a_duty_that_is_not_acknowledged_is_named() -> None:
    check_duties(SECRET, list(Duty))
    check_duties(UNCLASSIFIED, [Duty.CARE, Duty.NO_ALTERATION])
    with pytest.raises(DutiesNotAcknowledged) as refused:
        check_duties(SECRET, [Duty.CARE, Duty.NO_ALTERATION, Duty.NO_LOSS])
    assert refused.value.detail == (
        "Still to be acknowledged: Neither reprint nor copy it out. Do not lend it on.",
        "尚需确认：不得翻印、抄录。不得转借。",
    )


# --- four hours of a borrower and an item in a working day, in all ---


def test_four_hours_in_a_working_day_are_the_end() -> None:
    morning = opening("2026-03-04T09:00", 3 * HOUR)
    check_daily_limit([morning], opening("2026-03-04T14:00", HOUR), CALENDAR)
    with pytest.raises(DailyLimitReached) as refused:
        check_daily_limit([morning], opening("2026-03-04T14:00", HOUR + timedelta(seconds=1)), CALENDAR)
    assert refused.value.detail == (
        "Of the 4 hours of this working day 3600 seconds are left.",
        "本工作日的 4 小时借阅时间还剩 3600 秒。",
    )


def test_what_is_left_is_never_less_than_nothing() -> None:
    before = [opening("2026-03-04T09:00", 4 * HOUR), opening("2026-03-04T14:00", HOUR)]
    with pytest.raises(DailyLimitReached, match="0 seconds are left"):
        check_daily_limit(before, opening("2026-03-04T16:00", HOUR), CALENDAR)


def test_each_working_day_counts_for_itself() -> None:
    yesterday = opening("2026-03-03T09:00", 4 * HOUR)
    check_daily_limit([yesterday], opening("2026-03-04T09:00", 4 * HOUR), CALENDAR)
    longer_tomorrow = opening("2026-03-05T09:00", 5 * HOUR)
    check_daily_limit([longer_tomorrow], opening("2026-03-04T22:00", 2 * HOUR), CALENDAR)


def test_a_loan_over_midnight_counts_with_both_days() -> None:
    evening = [opening("2026-03-03T09:00", 3 * HOUR)]
    check_daily_limit(evening, opening("2026-03-03T23:00", 3 * HOUR), CALENDAR)
    with pytest.raises(DailyLimitReached):
        check_daily_limit(evening, opening("2026-03-03T22:59", 3 * HOUR), CALENDAR)
    late = [opening("2026-03-04T04:00", 3 * HOUR)]
    with pytest.raises(DailyLimitReached):
        check_daily_limit(late, opening("2026-03-03T23:00", 2 * HOUR + timedelta(minutes=1)), CALENDAR)
    check_daily_limit(late, opening("2026-03-03T23:00", 2 * HOUR), CALENDAR)


def test_a_working_day_begins_at_midnight_in_the_business_zone() -> None:
    begins, ends = working_day(at("2026-03-04T12:00"), CALENDAR)
    assert (begins, ends) == (at("2026-03-04T00:00"), at("2026-03-05T00:00"))


def test_free_days_count_with_the_working_day_before_them() -> None:
    holidays = BusinessCalendar(ZoneInfo("Asia/Shanghai"), [date(2026, 3, 9)], [date(2026, 3, 8)])
    friday_to_sunday = (at("2026-03-06T00:00"), at("2026-03-08T00:00"))
    assert working_day(at("2026-03-07T12:00"), holidays) == friday_to_sunday
    assert working_day(at("2026-03-08T12:00"), holidays) == (at("2026-03-08T00:00"), at("2026-03-10T00:00"))
    friday = opening("2026-03-06T16:00", 4 * HOUR)
    with pytest.raises(DailyLimitReached):
        check_daily_limit([friday], opening("2026-03-07T09:00", timedelta(seconds=1)), CALENDAR)
