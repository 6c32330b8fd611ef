"""An upheld appeal: the account is pinned, and the two concerned share what they have anew, within a budget."""

import numpy as np

from service.domain.distribution.core import NOBODY
from service.domain.distribution.eligibility import Failed
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.routing import forbidding_rules


class NotAllowed(ValueError):  # noqa: N818 - it names the state, like the problems of service.errors
    """A hard rule forbids what an appeal asks for; `failed` tells which."""

    def __init__(self, failed: tuple[Failed, ...]) -> None:
        super().__init__(", ".join(str(each.rule) for each in failed))
        self.failed = failed


def owners_after_appeal(ledger: Ledger, account_id: str, person_id: str) -> dict[str, str]:
    """The owners once an account goes to a person and stays there; NotAllowed if a hard rule or cap forbids it.

    At most the rulebook's budget of other accounts moves, and only those of its old and its new owner. KeyError for an
    unknown account or person.
    """
    from service.domain.distribution.planning import moved_least  # noqa: PLC0415 - numba, which no start waits for

    failed = forbidding_rules(ledger, account_id, person_id)
    if failed:
        raise NotAllowed(failed)
    instance = ledger.instance
    account, person = instance.account_numbers[account_id], instance.person_numbers[person_id]
    concerned = [each for each in (int(ledger.owner[account]), person) if each != NOBODY]
    after = ledger.owner.copy()
    order = instance.free_accounts
    order = order[np.isin(after[order], concerned) & (order != account)]
    after[account] = person
    core = instance.core._replace(standing=after.copy())
    budget = instance.snapshot.rulebook.move_budget.appeal_accounts
    settled = Ledger(instance)
    settled.own(moved_least(core, order, after, budget, NOBODY, instance.scale.point).owner)
    return settled.owners()


def forbidden_exchange(
    ledger: Ledger, account_id: str, other_id: str, person_id: str
) -> tuple[tuple[str, Failed], ...]:
    """What forbids that a person gets an account and its owner the other one, which that person has: account, rule.

    Both change hands at once, so that caps are measured on what everybody has afterwards. KeyError for an unknown
    account or person, or where either account has no owner in the snapshot.
    """
    instance = ledger.instance
    account, other = instance.account_numbers[account_id], instance.account_numbers[other_id]
    holder = instance.snapshot.accounts[account].owner or ""
    with ledger.without(account), ledger.without(other):
        one = forbidding_rules(ledger, account_id, person_id)
        back = forbidding_rules(ledger, other_id, holder)
    return (*((account_id, failed) for failed in one), *((other_id, failed) for failed in back))
