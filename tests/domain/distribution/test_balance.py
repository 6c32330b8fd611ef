"""The running balance of a ledger against the whole ledger that it stands for."""

import json
from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings

from service.domain.canonical import canonical_json
from service.domain.distribution.balance import Balance, Booking, Standing
from service.domain.distribution.explanation import explain
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.routing import route
from service.domain.distribution.scale import TooLarge
from service.domain.distribution.snapshot import Account, Snapshot
from tests.domain.distribution.families import family, snapshots


def booked(balance: Balance, account: Account) -> Balance:
    """The balance after the rule gave an account away."""
    ledger = balance.ledger([account])
    winner = route(ledger, account.id).winner
    return balance.booked(Booking(account, tuple(ledger.instance.loads[0].tolist()), winner))


@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(snapshots())
def test_the_balance_decides_each_account_as_the_whole_ledger_does(snapshot: Snapshot) -> None:
    ledger = Ledger.of(snapshot)
    balance = Balance.of(ledger)
    for account in snapshot.accounts:
        alone = balance.ledger([account])
        assert route(alone, account.id) == route(ledger, account.id)
        assert explain(alone, account.id, "route").to_mapping() == explain(ledger, account.id, "route").to_mapping()


def test_a_balance_comes_back_from_its_json_to_the_bit() -> None:
    balance = Balance.of(Ledger.of(family(300, 12)))
    mapping = balance.to_mapping()
    again = Balance.from_mapping(json.loads(json.dumps(mapping)))
    assert canonical_json(again.to_mapping()) == canonical_json(mapping)
    assert (again.carried == balance.carried).all()


def test_booking_and_restating_lead_to_the_same_balance() -> None:
    snapshot = family(200, 10)
    balance = Balance.of(Ledger.of(snapshot))
    owners = {account.id: account.owner for account in snapshot.accounts}
    for account in [account for account in snapshot.accounts if account.owner is None][:20]:
        ledger = balance.ledger([account])
        winner = route(ledger, account.id).winner
        balance = balance.booked(Booking(account, tuple(ledger.instance.loads[0].tolist()), winner))
        owners[account.id] = winner
    now = [replace(account, owner=owners[account.id]) for account in snapshot.accounts]
    held = [account for account in now if account.owner]
    asked = [person.id for person in snapshot.people]
    restated = balance.restated(balance.as_they_stand(snapshot.people, held, asked))
    assert restated.people == balance.people
    assert (restated.carried == balance.carried).all()
    assert (restated.minutes == balance.minutes).all()
    assert (restated.count == balance.count).all()


def test_whoever_left_is_restated_as_taking_no_part_and_a_newcomer_takes_part() -> None:
    snapshot = family(100, 8)
    balance = Balance.of(Ledger.of(snapshot))
    gone, newcomer = snapshot.people[0], replace(snapshot.people[1], id="newcomer", code="N")
    mine = [replace(account, owner="newcomer") for account in snapshot.accounts[:3]]
    after = balance.restated(balance.as_they_stand([newcomer], mine, [gone.id, "newcomer"]))
    standings = {one.person.id: one for one in after.standings}
    assert standings[gone.id].person.weight_millionths == 0
    assert standings["newcomer"].count == 3
    assert [person.id for person in after.people] == sorted(person.id for person in after.people)
    for account in snapshot.accounts:
        assert route(after.ledger([account]), account.id).winner != gone.id


def test_an_account_that_outgrows_the_shares_is_refused_rather_than_miscounted() -> None:
    snapshot = family(50, 4)
    balance = Balance.of(Ledger.of(snapshot))
    giant = replace(snapshot.accounts[0], id="giant", value_minor=2**53 - 1)
    with pytest.raises(TooLarge):
        balance.ledger([giant])


def test_a_standing_survives_json() -> None:
    balance = Balance.of(Ledger.of(family(30, 3)))
    for one in balance.standings:
        assert Standing.from_mapping(json.loads(json.dumps(one.to_mapping()))) == one
