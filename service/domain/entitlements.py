"""What a tier promises, as dated duties: who is named and when, the plan, the visits, the recurring services."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from service.domain.calendar import BusinessCalendar, add_months
from service.domain.invalid import Sentence
from service.domain.tier_schemes import Entitlements, PlanKind, Tier

_NAMED = Sentence("Name the person in charge", "指定专属负责人")
_VISIT = Sentence("Visit", "拜访")
_PLANS = {
    PlanKind.PERSONALISED: Sentence("Personalised plan", "个性化方案"),
    PlanKind.STANDARD: Sentence("Standard plan", "标准方案"),
    PlanKind.BASIC: Sentence("Basic support plan", "基本支持方案"),
}


@dataclass(frozen=True, slots=True)
class Due:
    """One duty: `named_person`, `plan`, `visit` or the code of a service, and the working day by which it is done."""

    code: str
    name: Sentence
    due_on: date


def months_owed(start_on: date, today: date, ahead: int) -> int:
    """How many months from a start have their duties dated on a day: those that are over, and so many `ahead`."""
    over = (today.year - start_on.year) * 12 + today.month - start_on.month
    return ahead + max(0, over if add_months(start_on, over) <= today else over - 1)


def entitlement_schedule(tier: Tier, start_on: date, months: range, calendar: BusinessCalendar) -> list[Due]:
    """The duties of some months after a start, 0 the first, in the order of their dates.

    What a grade begins with belongs to month 0 alone. The visits of a month fall on the last working days of equal
    parts of its working days; a service is due on the last working day of its period; standing privileges have no date.
    """
    promised = tier.entitlements
    duties = [
        *(_at_the_start(promised, start_on, calendar) if 0 in months else ()),
        *_visits(promised, start_on, months, calendar),
        *_services(promised, start_on, months, calendar),
    ]
    return sorted(duties, key=lambda duty: (duty.due_on, duty.code))


def _at_the_start(promised: Entitlements, start_on: date, calendar: BusinessCalendar) -> Iterator[Due]:
    ready_on = calendar.add_working_days(start_on, promised.ready_within_working_days)
    if promised.named_role:
        yield Due("named_person", _NAMED, ready_on)
    if promised.plan_kind:
        yield Due("plan", _PLANS[promised.plan_kind], ready_on)


def _visits(promised: Entitlements, start_on: date, months: range, calendar: BusinessCalendar) -> Iterator[Due]:
    for month in months:
        before = add_months(start_on, month) - timedelta(days=1)
        last = add_months(start_on, month + 1) - timedelta(days=1)
        worked = calendar.working_days_between(before, last)
        for visit in range(1, promised.visits_per_month + 1):
            part = max(1, -(-worked * visit // promised.visits_per_month))
            yield Due("visit", _VISIT, calendar.add_working_days(before, part))


def _services(promised: Entitlements, start_on: date, months: range, calendar: BusinessCalendar) -> Iterator[Due]:
    for service in promised.services:
        every = service.every_months
        for end in (month + 1 for month in months if every and (month + 1) % every == 0):
            yield Due(service.code, service.name, calendar.add_working_days(add_months(start_on, end), -1))
