"""The queue of accounts without an owner: in which order they are asked about, and why nobody asks for some of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from service.domain.distribution.balance import Balance
from service.domain.distribution.decisions import Waiting
from service.domain.distribution.routing import route
from service.domain.distribution.snapshot import Account
from service.domain.distribution.waiting import WAITS_FOR_PLAN, waiting_for

NEVER_ASKED, RELEASED, OWNER_LEFT, DUE = "never_asked", "released", "owner_left", "due"
UNASKED_REMEDIES = {NEVER_ASKED: "ask_the_rule", RELEASED: "ask_the_rule", OWNER_LEFT: "make_handover"}
"""Accounts that nobody put to the rule since they lost their owner, or ever: somebody has to decide that first."""


def in_turn(balance: Balance, accounts: Sequence[Account]) -> Iterator[tuple[Account, Waiting]]:
    """Each account in the order of the rulebook's priority, with why it waits; DUE where the rule names somebody now.

    What is due counts as given for those that come after it. TooLarge where scores overflow.
    """
    ledger = balance.ledger([replace(account, owner=None, pinned=False) for account in accounts])
    instance = ledger.instance
    for number in instance.order.tolist():
        account = instance.snapshot.accounts[number]
        decided = route(ledger, account.id)
        if decided.winner is not None:
            yield account, Waiting(account.id, DUE, "wait_for_retry", {})
            ledger.put(number, instance.person_numbers[decided.winner])
        elif decided.reason == WAITS_FOR_PLAN:
            yield account, Waiting(account.id, WAITS_FOR_PLAN, "make_plan", {})
        else:
            yield account, waiting_for(ledger, number)
