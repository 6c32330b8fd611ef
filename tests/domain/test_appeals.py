from collections import Counter
from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from service.domain.appeals import (
    REFUSALS,
    AppealFacts,
    AppealSettings,
    AssignmentFacts,
    Concern,
    ContestedRule,
    Refusal,
    ReviewerFacts,
    concern,
    days_left,
    decision_due_at,
    draw_reviewer,
    filing_closes_at,
    independent,
    next_instance,
    often_overturned,
    reminded_until,
)
from service.domain.calendar import BusinessCalendar
from service.domain.distribution.eligibility import Rule
from service.domain.people import Role
from service.domain.states import AppealState, StaffStatus
from service.errors import NoIndependentReviewer

CALENDAR = BusinessCalendar(
    ZoneInfo("Asia/Shanghai"),
    holidays=[date(2024, 10, day) for day in range(1, 8)],
    make_up_days=[date(2024, 9, 29), date(2024, 10, 12)],
)
SETTINGS = AppealSettings()
OWNER, BEFORE, PASSED, STRANGER, BOSS, APPROVER, FIRST, LEADER = (UUID(int=number) for number in range(1, 9))
ASSIGNMENT = AssignmentFacts(OWNER, BEFORE, frozenset({OWNER, PASSED}))
APPEAL = AppealFacts(
    UUID(int=99), frozenset({OWNER, PASSED}), frozenset({BOSS}), frozenset({APPROVER}), first_decider_id=FIRST
)
KEY = b"a key of the ring, of 32 bytes .."


def a_reviewer(
    staff_id: UUID = LEADER,
    *roles: Role,
    status: StaffStatus = StaffStatus.ACTIVE,
    open_appeals: int = 0,
) -> ReviewerFacts:
    return ReviewerFacts(staff_id, frozenset(roles or {Role.DIRECTOR}), status, open_appeals)


@pytest.mark.parametrize(
    ("staff_id", "managed", "expected"),
    [
        (OWNER, [], Concern.ASSIGNED),
        (BEFORE, [], Concern.TAKEN_AWAY),
        (PASSED, [], Concern.PASSED_OVER),
        (BOSS, [PASSED], Concern.MANAGER),
        (BOSS, [BEFORE], Concern.MANAGER),
        (BOSS, [STRANGER], None),
        (STRANGER, [], None),
    ],
)
def test_those_whom_an_assignment_concerns_and_their_managers_may_appeal(
    staff_id: UUID, managed: list[UUID], expected: Concern | None
) -> None:
    assert concern(staff_id, frozenset(managed), ASSIGNMENT) is expected


def test_without_a_previous_owner_nobody_stands_in_for_one() -> None:
    assert concern(STRANGER, frozenset(), AssignmentFacts(OWNER, None, frozenset())) is None


def test_the_filing_window_is_ten_working_days_from_the_notice() -> None:
    noticed = datetime(2024, 9, 30, 1, 0, tzinfo=UTC)
    # 8–12 October (Saturday made up) are five, 14–18 October the other five.
    assert filing_closes_at(noticed, SETTINGS, CALENDAR) == datetime(2024, 10, 18, 15, 59, 59, 999999, tzinfo=UTC)


def test_a_decision_is_due_within_five_working_days() -> None:
    received = datetime(2024, 9, 30, 1, 0, tzinfo=UTC)
    assert decision_due_at(received, SETTINGS, CALENDAR) == datetime(2024, 10, 12, 15, 59, 59, 999999, tzinfo=UTC)


def test_deadlines_are_settings() -> None:
    received = datetime(2024, 9, 30, 1, 0, tzinfo=UTC)
    settings = AppealSettings(filing_working_days=2, decision_working_days=1)
    assert decision_due_at(received, settings, CALENDAR).day == 8
    assert filing_closes_at(received, settings, CALENDAR).day == 9


@pytest.mark.parametrize("state", [AppealState.SUBMITTED, AppealState.UNDER_REVIEW, AppealState.REJECTED])
def test_an_appeal_goes_to_a_second_instance_once(state: AppealState) -> None:
    assert next_instance(state, 1, SETTINGS) == 2
    assert next_instance(state, 2, SETTINGS) is None
    assert next_instance(state, 1, AppealSettings(escalations=0)) is None


@pytest.mark.parametrize("state", [AppealState.UPHELD, AppealState.WITHDRAWN])
def test_what_was_won_or_withdrawn_is_not_escalated(state: AppealState) -> None:
    assert next_instance(state, 1, SETTINGS) is None


@pytest.mark.parametrize(
    "roles",
    [[Role.GENERAL_MANAGER], [Role.KEY_ACCOUNT_MANAGER], [Role.MEDIATOR, Role.SALES_REP], [Role.OFFICE_DIRECTOR]],
)
def test_a_leader_key_account_manager_or_mediator_apart_from_the_case_may_review(roles: list[Role]) -> None:
    assert independent(a_reviewer(LEADER, *roles), APPEAL) == []


