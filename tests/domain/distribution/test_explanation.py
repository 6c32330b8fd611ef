import json
import re
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.canonical import canonical_json
from service.domain.distribution.decisions import ENGINE_VERSION
from service.domain.distribution.explanation import decision_mapping, explain
from service.domain.distribution.flips import Flip, flips
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.own_answer import why
from service.domain.distribution.planning import plan
from service.domain.distribution.rulebook import BlockedPair, HardRules, Rulebook
from service.domain.distribution.snapshot import Account, Person, Snapshot
from service.domain.distribution.tasks import Mode, Task
from tests.domain.distribution.evaluator import Evaluator, nearest
from tests.domain.distribution.families import OPEN, family, snapshots


def planned_ledger(snapshot: Snapshot) -> Ledger:
    return Ledger.of(snapshot, plan(snapshot).owners)


@settings(max_examples=40, deadline=None)
@given(snapshots())
def test_what_is_recomputed_equals_the_stored_decision_to_the_bit(snapshot: Snapshot) -> None:
    planned = plan(snapshot)
    ledger = Ledger.of(Snapshot.from_bytes(snapshot.canonical_bytes()), planned.owners)
    for stored in planned.decisions:
        explanation = explain(ledger, stored.account_id)
        assert explanation.decision == stored
        if stored.margin is not None:
            first, second = explanation.open[:2]
            assert (first.entry.id, second.entry.id) == (stored.winner, stored.runner_up)
            assert second.score - first.score == stored.margin


@settings(max_examples=30, deadline=None)
@given(snapshots())
def test_everybody_is_explained_once_and_the_parts_sum_to_the_score(snapshot: Snapshot) -> None:
    ledger = planned_ledger(snapshot)
    for account in snapshot.accounts:
        explanation = explain(ledger, account.id)
        data = explanation.to_mapping()
        assert json.loads(canonical_json(data)) == data
        told = [entry["person_id"] for entry in (*data["candidates"], *data["excluded"])]
        assert sorted(told) == [person.id for person in snapshot.people]
        for candidate in data["candidates"]:
            assert sum(int(part["raw"]) for part in candidate["parts"]) == int(candidate["raw_score"])
            assert (candidate["rank"] is None) == bool(candidate["blocked_by"])
        rules = [rule for candidate in data["candidates"] for rule in candidate["blocked_by"]] + data["excluded"]
        for said in (one["sentence"] for one in (*data["candidates"], *rules)):
            assert said["en"].endswith(".")
            assert said["zh"].endswith("。")
            assert "{" not in said["en"] + said["zh"]


def test_the_line_reads_of_everybody_why_them_and_why_not_them() -> None:
    people = (
        Person("p0", "P0", max_accounts=2),
        Person("p1", "P1", max_accounts=0),
        Person("p2", "P2", experience_level=5),
        Person("p3", "P3", availability_permille=0),
    )
    accounts = tuple(Account(f"a{at}", f"A{at}", value_minor=100, owner="p0", pinned=at == 0) for at in range(2))
    snapshot = Snapshot(accounts, people, Rulebook(move_price=0), "rulebook", 1, "cycle")
    data = explain(planned_ledger(snapshot), "a1").to_mapping()
    told = {
        one["code"]: (one["sentence"]["en"], one["sentence"]["zh"]) for one in (*data["candidates"], *data["excluded"])
    }
    assert told["P2"][0].startswith("Number 1 of 2, the lowest score: potential value")
    assert told["P0"][1].startswith("在 2 人中排第 2，比最低得分高 ")
    assert told["P1"][0].startswith("No room; the score would be: ")
    assert told["P3"][1] == "该人员不在岗或没有工作时间。"


class Turned(Evaluator):
    """The evaluator with one person as a flip would have them, fair shares staying as they are."""

    def __init__(self, content: bytes, person: str, flip: Flip) -> None:
        super().__init__(content)
        self.person, self.shift = person, dict.fromkeys(self.e, 0)
        entry = next(each for each in self.people if each["id"] == person)
        for change in flip.changes:
            if change.field.startswith("load:"):
                shares = Fraction(change.after) - Fraction(change.before)
                whole = int(abs(shares) * (1 << self.bits))
                self.shift[change.field.removeprefix("load:")] = whole if shares > 0 else -whole
            else:
                entry[change.field] = change.after
        self.weight[person] = Fraction(entry["fte_permille"] * entry["availability_permille"], 10**6)
        self.r[person] = nearest(4096 / self.weight[person]) if self.weight[person] else 0

    def carried(self, name: str, a: dict[str, Any], p: dict[str, Any], owners: dict[str, str]) -> int:
        return super().carried(name, a, p, owners) + (self.shift[name] if p["id"] == self.person else 0)


@settings(max_examples=60, deadline=None)
@given(snapshots(), st.data())
def test_every_flip_would_really_have_turned_the_decision(snapshot: Snapshot, data: st.DataObject) -> None:
    ledger = planned_ledger(snapshot)
    owners = ledger.owners()
    for account in snapshot.accounts:
        for person in snapshot.people:
            before = explain(ledger, account.id).decision.winner
            for flip in flips(ledger, account.id, person.id):
                evaluator = Turned(snapshot.canonical_bytes(), person.id, flip)
                entry = next(each for each in evaluator.accounts if each["id"] == account.id)
                after, _, _ = evaluator.decide(entry, owners)
                assert (after == person.id) == (before != person.id)


