"""Why an account waits for an owner, and what would help."""

from collections.abc import Callable, Iterator
from typing import Any

from service.domain.distribution.decisions import Waiting
from service.domain.distribution.eligibility import Rule, failed_rules
from service.domain.distribution.instance import Instance
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.snapshot import Account, Person

ALL_AT_CAP, ALL_ABSENT, NO_ELIGIBLE_PERSON, WAITS_FOR_PLAN = (
    "all_at_cap",
    "all_absent",
    "no_eligible_person",
    "waits_for_plan",
)
HELD_BACK = "held_back:"
MOST_NAMED = 10
RELAXABLE = (Rule.INDUSTRY, Rule.REGION, Rule.PRODUCT, Rule.EXPERIENCE)
"""Rules that a remedy may propose to widen, in this order; a blocked pair is never among them."""
HELD_BACK_REMEDIES = {
    "under_appeal": "decide_appeal",
    "missing_value": "enter_value",
    "missing_rate": "enter_exchange_rate",
    "value_out_of_range": "enter_value",
    "no_tier": "grade_account",
    "unverified": "verify_account",
    "stale": "refresh_account",
}


def waiting_for(ledger: Ledger, account: int) -> Waiting:
    """The reason and remedy of an account that the rule gives to nobody on this ledger."""
    instance, entry = ledger.instance, ledger.instance.snapshot.accounts[account]
    if entry.held_back is not None:
        remedy = HELD_BACK_REMEDIES.get(entry.held_back, "resolve_reason")
        return Waiting(entry.id, HELD_BACK + entry.held_back, remedy, {})
    if len(instance.classes.eligible(account)):
        return Waiting(entry.id, ALL_AT_CAP, "raise_cap", {"people": list(_full(ledger, account))})
    absent = _only_failing(instance, entry, Rule.AVAILABILITY, among=_returning)
    if absent:
        return Waiting(entry.id, ALL_ABSENT, "wait_for_return", {"people": absent[:MOST_NAMED], "count": len(absent)})
    return _nobody_eligible(instance, entry)


def _full(ledger: Ledger, account: int) -> Iterator[dict[str, Any]]:
    """The first eligible people with what they carry and may carry."""
    snapshot = ledger.instance.snapshot
    for person in ledger.instance.classes.eligible(account).tolist()[:MOST_NAMED]:
        entry = snapshot.people[person]
        yield {
            "code": entry.code,
            "accounts": int(ledger.count[person]),
            "max_accounts": entry.max_accounts,
            "workload_minutes": int(ledger.minutes[person]),
            "max_workload_minutes": entry.max_workload_minutes,
        }


def _returning(person: Person) -> bool:
    """Whether an absent person has a post to come back to; a ledger keeps those who left it without."""
    return person.fte_permille > 0


def _only_failing(
    instance: Instance, account: Account, rule: Rule, among: Callable[[Person], bool] = lambda _person: True
) -> list[str]:
    """The codes of the people whom this rule alone keeps from an account."""

    def fails(person: Person) -> bool:
        return [failed.rule for failed in failed_rules(instance.snapshot.rulebook, account, person)] == [rule]

    return [person.code for person in instance.people if among(person) and fails(person)]


def _nobody_eligible(instance: Instance, account: Account) -> Waiting:
    """The first rule whose widening alone would find somebody, else the advice to extend what people cover."""
    for rule in RELAXABLE:
        people = _only_failing(instance, account, rule)
        if people:
            detail = {"rule": str(rule), "people": people[:MOST_NAMED], "count": len(people)}
            return Waiting(account.id, NO_ELIGIBLE_PERSON, f"widen_{rule}", detail)
    return Waiting(account.id, NO_ELIGIBLE_PERSON, "extend_coverage", {})
