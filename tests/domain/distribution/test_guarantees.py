"""Envy up to one account and maximin shares against their definitions, in fractions and by trying all partitions."""

from fractions import Fraction
from itertools import product

from hypothesis import given, settings

from service.domain.distribution.guarantees import guarantees_of
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.planning import plan
from service.domain.distribution.rulebook import Rulebook
from service.domain.distribution.snapshot import Account, Person, Snapshot
from tests.domain.distribution.families import one_dimension, snapshots


def bundles(ledger: Ledger, at: int, owner: list[int]) -> list[list[list[int]]]:
    """By who looks and whose they are: the loads of one dimension, of the accounts that who looks may serve."""
    instance, people = ledger.instance, range(len(ledger.instance.weights))
    loads = instance.loads[:, at].tolist()
    may = [set(instance.classes.eligible(account).tolist()) for account in range(len(loads))]
    return [[[e for a, e in enumerate(loads) if owner[a] == j and k in may[a]] for j in people] for k in people]


@settings(max_examples=60, deadline=None)
@given(snapshots())
def test_envious_pairs_are_those_of_their_definition(snapshot: Snapshot) -> None:
    ledger = Ledger.of(snapshot, plan(snapshot).owners)
    weights = ledger.instance.weights.tolist()
    working = [person for person, weight in enumerate(weights) if weight]
    for at, found in enumerate(guarantees_of(ledger)):
        seen = bundles(ledger, at, ledger.owner.tolist())
        assert found.envious_pairs == sum(
            all(
                Fraction(sum(seen[k][j]) - one, weights[j]) > Fraction(int(ledger.carried[k, at]), weights[k])
                for one in seen[k][j]
            )
            for k, j in product(working, working)
            if k != j and seen[k][j]
        )


@settings(max_examples=40, deadline=None)
@given(snapshots(most_accounts=5, most_people=3))
def test_nobody_has_less_of_their_maximin_share_than_is_told(snapshot: Snapshot) -> None:
    ledger = Ledger.of(snapshot, plan(snapshot).owners)
    weights = ledger.instance.weights.tolist()
    working = [person for person, weight in enumerate(weights) if weight]
    given_out = [account for account, owner in enumerate(ledger.owner.tolist()) if owner >= 0]
    for at, found in enumerate(guarantees_of(ledger)):
        best = dict.fromkeys(working, Fraction(0))
        for partition in product(working, repeat=len(given_out)):
            owner = [-1] * len(ledger.owner)
            for account, person in zip(given_out, partition, strict=True):
                owner[account] = person
            seen = bundles(ledger, at, owner)
            for k in working:
                best[k] = max(best[k], min(Fraction(sum(seen[k][j]) * weights[k], weights[j]) for j in working))
        for k, share in best.items():
            if share:
                assert found.maximin_least is not None
                assert int(ledger.carried[k, at]) >= found.maximin_least * share


def test_who_has_two_accounts_that_another_without_any_may_serve_is_envied() -> None:
    people = (Person("p0", "P0"), Person("p1", "P1"))
    for number, envious in ((1, 0), (2, 1)):
        accounts = tuple(Account(f"a{at}", "A", value_minor=100, owner="p0") for at in range(number))
        ledger = Ledger.of(one_dimension(Snapshot(accounts, people, Rulebook(), "rulebook", 1, "cycle")))
        value = next(iter(guarantees_of(ledger)))
        assert value.to_mapping() == {"name": "value", "envious_pairs": envious, "maximin_least": "0.000000"}
