"""One account at a time: an arrival between plans, and whether a person may be given an account at all."""

from service.domain.distribution.deciding import decide, unruled
from service.domain.distribution.decisions import Decision
from service.domain.distribution.eligibility import Failed, failed_caps, failed_rules
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.rulebook import Arrivals
from service.domain.distribution.waiting import WAITS_FOR_PLAN


def route(ledger: Ledger, account_id: str) -> Decision:
    """The rule's decision about one account on the present ledger, which is left as it was.

    The caller books the winner. KeyError when the snapshot does not know the account.
    """
    instance = ledger.instance
    account = instance.account_numbers[account_id]
    if instance.snapshot.rulebook.arrivals is Arrivals.WAIT and ledger.owner[account] < 0:
        return unruled(instance, account, "route", WAITS_FOR_PLAN, "make_plan")
    return decide(ledger, account, "route")


def forbidding_rules(ledger: Ledger, account_id: str, person_id: str) -> tuple[Failed, ...]:
    """Every hard rule, caps included, that forbids giving this account to this person now; empty when they may have it.

    This is what an upheld appeal and an assignment by hand must pass. KeyError for an unknown account or person.
    """
    instance = ledger.instance
    account, person = instance.account_numbers[account_id], instance.person_numbers[person_id]
    rulebook, entry = instance.snapshot.rulebook, instance.snapshot.people[person]
    failed = failed_rules(rulebook, instance.snapshot.accounts[account], entry)
    if ledger.owner[account] == person:
        return failed
    accounts, minutes = int(ledger.count[person]) + 1, int(ledger.minutes[person] + instance.minutes[account])
    return (*failed, *failed_caps(rulebook, entry, accounts, minutes))
