"""Lending (借阅): who may borrow what, how, for how long, and who may approve it (access.md, "Archives").

Whether somebody may see an item is decided before these rules are asked; they never widen it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from service.domain.archives import SECRET, Confidentiality
from service.domain.calendar import BusinessCalendar
from service.domain.people import LEADERS, Role
from service.errors import (
    ApplicationByManager,
    ApproverIsParty,
    BorrowsForThemselves,
    DailyLimitReached,
    DutiesNotAcknowledged,
    ForbiddenLoan,
    LoanTooLong,
    NotAnApprover,
    Sentence,
)

DIRECT_BORROWERS = LEADERS
DELEGATES = frozenset({Role.DEPUTY_GENERAL_MANAGER, Role.OFFICE_DIRECTOR})
LONGEST_CLASSIFIED = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class LendingSettings:
    """How long an unclassified item is lent at most, and how many working days an approval waits for its borrower."""

    unclassified_days: int = 30
    pickup_working_days: int = 1


class Way(StrEnum):
    """How somebody comes to what an item says."""

    DIRECT = "direct"
    APPLICATION = "application"
    APPROVAL = "approval"
    READING_SESSION = "reading_session"
    NEVER = "never"


HOW_TO_ASK = {
    Way.DIRECT: Sentence("POST /v1/loans lends it to you.", "请通过 POST /v1/loans 借阅。"),
    Way.APPLICATION: Sentence(
        "Your department manager asks for it by POST /v1/loans.", "请由部门经理通过 POST /v1/loans 提出借阅申请。"
    ),
    Way.APPROVAL: Sentence("Ask for a loan: POST /v1/loans.", "请通过 POST /v1/loans 申请借阅。"),
    Way.READING_SESSION: Sentence(
        "Ask to read it in the reading room: POST /v1/reading-sessions.", "请通过 POST /v1/reading-sessions 申请阅览。"
    ),
}
"""What somebody is told who may come to an item in such a way, but has not."""


class Duty(StrEnum):
    """What a borrower promises before the loan begins.

    借阅开始之前借阅人的承诺。
    """

    CARE = "care"
    NO_ALTERATION = "no_alteration"
    NO_COPYING = "no_copying"
    NO_LENDING_ON = "no_lending_on"
    NO_LOSS = "no_loss"


DUTIES = {
    Duty.CARE: Sentence("Handle it with care and keep it tidy.", "爱护档案，保持整洁。"),
    Duty.NO_ALTERATION: Sentence("Alter nothing.", "不得涂改。"),
    Duty.NO_COPYING: Sentence("Neither reprint nor copy it out.", "不得翻印、抄录。"),
    Duty.NO_LENDING_ON: Sentence("Do not lend it on.", "不得转借。"),
    Duty.NO_LOSS: Sentence("Do not lose it.", "不得遗失。"),
}


@dataclass(frozen=True, slots=True)
class BorrowerFacts:
    """Who would borrow: their id, roles that count now, and department."""

    id: UUID
    roles: frozenset[Role]
    department_id: UUID | None


@dataclass(frozen=True, slots=True)
class ApplicantFacts:
    """Who asks: their id, and whether they manage the borrower's department or one above it."""

    id: UUID
    manages_borrower: bool


@dataclass(frozen=True, slots=True)
class ApproverFacts:
    """Who would approve: roles that count now, whether the borrower's department is in their charge (分管).

    `delegation_id` is a general manager's delegation that they hold now and that covers approving this class.
    """

    id: UUID
    roles: frozenset[Role]
    in_charge_of_borrower: bool
    delegation_id: UUID | None


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """Who has a part in a case: borrower and applicant, who holds a delegation of either, who uploaded the item."""

    borrower_id: UUID
    applicant_id: UUID
    delegate_ids: frozenset[UUID]
    uploader_ids: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Opening:
    """From when to when a loan was or will be open."""

    start: datetime
    end: datetime


class Approval(StrEnum):
    """In what right somebody approves."""

    OFFICE_DIRECTOR = "office_director"
    GENERAL_MANAGER = "general_manager"
    DEPUTY_IN_CHARGE = "deputy_in_charge"
    DELEGATE = "delegate"


def way_of(confidentiality: Confidentiality, roles: frozenset[Role]) -> Way:
    """How somebody with these roles comes to what an item of this class says."""
    if confidentiality is Confidentiality.UNCLASSIFIED:
        return Way.DIRECT if roles & DIRECT_BORROWERS else Way.APPLICATION
    return {
        Confidentiality.SECRET: Way.APPROVAL,
        Confidentiality.CONFIDENTIAL: Way.READING_SESSION,
        Confidentiality.TOP_SECRET: Way.NEVER,
    }[confidentiality]


def duties_of(confidentiality: Confidentiality) -> tuple[Duty, ...]:
    """What a borrower of this class promises."""
    every = tuple(Duty)
    return every if confidentiality.rank >= SECRET else every[:2]


