"""A stored plan judged from its snapshot alone, without the solver that made it: anybody can do this again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from service.domain.canonical import sha256
from service.domain.distribution.certificate import BoundBroken, Subject, certified, prices_from
from service.domain.distribution.core import NOBODY
from service.domain.distribution.decisions import ENGINE_VERSION, SAME_RULE, Plan
from service.domain.distribution.evidence import Evidence
from service.domain.distribution.ledger import Ledger
from service.domain.distribution.planning import NotSettled, stated
from service.domain.distribution.snapshot import Snapshot
from service.domain.distribution.wording import filled
from service.domain.progress import Progress, silence
from service.errors import Sentence


@dataclass(frozen=True)
class Check:
    """One thing that was checked, and whether it holds."""

    name: str
    passed: bool
    sentence: Sentence

    def to_mapping(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {"name": self.name, "passed": self.passed, "text": self.sentence._asdict()}


CHECKS = {
    "snapshot": Sentence(
        "The snapshot's bytes are canonical and have the hash that the plan names.",
        "快照字节为规范形式，其散列值与方案记录一致。",
    ),
    "engine": Sentence(
        "The plan was made by engine {made}; this is engine {here}, which knows the rule of engines {known}.",
        "方案由引擎 {made} 计算；当前为引擎 {here}，可核对引擎 {known} 的规则。",
    ),
    "hard_rules": Sentence(
        "Accounts given to somebody whom a hard rule forbids: {number}.", "分给硬性规则所禁止人员的客户：{number} 个。"
    ),
    "caps": Sentence("People given an account beyond a cap: {number}.", "因本方案超过上限的人员：{number} 名。"),
    "budget": Sentence(
        "Accounts that change hands while their owner may serve them: {number}; the budget is {budget}.",
        "负责人仍符合条件而变更的客户：{number} 个；额度为 {budget}。",
    ),
    "winners": Sentence(
        "Asked again account by account, the rule gives every decision as it was stored.",
        "逐个客户重新适用规则，所得决定与存储内容一致。",
    ),
    "plan": Sentence("The decisions give the hash that the plan names.", "由决定重新得出的散列值与方案记录一致。"),
    "bound": Sentence(
        "The published prices prove the bound that the certificate names: at most {gap} points per account better.",
        "由公布的价格可证明证书所载的界：每个客户至多还能改善 {gap} 分。",
    ),
    "no_bound": Sentence("No certificate was stored.", "未存储证书。"),
}


def verify(evidence: Evidence, tell: Progress = silence) -> list[Check]:
    """Every check in its order; one that cannot be made, because an earlier one failed, is left out.

    `tell` is told (phase, done, total), phases being reading, deciding and proving; what it raises ends the checks.
    """
    tell("reading", 0, 2)
    genuine = sha256(evidence.content) == evidence.snapshot_sha256
    found = [_check("snapshot", genuine)]
    known = Sentence(", ".join(sorted(SAME_RULE)), "、".join(sorted(SAME_RULE)))
    made = evidence.engine_version
    found.append(_check("engine", made in SAME_RULE, made=made, here=ENGINE_VERSION, known=known))
    if genuine:
        snapshot = Snapshot.from_bytes(evidence.content)
        tell("reading", 1, 2)
        ledger = Ledger.of(snapshot, evidence.owners)
        found += [*_lawful(ledger), *_recomputed(ledger, evidence, tell)]
        tell("proving", 0, 1)
        found.append(_bound(ledger, evidence.certificate))
    return found


def _lawful(ledger: Ledger) -> Iterator[Check]:
    """The hard rules, the caps and the budget of moves, from the owners alone."""
    instance, roll = ledger.instance, ledger.instance.roll
    given = roll.free & (ledger.owner != NOBODY)
    forbidden = given & ~instance.classes.serves(ledger.owner)
    yield _check("hard_rules", not forbidden.any(), number=int(forbidden.sum()))
    moved = given & (ledger.owner != roll.standing)
    over = (ledger.count > instance.most_accounts) | (ledger.minutes > instance.most_minutes)
    beyond = np.unique(ledger.owner[moved])
    yield _check("caps", not over[beyond].any(), number=int(over[beyond].sum()))
    budget = instance.snapshot.task.most_moves
    if budget is not None:
        spent = int((moved & roll.may_stay).sum())
        yield _check("budget", spent <= budget, number=spent, budget=budget)


def _recomputed(ledger: Ledger, evidence: Evidence, tell: Progress) -> Iterator[Check]:
    """The decisions of a settled ledger, asked of the rule again, in the name of the engine that made them."""
    try:
        again: Plan | None = stated(ledger, 0, tell).in_name_of(evidence.engine_version)
    except NotSettled:
        again = None
    yield _check("winners", again is not None and list(again.decisions) == list(evidence.decisions))
    yield _check("plan", again is not None and again.sha256 == evidence.plan_sha256)


def _bound(ledger: Ledger, certificate: Mapping[str, Any] | None) -> Check:
    """The bound by the published prices, in whole numbers."""
    if certificate is None:
        return _check("no_bound", passed=False)
    instance = ledger.instance
    subject = Subject.of(instance.core, instance.scale, ledger.owner, instance.roll.free)
    try:
        again = certified(subject, ledger.owner, prices_from(certificate), instance.scale.point).to_mapping()
    except BoundBroken:
        again = {"gap_points": "–"}
    return _check("bound", again == dict(certificate), gap=again["gap_points"])


def _check(name: str, passed: bool, **parts: Sentence | str | int) -> Check:
    """A check with its sentence."""
    return Check(name, bool(passed), filled(CHECKS[name], **parts))
