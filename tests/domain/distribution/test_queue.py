"""The queue of waiting accounts: who comes first, who waits for whom, and what no running ledger can weigh."""

from dataclasses import replace

import pytest

from service.domain.distribution.balance import Balance
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.queue import OUTGROWN, in_turn
from service.domain.distribution.snapshot import Account
from tests.domain.distribution.families import OPEN, family

TOO_MUCH = 2**53 - 1


def a_balance() -> tuple[Balance, list[Account]]:
    """The balance of a company without hard rules on people, and its accounts."""
    snapshot = family(60, 5)
    snapshot = replace(snapshot, rulebook=replace(snapshot.rulebook, hard_rules=OPEN))
    return Balance.of(Ledger.of(snapshot)), list(snapshot.accounts)


@pytest.mark.parametrize("giants", [0, 1, 3])
def test_what_outgrows_the_ledger_keeps_no_other_account_from_its_turn(giants: int) -> None:
    balance, accounts = a_balance()
    usual = [(account.id, waits) for account, waits in in_turn(balance, accounts[giants:])]
    swollen = [replace(account, value_minor=TOO_MUCH - at) for at, account in enumerate(accounts[:giants])]
    told = [(account.id, waits) for account, waits in in_turn(balance, [*swollen, *accounts[giants:]])]
    assert [(id_, waits.reason, waits.remedy) for id_, waits in told[:giants]] == [
        (account.id, OUTGROWN, "wait_for_ledger") for account in swollen
    ]
    assert told[giants:] == usual


def test_a_value_beyond_every_number_outgrows_a_small_company() -> None:
    snapshot = family(60, 5)
    poor = replace(snapshot, accounts=tuple(replace(account, value_minor=1) for account in snapshot.accounts))
    balance = Balance.of(Ledger.of(poor))
    [(_, waits)] = in_turn(balance, [replace(poor.accounts[0], value_minor=TOO_MUCH)])
    assert waits.reason == OUTGROWN


def test_nobody_waits_for_whoever_left() -> None:
    snapshot = family(60, 1)
    balance = Balance.of(Ledger.of(replace(snapshot, rulebook=replace(snapshot.rulebook, hard_rules=OPEN))))
    [person] = snapshot.people
    away = balance.restated(balance.as_they_stand([replace(person, availability_permille=0)], [], [person.id]))
    gone = balance.restated(balance.as_they_stand([], [], [person.id]))
    remedies = [next(in_turn(one, snapshot.accounts[:1]))[1].remedy for one in (away, gone)]
    assert remedies == ["wait_for_return", "extend_coverage"]