@pytest.mark.parametrize(
    ("reviewer", "refusal"),
    [
        (a_reviewer(OWNER), Refusal.PARTY),
        (a_reviewer(BOSS), Refusal.LINE_OF_PARTY),
        (a_reviewer(APPROVER), Refusal.APPROVED_PLAN),
        (a_reviewer(FIRST), Refusal.DECIDED_FIRST_INSTANCE),
        (a_reviewer(LEADER, Role.SALES_REP, Role.ADMIN), Refusal.NOT_A_REVIEWER_ROLE),
        (a_reviewer(LEADER, status=StaffStatus.ON_LEAVE), Refusal.INACTIVE),
        (a_reviewer(LEADER, status=StaffStatus.LEFT), Refusal.INACTIVE),
        (a_reviewer(LEADER, status=StaffStatus.INVITED), Refusal.INACTIVE),
    ],
)
def test_each_tie_to_the_case_refuses_a_reviewer(reviewer: ReviewerFacts, refusal: Refusal) -> None:
    assert independent(reviewer, APPEAL) == [refusal]


def test_every_reason_is_told_at_once() -> None:
    tied = frozenset({OWNER})
    case = AppealFacts(UUID(int=99), tied, tied, tied, OWNER, mediator_ids=tied, recused_ids=tied)
    outsider = a_reviewer(OWNER, Role.SALES_REP, status=StaffStatus.LEFT)
    assert independent(outsider, case) == list(Refusal)


def test_each_tie_is_refused_by_a_code_of_its_own() -> None:
    assert set(REFUSALS) == set(Refusal)
    assert len({problem.code() for problem in REFUSALS.values()}) == len(Refusal)


def test_whoever_mediated_or_stepped_back_does_not_hear_the_appeal() -> None:
    case = AppealFacts(
        UUID(int=99), frozenset(), frozenset(), frozenset(), None, frozenset({LEADER}), frozenset({STRANGER})
    )
    assert independent(a_reviewer(LEADER), case) == [Refusal.MEDIATED]
    assert independent(a_reviewer(STRANGER), case) == [Refusal.RECUSED]


def test_a_clock_that_is_stopped_has_whole_working_days_left() -> None:
    stopped = datetime(2024, 9, 30, 1, 0, tzinfo=UTC)
    due = decision_due_at(stopped, SETTINGS, CALENDAR)
    assert days_left(stopped, due, CALENDAR) == SETTINGS.decision_working_days
    assert days_left(datetime(2024, 10, 11, 1, 0, tzinfo=UTC), due, CALENDAR) == 1
    assert days_left(datetime(2024, 10, 20, 1, 0, tzinfo=UTC), due, CALENDAR) == 0


def test_a_deadline_is_near_on_the_working_day_before_it() -> None:
    due = datetime(2024, 10, 8, 15, 59, 59, 999999, tzinfo=UTC)
    assert reminded_until(datetime(2024, 9, 29, 1, 0, tzinfo=UTC), SETTINGS, CALENDAR) < due
    assert reminded_until(datetime(2024, 9, 30, 1, 0, tzinfo=UTC), SETTINGS, CALENDAR) == due


@pytest.mark.parametrize(
    ("verdicts", "overturned", "often"), [(4, 4, False), (5, 2, False), (5, 3, True), (6, 3, True)]
)
def test_a_rule_is_often_overturned_from_half_of_five_verdicts(verdicts: int, overturned: int, often: bool) -> None:
    assert often_overturned(verdicts, overturned, SETTINGS) is often


def test_in_the_first_instance_nobody_has_decided_yet() -> None:
    first = AppealFacts(UUID(int=99), frozenset({OWNER}), frozenset(), frozenset(), first_decider_id=None)
    assert independent(a_reviewer(FIRST), first) == []


def test_the_least_loaded_of_the_independent_is_drawn() -> None:
    busy, idle, party = a_reviewer(LEADER, open_appeals=3), a_reviewer(STRANGER, open_appeals=1), a_reviewer(OWNER)
    assert draw_reviewer([busy, idle, party], APPEAL, KEY) == idle


def test_a_draw_among_equals_can_be_repeated_in_any_order_and_is_spread_over_them() -> None:
    equals = [a_reviewer(UUID(int=number)) for number in range(100, 104)]
    drawn = Counter()
    for number in range(400):
        case = AppealFacts(UUID(int=number), frozenset(), frozenset(), frozenset(), None)
        winner = draw_reviewer(equals, case, KEY)
        assert draw_reviewer(equals[::-1], case, KEY) == winner
        drawn[winner.staff_id] += 1
    assert min(drawn.values()) > 60
    assert len(drawn) == 4


def test_the_key_decides_the_draw() -> None:
    equals = [a_reviewer(UUID(int=number)) for number in range(100, 200)]
    assert draw_reviewer(equals, APPEAL, KEY) != draw_reviewer(equals, APPEAL, b"another key")


def test_with_nobody_independent_left_the_draw_says_so() -> None:
    with pytest.raises(NoIndependentReviewer):
        draw_reviewer([a_reviewer(OWNER), a_reviewer(BOSS), a_reviewer(FIRST)], APPEAL, KEY)


def test_every_hard_rule_may_be_contested() -> None:
    assert {str(rule) for rule in Rule} <= {str(rule) for rule in ContestedRule}
