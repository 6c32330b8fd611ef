"""An upheld appeal: the pin holds, hard rules hold, bystanders are spared."""

from dataclasses import replace

import pytest

from service.domain.distribution.appealing import NotAllowed, owners_after_appeal
from service.domain.distribution.eligibility import Rule
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.planning import plan
from service.domain.distribution.routing import forbidding_rules
from service.domain.distribution.rulebook import MoveBudget
from service.domain.distribution.snapshot import Snapshot
from tests.domain.distribution.families import family


def upheld(snapshot: Snapshot, budget: int) -> tuple[Ledger, str, str, dict[str, str]]:
    """A settled ledger, an account, its runner-up, and the owners once the runner-up's appeal is upheld."""
    snapshot = replace(snapshot, rulebook=replace(snapshot.rulebook, move_budget=MoveBudget(50, budget)))
    made = plan(snapshot)
    ledger = Ledger.of(snapshot, made.owners)
    decision = max((one for one in made.decisions if one.runner_up), key=lambda one: one.margin or 0)
    assert decision.runner_up
    return (
        ledger,
        decision.account_id,
        decision.runner_up,
        owners_after_appeal(ledger, decision.account_id, decision.runner_up),
    )


@pytest.mark.parametrize("name", ["loose", "mismatch"])
@pytest.mark.parametrize("budget", [0, 1, 3])
def test_the_pin_is_kept_and_no_more_bystanders_move_than_the_budget_allows(name: str, budget: int) -> None:
    ledger, account, person, after = upheld(family(200, 10, name), budget)
    before = ledger.owners()
    assert after[account] == person
    moved = [each for each in before if each != account and after[each] != before[each]]
    assert len(moved) <= budget
    assert {before[each] for each in moved} <= {person, before[account]}
    assert set(after) == set(before)


def test_an_appeal_that_a_hard_rule_forbids_is_refused_with_the_rule() -> None:
    snapshot = family(120, 8)
    ledger = Ledger.of(snapshot, plan(snapshot).owners)
    account, person = next(
        (account.id, person.id)
        for account in snapshot.accounts
        for person in snapshot.people
        if Rule.REGION in {each.rule for each in forbidding_rules(ledger, account.id, person.id)}
    )
    with pytest.raises(NotAllowed) as refused:
        owners_after_appeal(ledger, account, person)
    assert Rule.REGION in {each.rule for each in refused.value.failed}