def check_loan(
    confidentiality: Confidentiality,
    borrower: BorrowerFacts,
    applicant: ApplicantFacts,
    duration: timedelta,
    settings: LendingSettings,
) -> Way:
    """The way in which a loan may be asked for.

    Raises ForbiddenLoan, ApplicationByManager, BorrowsForThemselves or LoanTooLong.
    """
    way = way_of(confidentiality, borrower.roles)
    if way in {Way.READING_SESSION, Way.NEVER}:
        raise ForbiddenLoan
    if way is Way.APPLICATION:
        if not applicant.manages_borrower:
            raise ApplicationByManager
    elif applicant.id != borrower.id:
        raise BorrowsForThemselves
    check_duration(confidentiality, duration, settings)
    return way


def check_reading(confidentiality: Confidentiality, reader: BorrowerFacts, applicant: ApplicantFacts) -> None:
    """Nothing where a reading session may be asked for; raises ForbiddenLoan or BorrowsForThemselves."""
    if way_of(confidentiality, reader.roles) is not Way.READING_SESSION:
        raise ForbiddenLoan
    if applicant.id != reader.id:
        raise BorrowsForThemselves


def check_duration(confidentiality: Confidentiality, duration: timedelta, settings: LendingSettings) -> None:
    """Nothing, or LoanTooLong: at most 4 hours for what is classified."""
    longest = LONGEST_CLASSIFIED if confidentiality.rank >= SECRET else timedelta(days=settings.unclassified_days)
    if duration > longest:
        hours = longest // timedelta(hours=1)
        raise LoanTooLong(Sentence(f"The longest loan is {hours} h.", f"最长可借 {hours} 小时。"))


def check_approval(confidentiality: Confidentiality, approver: ApproverFacts, case: CaseFacts) -> Approval:
    """The right in which somebody approves a loan or reading session; raises ApproverIsParty or NotAnApprover."""
    parties = {case.borrower_id, case.applicant_id}
    if confidentiality.rank >= SECRET:
        parties |= case.delegate_ids | case.uploader_ids
    if approver.id in parties:
        raise ApproverIsParty
    right = right_to_approve(confidentiality, approver)
    if right is None:
        raise NotAnApprover
    return right


def right_to_approve(confidentiality: Confidentiality, approver: ApproverFacts) -> Approval | None:
    """In what right somebody who has no part in the case may approve; one's own right comes before a delegated one."""
    if confidentiality is Confidentiality.UNCLASSIFIED:
        return Approval.OFFICE_DIRECTOR if Role.OFFICE_DIRECTOR in approver.roles else None
    if confidentiality is Confidentiality.TOP_SECRET:
        return None
    if Role.GENERAL_MANAGER in approver.roles:
        return Approval.GENERAL_MANAGER
    if approver.in_charge_of_borrower:
        return Approval.DEPUTY_IN_CHARGE
    return Approval.DELEGATE if approver.delegation_id and approver.roles & DELEGATES else None


def check_duties(confidentiality: Confidentiality, acknowledged: Iterable[Duty]) -> None:
    """Nothing when every duty of the class is acknowledged; raises DutiesNotAcknowledged."""
    missing = [duty for duty in duties_of(confidentiality) if duty not in set(acknowledged)]
    if missing:
        raise DutiesNotAcknowledged(
            Sentence(
                f"Still to be acknowledged: {' '.join(DUTIES[duty].en for duty in missing)}",
                f"尚需确认：{''.join(DUTIES[duty].zh for duty in missing)}",
            )
        )


def working_day(instant: datetime, calendar: BusinessCalendar) -> tuple[datetime, datetime]:
    """From when to when the working day of an instant lasts; free days count with the working day before them."""
    day = calendar.business_date(instant)
    first = calendar.add_working_days(day + timedelta(days=1), -1)
    following = calendar.add_working_days(day, 1)
    moment = timedelta(microseconds=1)
    begins = calendar.end_of_day(first - timedelta(days=1)) + moment
    return begins, calendar.end_of_day(following - timedelta(days=1)) + moment


def check_daily_limit(earlier: Iterable[Opening], wanted: Opening, calendar: BusinessCalendar) -> None:
    """Nothing, or DailyLimitReached: 4 open hours of a borrower and a classified item in a working day, in all."""
    openings = [*earlier, wanted]
    instant = wanted.start
    while instant < wanted.end:
        begins, ends = working_day(instant, calendar)
        opened = sum((overlap(one, begins, ends) for one in openings), timedelta())
        if opened > LONGEST_CLASSIFIED:
            left = max(timedelta(), LONGEST_CLASSIFIED - opened + overlap(wanted, begins, ends))
            seconds = left // timedelta(seconds=1)
            raise DailyLimitReached(
                Sentence(
                    f"Of the 4 hours of this working day {seconds} seconds are left.",
                    f"本工作日的 4 小时借阅时间还剩 {seconds} 秒。",
                )
            )
        instant = ends


def overlap(opening: Opening, begins: datetime, ends: datetime) -> timedelta:
    """How long an opening lasts between two instants."""
    return max(timedelta(), min(opening.end, ends) - max(opening.start, begins))