def test_half_of_the_smallest_relief_would_not_have_done() -> None:
    snapshot = family(80, 8)
    ledger = planned_ledger(snapshot)
    tried = 0
    for decision in plan(snapshot).decisions:
        found = flips(ledger, decision.account_id, decision.runner_up) if decision.runner_up else ()
        if not found:
            continue
        (change,) = found[0].changes
        if change.field.startswith("load:"):
            half = (Fraction(change.before) - Fraction(change.after)) / 2
            less = replace(change, after=str(float(Fraction(change.before) - half)))
            evaluator = Turned(snapshot.canonical_bytes(), decision.runner_up, Flip((less,)))
            entry = next(each for each in evaluator.accounts if each["id"] == decision.account_id)
            assert evaluator.decide(entry, ledger.owners())[0] == decision.winner
            tried += 1
    assert tried > 20


def small_team(*people: Person, rules: HardRules = OPEN, **account: Any) -> Ledger:
    accounts = (
        Account("new", "新客户A", **{"value_minor": 100, **account}),
        Account("old", "B", value_minor=100, owner="p"),
        Account("small", "C", value_minor=10, owner="q"),
    )
    rulebook = Rulebook(hard_rules=rules)
    snapshot = Snapshot(accounts, people, rulebook, "rulebook", 1, "cycle")
    return Ledger.of(snapshot, {"old": "p", "small": "q", "new": "q"})


P, Q = Person("p", "P-code"), Person("q", "Q-code")


def test_the_winner_hears_why_and_what_would_have_taken_it_away() -> None:
    answer = why(small_team(P, Q), "new", "q")
    assert (answer.outcome, answer.rank) == ("won", 1)
    english = " ".join(sentence.en for sentence in answer.sentences())
    assert "came to you: your score was the lowest. People who could serve it and had room: 2." in english
    assert "gone to the next if your load in potential value had been higher by 85.7146 %" in english
    assert "Your score: potential value " in english


def test_the_loser_hears_the_one_line_of_arithmetic_and_the_smallest_change() -> None:
    answer = why(small_team(P, Q), "new", "p")
    assert (answer.outcome, answer.rank) == ("lost", 2)
    chinese = "".join(sentence.zh for sentence in answer.sentences())
    assert "新客户A 未归您：在 2 人中您的得分排第 2" in chinese
    assert "您的得分：潜在价值 " in chinese
    assert answer.flips[0].changes[0].field == "load:value"


@pytest.mark.parametrize(
    ("person", "rules", "account", "field", "words"),
    [
        ({"regions": ("华北",)}, {"region": True}, {"region": "华东"}, "regions", "地域规则要求“华东”，登记为“华北”。"),
        ({}, {"industry": True}, {"industry": "汽车"}, "industries", "行业规则要求“汽车”，登记为无"),
        ({}, {"product": True}, {"products": ("P1",)}, "products", "产品规则要求“P1”"),
        ({}, {"minimum_experience": {"gold": 4}}, {"tier": "gold"}, "experience_level", "经验等级规则要求 4，登记为 1"),
        ({"availability_permille": 0}, {}, {}, "absent", "不在岗"),
        ({"max_accounts": 0}, {}, {}, "max_accounts", "客户数量上限为 0；加上该客户将为 1"),
        (
            {"max_workload_minutes": 30},
            {},
            {"workload_minutes": 60},
            "max_workload_hours",
            "工时上限为每月 0.5 小时；加上该客户将为每月 1 小时",
        ),
    ],
)
def test_the_excluded_hear_the_rule_what_it_requires_and_what_would_do(
    person: dict[str, Any], rules: dict[str, Any], account: dict[str, Any], field: str, words: str
) -> None:
    shut_out = Person("r", "R-code", **person)
    able = replace(Q, regions=("华东",), industries=("汽车",), products=("P1",), experience_level=5)
    ledger = small_team(replace(able, id="p"), able, shut_out, rules=replace(OPEN, **rules), **account)
    answer = why(ledger, "new", "r")
    assert answer.outcome in {"excluded", "no_room"}
    assert words in "".join(sentence.zh for sentence in answer.sentences())
    change = answer.flips[0].to_mapping()["changes"][0]
    assert change["field"] == field
    if field in {"absent", "max_workload_hours"}:
        assert (change["before"], change["after"]) == {"absent": (True, False), "max_workload_hours": ("0.5", "1")}[
            field
        ]


def test_a_blocked_pair_has_no_change_of_ones_own_that_would_do() -> None:
    rules = replace(OPEN, blocked_pairs=(BlockedPair("new", "p"),))
    answer = why(small_team(P, Q, rules=rules), "new", "p")
    assert (answer.outcome, answer.flips) == ("excluded", ())
    assert "No single change of your own data" in [*answer.sentences()][-1].en


