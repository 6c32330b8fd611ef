from dataclasses import replace

from service.domain.distribution.deciding import GIANT
from service.domain.distribution.fairness import plan_fairness
from service.domain.distribution.planning import plan
from service.domain.distribution.rulebook import Giants
from service.domain.distribution.snapshot import Snapshot
from tests.domain.distribution.families import OPEN, family


def with_one_giant(stay: bool, percent: int = 25) -> tuple[Snapshot, str]:
    """Forty accounts of four people, the first worth half of what all the others are."""
    snapshot = family(40, 4)
    first = snapshot.accounts[0]
    total = sum(account.value_minor or 0 for account in snapshot.accounts)
    giant = replace(first, value_minor=total, owner=snapshot.people[0].id, pinned=False)
    people = tuple(replace(person, availability_permille=1000) for person in snapshot.people)
    rulebook = replace(snapshot.rulebook, hard_rules=OPEN, giants=Giants(percent, stay), move_price=0)
    accounts = (giant, *snapshot.accounts[1:])
    return replace(snapshot, accounts=accounts, people=people, rulebook=rulebook), giant.id


def test_a_giant_stays_with_its_owner_where_the_rulebook_says_so() -> None:
    snapshot, giant = with_one_giant(stay=True, percent=100)
    decided = next(one for one in plan(snapshot).decisions if one.account_id == giant)
    assert (decided.reason, decided.winner, decided.position) == (GIANT, snapshot.people[0].id, 0)
    assert [one.reason for one in plan(snapshot).decisions].count(GIANT) == 1


def test_a_giant_is_shared_by_the_rule_where_the_rulebook_does_not_keep_it() -> None:
    snapshot, giant = with_one_giant(stay=False)
    decided = next(one for one in plan(snapshot).decisions if one.account_id == giant)
    assert decided.position > 0


def test_a_giant_whose_owner_may_not_serve_it_is_given_out() -> None:
    snapshot, giant = with_one_giant(stay=True, percent=100)
    absent = (replace(snapshot.people[0], availability_permille=0), *snapshot.people[1:])
    decided = next(one for one in plan(replace(snapshot, people=absent)).decisions if one.account_id == giant)
    assert decided.reason != GIANT
    assert decided.winner not in {None, snapshot.people[0].id}


def test_the_rulebook_says_from_which_part_of_a_share_an_account_is_named_as_a_giant() -> None:
    few, many = (
        {giant.account_id for giant in plan_fairness(snapshot, plan(snapshot)).giants}
        for snapshot, _ in (with_one_giant(stay=False, percent=100), with_one_giant(stay=False, percent=5))
    )
    assert len(few) == 1
    assert few < many
