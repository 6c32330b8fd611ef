"""Appeals (申诉): who may file one, until when, who may decide it, and what follows a missed deadline."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from uuid import UUID

from service.domain.calendar import BusinessCalendar
from service.domain.people import REVIEWER_ROLES, Role
from service.domain.states import AppealState, StaffStatus
from service.errors import (
    NoIndependentReviewer,
    ReviewerApprovedPlan,
    ReviewerDecidedFirstInstance,
    ReviewerInactive,
    ReviewerInLineOfParty,
    ReviewerIsParty,
    ReviewerMediated,
    ReviewerNotIndependent,
    ReviewerRecused,
    ReviewerWithoutRole,
)


@dataclass(frozen=True, slots=True)
class AppealSettings:
    """Deadlines and the pin of what was won, in working days; how often an appeal goes to another reviewer.

    `reminder_working_days`: before a deadline; `overturned_least` verdicts on a rule of which `overturned_percent` or
    more found for the appellant are an alert.
    """

    filing_working_days: int = 10
    decision_working_days: int = 5
    reminder_working_days: int = 1
    mediation_working_days: int = 5
    escalation_working_days: int = 5
    escalations: int = 1
    pin_working_days: int = 60
    overturned_least: int = 5
    overturned_percent: int = 50


class Ground(StrEnum):
    """What an appeal is based on.

    申诉理由。
    """

    WRONG_DATA = "wrong_data"
    RULE_MISAPPLIED = "rule_misapplied"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    EXISTING_RELATIONSHIP = "existing_relationship"
    OVERLOAD = "overload"
    TERRITORY = "territory"
    OTHER = "other"


class Outcome(StrEnum):
    """How an appeal may be decided.

    申诉的裁决结果。
    """

    UPHELD = "upheld"
    PARTIALLY_UPHELD = "partially_upheld"
    REJECTED = "rejected"


class ContestedRule(StrEnum):
    """The part of a rulebook on which an appeal turns: a hard rule, or what the score weighs.

    申诉所依据的规则手册内容：硬性规则，或得分的因素。
    """

    AVAILABILITY = "availability"
    BLOCKED_PAIR = "blocked_pair"
    REGION = "region"
    INDUSTRY = "industry"
    PRODUCT = "product"
    EXPERIENCE = "experience"
    COUNT_CAP = "count_cap"
    WORKLOAD_CAP = "workload_cap"
    FIT = "fit"
    PRIORITY = "priority"
    BALANCE = "balance"
    CONTINUITY = "continuity"
    BY_HAND = "by_hand"


class Answer(StrEnum):
    """What a side says to a mediator's proposal.

    当事一方对调解方案的答复。
    """

    ACCEPT = "accept"
    REFUSE = "refuse"


class EvidenceKind(StrEnum):
    """What an appellant may point to.

    申诉人可以引用的记录类型。
    """

    INTERACTION = "interaction"
    ARCHIVE_ITEM = "archive_item"


class Concern(StrEnum):
    """How an assignment concerns the person who appeals."""

    ASSIGNED = "assigned"
    TAKEN_AWAY = "taken_away"
    PASSED_OVER = "passed_over"
    MANAGER = "manager"


@dataclass(frozen=True, slots=True)
class AssignmentFacts:
    """Whom an assignment concerns: its holder, the one before, and those who were eligible."""

    assigned_id: UUID
    previous_id: UUID | None
    eligible_ids: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class AppealFacts:
    """What decides who may review an appeal.

    `line_ids` stand in the line of a party; `plan_approver_ids` approved the plan or assigned by hand; `mediator_ids`
    stood between the parties; `recused_ids` stepped back.
    """

    appeal_id: UUID
    party_ids: frozenset[UUID]
    line_ids: frozenset[UUID]
    plan_approver_ids: frozenset[UUID]
    first_decider_id: UUID | None
    mediator_ids: frozenset[UUID] = frozenset()
    recused_ids: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class ReviewerFacts:
    """Somebody who might review, with the number of appeals that already wait for them."""

    staff_id: UUID
    roles: frozenset[Role]
    status: StaffStatus
    open_appeals: int


class Refusal(StrEnum):
    """Why somebody may not review an appeal."""

    PARTY = "party"
    LINE_OF_PARTY = "line_of_party"
    APPROVED_PLAN = "approved_plan"
    DECIDED_FIRST_INSTANCE = "decided_first_instance"
    MEDIATED = "mediated"
    RECUSED = "recused"
    NOT_A_REVIEWER_ROLE = "not_a_reviewer_role"
    INACTIVE = "inactive"


REFUSALS: dict[Refusal, type[ReviewerNotIndependent]] = {
    Refusal.PARTY: ReviewerIsParty,
    Refusal.LINE_OF_PARTY: ReviewerInLineOfParty,
    Refusal.APPROVED_PLAN: ReviewerApprovedPlan,
    Refusal.DECIDED_FIRST_INSTANCE: ReviewerDecidedFirstInstance,
    Refusal.MEDIATED: ReviewerMediated,
    Refusal.RECUSED: ReviewerRecused,
    Refusal.NOT_A_REVIEWER_ROLE: ReviewerWithoutRole,
    Refusal.INACTIVE: ReviewerInactive,
}


def concern(staff_id: UUID, managed_ids: frozenset[UUID], assignment: AssignmentFacts) -> Concern | None:
    """How an assignment concerns somebody; None: they may not appeal. Managers appeal for those they manage."""
    if staff_id == assignment.assigned_id:
        return Concern.ASSIGNED
    if staff_id == assignment.previous_id:
        return Concern.TAKEN_AWAY
    if staff_id in assignment.eligible_ids:
        return Concern.PASSED_OVER
    concerned = assignment.eligible_ids | {assignment.assigned_id, assignment.previous_id}
    return Concern.MANAGER if managed_ids & concerned else None


def filing_closes_at(noticed_at: datetime, settings: AppealSettings, calendar: BusinessCalendar) -> datetime:
    """The last instant at which an assignment may be appealed, counted from its notice."""
    return calendar.deadline(noticed_at, settings.filing_working_days)


def decision_due_at(received_at: datetime, settings: AppealSettings, calendar: BusinessCalendar) -> datetime:
    """The last instant for the decision of an instance, counted from when the instance began."""
    return calendar.deadline(received_at, settings.decision_working_days)


def reminded_until(now: datetime, settings: AppealSettings, calendar: BusinessCalendar) -> datetime:
    """Deadlines up to this instant are so near that whoever they bind is reminded."""
    return calendar.deadline(now, settings.reminder_working_days)


def days_left(now: datetime, deadline: datetime, calendar: BusinessCalendar) -> int:
    """The working days that a clock has left when it is stopped; none where the deadline has passed."""
    return max(0, calendar.working_days_between(calendar.business_date(now), calendar.business_date(deadline)))


def next_instance(state: AppealState, instance: int, settings: AppealSettings) -> int | None:
    """Where an escalation or a missed deadline leads; None where the appeal stays with its last reviewer."""
    open_or_lost = state not in (AppealState.UPHELD, AppealState.WITHDRAWN)
    return instance + 1 if open_or_lost and instance <= settings.escalations else None


def often_overturned(verdicts: int, overturned: int, settings: AppealSettings) -> bool:
    """Whether so many of the verdicts on a rule find for the appellant that somebody should look at it."""
    enough = verdicts >= settings.overturned_least
    return enough and overturned * 100 >= verdicts * settings.overturned_percent


def independent(reviewer: ReviewerFacts, appeal: AppealFacts) -> list[Refusal]:
    """Every reason why this person may not review this appeal; empty: they may."""
    tests = {
        Refusal.PARTY: reviewer.staff_id in appeal.party_ids,
        Refusal.LINE_OF_PARTY: reviewer.staff_id in appeal.line_ids,
        Refusal.APPROVED_PLAN: reviewer.staff_id in appeal.plan_approver_ids,
        Refusal.DECIDED_FIRST_INSTANCE: reviewer.staff_id == appeal.first_decider_id,
        Refusal.MEDIATED: reviewer.staff_id in appeal.mediator_ids,
        Refusal.RECUSED: reviewer.staff_id in appeal.recused_ids,
        Refusal.NOT_A_REVIEWER_ROLE: not reviewer.roles & REVIEWER_ROLES,
        Refusal.INACTIVE: reviewer.status is not StaffStatus.ACTIVE,
    }
    return [refusal for refusal, holds in tests.items() if holds]


def draw_reviewer(candidates: Iterable[ReviewerFacts], appeal: AppealFacts, key: bytes) -> ReviewerFacts:
    """The least loaded of the independent, ties by a keyed hash; `NoIndependentReviewer` where nobody is left."""
    free = [candidate for candidate in candidates if not independent(candidate, appeal)]
    if not free:
        raise NoIndependentReviewer
    return min(free, key=lambda candidate: (candidate.open_appeals, _lot(candidate.staff_id, appeal.appeal_id, key)))


def _lot(staff_id: UUID, appeal_id: UUID, key: bytes) -> bytes:
    """A draw that nobody foresees without the key and everybody with it can repeat (BLAKE2b, RFC 7693)."""
    return blake2b(f"{appeal_id}:{staff_id}".encode(), key=key, digest_size=16).digest()
