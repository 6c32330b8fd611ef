"""The queue of accounts without an owner: in which order they are asked about, and why nobody asks for some of them."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

from service.domain.distribution.balance import Balance
from service.domain.distribution.decisions import Waiting
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.routing import route
from service.domain.distribution.scale import TooLarge
from service.domain.distribution.snapshot import Account
from service.domain.distribution.waiting import WAITS_FOR_PLAN, waiting_for

NEVER_ASKED, RELEASED, OWNER_LEFT, DUE, OUTGROWN = "never_asked", "released", "owner_left", "due", "outgrown"
UNASKED_REMEDIES = {NEVER_ASKED: "ask_the_rule", RELEASED: "ask_the_rule", OWNER_LEFT: "make_handover"}
"""Accounts that nobody put to the rule since they lost their owner, or ever: somebody has to decide that first."""


def in_turn(balance: Balance, accounts: Sequence[Account]) -> Iterator[tuple[Account, Waiting]]:
    """Each account in the order of the rulebook's priority, with why it waits; DUE where the rule names somebody now.

    What is due counts as given for those that come after it. OUTGROWN come first: worth so much that only a ledger that
    is opened with them can weigh them.
    """
    waiting = sorted((replace(one, owner=None, pinned=False) for one in accounts), key=_most_valuable_first)
    outgrown, ledger = _weighed(balance, waiting)
    for account in waiting[:outgrown]:
        yield account, Waiting(account.id, OUTGROWN, "wait_for_ledger", {})
    if ledger:
        yield from _asked(ledger)


def _asked(ledger: Ledger) -> Iterator[tuple[Account, Waiting]]:
    """What the rule says of each account of a ledger, which is left with what is due given."""
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


def _weighed(balance: Balance, waiting: Sequence[Account]) -> tuple[int, Ledger | None]:
    """How many of the most valuable accounts outgrow a ledger, and the ledger of the others."""

    def ledger(first: int) -> Ledger | None:
        try:
            return balance.ledger(waiting[first:])
        except TooLarge:
            return None

    if not waiting:
        return 0, None
    if whole := ledger(0):
        return 0, whole
    first = bisect_left(range(len(waiting)), True, key=lambda one: ledger(one) is not None)
    return first, ledger(first) if first < len(waiting) else None


def _most_valuable_first(account: Account) -> tuple[int, str]:
    """The order in which accounts outgrow a ledger."""
    return -(account.value_minor or 0), account.id
