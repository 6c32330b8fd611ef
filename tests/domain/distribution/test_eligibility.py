from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.distribution.eligibility import Failed, Rule, classes_of, failed_caps, failed_rules, match
from service.domain.distribution.priority import priorities, wanted_level
from service.domain.distribution.rulebook import BlockedPair, HardRules, Rulebook
from service.domain.distribution.snapshot import Account, Person, Snapshot
from tests.domain.distribution.families import snapshots

ACCOUNT = Account("a", "A", region="华东", industry="汽车", products=("P1", "P2"), tier="gold")
PERSON = Person("p", "P", regions=("华东",), industries=("汽车",), products=("P1", "P2"), experience_level=3)
RULES = HardRules(product=True, minimum_experience={"gold": 3}, blocked_pairs=(BlockedPair("other", "p"),))


def first_failure(person: Person, rules: HardRules = RULES) -> Failed | None:
    return next(iter(failed_rules(Rulebook(hard_rules=rules), ACCOUNT, person)), None)


@pytest.mark.parametrize(
    ("person", "failed"),
    [
        (PERSON, None),
        (replace(PERSON, availability_permille=0), Failed(Rule.AVAILABILITY, 10_000, 0)),
        (replace(PERSON, fte_permille=9), Failed(Rule.AVAILABILITY, 10_000, 9_000)),
        (replace(PERSON, regions=("华北", "华南")), Failed(Rule.REGION, "华东", ["华北", "华南"])),
        (replace(PERSON, industries=()), Failed(Rule.INDUSTRY, "汽车", [])),
        (replace(PERSON, products=("P1",)), Failed(Rule.PRODUCT, ["P1", "P2"], ["P1"])),
        (replace(PERSON, experience_level=2), Failed(Rule.EXPERIENCE, 3, 2)),
    ],
)
def test_the_first_failed_rule_tells_what_it_requires_and_what_is_there(person: Person, failed: Failed | None) -> None:
    assert first_failure(person) == failed


def test_a_blocked_pair_fails_before_everything_but_absence() -> None:
    rules = replace(RULES, blocked_pairs=(BlockedPair("a", "p"),))
    assert first_failure(replace(PERSON, regions=()), rules) == Failed(Rule.BLOCKED_PAIR, "not_blocked", "blocked")


def test_a_rule_that_is_off_forbids_nothing() -> None:
    nobody = Person("p", "P")
    assert first_failure(nobody, HardRules(region=False, industry=False, minimum_experience={})) is None


def test_an_account_asks_for_nothing_that_it_does_not_have() -> None:
    assert failed_rules(Rulebook(hard_rules=RULES), Account("a", "A"), Person("p", "P")) == ()


def test_caps_count_the_account_itself_and_may_be_reached() -> None:
    person = replace(PERSON, max_accounts=3, max_workload_minutes=600)
    assert failed_caps(Rulebook(), person, 3, 600) == ()
    assert failed_caps(Rulebook(), person, 4, 601) == (
        Failed(Rule.COUNT_CAP, 3, 4),
        Failed(Rule.WORKLOAD_CAP, 600, 601),
    )
    off = Rulebook(hard_rules=HardRules(count_cap=False, workload_cap=False))
    assert failed_caps(off, person, 4, 601) == failed_caps(Rulebook(), PERSON, 4, 601) == ()


@settings(max_examples=100, deadline=None)
@given(snapshots(), st.data())
def test_classes_agree_with_the_rules_asked_one_pair_at_a_time(snapshot: Snapshot, data: st.DataObject) -> None:
    some = st.sampled_from(snapshot.accounts).map(lambda account: account.id) if snapshot.accounts else st.just("a")
    people = [*(person.id for person in snapshot.people), "unknown"]
    pairs = data.draw(st.lists(st.builds(BlockedPair, some, st.sampled_from(people)), max_size=4))
    rules = replace(snapshot.rulebook.hard_rules, blocked_pairs=tuple(pairs))
    snapshot = replace(snapshot, rulebook=replace(snapshot.rulebook, hard_rules=rules))
    levels = wanted_level(priorities(snapshot))
    classes, weights = classes_of(snapshot, snapshot.people, levels), snapshot.rulebook.fit
    for number, (account, wanted) in enumerate(zip(snapshot.accounts, levels.tolist(), strict=True)):
        may = [k for k, person in enumerate(snapshot.people) if not failed_rules(snapshot.rulebook, account, person)]
        assert classes.eligible(number).tolist() == may
        for person, fit in zip(may, classes.fit[classes.row(number)].tolist(), strict=True):
            parts = match(account, snapshot.people[person], wanted)
            whole = sum(getattr(weights, name) * part for name, part in vars(parts).items())
            assert fit + classes.experience_fit[wanted - 1, person] == whole <= classes.full_fit