def test_a_pinned_account_was_not_put_to_the_rule() -> None:
    answer = why(small_team(P, Q, owner="q", pinned=True), "new", "p")
    assert (answer.outcome, answer.flips) == ("not_ruled", ())
    assert [sentence.zh for sentence in answer.sentences()] == ["该客户已锁定，由现负责人继续负责。"]


def test_an_account_that_waits_tells_what_would_help() -> None:
    full = replace(P, max_accounts=1)
    snapshot = Snapshot(
        (Account("new", "N"), Account("old", "O", owner="p")), (full,), Rulebook(hard_rules=OPEN), "rulebook", 1, "c"
    )
    data = explain(Ledger.of(snapshot), "new", "route").to_mapping()
    assert data["waiting"]["reason"] == data["decision"]["reason"] == "all_at_cap"
    assert data["sentences"][-1]["zh"] == "请提高 P-code 的上限。"


@settings(max_examples=30, deadline=None)
@given(snapshots())
def test_a_personal_answer_names_nobody_else(snapshot: Snapshot) -> None:
    renamed = tuple(replace(person, code=f"code<{person.id}>") for person in snapshot.people)
    ledger = planned_ledger(replace(snapshot, people=renamed))
    for account in snapshot.accounts:
        for person in snapshot.people:
            answer = why(ledger, account.id, person.id).to_mapping()
            assert json.loads(canonical_json(answer)) == answer
            assert not re.search(r"code<|person-\d", json.dumps(answer, ensure_ascii=False).replace(person.id, ""))
            assert set(answer["others"][0] if answer["others"] else {"rank"}) == {"rank"}
            for sentence in answer["sentences"]:
                assert "{" not in sentence["en"] + sentence["zh"]


def test_a_decision_is_plain_json_with_its_margin_as_text() -> None:
    (decision,) = plan(Snapshot((Account("a", "A"),), (P, Q), Rulebook(hard_rules=OPEN), "rulebook", 7, "c")).decisions
    data = decision_mapping(decision)
    assert data["margin"] == str(decision.margin)
    assert (data["rulebook_version"], data["engine_version"], data["kind"]) == (7, ENGINE_VERSION, "plan")
    with pytest.raises(KeyError):
        explain(small_team(P, Q), "unknown")


def test_what_was_binding_is_told_in_full_and_for_oneself() -> None:
    near, far = Person("n", "N", regions=("r",), experience_level=3), Person("f", "F", regions=("r",))
    people = (near, far, Person("x", "X"), replace(far, id="c", code="C", max_accounts=0))
    snapshot = Snapshot((Account("a", "A", region="r", value_minor=5),), people, Rulebook(), "rulebook", 1, "c")
    ledger = Ledger.of(snapshot, plan(snapshot).owners)
    told = explain(ledger, "a")
    kinds = {(one.kind, one.name, one.people) for one in told.binding}
    assert ("hard_rule", "region", 1) in kinds
    assert ("decisive", "misfit", None) in kinds
    winner, loser = told.open[0].entry.id, told.open[1].entry.id
    assert [(one.kind, one.name) for one in why(ledger, "a", winner).binding] == [("for", "misfit")]
    assert [(one.kind, one.name) for one in why(ledger, "a", loser).binding] == [("against", "misfit")]
    assert why(ledger, "a", "x").binding == ()
    assert "对您最不利的因素：匹配不足。" in [one.zh for one in why(ledger, "a", loser).sentences()]
    assert "地域规则排除了 1 人。" in [one.zh for one in told.sentences()]


def test_a_cap_that_kept_the_account_from_somebody_better_is_told() -> None:
    best, other = Person("b", "B", max_accounts=0), Person("o", "O", fte_permille=500)
    snapshot = Snapshot(
        (Account("a", "A", value_minor=5),), (best, other), Rulebook(hard_rules=OPEN), "rulebook", 1, "c"
    )
    told = explain(Ledger.of(snapshot, plan(snapshot).owners), "a")
    assert [(one.kind, one.name, one.people) for one in told.binding] == [("cap", "count_cap", 1)]


def test_an_account_that_the_plans_task_leaves_is_explained_without_claiming_the_lowest_score() -> None:
    people = (Person("rich", "R"), Person("idle", "I"))
    accounts = tuple(Account(f"a{at}", f"A{at}", value_minor=5, owner="rich") for at in range(6))
    snapshot = Snapshot(
        accounts, people, Rulebook(hard_rules=OPEN), "rulebook", 1, "c", Task(Mode.REBALANCE, most_moves=1)
    )
    made = plan(snapshot)
    left = next(one for one in made.decisions if one.reason == "left")
    ledger = Ledger.of(snapshot, made.owners)
    told = explain(ledger, left.account_id)
    assert told.decision == left
    assert (left.winner, left.runner_up) == ("rich", "idle")
    assert any("lowest score was that of I" in one.en for one in told.sentences())
    for person in ("rich", "idle"):
        own = why(ledger, left.account_id, person)
        assert (own.outcome, own.flips, own.binding) == ("not_ruled", (), ())
        assert len(list(own.sentences())) == 1
